// Which tiles upkeep should look at: what commits have touched since.

#ifndef FOOTFALL_ENGINE_UPKEEP_DUE_TILES_H_
#define FOOTFALL_ENGINE_UPKEEP_DUE_TILES_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {

// A tile of a metric's newest era is due once more than kPatches patches that
// together are more than a quarter of it have come; one of an older era, which
// is sealed, once its patches are more than a quarter of it. A metric is due
// when a newer era begins: the tiles before it are to be sealed.
//
// Memory is bounded: of tiles beyond kMaxTiles every kPatches-th touch counts
// as due, and the store tells whether it was.
//
// Threads: all calls from any.
class DueTiles {
 public:
  static constexpr uint32_t kPatches = 8;
  static constexpr size_t kMaxTiles = size_t{1} << 17;
  static constexpr size_t kMaxDue = size_t{1} << 16;

  struct Due {
    std::vector<MetricId> metrics;
    std::vector<storage::TileKey> tiles;
  };

  // What a tile is made of.
  struct Parts {
    uint32_t patches = 0;
    uint64_t patch_bytes = 0;
    uint64_t base_bytes = 0;
  };
  // Whether such a tile is to be folded.
  static bool IsDue(const Parts& parts, bool newest_era);

  // Counts the patches of a batch that was applied.
  void NoteApplied(const StoreBatch& batch) ABSL_LOCKS_EXCLUDED(mutex_);
  // What was taken and could not be seen to, because the store failed, is due
  // again once another batch was applied.
  void Postpone(const Due& due) ABSL_LOCKS_EXCLUDED(mutex_);
  // The metric is due.
  void NoteMetric(MetricId metric) ABSL_LOCKS_EXCLUDED(mutex_);

  // Moves what is due to *due, a bounded number of tiles at a time; false
  // where nothing is.
  bool Take(Due* due) ABSL_LOCKS_EXCLUDED(mutex_);
  // As Take(), waiting for something; false after Stop().
  bool WaitAndTake(Due* due) ABSL_LOCKS_EXCLUDED(mutex_);
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // What the store says of a tile that was taken, after it was seen to.
  void NoteTile(const storage::TileKey& key, const Parts& parts)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The tile, or the metric, is not there any more.
  void ForgetTile(const storage::TileKey& key) ABSL_LOCKS_EXCLUDED(mutex_);
  void ForgetMetric(MetricId metric) ABSL_LOCKS_EXCLUDED(mutex_);
  // Tiles before `era` are sealed: no need to remember them.
  void ForgetErasBefore(MetricId metric, int32_t era)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The newest era that the store has, and whether no newer one than `era` is
  // known.
  void NoteNewestEra(MetricId metric, int32_t era) ABSL_LOCKS_EXCLUDED(mutex_);
  bool IsNewestEra(MetricId metric, int32_t era) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Tiles known of, for tests.
  size_t tile_count() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct KeyHash {
    size_t operator()(const storage::TileKey& key) const;
  };
  struct Tile {
    Parts parts;
    bool queued = false;
  };

  void Touch(const storage::TileKey& key, size_t size)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Queue(const storage::TileKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool TakeLocked(Due* due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable storage::Mutex mutex_;
  storage::CondVar wake_;  // something is due, or stopped_
  FlatHashMap<storage::TileKey, Tile, KeyHash> tiles_ ABSL_GUARDED_BY(mutex_);
  FlatHashMap<MetricId, int32_t> newest_era_ ABSL_GUARDED_BY(mutex_);
  FlatHashSet<MetricId> due_metrics_ ABSL_GUARDED_BY(mutex_);
  std::deque<storage::TileKey> due_tiles_ ABSL_GUARDED_BY(mutex_);
  Due postponed_ ABSL_GUARDED_BY(mutex_);
  uint32_t unknown_touches_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_DUE_TILES_H_
