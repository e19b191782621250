#include "query/cell/compare.h"

#include <cmath>
#include <cstdint>
#include <limits>

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
    case Comparison::kIsMissing:
    case Comparison::kIsNotMissing:
      break;  // of cells, not of their values
  }
  return false;
}

PassingIntegers IntegersThatPass(Comparison comparison,
                                 const Scalar& threshold) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();
  if (IsNan(threshold)) return {};
  // The greatest integer at or below the threshold, and whether it is the
  // threshold.
  int64_t floor = threshold.integer;
  bool whole = true;
  PassingIntegers at_most = {kLeast, floor};
  if (threshold.is_decimal) {
    const double number = threshold.decimal;
    whole = false;
    if (number >= kPastInt64) {
      at_most = {kLeast, kGreatest};
    } else if (number < -kPastInt64) {
      at_most = {};
    } else {
      floor = static_cast<int64_t>(std::floor(number));
      whole = number == std::floor(number);
      at_most = {kLeast, floor};
    }
  }
  PassingIntegers equal;
  PassingIntegers below = at_most;
  if (whole) {
    equal = {floor, floor};
    below = {};
    if (floor > kLeast) below = {kLeast, floor - 1};
  }
  const auto all_but = [](PassingIntegers passing) {
    passing.outside = true;
    return passing;
  };
  switch (comparison) {
    case Comparison::kEqual:
      return equal;
    case Comparison::kNotEqual:
      return all_but(equal);
    case Comparison::kLess:
      return below;
    case Comparison::kLessEqual:
      return at_most;
    case Comparison::kGreater:
      return all_but(at_most);
    case Comparison::kGreaterEqual:
      return all_but(below);
    case Comparison::kIsMissing:
    case Comparison::kIsNotMissing:
      break;
  }
  return {};
}

bool TestCells(Comparison comparison, const Cell& left, const Cell& right) {
  if (comparison == Comparison::kIsMissing) return !left.has_value;
  if (comparison == Comparison::kIsNotMissing) return left.has_value;
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
