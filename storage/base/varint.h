// Integers in as few bytes as they need.
//
// A varint holds 7 bits a byte, lowest first; the top bit says that more
// follow. A uint64 takes 1 to 10 bytes. ZigZag maps small negative numbers to
// small unsigned ones: 0, -1, 1, -2 become 0, 1, 2, 3. As in Protocol Buffers'
// wire format, except that a reader refuses bits beyond the 64th.

#ifndef FOOTFALL_STORAGE_BASE_VARINT_H_
#define FOOTFALL_STORAGE_BASE_VARINT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace footfall::storage {

inline constexpr size_t kMaxVarintSize = 10;

inline uint64_t ZigZag(uint64_t value) {
  return (value << 1) ^ (uint64_t{0} - (value >> 63));
}
inline uint64_t UnZigZag(uint64_t value) {
  return (value >> 1) ^ (uint64_t{0} - (value & 1));
}

// Bytes that PutVarint() would append.
inline size_t VarintSize(uint64_t value) {
  return (static_cast<size_t>(std::bit_width(value | 1)) + 6) / 7;
}

inline void PutVarint(uint64_t value, std::string* out) {
  size_t at = out->size();
  out->resize(at + VarintSize(value));
  for (; value >= 0x80; value >>= 7) {
    (*out)[at++] = static_cast<char>(value | 0x80);
  }
  (*out)[at] = static_cast<char>(value);
}

// Moves one varint from the front of *in to *value. False, with *in unchanged,
// where the bytes end within it or hold more than 64 bits.
bool TakeVarint(absl::string_view* in, uint64_t* value);

// As TakeVarint(), and false where the value is above `limit`.
bool TakeVarint32(absl::string_view* in, uint32_t limit, uint32_t* value);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_BASE_VARINT_H_
