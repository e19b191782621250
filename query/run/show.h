// SHOW: what there is.

#ifndef FOOTFALL_QUERY_RUN_SHOW_H_
#define FOOTFALL_QUERY_RUN_SHOW_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {

// `show` holds no parameters; its sources point into `text`. Rows are in order
// of their names, byte by byte; of events see show_names.h.
//
//   NOT_FOUND           no such metric, dimension or member
//   RESOURCE_EXHAUSTED  more rows than options.limits.max_rows
absl::StatusOr<Answer> RunShow(const Snapshot& snapshot, const Show& show,
                               absl::string_view text,
                               const QueryOptions& options);

// "app OVERLAPS, region ADDS"
std::string FormatDimensions(const MetricSpec& spec);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_SHOW_H_
