// Writing samples through the commit queue.

#ifndef FOOTFALL_ENGINE_WRITE_WRITES_H_
#define FOOTFALL_ENGINE_WRITE_WRITES_H_

#include "absl/status/statusor.h"
#include "engine/write/commit_queue.h"
#include "engine/write/keep_clock.h"
#include "footfall/database.h"
#include "footfall/options.h"
#include "footfall/sample_batch.h"

namespace footfall::engine {

// As Database::Write(). The rows are checked, and patches of batches that bring
// no new series are coded, in the caller's thread; the queue is left with
// numbering what is new. `clock` says which rows KEEP leaves out.
absl::StatusOr<WriteResult> WriteRows(CommitQueue* queue,
                                      const SampleBatch& batch,
                                      const WriteOptions& options,
                                      const KeepClock& clock);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_WRITES_H_
