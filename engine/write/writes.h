// Writing and removing samples through the commit queue.

#ifndef FOOTFALL_ENGINE_WRITE_WRITES_H_
#define FOOTFALL_ENGINE_WRITE_WRITES_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/write/commit_queue.h"
#include "footfall/database.h"
#include "footfall/metric.h"
#include "footfall/options.h"
#include "footfall/sample_batch.h"

namespace footfall::engine {

// As Database::Write(). The rows are checked, and patches of batches that bring
// no new series are coded, in the caller's thread; the queue is left with
// numbering what is new.
absl::StatusOr<WriteResult> WriteRows(CommitQueue* queue,
                                      const SampleBatch& batch,
                                      const WriteOptions& options);

// As Database::Delete(). Reads and removes alone in the queue, so that the
// answer is what was removed.
absl::StatusOr<uint64_t> DeleteRange(CommitQueue* queue, const Metric& metric,
                                     absl::Span<const SeriesId> series,
                                     StepRange steps,
                                     const WriteOptions& options);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_WRITES_H_
