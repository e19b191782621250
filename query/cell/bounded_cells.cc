#include "query/cell/bounded_cells.h"

#include <optional>

#include "query/cell/compare.h"

namespace footfall::query {
namespace {

std::optional<Scalar> LowOf(const Cell& cell) {
  return cell.inexact ? std::nullopt : cell.low;
}
std::optional<Scalar> HighOf(const Cell& cell) {
  return cell.inexact ? std::nullopt : cell.high;
}

// Of two ends, both known.
bool Passes(Comparison comparison, const std::optional<Scalar>& left,
            const std::optional<Scalar>& right) {
  return left.has_value() && right.has_value() &&
         TestScalars(comparison, *left, *right);
}

Comparison Opposite(Comparison comparison) {
  switch (comparison) {
    case Comparison::kEqual:
      return Comparison::kNotEqual;
    case Comparison::kNotEqual:
      return Comparison::kEqual;
    case Comparison::kLess:
      return Comparison::kGreaterEqual;
    case Comparison::kLessEqual:
      return Comparison::kGreater;
    case Comparison::kGreater:
      return Comparison::kLessEqual;
    default:
      return Comparison::kLess;
  }
}

bool IsNan(const Cell& cell) { return query::IsNan(cell.value); }

}  // namespace

bool CertainlyHolds(Comparison comparison, const Cell& left,
                    const Cell& right) {
  if (IsNan(left) || IsNan(right)) return false;
  switch (comparison) {
    case Comparison::kGreater:
    case Comparison::kGreaterEqual:
      return Passes(comparison, LowOf(left), HighOf(right));
    case Comparison::kLess:
    case Comparison::kLessEqual:
      return Passes(comparison, HighOf(left), LowOf(right));
    case Comparison::kEqual:
      return Passes(Comparison::kGreaterEqual, LowOf(left), HighOf(right)) &&
             Passes(Comparison::kLessEqual, HighOf(left), LowOf(right));
    case Comparison::kNotEqual:
      return Passes(Comparison::kGreater, LowOf(left), HighOf(right)) ||
             Passes(Comparison::kLess, HighOf(left), LowOf(right));
    default:
      return false;
  }
}

bool PossiblyHolds(Comparison comparison, const Cell& left, const Cell& right) {
  return !IsNan(left) && !IsNan(right) &&
         !CertainlyHolds(Opposite(comparison), left, right);
}

}  // namespace footfall::query
