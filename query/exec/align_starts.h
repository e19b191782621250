// ALIGN ON first_time(..): the dates that groups are counted from.

#ifndef FOOTFALL_QUERY_EXEC_ALIGN_STARTS_H_
#define FOOTFALL_QUERY_EXEC_ALIGN_STARTS_H_

#include "absl/status/statusor.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Whether such dates are still to be found.
bool NeedsStarts(const Plan& plan);

// Asks for them, and gives the plan with what they come to: dates as they are
// printed, the ranges of operands, and notes where bounds leave a date open.
//
//   INVALID_ARGUMENT  a date is less precise than the unit that ALIGN counts
absl::StatusOr<Plan> WithStarts(Run& run, const Plan& plan);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ALIGN_STARTS_H_
