// The values of one lane as bytes: codec numbers, and the way in and out.
//
// Values are 64 bits, an int64 or the bits of a double. Each coding has a
// number that is on disk: a number keeps its meaning for ever, and a better
// coding gets a new one. How many values there are is not in the bytes: the
// caller knows.

#ifndef FOOTFALL_STORAGE_CODEC_COLUMN_H_
#define FOOTFALL_STORAGE_CODEC_COLUMN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::storage {

enum class CellType : uint8_t {
  kInteger = 0,  // int64
  kDecimal = 1,  // the bits of an IEEE 754 double
};

// How much to spend on making values small.
enum class Effort : uint8_t {
  kFast,   // patches: whatever is written at once
  kDense,  // sealing: the densest coding that pays
};

enum class Codec : uint8_t {
  kNone = 0,      // no values, no bytes
  kConstant = 1,  // varint zigzag(the one value)
  kRaw = 2,       // 8 bytes a value, little-endian
  kFrame = 3,     // storage/codec/frame.h
  kDelta = 4,     // storage/codec/delta.h
  kDecimal = 5,   // u8 scale, u8 codec, scaled integers in that codec
};
inline constexpr uint8_t kMaxCodec = static_cast<uint8_t>(Codec::kDecimal);

// Appends the values in the coding that EncodeColumn chose and returned: the
// smallest of those above that can hold them. The rule is in column.cc.
Codec EncodeColumn(absl::Span<const int64_t> values, CellType type,
                   Effort effort, std::string* out);

// Writes values [begin, begin + out.size()) of the `count` coded in `in`, which
// is exactly what EncodeColumn() appended.
// Requires: begin + out.size() <= count.
//   DATA_LOSS      the bytes are not `count` values
//   UNIMPLEMENTED  a codec number of a later release
absl::Status DecodeColumn(Codec codec, absl::string_view in, size_t count,
                          size_t begin, absl::Span<int64_t> out);

// "frame", "decimal 2 delta": for people. `in` as in DecodeColumn().
std::string DescribeColumn(Codec codec, absl::string_view in);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_COLUMN_H_
