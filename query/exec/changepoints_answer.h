// The whole answer of changepoints(x, n).

#ifndef FOOTFALL_QUERY_EXEC_CHANGEPOINTS_ANSWER_H_
#define FOOTFALL_QUERY_EXEC_CHANGEPOINTS_ANSWER_H_

#include "absl/status/statusor.h"
#include "footfall/answer.h"
#include "query/exec/leaves.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// A row for each change of each group, groups by their members, changes in time
// order: where the segment begins, the means of x before and after, and the
// event that applies and lies nearest (of two equally near ones the earlier).
// Buckets that are partial or have no value are left out. A group with too few
// values for so many segments has no rows, and a note says so.
//
//   INVALID_ARGUMENT    a value is negative or not finite
//   RESOURCE_EXHAUSTED  a group has more values than one search takes
absl::StatusOr<Answer> BuildChangepoints(Run& run, const Plan& plan,
                                         const Results& results,
                                         const Rows& rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_CHANGEPOINTS_ANSWER_H_
