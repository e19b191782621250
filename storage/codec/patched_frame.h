// Frame of reference with exceptions: a few odd values do not widen the rest.
//
//   for each mini-block of 128 values, the last one shorter:
//     u8      bits 0-6 width, bit 7 exceptions
//     varint  zigzag(base)
//     u8      number of exceptions less 1     only if bit 7
//   for each mini-block: its values less its base, packed with its width; 0 for
//     an exception
//   for each mini-block with exceptions:
//     u8      place of each, ascending
//     varint  zigzag(value less base) of each
//
// Mini-blocks decode alone. All modulo 2^64; every int64 round-trips.
//
// Sources: as storage/codec/frame.h; exceptions after M. Zukowski et al.,
// "Super-Scalar RAM-CPU Cache Compression", ICDE 2006. Ours lie on both sides:
// a day without data reads 0 in a lane of millions.

#ifndef FOOTFALL_STORAGE_CODEC_PATCHED_FRAME_H_
#define FOOTFALL_STORAGE_CODEC_PATCHED_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::storage {

void EncodePatchedFrame(absl::Span<const int64_t> values, std::string* out);

// Writes values [begin, begin + out.size()) of the `count` coded ones. `in` is
// exactly what EncodePatchedFrame() appended.
// Requires: begin + out.size() <= count.
//   DATA_LOSS  the bytes are not `count` values
absl::Status DecodePatchedFrame(absl::string_view in, size_t count,
                                size_t begin, absl::Span<int64_t> out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_PATCHED_FRAME_H_
