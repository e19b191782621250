// The whole answer of runs(x > n).

#ifndef FOOTFALL_QUERY_EXEC_RUNS_ANSWER_H_
#define FOOTFALL_QUERY_EXEC_RUNS_ANSWER_H_

#include "absl/status/statusor.h"
#include "footfall/answer.h"
#include "query/exec/leaves.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// A row for each run of neighbouring buckets in which the test holds, by what
// is printed: groups by their members, runs in time order. A bucket without a
// value ends a run, and so does one that is cut by the range, or not over. A
// run is open where no whole bucket of the range lies behind it. A note says
// where bounds leave the test open.
absl::StatusOr<Answer> BuildRuns(Run& run, const Plan& plan,
                                 const Results& results, const Rows& rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RUNS_ANSWER_H_
