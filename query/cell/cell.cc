#include "query/cell/cell.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "query/cell/compare.h"

namespace footfall::query {
namespace {

__extension__ using Wide = __int128;

// One end of an interval: a number, or open towards -inf or +inf. An infinity
// that was stored as a sample is a number; an open end is not.
struct End {
  int open = 0;  // -1 or +1: open on that side
  Scalar number;
};

End LowEnd(const Cell& cell) {
  return cell.low.has_value() ? End{0, *cell.low} : End{-1, {}};
}
End HighEnd(const Cell& cell) {
  return cell.high.has_value() ? End{0, *cell.high} : End{+1, {}};
}

std::optional<Scalar> Closed(const End& end) {
  return end.open == 0 ? std::optional<Scalar>(end.number) : std::nullopt;
}

int SignOf(const Scalar& scalar) {
  const std::partial_ordering order =
      CompareScalars(scalar, Scalar::Integer(0));
  if (order < 0) return -1;
  return order > 0 ? 1 : 0;
}
int SignOf(const End& end) {
  return end.open != 0 ? end.open : SignOf(end.number);
}

bool Before(const End& left, const End& right) {
  if (left.open != 0 || right.open != 0) return left.open < right.open;
  return CompareScalars(left.number, right.number) < 0;
}

std::string Print(const Scalar& scalar) {
  return scalar.is_decimal ? absl::StrCat(scalar.decimal)
                           : absl::StrCat(scalar.integer);
}

absl::Status OutOfRange(char op, const Scalar& left, const Scalar& right) {
  return absl::OutOfRangeError(absl::StrCat(
      "the result of ", Print(left), " ", absl::string_view(&op, 1), " ",
      Print(right), " is outside 64-bit integers"));
}

// Requires: op is + - or * for integers; any of the four for decimals.
absl::StatusOr<Scalar> Apply(char op, const Scalar& left, const Scalar& right) {
  if (left.is_decimal || right.is_decimal || op == '/') {
    const double l = left.as_decimal();
    const double r = right.as_decimal();
    switch (op) {
      case '+':
        return Scalar::Decimal(l + r);
      case '-':
        return Scalar::Decimal(l - r);
      case '*':
        return Scalar::Decimal(l * r);
      default:
        return Scalar::Decimal(l / r);
    }
  }
  const Wide l = left.integer;
  const Wide r = right.integer;
  const Wide wide = op == '+' ? l + r : op == '-' ? l - r : l * r;
  if (wide > std::numeric_limits<int64_t>::max() ||
      wide < std::numeric_limits<int64_t>::min()) {
    return OutOfRange(op, left, right);
  }
  return Scalar::Integer(static_cast<int64_t>(wide));
}

// left * right of interval ends: an open end times a certain 0 is 0, for every
// value that the open end stands for.
absl::StatusOr<End> Multiply(const End& left, const End& right) {
  if (left.open == 0 && right.open == 0) {
    auto product = Apply('*', left.number, right.number);
    if (!product.ok()) return product.status();
    return End{0, *product};
  }
  if ((left.open == 0 && IsNan(left.number)) ||
      (right.open == 0 && IsNan(right.number))) {
    return End{0, Scalar::Decimal(std::nan(""))};
  }
  const int sign = SignOf(left) * SignOf(right);
  if (sign == 0) return End{0, Scalar::Integer(0)};
  return End{sign, {}};
}

// left / right of interval ends. `zero_side` is the sign that a divisor of 0 is
// approached from.
End Divide(const End& left, const End& right, int zero_side) {
  if (left.open == 0 && IsNan(left.number)) return left;
  if (right.open == 0 && IsNan(right.number)) return right;
  if (right.open != 0) {
    // Towards 0; where both grow the quotient may be anything up to the side.
    if (left.open == 0) return End{0, Scalar::Decimal(0)};
    return End{left.open * right.open, {}};
  }
  const int divisor_sign =
      SignOf(right.number) != 0 ? SignOf(right.number) : zero_side;
  if (left.open != 0) return End{left.open * divisor_sign, {}};
  if (SignOf(right.number) == 0) {
    const int sign = SignOf(left.number) * divisor_sign;
    return sign == 0 ? End{0, Scalar::Decimal(0)} : End{sign, {}};
  }
  return End{
      0, Scalar::Decimal(left.number.as_decimal() / right.number.as_decimal())};
}

// The least and the greatest of the four corners; a NaN among them is both.
void SetHull(const End (&corners)[4], Cell* result) {
  End low = corners[0];
  End high = corners[0];
  for (const End& corner : corners) {
    if (corner.open == 0 && IsNan(corner.number)) {
      result->low = corner.number;
      result->high = corner.number;
      return;
    }
    if (Before(corner, low)) low = corner;
    if (Before(high, corner)) high = corner;
  }
  result->low = Closed(low);
  result->high = Closed(high);
}

absl::Status SetSumBounds(char op, const Cell& left, const Cell& right,
                          Cell* result) {
  const std::optional<Scalar>& right_low = op == '+' ? right.low : right.high;
  const std::optional<Scalar>& right_high = op == '+' ? right.high : right.low;
  if (left.low.has_value() && right_low.has_value()) {
    auto low = Apply(op, *left.low, *right_low);
    if (!low.ok()) return low.status();
    result->low = *low;
  }
  if (left.high.has_value() && right_high.has_value()) {
    auto high = Apply(op, *left.high, *right_high);
    if (!high.ok()) return high.status();
    result->high = *high;
  }
  return absl::OkStatus();
}

absl::Status SetProductBounds(const Cell& left, const Cell& right,
                              Cell* result) {
  const End lefts[2] = {LowEnd(left), HighEnd(left)};
  const End rights[2] = {LowEnd(right), HighEnd(right)};
  End corners[4];
  for (int i = 0; i < 4; ++i) {
    auto corner = Multiply(lefts[i / 2], rights[i % 2]);
    if (!corner.ok()) return corner.status();
    corners[i] = *corner;
  }
  SetHull(corners, result);
  return absl::OkStatus();
}

void SetQuotientBounds(const Cell& left, const Cell& right, Cell* result) {
  const End lefts[2] = {LowEnd(left), HighEnd(left)};
  const End rights[2] = {LowEnd(right), HighEnd(right)};
  const int low_sign = SignOf(rights[0]);
  const int high_sign = SignOf(rights[1]);
  if (low_sign < 0 && high_sign > 0) return;  // 0 lies inside: both open
  const int zero_side = low_sign < 0 ? -1 : +1;
  End corners[4];
  for (int i = 0; i < 4; ++i) {
    corners[i] = Divide(lefts[i / 2], rights[i % 2], zero_side);
  }
  SetHull(corners, result);
}

// A decimal's bounds are decimals: a certain 0 may have come in as an integer.
void MatchTypes(Cell* result) {
  if (!result->value.is_decimal) return;
  if (result->low) result->low = Scalar::Decimal(result->low->as_decimal());
  if (result->high) result->high = Scalar::Decimal(result->high->as_decimal());
}

bool IsExact(const Cell& cell) {
  return !cell.inexact && cell.low.has_value() && cell.high.has_value() &&
         SameScalar(*cell.low, *cell.high);
}

}  // namespace

Cell Cell::Hidden(Cell cell) {
  cell.hidden = cell.is_known();
  cell.has_value = false;
  return cell;
}

Cell Cell::Missing(int64_t present, int64_t expected) {
  Cell cell;
  cell.present = present;
  cell.expected = expected;
  return cell;
}

Cell Cell::Exact(Scalar v, int64_t present, int64_t expected) {
  Cell cell;
  cell.has_value = true;
  cell.value = v;
  cell.low = v;
  cell.high = v;
  cell.present = present;
  cell.expected = expected;
  return cell;
}

CellKind Cell::kind() const {
  if (!has_value) return CellKind::kNone;
  if (filled) return CellKind::kFilled;
  if (inexact) return CellKind::kRange;
  if (low.has_value() && high.has_value() && SameScalar(*low, *high)) {
    return CellKind::kExact;
  }
  if (high.has_value() && SameScalar(value, *high)) return CellKind::kUpper;
  if (low.has_value() && SameScalar(value, *low)) return CellKind::kLower;
  return CellKind::kRange;
}

Coverage LeastCoverage(Coverage left, Coverage right) {
  if (right.expected == 0) return left;
  if (left.expected == 0) return right;
  return Wide{right.present} * left.expected <
                 Wide{left.present} * right.expected
             ? right
             : left;
}

absl::StatusOr<Cell> Combine(char op, const Cell& left, const Cell& right) {
  if (op != '+' && op != '-' && op != '*' && op != '/') {
    return absl::InvalidArgumentError(absl::StrCat(
        "operator ", absl::string_view(&op, 1), " is none of + - * /"));
  }
  const Coverage coverage = LeastCoverage({left.present, left.expected},
                                          {right.present, right.expected});
  Cell result = Cell::Missing(coverage.present, coverage.expected);
  if (!left.is_known() || !right.is_known() || left.filled || right.filled) {
    return result;
  }
  if (op == '/' && right.value.as_decimal() == 0) return result;
  auto value = Apply(op, left.value, right.value);
  if (!value.ok()) return value.status();
  result.hidden = left.hidden || right.hidden;
  result.has_value = !result.hidden;
  result.value = *value;
  result.inexact = left.inexact || right.inexact;
  if (IsExact(left) && IsExact(right)) {
    result.low = *value;
    result.high = *value;
    return result;
  }
  absl::Status status;
  switch (op) {
    case '*':
      status = SetProductBounds(left, right, &result);
      break;
    case '/':
      SetQuotientBounds(left, right, &result);
      break;
    default:
      status = SetSumBounds(op, left, right, &result);
  }
  if (!status.ok()) return status;
  MatchTypes(&result);
  return result;
}

absl::StatusOr<Cell> CombineRelated(char op, Related related, const Cell& left,
                                    const Cell& right) {
  absl::StatusOr<Cell> combined = Combine(op, left, right);
  if (!combined.ok() || !combined->is_known()) return combined;
  Cell& result = *combined;
  const auto larger = [](std::optional<Scalar> a, std::optional<Scalar> b) {
    if (!a.has_value() || !b.has_value()) return a.has_value() ? a : b;
    return CompareScalars(*a, *b) < 0 ? b : a;
  };
  switch (related) {
    case Related::kNo:
      return combined;
    case Related::kSum: {
      Cell added = right;
      if (op == '-') {
        auto negated = Negate(right);
        if (!negated.ok()) return negated;
        added = *negated;
      }
      result.low = larger(left.low, added.low);
      break;
    }
    case Related::kNegatedSum:
      result.high = left.high;
      if (!left.high.has_value() ||
          (right.high.has_value() &&
           CompareScalars(*right.high, *left.high) < 0)) {
        result.high = right.high;
      }
      break;
    case Related::kLeftTimes:
    case Related::kRightTimes: {
      const bool is_left = related == Related::kLeftTimes;
      const Cell& count = is_left ? right : left;
      if (!count.low.has_value() || count.low->as_decimal() < 1) break;
      result.low = is_left ? left.low : right.low;
      break;
    }
    case Related::kPartOverTime:
      if (left.present != right.present) return combined;
      [[fallthrough]];
    case Related::kPart: {
      const bool within =
          result.high.has_value() && result.high->as_decimal() <= 1;
      if (within) return combined;
      result.high = Scalar::Decimal(std::max(1.0, result.value.as_decimal()));
      break;
    }
  }
  MatchTypes(&result);
  return combined;
}

absl::StatusOr<Cell> Negate(const Cell& cell) {
  Cell zero = Cell::Exact(
      cell.value.is_decimal ? Scalar::Decimal(-0.0) : Scalar::Integer(0), 0, 0);
  // -0.0 - x is -x for every double, 0.0 too.
  return Combine('-', zero, cell);
}

absl::StatusOr<Cell> AbsoluteValue(const Cell& cell) {
  if (!cell.is_known() || cell.filled) {
    return Cell::Missing(cell.present, cell.expected);
  }
  if (cell.low.has_value() && SignOf(*cell.low) > 0) return cell;
  auto negated = Negate(cell);
  if (!negated.ok()) return negated.status();
  if (cell.high.has_value() && SignOf(*cell.high) < 0) return negated;
  // 0 lies inside, or at an end.
  Cell result = cell;
  if (SignOf(cell.value) < 0) result.value = negated->value;
  result.value.decimal = std::fabs(result.value.decimal);  // of -0.0 and NaN
  if (IsExact(cell)) {
    result.low = result.value;
    result.high = result.value;
    return result;
  }
  result.low = cell.value.is_decimal ? Scalar::Decimal(0) : Scalar::Integer(0);
  result.high.reset();
  if (cell.high.has_value() && negated->high.has_value()) {
    result.high = CompareScalars(*cell.high, *negated->high) < 0
                      ? *negated->high
                      : *cell.high;
  }
  return result;
}

}  // namespace footfall::query
