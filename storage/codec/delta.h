// Differences from one value to the next, as a frame of reference.
//
//   varint zigzag(first value)
//   frame of value[i] - value[i - 1] for i >= 1    (storage/codec/frame.h)
//
// For values that climb: their differences need fewer bits than they do.
// Differences are modulo 2^64 and every int64 round-trips. A value needs all
// before it: decoding always begins at the first.

#ifndef FOOTFALL_STORAGE_CODEC_DELTA_H_
#define FOOTFALL_STORAGE_CODEC_DELTA_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::storage {

// Bytes that EncodeDelta() would append. Requires: values is not empty.
size_t DeltaSize(absl::Span<const int64_t> values);

// Requires: values is not empty.
void EncodeDelta(absl::Span<const int64_t> values, std::string* out);

// Writes values [begin, begin + out.size()) of the `count` coded ones. `in` is
// exactly what EncodeDelta() appended.
// Requires: begin + out.size() <= count; count > 0.
//   DATA_LOSS  the bytes are not `count` values
absl::Status DecodeDelta(absl::string_view in, size_t count, size_t begin,
                         absl::Span<int64_t> out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_DELTA_H_
