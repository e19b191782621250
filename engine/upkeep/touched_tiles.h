// What commits have touched since upkeep last looked: where to look first.
//
// A hint alone. What is due stands in the store, and upkeep walks every metric
// after an opening; so nothing is lost when this is, and it may be vague.

#ifndef FOOTFALL_ENGINE_UPKEEP_TOUCHED_TILES_H_
#define FOOTFALL_ENGINE_UPKEEP_TOUCHED_TILES_H_

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "footfall/metric.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {

// Memory is bounded: a metric of which more than kMaxTiles tiles were touched,
// or any once kMaxAllTiles of all were, is to be walked whole, and some of the
// tiles are known.
//
// Threads: all calls from any.
class TouchedTiles {
 public:
  static constexpr size_t kMaxTiles = 4096;
  static constexpr size_t kMaxAllTiles = size_t{1} << 16;

  struct Touched {
    bool walks = false;                // look at all tiles that may be due
    std::set<storage::TileKey> tiles;  // else at these alone
  };

  // A batch was applied. A metric of which a range of tiles was deleted is to
  // be walked: what is known of it no longer holds.
  void NoteApplied(const StoreBatch& batch) ABSL_LOCKS_EXCLUDED(mutex_);
  // The metric is to be walked.
  void NoteMetric(MetricId metric) ABSL_LOCKS_EXCLUDED(mutex_);

  // Moves what there is of the metric that comes after `*metric`, or of the
  // first again; false where there is nothing.
  bool Take(MetricId* metric, Touched* touched) ABSL_LOCKS_EXCLUDED(mutex_);
  // Of a metric; empty where there is nothing.
  Touched TakeOf(MetricId metric) ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives back what was taken and not seen to.
  void GiveBack(MetricId metric, Touched touched) ABSL_LOCKS_EXCLUDED(mutex_);

  // Tiles, and metrics to be walked, that wait.
  size_t tile_count() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t walk_count() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether a range of tiles was deleted since it was last asked.
  bool TakeDeleted() ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until there is something, but no longer than `most`; false after
  // Stop().
  bool Wait(absl::Duration most) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits for so long; false after Stop(), which ends it.
  bool Rest(absl::Duration time) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  Touched TakeLocked(std::map<MetricId, Touched>::iterator found)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Touch(const storage::TileKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable storage::Mutex mutex_;
  storage::CondVar wake_;  // there is something, or stopped_
  std::map<MetricId, Touched> metrics_ ABSL_GUARDED_BY(mutex_);
  size_t tile_count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool deleted_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_TOUCHED_TILES_H_
