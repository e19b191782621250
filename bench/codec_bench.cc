// What each codec makes of real-looking lanes: bytes a value, and how fast it
// codes, decodes and sums them, beside what else there is.
//
// A lane is 256 days of one series (1,024 minutes in the second half of the
// table), coded alone, decoded into one reused array. "sum" decodes and adds.
// Ours run once for each kind of processor that this machine can stand in for.
// zstd, lz4 and streamvbyte are Debian's libraries; Gorilla and Simple8b are
// written here from their papers, for comparison alone.

#include <benchmark/benchmark.h>
#include <lz4.h>
#include <streamvbyte.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "bench/support/workload.h"
#include "storage/base/varint.h"
#include "storage/codec/choose.h"
#include "storage/codec/column.h"
#include "storage/codec/delta.h"
#include "storage/codec/frame.h"
#include "storage/codec/kernels.h"
#include "storage/codec/patched_frame.h"
#include "storage/codec/seasonal.h"

namespace footfall::bench {
namespace {

using storage::CellType;
using storage::Codec;
using storage::Effort;
using storage::KernelLevel;
using storage::Presence;

using Values = std::vector<int64_t>;

struct Lanes {
  const char* name;
  uint32_t season;
  std::vector<Values> lanes;
  size_t count = 0;
};

template <typename Spec>
Lanes Cut(const char* name, uint32_t season, const Spec& spec, size_t steps) {
  Lanes cut{name, season, {}, 0};
  ForEachSeries(spec, [&](const SeriesData& series) {
    for (size_t i = 0; i < series.values.size(); i += steps) {
      const size_t end = std::min(series.values.size(), i + steps);
      cut.lanes.emplace_back(series.values.begin() + static_cast<int64_t>(i),
                             series.values.begin() + static_cast<int64_t>(end));
      cut.count += end - i;
    }
  });
  return cut;
}

const Lanes& Daily() {
  static const Lanes lanes = [] {
    market::DailySpec spec;
    spec.apps = 200;
    spec.rank_stride = 100;
    return Cut("daily", 7, spec, 256);
  }();
  return lanes;
}

const Lanes& Minutely() {
  static const Lanes lanes = [] {
    market::MinutelySpec spec;
    spec.series = 10;
    spec.rank_stride = 100;
    return Cut("minutely", 0, spec, 1024);
  }();
  return lanes;
}

// A codec under test: both append to or fill what they are given.
struct Subject {
  const char* name;
  std::function<void(const Values&, uint32_t season, std::string*)> encode;
  std::function<bool(absl::string_view, uint32_t season, Values*)> decode;
};

absl::string_view Raw(const Values& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * 8};
}

uint64_t Difference(const Values& values, size_t i) {
  return static_cast<uint64_t>(values[i]) -
         (i == 0 ? 0 : static_cast<uint64_t>(values[i - 1]));
}

std::string DeltaVarints(const Values& values) {
  std::string bytes;
  for (size_t i = 0; i < values.size(); ++i) {
    storage::PutVarint(storage::ZigZag(Difference(values, i)), &bytes);
  }
  return bytes;
}

bool FromDeltaVarints(absl::string_view in, Values* values) {
  uint64_t sum = 0;
  for (int64_t& value : *values) {
    uint64_t coded;
    if (!storage::TakeVarint(&in, &coded)) return false;
    sum += storage::UnZigZag(coded);
    value = static_cast<int64_t>(sum);
  }
  return in.empty();
}

// ---- Bits for the two from papers, highest first ----

class BitSink {
 public:
  explicit BitSink(std::string* out) : out_(out) {}
  void Put(uint64_t value, uint32_t width) {
    for (; width > 0; --width) {
      byte_ = static_cast<uint8_t>(byte_ << 1 | (value >> (width - 1) & 1));
      if (++used_ == 8) {
        out_->push_back(static_cast<char>(byte_));
        used_ = 0;
      }
    }
  }
  void Finish() {
    while (used_ != 0) Put(0, 1);
    out_->append(8, '\0');  // so that a reader may load whole words
  }

