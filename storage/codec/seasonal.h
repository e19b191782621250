// Residuals of the seasonal predictor, in mini-blocks.
//
//   u8      bits 0-3 predictor, bit 4 wide, bit 5 first value below 0
//   varint  the first value, or less one and negated if below 0
//   the zigzag residuals of the further values, a mini-block for each 128
//
// and for up to 129 values, if they need no more than this:
//
//   u8      bits 0-4 k, bits 5-7 predictor
//   varint  the first value, not below 0
//   bits    of one mini-block with that k, Rice, without exceptions
//
// (storage/codec/predictor.h, residual_block.h.) A lane whose values lie within
// 2^26 of its first is kept in 32 bits; a wide one in 64. A value needs the
// sums of the residuals before it, so decoding always begins at the first; it
// ends where it is asked to, and of a lane of 32 bits only the wanted values
// are worked out. The season is the tile's.

#ifndef FOOTFALL_STORAGE_CODEC_SEASONAL_H_
#define FOOTFALL_STORAGE_CODEC_SEASONAL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/codec/presence.h"

namespace footfall::storage {

// What EncodeSeasonal() wrote.
struct SeasonalCoding {
  bool is_short;             // the second form
  bool distance_from_first;  // no predictor did better than that
  uint32_t width;            // bits from the least value to the most
};

// Appends the values in one of the two forms. `places` are their steps; season
// 0 is none. Requires: places.count() == values.size() >= 1.
SeasonalCoding EncodeSeasonal(absl::Span<const int64_t> values,
                              const Presence& places, uint32_t season,
                              std::string* out);

// The same in the first form with the predictor of this number, whether it is
// any good or not: for tests, and to measure what trying a few of them loses.
// Requires: number < kPredictorCount; if that one is seasonal, season is 2 to
// kMaxSeason.
void EncodeSeasonalWith(size_t number, absl::Span<const int64_t> values,
                        const Presence& places, uint32_t season,
                        std::string* out);

// Writes values [begin, begin + out.size()) of the places.count() coded ones.
// `in` is exactly what EncodeSeasonal() appended, `is_short` as it returned.
// `slack` bytes beyond `in` may be read as rubbish.
// Requires: begin + out.size() <= places.count(); places.count() >= 1.
//   DATA_LOSS  the bytes are not such values
absl::Status DecodeSeasonal(bool is_short, absl::string_view in, size_t slack,
                            const Presence& places, uint32_t season,
                            size_t begin, absl::Span<int64_t> out);

// Whether the values need the tile's season to be decoded.
bool NeedsSeason(bool is_short, absl::string_view in);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_SEASONAL_H_
