// From a statement to a plan: looks up every name, resolves every date, and
// refuses everything whose answer would be false.

#ifndef FOOTFALL_QUERY_PLAN_BIND_H_
#define FOOTFALL_QUERY_PLAN_BIND_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/plan/plan.h"

namespace footfall::query {

// `select` holds no parameters; `text` is what its sources point into, and may
// be empty. Of `options` it reads when to stop, and whether members that are
// not there are allowed. Reads names only; of a metric with tiers, in an open
// range, also whether there are samples before the first that its grid keeps.
//
//   INVALID_ARGUMENT, NOT_FOUND, UNIMPLEMENTED  by the table of refusals
absl::StatusOr<Plan> Bind(const Snapshot& snapshot, const Select& select,
                          absl::string_view text, const QueryOptions& options,
                          absl::Time now);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_BIND_H_
