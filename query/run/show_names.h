// SHOW EVENTS and SHOW ALIASES.

#ifndef FOOTFALL_QUERY_RUN_SHOW_NAMES_H_
#define FOOTFALL_QUERY_RUN_SHOW_NAMES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {

// In time order. An event is shown where kind and WHERE leave it (EventScope)
// and its date begins in DURING, whose LAST counts days of UTC.
//
//   NOT_FOUND           no metric has a dimension of WHERE; no member or event
//                       has such a text
//   RESOURCE_EXHAUSTED  more rows than limits.max_rows
absl::StatusOr<Answer> ShowEvents(const Snapshot& snapshot, const Show& show,
                                  absl::string_view text,
                                  const QueryOptions& options);

// By dimension, then old name. RESOURCE_EXHAUSTED as ShowEvents().
absl::StatusOr<Answer> ShowAliases(const Snapshot& snapshot,
                                   const QueryLimits& limits);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_SHOW_NAMES_H_
