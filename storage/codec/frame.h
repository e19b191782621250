// Frame of reference: each mini-block of 128 values as offsets from its least.
//
//   for each mini-block   u8 width, varint zigzag(least)
//   for each mini-block   its offsets, bit-packed with that width
//
// The last mini-block holds what is left, 1 to 128 values; a mini-block of
// equal values has width 0 and no offsets. Mini-blocks decode alone, so a
// stretch of steps costs what it holds. Offsets are modulo 2^64 and every int64
// round-trips.
//
// Source: J. Goldstein, R. Ramakrishnan, U. Shaft, "Compressing Relations and
// Indexes", ICDE 1998; 128 values a block as in D. Lemire, L. Boytsov,
// "Decoding billions of integers per second through vectorization", 2015. Ours
// keeps the values in order instead of interleaving them, for short blocks'
// sake.

#ifndef FOOTFALL_STORAGE_CODEC_FRAME_H_
#define FOOTFALL_STORAGE_CODEC_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::storage {

inline constexpr size_t kMiniBlock = 128;

// Bytes that EncodeFrame() would append.
size_t FrameSize(absl::Span<const int64_t> values);

void EncodeFrame(absl::Span<const int64_t> values, std::string* out);

// Writes values [begin, begin + out.size()) of the `count` coded ones. `in` is
// exactly what EncodeFrame() appended. Requires: begin + out.size() <= count.
//   DATA_LOSS  the bytes are not `count` values
absl::Status DecodeFrame(absl::string_view in, size_t count, size_t begin,
                         absl::Span<int64_t> out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_FRAME_H_