 private:
  std::string* out_;
  uint8_t byte_ = 0;
  uint32_t used_ = 0;
};

class BitSource {
 public:
  explicit BitSource(absl::string_view in) : in_(in) {}
  uint64_t Take(uint32_t width) {
    if (width == 0) return 0;
    if (width > 56) {
      const uint64_t high = Take(width - 32);
      return high << 32 | Take(32);
    }
    if (position_ / 8 + 8 > in_.size()) return 0;
    uint64_t word;
    std::memcpy(&word, in_.data() + position_ / 8, 8);
    word = __builtin_bswap64(word) << (position_ % 8);
    position_ += width;
    return word >> (64 - width);
  }

 private:
  absl::string_view in_;
  size_t position_ = 0;
};

// T. Pelkonen et al., "Gorilla", VLDB 2015, section 4.1.2: each double XORed
// with the one before; the changed bits, within the last window where they fit.
void EncodeGorilla(const Values& values, std::string* out) {
  BitSink bits(out);
  uint64_t previous = 0;
  uint32_t leading = 64;
  uint32_t trailing = 0;
  for (const int64_t value : values) {
    const uint64_t word = std::bit_cast<uint64_t>(static_cast<double>(value));
    const uint64_t changed = word ^ previous;
    previous = word;
    if (changed == 0) {
      bits.Put(0, 1);
      continue;
    }
    const uint32_t zeros = std::min<uint32_t>(
        31, static_cast<uint32_t>(std::countl_zero(changed)));
    const uint32_t after = static_cast<uint32_t>(std::countr_zero(changed));
    if (leading + trailing < 64 && zeros >= leading && after >= trailing) {
      bits.Put(0b10, 2);
    } else {
      leading = zeros;
      trailing = after;
      bits.Put(0b11, 2);
      bits.Put(leading, 5);
      bits.Put(64 - leading - trailing - 1, 6);
    }
    bits.Put(changed >> trailing, 64 - leading - trailing);
  }
  bits.Finish();
}

bool DecodeGorilla(absl::string_view in, Values* values) {
  BitSource bits(in);
  uint64_t word = 0;
  uint32_t leading = 64;
  uint32_t width = 0;
  for (int64_t& value : *values) {
    if (bits.Take(1) != 0) {
      if (bits.Take(1) != 0) {
        leading = static_cast<uint32_t>(bits.Take(5));
        width = static_cast<uint32_t>(bits.Take(6)) + 1;
      }
      word ^= bits.Take(width) << (64 - leading - width);
    }
    value = static_cast<int64_t>(std::bit_cast<double>(word));
  }
  return true;
}

// V. Anh, A. Moffat, "Index compression using 64-bit words", 2010: a word holds
// 4 bits of selector and as many equal fields as fit in 60.
struct Selector {
  uint32_t count;
  uint32_t width;
};
constexpr Selector kSelectors[] = {
    {240, 0}, {120, 0}, {60, 1}, {30, 2}, {20, 3}, {15, 4}, {12, 5}, {10, 6},
    {8, 7},   {7, 8},   {6, 10}, {5, 12}, {4, 15}, {3, 20}, {2, 30}, {1, 60}};

void EncodeSimple8b(const Values& values, std::string* out) {
  Values coded(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    coded[i] = static_cast<int64_t>(storage::ZigZag(Difference(values, i)));
  }
  for (size_t i = 0; i < coded.size();) {
    for (uint64_t s = 0; s < 16; ++s) {
      const size_t count =
          std::min<size_t>(kSelectors[s].count, coded.size() - i);
      uint64_t word = s;
      bool fits = true;
      for (size_t j = 0; j < count && fits; ++j) {
        const uint64_t value = static_cast<uint64_t>(coded[i + j]);
        fits = kSelectors[s].width == 0 ? value == 0
                                        : value >> kSelectors[s].width == 0;
        if (kSelectors[s].width != 0) {
          word |= value << (4 + j * kSelectors[s].width);
        }
      }
      if (!fits) continue;
      out->append(reinterpret_cast<const char*>(&word), 8);
      i += count;
      break;
    }
  }
}

bool DecodeSimple8b(absl::string_view in, Values* values) {
  uint64_t sum = 0;
  size_t i = 0;
  for (size_t at = 0; at + 8 <= in.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, in.data() + at, 8);
    const Selector selector = kSelectors[word & 15];
    const uint64_t mask = (uint64_t{1} << selector.width) - 1;
    const size_t end = std::min<size_t>(values->size(), i + selector.count);
    word >>= 4;
    for (; i < end; ++i) {
      sum += storage::UnZigZag(word & mask);
      (*values)[i] = static_cast<int64_t>(sum);
      word >>= selector.width;
    }
  }
  return i == values->size();
}

