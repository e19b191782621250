// What FILL puts into cells without a value.

#ifndef FOOTFALL_QUERY_CELL_FILL_H_
#define FOOTFALL_QUERY_CELL_FILL_H_

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "footfall/statement.h"
#include "query/cell/cell.h"

namespace footfall::query {

// Fills the cells of one group, in the order of their buckets:
//
//   zero      0
//   previous  the value before; nothing before the first
//   linear    between the value before and the next, by buckets: of integers
//             the nearest one (halves away from 0); nothing outside of two
//
// `max`: at most so many in a row, counted from the last value. Filled cells
// keep their coverage, and their bounds are open: nothing is known of them.
// `before_each` cell is asked whether to go on; its error is handed on.
absl::Status FillCells(FillMode mode, std::optional<int64_t> max,
                       bool is_decimal,
                       absl::FunctionRef<absl::Status()> before_each,
                       absl::Span<Cell> cells);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_CELL_FILL_H_
