// What the database counts of writes and upkeep.

#ifndef FOOTFALL_ENGINE_WATCH_COUNTERS_H_
#define FOOTFALL_ENGINE_WATCH_COUNTERS_H_

#include <atomic>
#include <cstdint>

namespace footfall::engine {

// Only rises. Adding is a relaxed addition.
class Counter {
 public:
  void Add(uint64_t count) {
    count_.fetch_add(count, std::memory_order_relaxed);
  }
  uint64_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> count_ = 0;
};

struct WriteCounters {
  Counter writes;
  Counter samples;
  Counter expired_rows;
  Counter loads;
  Counter loaded_samples;
  Counter deleted_samples;
  Counter write_bytes;
  Counter patches;
};

struct UpkeepCounters {
  Counter folded_tiles;
  Counter removed_tiles;
  Counter keep_removals;
  Counter catalog_folds;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WATCH_COUNTERS_H_
