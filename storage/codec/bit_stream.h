// Numbers of changing widths one after the other, bit by bit.
//
// The first bit is the lowest of the first byte. For headers and sets of a few
// dozen numbers; long columns of one width are packed by bit_pack.h.

#ifndef FOOTFALL_STORAGE_CODEC_BIT_STREAM_H_
#define FOOTFALL_STORAGE_CODEC_BIT_STREAM_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "storage/base/bytes.h"
#include "storage/base/check.h"

namespace footfall::storage {

// Appends bits to a string; Finish() fills the last byte with zeros.
class BitWriter {
 public:
  explicit BitWriter(std::string* out) : out_(out) {}

  // The lowest `width` <= 32 bits of `value`; its other bits are 0.
  void Put(uint64_t value, uint32_t width) {
    word_ |= value << used_;
    used_ += width;
    while (used_ >= 8) {
      out_->push_back(static_cast<char>(word_ & 0xff));
      word_ >>= 8;
      used_ -= 8;
    }
  }

  // Elias's gamma code of value >= 1, below 2^32: as many zeros as the value
  // has bits after its first, a one, and those bits.
  void PutGamma(uint64_t value) {
    FOOTFALL_DCHECK(value != 0);
    const uint32_t width = static_cast<uint32_t>(std::bit_width(value)) - 1;
    Put(0, width);
    Put(1, 1);
    Put(value & ((uint64_t{1} << width) - 1), width);
  }

  void Finish() {
    if (used_ > 0) {
      out_->push_back(static_cast<char>(word_ & 0xff));
      word_ = 0;
      used_ = 0;
    }
  }

 private:
  std::string* out_;
  uint64_t word_ = 0;
  uint32_t used_ = 0;  // bits in word_, below 8 between calls
};

// Reads what BitWriter wrote. Nothing outside the bytes is read: bits beyond
// their end are zeros, and overrun() tells.
class BitReader {
 public:
  explicit BitReader(absl::string_view in) : in_(in) {}

  // width <= 32.
  uint64_t Take(uint32_t width) {
    const uint64_t value = Peek() & ((uint64_t{1} << width) - 1);
    position_ += width;
    return value;
  }

  // A gamma code; 0 where there is none of less than 2^32.
  uint64_t TakeGamma() {
    const uint64_t word = Peek();
    const uint32_t width = static_cast<uint32_t>(std::countr_zero(word));
    if (width >= 32) {
      position_ = in_.size() * 8 + 1;
      return 0;
    }
    position_ += width + 1;
    return uint64_t{1} << width | Take(width);
  }

  bool overrun() const { return position_ > in_.size() * 8; }
  // Whether zeros fill the last byte, as Finish() leaves it.
  bool ends_in_zeros() const {
    return position_ % 8 == 0 ||
           (!overrun() && Peek() << (56 + position_ % 8) == 0);
  }
  // Bytes that hold the bits taken so far.
  size_t bytes_taken() const { return (position_ + 7) / 8; }

 private:
  // At least 57 bits from the position on.
  uint64_t Peek() const {
    const size_t byte = std::min(position_ / 8, in_.size());
    return LoadPartialU64(in_.data() + byte,
                          std::min<size_t>(8, in_.size() - byte)) >>
           (position_ % 8);
  }

  absl::string_view in_;
  size_t position_ = 0;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_BIT_STREAM_H_
