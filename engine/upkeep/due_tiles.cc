#include "engine/upkeep/due_tiles.h"

#include <algorithm>
#include <tuple>

#include "absl/hash/hash.h"

namespace footfall::engine {
namespace {

constexpr size_t kTilesAtATime = 1024;

}  // namespace

size_t DueTiles::KeyHash::operator()(const storage::TileKey& key) const {
  return absl::Hash<std::tuple<uint32_t, int32_t, uint32_t>>()(
      std::make_tuple(key.metric, key.era, key.band));
}

bool DueTiles::IsDue(const Parts& parts, bool newest_era) {
  const bool grown = parts.patch_bytes * 4 > parts.base_bytes;
  return grown && (newest_era ? parts.patches > kPatches : parts.patches > 0);
}

void DueTiles::NoteApplied(const StoreBatch& batch) {
  storage::MutexLock lock(&mutex_);
  for (const MetricId metric : postponed_.metrics) due_metrics_.insert(metric);
  for (const storage::TileKey& key : postponed_.tiles) Queue(key);
  postponed_ = {};
  for (const StoreBatch::Operation& operation : batch.operations()) {
    if (operation.kind != StoreBatch::Kind::kAppend) {
      continue;
    }
    const auto key = storage::DecodeTileKey(operation.key);
    if (key.ok()) {
      Touch(*key, operation.value.size());
    }
  }
  if (!due_metrics_.empty() || !due_tiles_.empty()) {
    wake_.Signal();
  }
}

void DueTiles::Postpone(const Due& due) {
  storage::MutexLock lock(&mutex_);
  postponed_.metrics.insert(postponed_.metrics.end(), due.metrics.begin(),
                            due.metrics.end());
  if (postponed_.tiles.size() + due.tiles.size() > kMaxDue) return;
  postponed_.tiles.insert(postponed_.tiles.end(), due.tiles.begin(),
                          due.tiles.end());
}

void DueTiles::NoteMetric(MetricId metric) {
  storage::MutexLock lock(&mutex_);
  due_metrics_.insert(metric);
  wake_.Signal();
}

void DueTiles::Touch(const storage::TileKey& key, size_t size) {
  const auto [newest, first] = newest_era_.emplace(key.metric, key.era);
  if (first || key.era > newest->second) {
    newest->second = key.era;
    due_metrics_.insert(key.metric);
  }
  auto found = tiles_.find(key);
  if (found == tiles_.end()) {
    if (tiles_.size() >= kMaxTiles) {
      if (++unknown_touches_ % kPatches == 0) {
        Queue(key);
      }
      return;
    }
    found = tiles_.emplace(key, Tile()).first;
  }
  Tile& tile = found->second;
  ++tile.parts.patches;
  tile.parts.patch_bytes += size;
  if (!tile.queued && due_tiles_.size() < kMaxDue &&
      IsDue(tile.parts, key.era == newest->second)) {
    tile.queued = true;
    Queue(key);
  }
}

void DueTiles::Queue(const storage::TileKey& key) {
  if (due_tiles_.size() < kMaxDue) {
    due_tiles_.push_back(key);
  }
}

bool DueTiles::TakeLocked(Due* due) {
  due->metrics.assign(due_metrics_.begin(), due_metrics_.end());
  std::sort(due->metrics.begin(), due->metrics.end());
  due_metrics_.clear();
  const size_t count = std::min(kTilesAtATime, due_tiles_.size());
  const auto end = due_tiles_.begin() + static_cast<ptrdiff_t>(count);
  due->tiles.assign(due_tiles_.begin(), end);
  due_tiles_.erase(due_tiles_.begin(), end);
  for (const storage::TileKey& key : due->tiles) {
    // NoteTile() adds what the store says to what comes in from here on.
    const auto found = tiles_.find(key);
    if (found != tiles_.end()) {
      found->second.parts.patches = 0;
      found->second.parts.patch_bytes = 0;
    }
  }
  return !due->metrics.empty() || !due->tiles.empty();
}

bool DueTiles::Take(Due* due) {
  storage::MutexLock lock(&mutex_);
  return TakeLocked(due);
}

bool DueTiles::WaitAndTake(Due* due) {
  storage::MutexLock lock(&mutex_);
  while (!stopped_ && due_metrics_.empty() && due_tiles_.empty()) {
    wake_.Wait(&mutex_);
  }
  return !stopped_ && TakeLocked(due);
}

void DueTiles::Stop() {
  storage::MutexLock lock(&mutex_);
  stopped_ = true;
  wake_.SignalAll();
}

void DueTiles::NoteTile(const storage::TileKey& key, const Parts& parts) {
  storage::MutexLock lock(&mutex_);
  auto found = tiles_.find(key);
  if (found == tiles_.end()) {
    if (tiles_.size() >= kMaxTiles) {
      return;
    }
    found = tiles_.emplace(key, Tile()).first;
  }
  Tile& tile = found->second;
  tile.queued = false;
  tile.parts.patches += parts.patches;
  tile.parts.patch_bytes += parts.patch_bytes;
  tile.parts.base_bytes = parts.base_bytes;
}

void DueTiles::ForgetTile(const storage::TileKey& key) {
  storage::MutexLock lock(&mutex_);
  tiles_.erase(key);
}

void DueTiles::ForgetMetric(MetricId metric) {
  storage::MutexLock lock(&mutex_);
  newest_era_.erase(metric);
  tiles_.EraseIf(
      [metric](const auto& tile) { return tile.first.metric == metric; });
}

void DueTiles::ForgetErasBefore(MetricId metric, int32_t era) {
  storage::MutexLock lock(&mutex_);
  tiles_.EraseIf([metric, era](const auto& tile) {
    return tile.first.metric == metric && tile.first.era < era &&
           !tile.second.queued;
  });
}

void DueTiles::NoteNewestEra(MetricId metric, int32_t era) {
  storage::MutexLock lock(&mutex_);
  const auto [newest, first] = newest_era_.emplace(metric, era);
  newest->second = std::max(newest->second, era);
}

bool DueTiles::IsNewestEra(MetricId metric, int32_t era) const {
  storage::ReaderMutexLock lock(&mutex_);
  const auto newest = newest_era_.find(metric);
  return newest == newest_era_.end() || era >= newest->second;
}

size_t DueTiles::tile_count() const {
  storage::ReaderMutexLock lock(&mutex_);
  return tiles_.size();
}

}  // namespace footfall::engine
