// The predictors in 64 bits, for lanes whose values lie far apart: large
// integers, and doubles seen as their bits (storage/codec/predictor.h).
//
// Arrays have an element for each step from the lane's first value on, values
// less the first, modulo 2^64. A season of 1 is none.

#ifndef FOOTFALL_STORAGE_CODEC_WIDE_PREDICTOR_H_
#define FOOTFALL_STORAGE_CODEC_WIDE_PREDICTOR_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "storage/codec/kernels.h"

namespace footfall::storage {

// The number, in [begin, end), of the predictor whose zigzag residuals have the
// smallest sum of bit widths; those with a season are left out where there is
// none. Bit t of `holes` is set where step t has no value: its residual is 0.
// Requires: end - begin <= kTrials; predictor `begin` can be used.
size_t BestWidePredictor(absl::Span<const uint64_t> values,
                         absl::Span<const uint64_t> holes, uint32_t season,
                         size_t begin, size_t end);

// Turns values into zigzag residuals.
void ToWideResiduals(Gains gains, uint32_t season,
                     absl::Span<const uint64_t> holes,
                     absl::Span<uint64_t> array);

// The other way; a hole's residual is 0, and a value comes out for it too.
void FromWideResiduals(Gains gains, uint32_t season,
                       absl::Span<uint64_t> array);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_WIDE_PREDICTOR_H_
