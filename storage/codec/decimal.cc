#include "storage/codec/decimal.h"

#include <bit>
#include <cmath>

#include "storage/base/check.h"

namespace footfall::storage {
namespace {

// Powers of ten that a double holds exactly.
constexpr double kPowerOfTen[kMaxDecimalScale + 1] = {
    1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// Integers up to here are exact as doubles.
constexpr double kMaxInteger = 9007199254740992.0;  // 2^53

bool Scale(int64_t bits, double power, int64_t* integer) {
  const double scaled = std::bit_cast<double>(bits) * power;
  if (!(std::fabs(scaled) <= kMaxInteger)) {  // NaN too
    return false;
  }
  const int64_t rounded = std::llrint(scaled);
  *integer = rounded;
  return std::bit_cast<int64_t>(static_cast<double>(rounded) / power) == bits;
}

}  // namespace

bool ToScaledInteger(int64_t bits, uint32_t scale, int64_t* integer) {
  FOOTFALL_DCHECK(scale <= kMaxDecimalScale);
  return Scale(bits, kPowerOfTen[scale], integer);
}

std::optional<uint32_t> ToScaledIntegers(absl::Span<const int64_t> values,
                                         absl::Span<int64_t> integers) {
  FOOTFALL_DCHECK(integers.size() == values.size());
  uint32_t scale = 0;
  size_t i = 0;
  size_t checked = 0;  // values that qualified in a row, ending before i
  // A value that fails raises the scale; those before it are tried again.
  while (checked < values.size()) {
    if (Scale(values[i], kPowerOfTen[scale], &integers[i])) {
      ++checked;
    } else if (scale == kMaxDecimalScale) {
      return std::nullopt;
    } else {
      ++scale;
      checked = 0;
      continue;
    }
    i = i + 1 == values.size() ? 0 : i + 1;
  }
  return scale;
}

void FromScaledIntegers(uint32_t scale, absl::Span<int64_t> values) {
  FOOTFALL_DCHECK(scale <= kMaxDecimalScale);
  const double power = kPowerOfTen[scale];
  for (int64_t& value : values) {
    value = std::bit_cast<int64_t>(static_cast<double>(value) / power);
  }
}

}  // namespace footfall::storage
