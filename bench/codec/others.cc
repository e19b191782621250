// What else there is: the two baselines, and Debian's libraries as they are
// used on such values.

#include <lz4.h>
#include <streamvbyte.h>
#include <zstd.h>

#include <cstring>

#include "bench/codec/subject.h"
#include "storage/base/varint.h"

namespace footfall::bench {
namespace {

absl::string_view Raw(const Values& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * 8};
}

uint64_t Difference(const Values& values, size_t i) {
  return static_cast<uint64_t>(values[i]) -
         (i == 0 ? 0 : static_cast<uint64_t>(values[i - 1]));
}

// Without a check of where the bytes end, as code for comparison may.
void PutVarints(const Values& values, std::string* out) {
  const size_t start = out->size();
  out->resize(start + values.size() * storage::kMaxVarintSize);
  char* next = out->data() + start;
  uint64_t previous = 0;
  for (const int64_t value : values) {
    uint64_t rest = storage::ZigZag(static_cast<uint64_t>(value) - previous);
    previous = static_cast<uint64_t>(value);
    for (; rest > 127; rest >>= 7) {
      *next++ = static_cast<char>(rest | 128);
    }
    *next++ = static_cast<char>(rest);
  }
  out->resize(static_cast<size_t>(next - out->data()));
}

void TakeVarints(const char* in, size_t count, int64_t* values) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) {
    uint64_t rest = 0;
    uint32_t shift = 0;
    for (; (*in & 128) != 0; shift += 7) {
      rest |= uint64_t{static_cast<uint64_t>(*in++) & 127} << shift;
    }
    rest |= static_cast<uint64_t>(*in++) << shift;
    sum += storage::UnZigZag(rest);
    values[i] = static_cast<int64_t>(sum);
  }
}

void PutZstd(absl::string_view in, std::string* out) {
  static ZSTD_CCtx* const context = ZSTD_createCCtx();
  const size_t start = out->size();
  const size_t room = ZSTD_compressBound(in.size());
  out->resize(start + room);
  out->resize(start + ZSTD_compressCCtx(context, out->data() + start, room,
                                        in.data(), in.size(), 3));
}

size_t TakeZstd(absl::string_view in, void* out, size_t room) {
  static ZSTD_DCtx* const context = ZSTD_createDCtx();
  return ZSTD_decompressDCtx(context, out, room, in.data(), in.size());
}

Subject Zstd() {
  return {"zstd -3",
          [](const LaneSet&, const Lane& lane, std::string* out) {
            PutZstd(Raw(lane.values), out);
          },
          [](const LaneSet&, const Lane& lane, absl::string_view in,
             int64_t* values) {
            return TakeZstd(in, values, lane.values.size() * 8) ==
                   lane.values.size() * 8;
          }};
}

Subject VarintZstd() {
  return {"delta varint + zstd -3",
          [](const LaneSet&, const Lane& lane, std::string* out) {
            static std::string plain;
            plain.clear();
            PutVarints(lane.values, &plain);
            PutZstd(plain, out);
          },
          [](const LaneSet&, const Lane& lane, absl::string_view in,
             int64_t* values) {
            static std::string plain;
            plain.resize(lane.values.size() * storage::kMaxVarintSize);
            if (ZSTD_isError(TakeZstd(in, plain.data(), plain.size()))) {
              return false;
            }
            TakeVarints(plain.data(), lane.values.size(), values);
            return true;
          }};
}

Subject Lz4() {
  return {
      "lz4",
      [](const LaneSet&, const Lane& lane, std::string* out) {
        const absl::string_view in = Raw(lane.values);
        const int size = static_cast<int>(in.size());
        const size_t start = out->size();
        const int room = LZ4_compressBound(size);
        out->resize(start + static_cast<size_t>(room));
        out->resize(start + static_cast<size_t>(LZ4_compress_default(
                                in.data(), out->data() + start, size, room)));
      },
      [](const LaneSet&, const Lane& lane, absl::string_view in,
         int64_t* values) {
        const int size = static_cast<int>(lane.values.size() * 8);
        return LZ4_decompress_safe(in.data(), reinterpret_cast<char*>(values),
                                   static_cast<int>(in.size()), size) == size;
      }};
}

// Its numbers have 32 bits: zigzag differences that have more do not fit.
Subject StreamVByte() {
  return {"streamvbyte, zigzag delta",
          [](const LaneSet&, const Lane& lane, std::string* out) {
            static std::vector<uint32_t> coded;
            const uint32_t count = static_cast<uint32_t>(lane.values.size());
            coded.resize(count);
            for (size_t i = 0; i < count; ++i) {
              coded[i] = static_cast<uint32_t>(
                  storage::ZigZag(Difference(lane.values, i)));
            }
            const size_t start = out->size();
            out->resize(start + streamvbyte_max_compressedbytes(count));
            uint8_t* const bytes =
                reinterpret_cast<uint8_t*>(out->data()) + start;
            out->resize(start + streamvbyte_encode(coded.data(), count, bytes));
          },
          [](const LaneSet&, const Lane& lane, absl::string_view in,
             int64_t* values) {
            static std::vector<uint32_t> coded;
            const size_t count = lane.values.size();
            coded.resize(count);
            streamvbyte_decode(reinterpret_cast<const uint8_t*>(in.data()),
                               coded.data(), static_cast<uint32_t>(count));
            uint64_t sum = 0;
            for (size_t i = 0; i < count; ++i) {
              sum += storage::UnZigZag(coded[i]);
              values[i] = static_cast<int64_t>(sum);
            }
            return true;
          },
          true};
}

}  // namespace

const Subject& Copy() {
  static const Subject copy = {
      "copy of 8 bytes a value",
      [](const LaneSet&, const Lane& lane, std::string* out) {
        out->append(reinterpret_cast<const char*>(lane.values.data()),
                    lane.values.size() * 8);
      },
      [](const LaneSet&, const Lane& lane, absl::string_view in,
         int64_t* values) {
        std::memcpy(values, in.data(), lane.values.size() * 8);
        return true;
      }};
  return copy;
}

const Subject& PlainVarint() {
  static const Subject varint = {
      "delta varint",
      [](const LaneSet&, const Lane& lane, std::string* out) {
        PutVarints(lane.values, out);
      },
      [](const LaneSet&, const Lane& lane, absl::string_view in,
         int64_t* values) {
        TakeVarints(in.data(), lane.values.size(), values);
        return true;
      }};
  return varint;
}

std::vector<Subject> OtherSubjects() {
  return {
      {"Gorilla XOR", EncodeGorilla, DecodeGorilla},
      {"Simple8b, zigzag delta", EncodeSimple8b, DecodeSimple8b, true},
      StreamVByte(),
      VarintZstd(),
      Zstd(),
      Lz4(),
  };
}

}  // namespace footfall::bench
