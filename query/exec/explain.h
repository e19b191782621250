// EXPLAIN: what a question would read and how its values come about, in words;
// with ANALYZE also what running it took.

#ifndef FOOTFALL_QUERY_EXEC_EXPLAIN_H_
#define FOOTFALL_QUERY_EXEC_EXPLAIN_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "footfall/answer.h"
#include "footfall/period.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// One text column, `plan`. Reads names and keys; samples only of wholes beside
// the series asked for.
absl::StatusOr<Answer> Explain(Run& run, const Plan& plan);

// How long the stages of a question took, and what came of it.
struct StageTimes {
  bool kept = false;    // the plan, from an earlier run
  absl::Duration bind;  // names, dates, additivity
  absl::Duration read;  // tiles, and combining them into groups x buckets
  absl::Duration rows;  // transforms, HAVING, TOP, order, columns
  size_t row_count = 0;
  // [operands] the steps that a range without DURING came to; empty for others.
  std::vector<StepRange> settled;
};

// EXPLAIN ANALYZE: the lines of Explain(), then `times` and what `run` has
// counted, in the same column.
absl::StatusOr<Answer> ExplainAnalyze(const Run& run, const Plan& plan,
                                      const StageTimes& times);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_EXPLAIN_H_
