// The tiles that upkeep could not fold: skipped, named, and not tried again as
// long as they are the same.

#ifndef FOOTFALL_ENGINE_UPKEEP_DAMAGED_TILES_H_
#define FOOTFALL_ENGINE_UPKEEP_DAMAGED_TILES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "footfall/metric.h"
#include "storage/base/mutex.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {

// Forgets what comes beyond kMaxTiles: they are tried again.
//
// Threads: all calls from any.
class DamagedTiles {
 public:
  static constexpr size_t kMaxTiles = 1024;

  // `size`: of the tile's value. `status` names the tile.
  void Add(const storage::TileKey& key, size_t size, const absl::Status& status)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::MutexLock lock(&mutex_);
    if (tiles_.size() < kMaxTiles || tiles_.contains(key)) {
      tiles_[key] = {size, status};
    }
  }

  bool Knows(const storage::TileKey& key, size_t size) const
      ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::ReaderMutexLock lock(&mutex_);
    const auto found = tiles_.find(key);
    return found != tiles_.end() && found->second.size == size;
  }

  // It is sound now, or gone.
  void Remove(const storage::TileKey& key) ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::MutexLock lock(&mutex_);
    tiles_.erase(key);
  }
  // None of [begin, end) is there, or all of them are sound.
  void RemoveRange(const storage::TileKey& begin, const storage::TileKey& end)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::MutexLock lock(&mutex_);
    tiles_.erase(tiles_.lower_bound(begin), tiles_.lower_bound(end));
  }
  void RemoveMetric(MetricId metric) ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::MutexLock lock(&mutex_);
    std::erase_if(tiles_, [metric](const auto& tile) {
      return tile.first.metric == metric;
    });
  }

  size_t count() const ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::ReaderMutexLock lock(&mutex_);
    return tiles_.size();
  }
  // Of the first of them, or the first of a metric; OK where there is none.
  absl::Status First(std::optional<MetricId> metric) const
      ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::ReaderMutexLock lock(&mutex_);
    for (const auto& [key, tile] : tiles_) {
      if (!metric.has_value() || key.metric == *metric) return tile.status;
    }
    return absl::OkStatus();
  }
  // What is wrong with the first `count`.
  std::vector<std::string> Describe(size_t count) const
      ABSL_LOCKS_EXCLUDED(mutex_) {
    storage::ReaderMutexLock lock(&mutex_);
    std::vector<std::string> lines;
    for (const auto& [key, tile] : tiles_) {
      if (lines.size() == count) break;
      lines.emplace_back(tile.status.message());
    }
    return lines;
  }

 private:
  struct Tile {
    size_t size = 0;
    absl::Status status;
  };

  mutable storage::Mutex mutex_;
  std::map<storage::TileKey, Tile> tiles_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_DAMAGED_TILES_H_
