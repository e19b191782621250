// What a database has done and how it stands, for a monitor.
//
// Threads: plain values and a function of them.

#ifndef FOOTFALL_METRICS_H_
#define FOOTFALL_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#pragma GCC visibility push(default)
namespace footfall {

// How long questions took.
struct LatencyHistogram {
  static constexpr std::array<double, 12> kUpperSeconds = {
      0.00001, 0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60};
  // [i]: those above the bound before and not above kUpperSeconds[i]; the last
  // one: those above all bounds.
  std::array<uint64_t, kUpperSeconds.size() + 1> counts = {};
  double sum_seconds = 0;
};

// Counters are of the time since the database was opened, and only rise; the
// others are of now.
struct DatabaseMetrics {
  // --- Counters
  uint64_t writes = 0;        // batches that Write() took
  uint64_t samples = 0;       // that they wrote
  uint64_t expired_rows = 0;  // that KEEP left out of writes and loads
  uint64_t loads = 0;         // by a BulkLoader, of one metric each
  uint64_t loaded_samples = 0;
  uint64_t deleted_samples = 0;  // by Delete()
  uint64_t write_bytes = 0;      // given to the store's log, keys and values
  uint64_t patches = 0;          // appended to tiles through the log
  uint64_t folded_tiles = 0;     // patches / folded_tiles: patches a tile
  uint64_t removed_tiles = 0;    // of those, with nothing left in them
  uint64_t keep_removals = 0;    // times that KEEP removed samples
  uint64_t catalog_folds = 0;    // times that upkeep put its blocks together
  uint64_t cache_hits = 0;       // blocks of the store, found in memory
  uint64_t cache_misses = 0;
  uint64_t stalls = 0;  // times that the store slowed writes down or held them
  uint64_t failed_questions = 0;
  uint64_t slow_questions = 0;      // DatabaseOptions::slow_question
  uint64_t dropped_events = 0;      // that the listener was too slow for
  LatencyHistogram questions = {};  // failed ones as well
  // --- Now
  uint64_t commit = 0;
  uint64_t metrics = 0;
  uint64_t series = 0;
  uint64_t upkeep_tiles = 0;  // backlog, as DatabaseHealth has it
  uint64_t upkeep_metrics = 0;
  uint64_t upkeep_names = 0;
  uint64_t damaged_tiles = 0;
  uint64_t table_bytes = 0;
  uint64_t catalog_bytes = 0;  // of those, the catalog's
  uint64_t log_bytes = 0;
  uint64_t memory_bytes = 0;  // block cache and write buffers
  uint64_t plan_bytes = 0;
  uint64_t tables = 0;
  // For how long the oldest snapshot but the newest has been held; 0: none is.
  uint64_t oldest_snapshot_seconds = 0;
  bool takes_writes = false;  // DatabaseHealth::State::kGood
};

// The same as OpenMetrics 1.0 text, "# EOF" included: families named
// "footfall_...", without labels but the buckets' "le".
std::string OpenMetricsText(const DatabaseMetrics& metrics);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_METRICS_H_
