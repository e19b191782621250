// Loading many rows at once: rows are kept and sorted outside the log, coded
// into whole tiles, and published in one step of the commit queue.

#ifndef FOOTFALL_ENGINE_WRITE_BULK_LOAD_H_
#define FOOTFALL_ENGINE_WRITE_BULK_LOAD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/read/open_gate.h"
#include "engine/write/commit_queue.h"
#include "engine/write/keep_clock.h"
#include "footfall/database.h"
#include "footfall/metric.h"

namespace footfall::engine {

// As Database::NewBulkLoader(). `queue` is used while `gate` lets the loader
// in; the loader may outlive it. Rows beyond `memory_bytes` go to a file in
// `spill_folder` ("": the system's own).
//
// Rows wait as they came, each with the loader's own number of its series.
// Finish() is two acts. Outside the queue it plans the numbers of what is new,
// which changes nothing; the rows become cells with their place in the order of
// tiles as key, runs of them are sorted and merged, and each tile is staged:
// put whole where the store has none under its key (a put over patches would
// lose them), appended as a patch elsewhere. Inside the queue it asks whether
// that still holds, adopts the plan, and publishes stage and catalog records
// together: writers wait for that alone. It holds unless others have brought
// members or series of the metric's dimensions, or tiles to an era where some
// are put; then it is prepared anew, and after 3 times inside the queue.
// After it `loaded` is called, in the thread of Finish(): there are tiles that
// no batch told about. Rows of steps that KEEP lets go of by
// `clock`, asked now, are left out.
absl::StatusOr<std::unique_ptr<BulkLoader>> NewBulkLoader(
    std::shared_ptr<OpenGate> gate, CommitQueue* queue,
    std::shared_ptr<const Metric> metric, uint64_t memory_bytes,
    const std::string& spill_folder,
    std::function<void(MetricId, const WriteResult&)> loaded,
    const KeepClock& clock);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_BULK_LOAD_H_
