// Patches that say that samples are gone.

#ifndef FOOTFALL_ENGINE_WRITE_DELETION_PATCHES_H_
#define FOOTFALL_ENGINE_WRITE_DELETION_PATCHES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "engine/read/database_snapshot.h"
#include "engine/write/commit_queue.h"
#include "footfall/snapshot.h"
#include "footfall/stop.h"
#include "footfall/store.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {

struct DeletionPatches {
  uint64_t deleted = 0;  // samples
  StoreBatch patches;
  // Where there are too many: all of them, and the eras that they lie in.
  std::unique_ptr<StoreStage> stage;
  std::vector<StagedEra> eras;
};

// Makes patches of the samples of `series` (ascending) in `steps` as `snapshot`
// has them. 1 MiB of them is kept in memory at most; more are staged in a file.
// `stop` is asked for each tile. Errors as Snapshot::Scan(), and of `stop`.
absl::Status MakeDeletionPatches(CommitQueue* queue,
                                 const DatabaseSnapshot& snapshot,
                                 const MetricState& state,
                                 absl::Span<const SeriesId> series,
                                 StepRange steps, const StopCheck& stop,
                                 DeletionPatches* made);

// Adds a patch of another kind, a frame, in the same way. Keys ascend.
absl::Status AddPatch(CommitQueue* queue, const storage::TileKey& key,
                      const std::string& frame, DeletionPatches* made);

// Inside the queue.
void PublishDeletion(DeletionPatches* made, CommitQueue::Change* change);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_DELETION_PATCHES_H_
