// What two ranges of steps have in common.

#ifndef FOOTFALL_QUERY_EXEC_INTERSECT_H_
#define FOOTFALL_QUERY_EXEC_INTERSECT_H_

#include <algorithm>

#include "footfall/period.h"

namespace footfall::query {

// Empty, and begin = end, where they do not meet.
inline StepRange Intersect(StepRange a, StepRange b) {
  StepRange both = {std::max(a.begin, b.begin), std::min(a.end, b.end)};
  if (both.empty()) both.end = both.begin;
  return both;
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_INTERSECT_H_
