#include "query/exec/sort_keys.h"

#include <bit>
#include <cmath>

namespace footfall::query {
namespace {

// 0 is no value.
constexpr uint8_t kNan = 1;
constexpr uint8_t kNumber = 2;

}  // namespace

absl::Status SortKeys::Extend(const Run& run, size_t size) {
  FOOTFALL_RETURN_IF_ERROR(query::Extend(run, size, &places_));
  return query::Extend(run, size, &classes_);
}

void SortKeys::Set(size_t i, const Cell& cell) {
  if (!cell.has_value) return;
  classes_[i] = kNumber;
  if (!is_decimal_) {
    places_[i] = cell.value.integer;
    return;
  }
  const double number = cell.value.as_decimal();
  if (std::isnan(number)) {
    classes_[i] = kNan;
  } else if (number != 0) {  // else 0: both zeros
    // The bits of a negative one rise with its size.
    const int64_t bits = std::bit_cast<int64_t>(number);
    places_[i] = bits < 0 ? bits ^ INT64_MAX : bits;
  }
}

}  // namespace footfall::query
