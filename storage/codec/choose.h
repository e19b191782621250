// Which coding a column gets: the one place that decides.
//
// kFast (patches): equal values are a constant; else the smallest of frame,
// delta and raw, whose sizes are known before anything is written.
//
// kDense (sealing): equal values are a constant; else the seasonal predictor,
// of 8 parameters without a season and 8 with one, in mini-blocks. Where no
// parameter beats the distance from the first value, time explains nothing: a
// frame with exceptions then holds the same in about the same room, and decodes
// several times faster and from any step on, so it wins up to 3 % more bytes.
// Raw, where that is smaller.
//
// Doubles are first tried as decimals: as integers with one scale, or, dense,
// with a few exceptions. The rest are coded by their bits: those of positive
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
