// Tests of cells within their bounds.

#ifndef FOOTFALL_QUERY_CELL_BOUNDED_CELLS_H_
#define FOOTFALL_QUERY_CELL_BOUNDED_CELLS_H_

#include "footfall/statement.h"
#include "query/cell/cell.h"

namespace footfall::query {

// Whether left cmp right holds whatever both are within their bounds, or for
// something that they may be. TestCells() lies between: it speaks of the
// values. A NaN passes no test. Requires: something is known of both; IS
// MISSING is no such test.
bool CertainlyHolds(Comparison comparison, const Cell& left, const Cell& right);
bool PossiblyHolds(Comparison comparison, const Cell& left, const Cell& right);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CELL_BOUNDED_CELLS_H_
