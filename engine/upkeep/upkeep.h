// Upkeep: folds and seals tiles, and puts the catalog's blocks together.

#ifndef FOOTFALL_ENGINE_UPKEEP_UPKEEP_H_
#define FOOTFALL_ENGINE_UPKEEP_UPKEEP_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "engine/upkeep/due_tiles.h"
#include "engine/upkeep/fold.h"
#include "engine/write/commit_queue.h"
#include "footfall/stop.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// Works on what DueTiles says. A tile of the newest era of its metric is folded
// as cheaply as it can be; one of an older era is sealed: coded as densely as
// pays. The record of the era up to which a metric is sealed lets the work go
// on after the database was closed.
//
// Threads: Run() and Compact() from any; one at a time works, the others and
// the background thread wait.
class Upkeep {
 public:
  // Both must outlive this.
  Upkeep(CommitQueue* queue, DueTiles* due);
  ~Upkeep();

  // Starts the background thread.
  void Start();
  // Ends it, after the tile it is at; Run() and Compact() in other threads
  // give up likewise. Called by the destructor if it was not.
  void Stop();

  // What the last of them that failed answered; OK once one has succeeded.
  absl::Status last_error() const ABSL_LOCKS_EXCLUDED(error_mutex_);

  // Until nothing is due. The first error of a tile is answered after the
  // others were seen to: DATA_LOSS names the tile. FAILED_PRECONDITION and
  // UNAVAILABLE as CommitQueue::Run().
  absl::Status Run() ABSL_LOCKS_EXCLUDED(work_mutex_);

  // Folds and seals every tile, and folds the catalog's blocks. Errors as
  // Run(), and of `stop`, which is asked for each tile.
  absl::Status Compact(const StopCheck& stop) ABSL_LOCKS_EXCLUDED(work_mutex_);

  // FAILED_PRECONDITION once Stop() was called.
  absl::Status CheckStopping() const;

 private:
  // Sees to what is due; what the store did not let it do is due again later.
  absl::Status See(const DueTiles::Due& due)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  absl::Status SeeAll(const DueTiles::Due& due)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  absl::Status CompactAll(const StopCheck& stop)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  // Answers it, too.
  absl::Status Note(const absl::Status& status)
      ABSL_LOCKS_EXCLUDED(error_mutex_);
  absl::Status SeeTile(const DatabaseSnapshot& snapshot,
                       const storage::TileKey& key, Folder* folder)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  // Seals the metric's tiles before its newest era, from where that was left.
  absl::Status SeeMetric(MetricId metric)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  // Seals the metric's tiles of eras [first, last], and says that those before
  // `sealed_before` are.
  absl::Status SealEras(MetricId metric, int32_t first, int32_t last,
                        int32_t sealed_before, const StopCheck& stop)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  absl::Status FoldCatalog() ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);

  CommitQueue* const queue_;
  DueTiles* const due_;
  std::atomic<bool> stopping_ = false;
  storage::Mutex work_mutex_ ABSL_ACQUIRED_BEFORE(error_mutex_);
  mutable storage::Mutex error_mutex_;
  absl::Status last_error_ ABSL_GUARDED_BY(error_mutex_);
  std::thread thread_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_UPKEEP_H_
