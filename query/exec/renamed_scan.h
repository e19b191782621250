// Reads rows whose members were renamed.

#ifndef FOOTFALL_QUERY_EXEC_RENAMED_SCAN_H_
#define FOOTFALL_QUERY_EXEC_RENAMED_SCAN_H_

#include <memory>

#include "absl/status/statusor.h"
#include "footfall/snapshot.h"
#include "query/exec/lane_steps.h"
#include "query/exec/run.h"
#include "query/plan/conditions.h"

namespace footfall::query {

// As Snapshot::Scan() of `request`, whose series are ids of `rows` and whose
// steps, as those of the slabs, are lane steps. Rows that
// are one series come as they are read; those of several are put together, each
// in a lane over all steps, and come in a last slab. Where there are such rows,
// values are read whatever depth is asked for.
//
// `rows`, `lane_steps` and the request's series must outlive the cursor.
//
// Requires: depth is not kCeilings where rows were renamed.
//
//   RESOURCE_EXHAUSTED  no memory for these lanes
absl::StatusOr<std::unique_ptr<SlabCursor>> ScanRows(
    Run& run, const SeriesRows& rows, const LaneSteps& lane_steps,
    const ScanRequest& request);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RENAMED_SCAN_H_
