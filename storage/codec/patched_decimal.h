// Decimals of which a few are not: -0.0, NaN, a quotient among prices.
//
//   u8      scale
//   u8      codec of the integers
//   varint  number of exceptions less 1
//   for each exception: varint values since the one before (the first: since
//     the first value), u64 the double's bits
//   the integers in their codec, one for each value; an exception's is any
//
// (storage/codec/decimal.h.)

#ifndef FOOTFALL_STORAGE_CODEC_PATCHED_DECIMAL_H_
#define FOOTFALL_STORAGE_CODEC_PATCHED_DECIMAL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace footfall::storage {

struct DecimalException {
  size_t rank;   // among the values
  int64_t bits;  // of the double
};

// The scale at which all but a few values qualify, none where more than one in
// eight does not at any. `integers` then has them scaled, and before an
// exception's value again in its place. Requires: equal sizes.
std::optional<uint32_t> ToPatchedIntegers(
    absl::Span<const int64_t> values, absl::Span<int64_t> integers,
    std::vector<DecimalException>* exceptions);

// Requires: exceptions is not empty.
void PutExceptions(absl::Span<const DecimalException> exceptions,
                   std::string* out);

// Takes what PutExceptions() wrote from the front of *in and sets those with
// ranks in [begin, begin + out.size()), given `count` values; with an empty
// `out` it only moves on.
//   DATA_LOSS  they are cut off or beyond the values
absl::Status TakeExceptions(absl::string_view* in, size_t count, size_t begin,
                            absl::Span<int64_t> out);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_PATCHED_DECIMAL_H_
