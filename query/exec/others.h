// TOP n OTHERS 'rest': one more group, of all that are not among the n; and
// BY .. TOTAL 'all': one of all.

#ifndef FOOTFALL_QUERY_EXEC_OTHERS_H_
#define FOOTFALL_QUERY_EXEC_OTHERS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/metric.h"
#include "query/exec/leaves.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Reads the series of all groups but `top` once more, as one group, which is
// combined from samples as the metrics declare, and appends it to `results`.
// false where there are none. What is not split by the BY dimension is no
// member of it, and stays the group that it is.
absl::StatusOr<bool> AddOthers(Run& run, const Plan& plan,
                               absl::Span<const uint32_t> top,
                               Results* results);

// Likewise of all groups, and of what is not split: as without BY.
absl::StatusOr<bool> AddTotal(Run& run, const Plan& plan, Results* results);

// "app 'A', platform 'web'"; empty where there is no BY.
std::string GroupText(const Run& run, const Plan& plan, const GroupKey& group);
// The member of a group in the `by`-th BY dimension: its name, or that of the
// others, or of all.
absl::string_view MemberText(const Run& run, const Plan& plan, size_t by,
                             MemberId member);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_OTHERS_H_
