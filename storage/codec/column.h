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
#include "storage/codec/effort.h"
#include "storage/codec/presence.h"

namespace footfall::storage {

enum class CellType : uint8_t {
  kInteger = 0,  // int64
  kDecimal = 1,  // the bits of an IEEE 754 double
};

enum class Codec : uint8_t {
  kNone = 0,            // no values, no bytes
  kConstant = 1,        // varint zigzag(the one value)
  kRaw = 2,             // 8 bytes a value, little-endian
  kFrame = 3,           // storage/codec/frame.h
  kDelta = 4,           // storage/codec/delta.h
  kDecimal = 5,         // u8 scale, u8 codec, scaled integers in that codec
  kSeasonal = 6,        // storage/codec/seasonal.h
  kShort = 7,           // the same, short form
  kPatchedFrame = 8,    // storage/codec/patched_frame.h
  kPatchedDecimal = 9,  // storage/codec/patched_decimal.h
};
inline constexpr uint8_t kMaxCodec =
    static_cast<uint8_t>(Codec::kPatchedDecimal);

// Where the values of a column stand.
struct ColumnPlaces {
  const Presence& steps;  // one for each value
  uint32_t season;        // steps after which the calendar repeats; 0: none
};

// Writes values [begin, begin + out.size()) of those coded in `in`, which is
// exactly what EncodeColumn() appended (storage/codec/choose.h). `slack` bytes
// beyond `in` may be read as rubbish, which saves copying the last ones.
// Requires: begin + out.size() <= places.steps.count().
//   DATA_LOSS      the bytes are not so many values
//   UNIMPLEMENTED  a codec number of a later release
absl::Status DecodeColumn(Codec codec, absl::string_view in,
                          ColumnPlaces places, size_t begin,
                          absl::Span<int64_t> out, size_t slack = 0);

// Whether decoding needs the season that the values were coded with.
bool ColumnNeedsSeason(Codec codec, absl::string_view in);

// 8 bytes a value, little-endian.
void EncodeRaw(absl::Span<const int64_t> values, std::string* out);

// "frame", "decimal 2 delta": for people. `in` as in DecodeColumn().
std::string DescribeColumn(Codec codec, absl::string_view in);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_COLUMN_H_
