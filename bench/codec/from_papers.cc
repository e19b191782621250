// Gorilla and Simple8b, written from their papers for comparison alone.

#include <algorithm>
#include <bit>
#include <cstring>

#include "bench/codec/subject.h"
#include "storage/base/varint.h"

namespace footfall::bench {
namespace {

// Bits, highest first.
class BitSink {
 public:
  explicit BitSink(std::string* out) : out_(out) {}
  void Put(uint64_t value, uint32_t width) {
    if (width > 32) {
      Put(value >> 32, width - 32);
      width = 32;
      value &= 0xffffffff;
    }
    word_ = word_ << width | value;
    used_ += width;
    while (used_ >= 8) {
      used_ -= 8;
      out_->push_back(static_cast<char>(word_ >> used_ & 0xff));
    }
  }
  void Finish() {
    if (used_ != 0) Put(0, 8 - used_);
    out_->append(8, '\0');  // so that a reader may load whole words
  }

 private:
  std::string* out_;
  uint64_t word_ = 0;
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

uint64_t Difference(const Values& values, size_t i) {
  return static_cast<uint64_t>(values[i]) -
         (i == 0 ? 0 : static_cast<uint64_t>(values[i - 1]));
}

struct Selector {
  uint32_t count;
  uint32_t width;
};
constexpr Selector kSelectors[] = {
    {240, 0}, {120, 0}, {60, 1}, {30, 2}, {20, 3}, {15, 4}, {12, 5}, {10, 6},
    {8, 7},   {7, 8},   {6, 10}, {5, 12}, {4, 15}, {3, 20}, {2, 30}, {1, 60}};

}  // namespace

// Each double is XORed with the one before; the bits that changed are written,
// within the last window where they fit.
void EncodeGorilla(const LaneSet& set, const Lane& lane, std::string* out) {
  BitSink bits(out);
  uint64_t previous = 0;
  uint32_t leading = 64;
  uint32_t trailing = 0;
  for (const int64_t value : lane.values) {
    const uint64_t word =
        set.type == storage::CellType::kDecimal
            ? static_cast<uint64_t>(value)
            : std::bit_cast<uint64_t>(static_cast<double>(value));
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

bool DecodeGorilla(const LaneSet& set, const Lane& lane, absl::string_view in,
                   int64_t* values) {
  BitSource bits(in);
  uint64_t word = 0;
  uint32_t leading = 64;
  uint32_t width = 0;
  for (size_t i = 0; i < lane.values.size(); ++i) {
    if (bits.Take(1) != 0) {
      if (bits.Take(1) != 0) {
        leading = static_cast<uint32_t>(bits.Take(5));
        width = static_cast<uint32_t>(bits.Take(6)) + 1;
      }
      word ^= bits.Take(width) << (64 - leading - width);
    }
    values[i] = set.type == storage::CellType::kDecimal
                    ? static_cast<int64_t>(word)
                    : static_cast<int64_t>(std::bit_cast<double>(word));
  }
  return true;
}

// A word holds 4 bits of selector and as many equal fields as fit in 60.
void EncodeSimple8b(const LaneSet& /*set*/, const Lane& lane,
                    std::string* out) {
  const Values& values = lane.values;
  std::vector<uint64_t> coded(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    coded[i] = storage::ZigZag(Difference(values, i));
  }
  for (size_t i = 0; i < coded.size();) {
    for (uint64_t s = 0; s < 16; ++s) {
      const Selector selector = kSelectors[s];
      const size_t count = std::min<size_t>(selector.count, coded.size() - i);
      uint64_t word = s;
      bool fits = true;
      for (size_t j = 0; j < count && fits; ++j) {
        fits = coded[i + j] >> selector.width == 0;
        if (selector.width != 0) {
          word |= coded[i + j] << (4 + j * selector.width);
        }
      }
      if (!fits) continue;
      out->append(reinterpret_cast<const char*>(&word), 8);
      i += count;
      break;
    }
  }
}

bool DecodeSimple8b(const LaneSet& /*set*/, const Lane& lane,
                    absl::string_view in, int64_t* values) {
  const size_t size = lane.values.size();
  uint64_t sum = 0;
  size_t i = 0;
  for (size_t at = 0; at + 8 <= in.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, in.data() + at, 8);
    const Selector selector = kSelectors[word & 15];
    const uint64_t mask = (uint64_t{1} << selector.width) - 1;
    const size_t end = std::min<size_t>(size, i + selector.count);
    word >>= 4;
    for (; i < end; ++i) {
      sum += storage::UnZigZag(word & mask);
      values[i] = static_cast<int64_t>(sum);
      word >>= selector.width;
    }
  }
  return i == size;
}

}  // namespace footfall::bench
