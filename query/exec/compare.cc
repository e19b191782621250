#include "query/exec/compare.h"

#include <cmath>
#include <cstdint>

namespace footfall::query {
namespace {

// 2^63 as a double: the first that no int64 reaches.
constexpr double kPastInt64 = 9223372036854775808.0;

std::partial_ordering CompareIntegerWithDecimal(int64_t integer,
                                                double decimal) {
  if (std::isnan(decimal)) return std::partial_ordering::unordered;
  if (decimal >= kPastInt64) return std::partial_ordering::less;
  if (decimal < -kPastInt64) return std::partial_ordering::greater;
  const double whole = std::floor(decimal);
  const int64_t floor = static_cast<int64_t>(whole);
  if (integer != floor) return integer <=> floor;
  return whole < decimal ? std::partial_ordering::less
                         : std::partial_ordering::equivalent;
}

bool IsNan(const Scalar& scalar) {
  return scalar.is_decimal && std::isnan(scalar.decimal);
}

// 0 for a number, 1 for NaN, 2 for no value: the order of the classes.
int ClassOf(const Cell& cell) {
  if (!cell.has_value) return 2;
  return IsNan(cell.value) ? 1 : 0;
}

}  // namespace

std::partial_ordering CompareScalars(const Scalar& left, const Scalar& right) {
  if (left.is_decimal && right.is_decimal)
    return left.decimal <=> right.decimal;
  if (left.is_decimal) {
    return 0 <=> CompareIntegerWithDecimal(right.integer, left.decimal);
  }
  if (right.is_decimal) {
    return CompareIntegerWithDecimal(left.integer, right.decimal);
  }
  return left.integer <=> right.integer;
}

bool SameScalar(const Scalar& left, const Scalar& right) {
  if (IsNan(left) || IsNan(right)) return IsNan(left) && IsNan(right);
  return CompareScalars(left, right) == 0;
}

bool TestScalars(Comparison comparison, const Scalar& left,
                 const Scalar& right) {
  const std::partial_ordering order = CompareScalars(left, right);
  if (order == std::partial_ordering::unordered) return false;
  switch (comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterEqual:
      return order >= 0;
  }
  return false;
}

bool TestCells(Comparison comparison, const Cell& left, const Cell& right) {
  return left.has_value && right.has_value &&
         TestScalars(comparison, left.value, right.value);
}

int OrderCells(const Cell& left, const Cell& right, bool descending) {
  const int left_class = ClassOf(left);
  const int right_class = ClassOf(right);
  if (left_class != right_class) return left_class < right_class ? -1 : 1;
  if (left_class != 0) return 0;
  const std::partial_ordering order = CompareScalars(left.value, right.value);
  if (order == 0) return 0;
  return (order < 0) != descending ? -1 : 1;
}

}  // namespace footfall::query
