// OVER: cells of the windows of rows.

#ifndef FOOTFALL_QUERY_EXEC_WINDOWS_H_
#define FOOTFALL_QUERY_EXEC_WINDOWS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "query/exec/leaves.h"
#include "query/exec/run.h"
#include "query/exec/step_lanes.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Whether a lane of `operand` has a value in a piece of it.
bool HasStepsIn(const StepLane& x, const Timeline& timeline, size_t operand,
                const BucketPiece& piece);

// Whether inner buckets that the leaf's pieces cut are left out of its cells.
inline bool CutsInner(const Leaf& leaf) { return leaf.window.has_value(); }

// Takes the values from windows of so many units that do not lie between the
// first and the last sample, of the groups from `first_group` on. Requires:
// Results::samples are known.
absl::Status LeaveOutWindows(Run& run, const Plan& plan, size_t first_group,
                             Results* results);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_WINDOWS_H_
