// Small unsigned numbers side by side, `width` bits each, nothing between.
//
// Value i occupies bits [i * width, (i + 1) * width) of the bytes, bit 0 being
// the lowest of the first byte; the last byte is filled with zeros. So any
// value is found without the ones before it, a short block wastes no room, and
// every 8 values start on a byte: with the width known, 8 loads at fixed
// places and shifts by fixed amounts, which compilers unroll and overlap.

#ifndef FOOTFALL_STORAGE_CODEC_BIT_PACK_H_
#define FOOTFALL_STORAGE_CODEC_BIT_PACK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::storage {

inline size_t PackedSize(size_t count, uint32_t width) {
  return (count * width + 7) / 8;
}

// Appends PackedSize(values.size(), width) bytes. Each value is stored less
// `base`, modulo 2^64. Requires: width <= 64, and every difference fits in it.
void PackBits(absl::Span<const uint64_t> values, uint64_t base, uint32_t width,
              std::string* out);

// Writes values [begin, begin + out.size()), with `base` added, modulo 2^64.
// Reads nothing outside `in`.
// Requires: width <= 64; in.size() >= PackedSize(begin + out.size(), width).
void UnpackBits(absl::string_view in, uint32_t width, size_t begin,
                uint64_t base, absl::Span<uint64_t> out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_BIT_PACK_H_
