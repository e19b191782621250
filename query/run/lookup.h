// Names of metrics and dimensions in statements that are not SELECT.

#ifndef FOOTFALL_QUERY_RUN_LOOKUP_H_
#define FOOTFALL_QUERY_RUN_LOOKUP_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {

// NOT_FOUND names the nearest; `text` is what the name's source points into.
absl::StatusOr<std::shared_ptr<const Metric>> LookUpMetric(
    const Snapshot& snapshot, const Name& name, absl::string_view text);

// The same, of a metric that can be read and written: FAILED_PRECONDITION where
// this machine does not know its zone.
absl::StatusOr<std::shared_ptr<const Metric>> LookUpUsableMetric(
    const Snapshot& snapshot, const Name& name, absl::string_view text);

// Index of a dimension of `metric`. NOT_FOUND names those that it has.
absl::StatusOr<size_t> LookUpDimension(const Metric& metric, const Name& name,
                                       absl::string_view text);

// NOT_FOUND: no metric has a dimension of that name; names the nearest.
absl::Status CheckDimension(const Snapshot& snapshot, const Name& name,
                            absl::string_view text);
// The same of what questions may name: attributes pass, too.
absl::Status CheckSplit(const Snapshot& snapshot, const Name& name,
                        absl::string_view text);

// RESOURCE_EXHAUSTED: a list of that many rows is longer than answers may be.
absl::Status CheckRows(uint64_t rows, const QueryLimits& limits);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_LOOKUP_H_
