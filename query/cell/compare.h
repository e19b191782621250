// How values compare: exactly, whatever their types, with missing and NaN in
// their places.

#ifndef FOOTFALL_QUERY_CELL_COMPARE_H_
#define FOOTFALL_QUERY_CELL_COMPARE_H_

#include <compare>
#include <cstdint>

#include "footfall/statement.h"
#include "query/cell/cell.h"

namespace footfall::query {

// The order of two numbers. An integer and a decimal compare as the numbers
// they are, without rounding (2^53 + 1 is not 2^53). Unordered where one is
// NaN.
std::partial_ordering CompareScalars(const Scalar& left, const Scalar& right);

// The same number, or both NaN.
bool SameScalar(const Scalar& left, const Scalar& right);

// left cmp right. A NaN fails every test, `!=` too.
bool TestScalars(Comparison comparison, const Scalar& left,
                 const Scalar& right);

// The int64 numbers that pass a test against a threshold: those in [low, high],
// or where `outside` is set those that are not. None where low > high.
struct PassingIntegers {
  int64_t low = 1;
  int64_t high = 0;
  bool outside = false;

  bool Holds(int64_t number) const {
    return (number >= low && number <= high) != outside;
  }
};
// For loops over many integers: Holds(x) is TestScalars(comparison, x,
// threshold).
PassingIntegers IntegersThatPass(Comparison comparison,
                                 const Scalar& threshold);

// A test of HAVING, on the printed values. A missing value fails.
bool TestCells(Comparison comparison, const Cell& left, const Cell& right);

// For ORDER BY: below 0 where `left` stands before `right`, 0 where neither
// does. Whatever the direction, numbers stand first, then NaN, then missing.
int OrderCells(const Cell& left, const Cell& right, bool descending);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CELL_COMPARE_H_
