// What a batch of the crash tests holds: enough to tell whether it is there
// whole. Writer and checker make it from its number alone.

#ifndef FOOTFALL_TESTS_ENGINE_CRASH_CRASH_BATCH_H_
#define FOOTFALL_TESTS_ENGINE_CRASH_CRASH_BATCH_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/metric.h"

namespace footfall::testing {

inline constexpr int kWriters = 2;

// What the process does besides writing, or instead of it.
enum class Scenario {
  kWrite,
  kFold,
  kCompact,
  kBulkLoad,
  kImport,
  kDelete,
  kKeep
};
inline constexpr int kScenarios = 7;
inline constexpr const char* kScenarioNames[kScenarios] = {
    "write", "fold", "compact", "bulk load", "import", "delete", "keep"};

// What it is in the middle of, besides batches.
enum class Work : uint32_t { kNone, kFolding, kAltering, kRemoving };

// A file that both processes map: it outlives the one that is killed.
struct Shared {
  std::atomic<uint32_t> ready;                   // the database is open
  std::atomic<uint64_t> started[kWriters];       // last batch begun
  std::atomic<uint64_t> acknowledged[kWriters];  // last batch that is durable
  std::atomic<uint32_t> inside[kWriters];        // in the middle of a batch
  std::atomic<uint64_t> deleting[kWriters];      // last deletion begun
  std::atomic<uint64_t> deleted[kWriters];       // last one that is durable
  std::atomic<uint64_t> scratch_written;  // last time the scratch was begun
  std::atomic<uint64_t> scratch_kept;     // last time its rows were durable
  std::atomic<uint64_t> scratch_dropped;  // last time its drop was
  std::atomic<uint64_t> altering;         // last alteration begun
  std::atomic<uint64_t> altered;          // last one that is durable
  std::atomic<uint32_t> has_rows;         // the metric that is altered
  std::atomic<int64_t> keeping;  // first day kept, of the last removal begun
  std::atomic<int64_t> kept;     // of the last one that is durable
  std::atomic<Work> working;
  std::atomic<uint32_t> failed;  // a call answered an error
};

// Daily and minutely: tiles of different shapes, so several keys a batch.
inline MetricSpec CrashSpec(int index) {
  MetricSpec spec;
  spec.name = index == 0 ? "daily" : "minutely";
  spec.period = {index == 0 ? Unit::kDay : Unit::kMinute, 1};
  spec.dimensions = {{"app", Additivity::kAdds}};
  return spec;
}

// Of Scenario::kDelete. What a batch has in the daily metric is deleted once
// the next one is written, of every third batch.
inline bool IsDeletedLater(uint64_t batch) { return batch % 3 == 2; }
inline int64_t DailyStepOf(uint64_t batch) {
  return 10'000 + static_cast<int64_t>(batch);
}

// And a metric that is defined, filled by one batch of so many rows with one
// value, the time it is done, and dropped.
inline constexpr char kScratch[] = "scratch";
inline constexpr int64_t kScratchRows = 20;

// Of Scenario::kKeep. So many days of the daily metric are kept, of which the
// clock says the last; and a metric with rows that stay is altered again and
// again, each time as a whole.
inline constexpr int32_t kKeptDays = 20;
inline constexpr char kAltered[] = "altered_";
inline MetricSpec AlteredSpec(uint64_t time) {
  MetricSpec spec;
  spec.name = absl::StrCat(kAltered, time);
  spec.unit = absl::StrCat("unit ", time);
  spec.over_time = static_cast<Additivity>(time % 3);
  spec.dimensions = {{"app", static_cast<Additivity>((time + 1) % 3)}};
  spec.late = static_cast<int32_t>(time % 1'000);
  if (time % 4 > 0) {
    spec.keep = Period{Unit::kYear, 100 + static_cast<int32_t>(time % 100)};
  }
  return spec;
}
inline constexpr int64_t kAlteredRows = 20;

struct CrashCell {
  int metric;  // CrashSpec(metric)
  std::string app;
  int64_t step;
  int64_t value;
};

// Each batch has steps of its own, so that none covers another, and a cell
// that tells the writer's last batch. `large`: as of bulk loads and imports.
inline std::vector<CrashCell> CellsOf(int writer, uint64_t batch, bool large) {
  std::vector<CrashCell> cells;
  const auto number = static_cast<int64_t>(batch);
  // Several bands, and for some time a new series in nearly every batch.
  const uint64_t count = large ? 60 : 5;
  for (uint64_t i = 0; i < count; ++i) {
    cells.push_back({0,
                     absl::StrCat("w", writer, "-",
                                  (batch * 13 + i * 37) % (large ? 900 : 300)),
                     DailyStepOf(batch),
                     number * 100 + static_cast<int64_t>(i)});
  }
  for (int64_t i = 0; i < 3; ++i) {
    cells.push_back({1, absl::StrCat("w", writer, "-", i), number, -number});
  }
  // Old in days, and never old in minutes.
  cells.push_back({large ? 0 : 1, absl::StrCat("last-", writer), 0, number});
  return cells;
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_CRASH_CRASH_BATCH_H_
