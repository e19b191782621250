// Removing a range of samples through the commit queue.

#ifndef FOOTFALL_ENGINE_WRITE_DELETE_RANGE_H_
#define FOOTFALL_ENGINE_WRITE_DELETE_RANGE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/write/commit_queue.h"
#include "footfall/metric.h"
#include "footfall/options.h"
#include "footfall/snapshot.h"

namespace footfall::engine {

// As Database::Delete(). Reads what is there outside the queue and makes
// patches that say so much is gone; inside it only asks whether an era of the
// range was written to meanwhile, and appends them. If one was, it is done
// anew, and after 3 times inside the queue, so that the answer is what was
// removed. Patches take 1 MiB of memory at most; more are staged in a file.
absl::StatusOr<uint64_t> DeleteRange(CommitQueue* queue, const Metric& metric,
                                     absl::Span<const SeriesId> series,
                                     StepRange steps,
                                     const WriteOptions& options);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_DELETE_RANGE_H_
