#include "engine/upkeep/touched_tiles.h"

#include <utility>

#include "absl/time/clock.h"

namespace footfall::engine {

void TouchedTiles::NoteApplied(const StoreBatch& batch) {
  storage::MutexLock lock(&mutex_);
  for (const StoreBatch::Operation& operation : batch.operations()) {
    if (operation.keyspace != Keyspace::kTiles) continue;
    const bool appends = operation.kind == StoreBatch::Kind::kAppend;
    const bool drops = operation.kind == StoreBatch::Kind::kDeleteRange;
    deleted_ |= drops;
    if (!appends && !drops) continue;
    const auto key = storage::DecodeTileKey(operation.key);
    if (!key.ok()) continue;
    if (appends) {
      Touch(*key);
    } else {
      metrics_[key->metric].walks = true;
    }
  }
  if (deleted_ || !metrics_.empty()) wake_.Signal();
}

void TouchedTiles::Touch(const storage::TileKey& key) {
  Touched& touched = metrics_[key.metric];
  if (touched.tiles.size() < kMaxTiles && tile_count_ < kMaxAllTiles) {
    tile_count_ += touched.tiles.insert(key).second ? 1 : 0;
  } else if (!touched.tiles.contains(key)) {
    touched.walks = true;
  }
}

void TouchedTiles::NoteMetric(MetricId metric) {
  storage::MutexLock lock(&mutex_);
  metrics_[metric].walks = true;
  wake_.Signal();
}

TouchedTiles::Touched TouchedTiles::TakeLocked(
    std::map<MetricId, Touched>::iterator found) {
  Touched touched = std::move(found->second);
  tile_count_ -= touched.tiles.size();
  metrics_.erase(found);
  return touched;
}

bool TouchedTiles::Take(MetricId* metric, Touched* touched) {
  storage::MutexLock lock(&mutex_);
  if (metrics_.empty()) return false;
  auto found = metrics_.upper_bound(*metric);
  if (found == metrics_.end()) found = metrics_.begin();
  *metric = found->first;
  *touched = TakeLocked(found);
  return true;
}

TouchedTiles::Touched TouchedTiles::TakeOf(MetricId metric) {
  storage::MutexLock lock(&mutex_);
  const auto found = metrics_.find(metric);
  return found == metrics_.end() ? Touched() : TakeLocked(found);
}

void TouchedTiles::GiveBack(MetricId metric, Touched touched) {
  storage::MutexLock lock(&mutex_);
  if (touched.walks) metrics_[metric].walks = true;
  for (const storage::TileKey& key : touched.tiles) Touch(key);
}

size_t TouchedTiles::tile_count() const {
  storage::ReaderMutexLock lock(&mutex_);
  return tile_count_;
}

size_t TouchedTiles::walk_count() const {
  storage::ReaderMutexLock lock(&mutex_);
  size_t count = 0;
  for (const auto& [metric, touched] : metrics_) count += touched.walks;
  return count;
}

bool TouchedTiles::TakeDeleted() {
  storage::MutexLock lock(&mutex_);
  return std::exchange(deleted_, false);
}

bool TouchedTiles::Wait(absl::Duration most) {
  const absl::Time end = absl::Now() + most;
  storage::MutexLock lock(&mutex_);
  while (!stopped_ && !deleted_ && metrics_.empty()) {
    if (most == absl::InfiniteDuration()) {
      wake_.Wait(&mutex_);
      continue;
    }
    const absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) break;
    wake_.WaitWithTimeout(&mutex_, left);
  }
  return !stopped_;
}

bool TouchedTiles::Rest(absl::Duration time) {
  const absl::Time end = absl::Now() + time;
  storage::MutexLock lock(&mutex_);
  for (absl::Duration left = time; !stopped_ && left > absl::ZeroDuration();
       left = end - absl::Now()) {
    wake_.WaitWithTimeout(&mutex_, left);
  }
  return !stopped_;
}

void TouchedTiles::Stop() {
  storage::MutexLock lock(&mutex_);
  stopped_ = true;
  wake_.SignalAll();
}

}  // namespace footfall::engine
