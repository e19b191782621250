// All groups as one, combined from samples as the metrics declare.

#ifndef FOOTFALL_QUERY_EXEC_TOTAL_H_
#define FOOTFALL_QUERY_EXEC_TOTAL_H_

#include "absl/status/statusor.h"
#include "query/exec/leaves.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The plan without BY: its operands, leaves and transforms have the numbers
// that they have in `plan`.
Plan PlanOfTotal(const Plan& plan);

// Reads all samples of such a plan once more. `timeline` is that of the answer.
//   INVALID_ARGUMENT  members of a LEVEL would be combined
absl::StatusOr<Results> EvaluateTotal(Run& run, const Plan& total,
                                      const Timeline& timeline);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_TOTAL_H_