Presence Steps(size_t count) {
  return Presence::Run(0, static_cast<uint32_t>(count));
}

void EncodeChosen(const Values& values, uint32_t season, Effort effort,
                  std::string* out) {
  const Presence steps = Steps(values.size());
  const size_t start = out->size();
  out->push_back(0);
  (*out)[start] = static_cast<char>(storage::EncodeColumn(
      values, {steps, season}, CellType::kInteger, effort, out));
}

bool DecodeChosen(absl::string_view in, uint32_t season, Values* values) {
  const Presence steps = Steps(values->size());
  return storage::DecodeColumn(static_cast<Codec>(in[0]), in.substr(1),
                               {steps, season}, 0, absl::MakeSpan(*values))
      .ok();
}

std::string Zstd(absl::string_view in) {
  std::string out(ZSTD_compressBound(in.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), in.data(), in.size(), 3));
  return out;
}

const std::vector<Subject>& Subjects() {
  static const std::vector<Subject> subjects = {
      {"sealed",
       [](const Values& v, uint32_t season, std::string* out) {
         EncodeChosen(v, season, Effort::kDense, out);
       },
       DecodeChosen},
      {"patch",
       [](const Values& v, uint32_t season, std::string* out) {
         EncodeChosen(v, season, Effort::kFast, out);
       },
       DecodeChosen},
      {"frame",
       [](const Values& v, uint32_t, std::string* out) {
         storage::EncodeFrame(v, out);
       },
       [](absl::string_view in, uint32_t, Values* v) {
         return storage::DecodeFrame(in, v->size(), 0, absl::MakeSpan(*v)).ok();
       }},
      {"patched_frame",
       [](const Values& v, uint32_t, std::string* out) {
         storage::EncodePatchedFrame(v, out);
       },
       [](absl::string_view in, uint32_t, Values* v) {
         return storage::DecodePatchedFrame(in, v->size(), 0,
                                            absl::MakeSpan(*v))
             .ok();
       }},
      {"delta",
       [](const Values& v, uint32_t, std::string* out) {
         storage::EncodeDelta(v, out);
       },
       [](absl::string_view in, uint32_t, Values* v) {
         return storage::DecodeDelta(in, v->size(), 0, absl::MakeSpan(*v)).ok();
       }},
      {"gorilla_xor",
       [](const Values& v, uint32_t, std::string* out) {
         EncodeGorilla(v, out);
       },
       [](absl::string_view in, uint32_t, Values* v) {
         return DecodeGorilla(in, v);
       }},
      {"simple8b_delta",
       [](const Values& v, uint32_t, std::string* out) {
         EncodeSimple8b(v, out);
       },
       [](absl::string_view in, uint32_t, Values* v) {
         return DecodeSimple8b(in, v);
       }},
      {"streamvbyte_delta",
       [](const Values& v, uint32_t, std::string* out) {
         std::vector<uint32_t> coded(v.size());
         for (size_t i = 0; i < v.size(); ++i) {
           coded[i] = static_cast<uint32_t>(storage::ZigZag(Difference(v, i)));
         }
         const size_t start = out->size();
         const uint32_t count = static_cast<uint32_t>(v.size());
         out->resize(start + streamvbyte_max_compressedbytes(count));
         out->resize(start +
                     streamvbyte_encode(
                         coded.data(), count,
                         reinterpret_cast<uint8_t*>(out->data()) + start));
       },
       [](absl::string_view in, uint32_t, Values* v) {
         static std::vector<uint32_t> coded;
         coded.resize(v->size());
         streamvbyte_decode(reinterpret_cast<const uint8_t*>(in.data()),
                            coded.data(), static_cast<uint32_t>(v->size()));
         uint64_t sum = 0;
         for (size_t i = 0; i < coded.size(); ++i) {
           sum += storage::UnZigZag(coded[i]);
           (*v)[i] = static_cast<int64_t>(sum);
         }
         return true;
       }},
      {"delta_varint_zstd3",
       [](const Values& v, uint32_t, std::string* out) {
         *out += Zstd(DeltaVarints(v));
       },
       [](absl::string_view in, uint32_t, Values* v) {
         static std::string plain;
         plain.resize(v->size() * storage::kMaxVarintSize);
         const size_t size =
             ZSTD_decompress(plain.data(), plain.size(), in.data(), in.size());
         return !ZSTD_isError(size) &&
                FromDeltaVarints(absl::string_view(plain).substr(0, size), v);
       }},
      {"zstd3",
       [](const Values& v, uint32_t, std::string* out) {
         *out += Zstd(Raw(v));
       },
       [](absl::string_view in, uint32_t, Values* v) {
         return !ZSTD_isError(
             ZSTD_decompress(v->data(), v->size() * 8, in.data(), in.size()));
       }},
      {"lz4",
       [](const Values& v, uint32_t, std::string* out) {
         const absl::string_view in = Raw(v);
         const int size = static_cast<int>(in.size());
         std::string coded(static_cast<size_t>(LZ4_compressBound(size)), '\0');
         coded.resize(static_cast<size_t>(LZ4_compress_default(
             in.data(), coded.data(), size, static_cast<int>(coded.size()))));
         *out += coded;
       },
       [](absl::string_view in, uint32_t, Values* v) {
         return LZ4_decompress_safe(in.data(),
                                    reinterpret_cast<char*>(v->data()),
                                    static_cast<int>(in.size()),
                                    static_cast<int>(v->size() * 8)) >= 0;
       }},
  };
  return subjects;
}

