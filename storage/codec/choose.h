// Which coding a column gets: the one place that decides.
//
// kFast (patches): equal values are a constant; else the smallest of frame,
// delta and raw, whose sizes are known before anything is written.
//
// kDense (sealing): equal values are a constant; else the residuals of the best
// of 8 predictors (predictor.h). A frame with exceptions decodes several times
// faster and from any step on, so it is taken where it needs at most 3 % more
// bytes. It is tried for 33 values and more, and only where it may be taken:
// where no predictor beats the distance from the first value, or the range of
// the values alone promises it.
//
// Either way raw, where the rest would take 8 bytes a value or more.
//
// Doubles are first tried as decimals: as integers with one scale, or, dense,
// with exceptions, 1 value in 8 at most. What takes less than 8 bytes a value
// so is kept; the other columns are coded by their bits: those of positive
// doubles grow as they do, so the codings of integers serve.
//
// A tie goes to what decodes faster. Costs and losses: bench/README.md.

#ifndef FOOTFALL_STORAGE_CODEC_CHOOSE_H_
#define FOOTFALL_STORAGE_CODEC_CHOOSE_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "storage/codec/column.h"

namespace footfall::storage {

// Appends the values, one for each step of `places`, and returns their coding.
Codec EncodeColumn(absl::Span<const int64_t> values, ColumnPlaces places,
                   CellType type, Effort effort, std::string* out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_CHOOSE_H_
