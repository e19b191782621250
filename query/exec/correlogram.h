// corr(x, y, -14..14): an answer with a row for each lag.

#ifndef FOOTFALL_QUERY_EXEC_CORRELOGRAM_H_
#define FOOTFALL_QUERY_EXEC_CORRELOGRAM_H_

#include "absl/status/statusor.h"
#include "footfall/answer.h"
#include "query/exec/leaves.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Columns: the BY dimensions, then lag, corr, pairs. A group has a row for each
// lag, or none where x and y have no pair at any. Requires: plan.lags.
//   RESOURCE_EXHAUSTED  more rows than QueryLimits::max_rows
absl::StatusOr<Answer> BuildCorrelogram(const Run& run, const Plan& plan,
                                        const Results& results);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_CORRELOGRAM_H_
