// Doubles that were typed as decimals: 12.34 is the integer 1234 and a scale.
//
// A double qualifies at scale e if rounding it times 10^e gives an integer n of
// at most 53 bits, and n / 10^e is that double again, bit for bit: so -0.0, NaN
// and infinity never do, and there is nothing to correct afterwards. 10^e up to
// 10^15 is exact and the division is correctly rounded by IEEE 754, the same on
// every machine, as long as the thread rounds to nearest, which it does unless
// told otherwise.
//
// Source: the decimal half of A. Afroozeh, L. Kuffó, P. Boncz, "ALP: Adaptive
// Lossless floating-Point Compression", SIGMOD 2023. Where ALP multiplies by an
// inexact inverse and patches what fails, we divide.

#ifndef FOOTFALL_STORAGE_CODEC_DECIMAL_H_
#define FOOTFALL_STORAGE_CODEC_DECIMAL_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"

namespace footfall::storage {

inline constexpr uint32_t kMaxDecimalScale = 15;

// Sets *integer to the scaled value and returns true if the double with these
// bits qualifies. Requires: scale <= kMaxDecimalScale.
bool ToScaledInteger(int64_t bits, uint32_t scale, int64_t* integer);

// The least scale at which every value (the bits of a double) qualifies;
// `integers` then has them, scaled. None: its contents are unspecified.
// Requires: integers.size() == values.size().
std::optional<uint32_t> ToScaledIntegers(absl::Span<const int64_t> values,
                                         absl::Span<int64_t> integers);

// Turns scaled integers into the bits of doubles, in place.
// Requires: scale <= kMaxDecimalScale.
void FromScaledIntegers(uint32_t scale, absl::Span<int64_t> values);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_CODEC_DECIMAL_H_
