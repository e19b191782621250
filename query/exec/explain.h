// EXPLAIN: what a question would read and how its values come about, in words.

#ifndef FOOTFALL_QUERY_EXEC_EXPLAIN_H_
#define FOOTFALL_QUERY_EXEC_EXPLAIN_H_

#include "absl/status/statusor.h"
#include "footfall/answer.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// One text column, `plan`. Reads names and keys; samples only of wholes beside
// the series asked for.
absl::StatusOr<Answer> Explain(Run& run, const Plan& plan);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_EXPLAIN_H_
