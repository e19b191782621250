// Changing what a metric is declared as, through the commit queue.

#ifndef FOOTFALL_ENGINE_WRITE_ALTER_METRIC_H_
#define FOOTFALL_ENGINE_WRITE_ALTER_METRIC_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/write/commit_queue.h"
#include "footfall/metric.h"
#include "footfall/stop.h"

namespace footfall::engine {

// As Database::AlterMetric(). One record of the catalog changes, with one
// commit. Where the metric begins to count users, its samples are read outside
// the queue first: none may be below 0. Inside, it only asks which eras were
// written to meanwhile; if any were it reads these anew, the third time inside.
absl::StatusOr<std::shared_ptr<const Metric>> AlterMetric(
    CommitQueue* queue, absl::string_view name, const MetricChanges& changes,
    const StopCheck& stop);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_ALTER_METRIC_H_
