// What KEEP has removed, and what it would.

#ifndef FOOTFALL_QUERY_RUN_RETENTION_H_
#define FOOTFALL_QUERY_RUN_RETENTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "footfall/answer.h"
#include "footfall/metric.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"

namespace footfall::query {

struct OldSamples {
  uint64_t series = 0;  // with at least one
  uint64_t samples = 0;
};

// What a metric has before step `first_kept`. Reads which steps have a sample,
// not their values, and looks for `options` meanwhile. Errors as
// Snapshot::Scan().
absl::StatusOr<OldSamples> CountOld(const Snapshot& snapshot,
                                    const Metric& metric, int64_t first_kept,
                                    const QueryOptions& options);

// What would change if the metric were kept as `after` says: lines of EXPLAIN
// ALTER. Requires: `after` has a KEEP, and the metric is usable. Errors as
// CountOld().
absl::StatusOr<std::vector<std::string>> PreviewKeep(
    const Snapshot& snapshot, const Metric& metric, const MetricSpec& after,
    const QueryOptions& options);

// SHOW RETENTION: a row for each metric that is not kept forever, or of which
// samples were removed; of one with tiers, a row for each of its grids.
absl::StatusOr<Answer> ShowRetention(const Snapshot& snapshot,
                                     const QueryOptions& options);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_RETENTION_H_