// All lanes, one after the other, as one string and its cuts.
struct Coded {
  std::string bytes;
  std::vector<size_t> ends;
};

Coded EncodeAll(const Subject& subject, const Lanes& lanes) {
  Coded coded;
  for (const Values& lane : lanes.lanes) {
    subject.encode(lane, lanes.season, &coded.bytes);
    coded.ends.push_back(coded.bytes.size());
  }
  return coded;
}

enum class What { kEncode, kDecode, kSum };

void Run(benchmark::State& state, const Subject& subject, const Lanes& lanes,
         KernelLevel level, What what) {
  const KernelLevel before = storage::ActiveKernels().level;
  if (!storage::UseKernels(level)) {
    state.SkipWithError("this processor has no such vectors");
    return;
  }
  const Coded coded = EncodeAll(subject, lanes);
  for (auto _ : state) {
    if (what == What::kEncode) {
      benchmark::DoNotOptimize(EncodeAll(subject, lanes).bytes.data());
      continue;
    }
    size_t begin = 0;
    uint64_t sum = 0;
    static Values values;
    for (size_t i = 0; i < lanes.lanes.size(); ++i) {
      values.resize(lanes.lanes[i].size());
      if (!subject.decode(absl::string_view(coded.bytes)
                              .substr(begin, coded.ends[i] - begin),
                          lanes.season, &values)) {
        state.SkipWithError("decoding failed");
        break;
      }
      begin = coded.ends[i];
      if (what == What::kSum) {
        for (const int64_t value : values) {
          sum += static_cast<uint64_t>(value);
        }
      }
      benchmark::DoNotOptimize(values.data());
    }
    benchmark::DoNotOptimize(sum);
    if (values != lanes.lanes.back()) {
      state.SkipWithError("decoded to something else");
    }
  }
  storage::UseKernels(before);
  state.SetItemsProcessed(state.iterations() *
                          static_cast<int64_t>(lanes.count));
  state.counters["bytes_per_value"] = static_cast<double>(coded.bytes.size()) /
                                      static_cast<double>(lanes.count);
}

const char* const kWhat[] = {"encode", "decode", "sum"};
const char* const kLevel[] = {"portable", "avx2", "avx512"};

const bool registered = [] {
  for (const Lanes* lanes : {&Daily(), &Minutely()}) {
    for (const Subject& subject : Subjects()) {
      const bool ours = &subject - Subjects().data() < 5;
      for (const KernelLevel level :
           {KernelLevel::kPortable, KernelLevel::kAvx2, KernelLevel::kAvx512}) {
        if (!ours && level != KernelLevel::kPortable) continue;
        for (const What what : {What::kEncode, What::kDecode, What::kSum}) {
          const std::string name =
              std::string(lanes->name) + "/" + subject.name + "/" +
              kWhat[static_cast<size_t>(what)] +
              (ours ? std::string("/") + kLevel[static_cast<size_t>(level)]
                    : std::string());
          benchmark::RegisterBenchmark(
              name.c_str(),
              [&subject, lanes, level, what](benchmark::State& state) {
                Run(state, subject, *lanes, level, what);
              });
        }
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace footfall::bench
