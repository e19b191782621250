// Ranks of cells among each other.

#ifndef FOOTFALL_QUERY_CELL_RANK_H_
#define FOOTFALL_QUERY_CELL_RANK_H_

#include <vector>

#include "absl/types/span.h"
#include "query/cell/cell.h"

namespace footfall::query {

// [cells] The rank of each as an integer: 1 is the largest, equal values share
// the smaller number, NaN stands behind all numbers, and missing stays missing.
//
// Low is one more than the number of cells that are larger for certain (their
// low above its high), high one more than that of those that may be (their high
// above its low). A cell that is inexact may be anything. So a rank is exact
// where it cannot change within the bounds, whatever those are.
std::vector<Cell> RankCells(absl::Span<const Cell> cells);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CELL_RANK_H_
