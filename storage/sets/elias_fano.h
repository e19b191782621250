// Ascending distinct numbers from 0 to `last`, in few bits and quick to read.
//
//   packed   the low l bits of each number
//   bits     for each number: as many zeros as its high part, the number >> l,
//            is above that of the one before (of the first: above 0); a one;
//            zeros to the end
//
// l = floor(log2(last / count)), 0 where count > last. The bits take
// count + (last >> l) places, so the size follows from `count` and `last`,
// which are not in the bytes: a reader finds what comes after without reading
// this. About 2 + l bits a number, half a bit above what random numbers need.
//
// Source: P. Elias, "Efficient storage and retrieval by content and address of
// static files", 1974; R. Fano, 1971.

#ifndef FOOTFALL_STORAGE_SETS_ELIAS_FANO_H_
#define FOOTFALL_STORAGE_SETS_ELIAS_FANO_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/base/bytes.h"

namespace footfall::storage {

// How `count` numbers up to `last` lie in bytes.
struct EliasFanoShape {
  // Requires: 1 <= count < 2^32.
  EliasFanoShape(uint64_t count, uint64_t last)
      : low_bits(static_cast<uint32_t>(std::bit_width(last / count | 1)) - 1),
        low_size((count * low_bits + 7) / 8),
        high_bits(count + (last >> low_bits)),
        size(low_size + (high_bits + 7) / 8) {}

  uint32_t low_bits;
  size_t low_size;   // bytes
  size_t high_bits;  // in the bytes after these
  size_t size;       // bytes of both
};

// Requires: numbers ascend, are distinct and at most `last`; there is one.
void PutEliasFano(absl::Span<const uint64_t> numbers, uint64_t last,
                  std::string* out);
void PutEliasFano(absl::Span<const uint32_t> numbers, uint32_t last,
                  std::string* out);

// Reads numbers in order. A number that breaks a promise ends it: TakeUpTo()
// and Take() answer false then and ever after. Nothing outside `in` is read.
class EliasFanoCursor {
 public:
  EliasFanoCursor() = default;
  // Requires: in.size() == EliasFanoShape(count, last).size.
  EliasFanoCursor(absl::string_view in, uint64_t count, uint64_t last)
      : in_(in), count_(count), last_(last) {
    const EliasFanoShape shape(count, last);
    low_bits_ = shape.low_bits;
    high_at_ = shape.low_size;
    word_ = HighWord();
  }

  // Numbers taken so far.
  uint64_t index() const { return index_; }

  // Calls take(number) for the next numbers up to `limit` itself.
  template <typename TakeNumber>
  bool TakeUpTo(uint64_t limit, TakeNumber take) {
    while (index_ < count_) {
      uint64_t number;
      if (!Look(&number)) {
        return false;
      }
      if (number > limit) {
        return true;
      }
      take(number);
      Pass(number);
    }
    return true;
  }

  // The next out.size() numbers. Requires: so many are left.
  bool Take(absl::Span<uint64_t> out) {
    for (uint64_t& number : out) {
      if (!Look(&number)) {
        return false;
      }
      Pass(number);
    }
    return true;
  }

 private:
  // The 64 places of the high bits from base_ on.
  uint64_t HighWord() const {
    const size_t at = high_at_ + base_ / 8;
    return at + 8 <= in_.size() ? LoadU64(in_.data() + at)
           : at < in_.size() ? LoadPartialU64(in_.data() + at, in_.size() - at)
                             : 0;
  }

  uint64_t Low() const {
    if (low_bits_ == 0) {
      return 0;
    }
    const uint64_t bit = index_ * low_bits_;
    const size_t at = bit / 8;
    const uint32_t shift = bit % 8;
    uint64_t low =
        at + 8 <= in_.size()
            ? LoadU64(in_.data() + at) >> shift
            : LoadPartialU64(in_.data() + at, in_.size() - at) >> shift;
    if (shift + low_bits_ > 64) {
      low |= uint64_t{static_cast<unsigned char>(in_[at + 8])} << (64 - shift);
    }
    return low & (~uint64_t{0} >> (64 - low_bits_));
  }

  // The next number; false where there is none that may come next.
  bool Look(uint64_t* number) {
    while (word_ == 0) {
      base_ += 64;
      if (high_at_ + base_ / 8 >= in_.size()) {
        base_ -= 64;
        return false;
      }
      word_ = HighWord();
    }
    const uint64_t high =
        base_ + static_cast<uint64_t>(std::countr_zero(word_)) - index_;
    *number = high << low_bits_ | Low();
    // Bits beyond the high part's last place are damage, and lie above `last`.
    return high <= last_ >> low_bits_ && *number <= last_ &&
           (index_ == 0 || *number > previous_);
  }

  void Pass(uint64_t number) {
    previous_ = number;
    ++index_;
    word_ &= word_ - 1;
  }

  absl::string_view in_;
  uint64_t count_ = 0;
  uint64_t last_ = 0;
  uint64_t index_ = 0;     // numbers taken
  uint64_t previous_ = 0;  // the last of them
  uint64_t base_ = 0;      // place of the lowest bit of word_
  uint64_t word_ = 0;      // high bits that are not taken yet
  size_t high_at_ = 0;
  uint32_t low_bits_ = 0;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_ELIAS_FANO_H_
