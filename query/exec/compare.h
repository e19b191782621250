// How values compare: exactly, whatever their types, with missing and NaN in
// their places.

#ifndef FOOTFALL_QUERY_EXEC_COMPARE_H_
#define FOOTFALL_QUERY_EXEC_COMPARE_H_

#include <compare>

#include "footfall/statement.h"
#include "query/exec/cell.h"

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

// A test of HAVING, on the printed values. A missing value fails.
bool TestCells(Comparison comparison, const Cell& left, const Cell& right);

// For ORDER BY: below 0 where `left` stands before `right`, 0 where neither
// does. Whatever the direction, numbers stand first, then NaN, then missing.
int OrderCells(const Cell& left, const Cell& right, bool descending);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_COMPARE_H_
