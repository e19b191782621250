// How far back shifts between inner buckets look.

#ifndef FOOTFALL_QUERY_EXEC_SHIFT_REACH_H_
#define FOOTFALL_QUERY_EXEC_SHIFT_REACH_H_

#include <cstddef>
#include <cstdint>

#include "query/plan/plan.h"

namespace footfall::query {

// The first step of an operand that inner buckets are looked at in, where what
// stands in the calls is asked for from the step `begin` on: `begin`, or one
// before it.
int64_t FirstStepLookedAt(const Plan& plan, size_t operand, int64_t begin);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SHIFT_REACH_H_
