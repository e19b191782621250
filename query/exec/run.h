// What a running question shares: its snapshot, its limits, what it has done.

#ifndef FOOTFALL_QUERY_EXEC_RUN_H_
#define FOOTFALL_QUERY_EXEC_RUN_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"

namespace footfall::query {

// DEADLINE_EXCEEDED or CANCELLED once `options` say that it is time to stop.
absl::Status CheckStop(const QueryOptions& options);

// Threads: the counters may be raised from many threads.
class Run {
 public:
  Run(const Snapshot& snapshot, const QueryOptions& options,
      absl::string_view text)
      : snapshot_(snapshot), options_(options), text_(text) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  const Snapshot& snapshot() const { return snapshot_; }
  const QueryOptions& options() const { return options_; }
  absl::string_view text() const { return text_; }

  // Cheap; looked at per tile.
  absl::Status CheckStop() const { return query::CheckStop(options_); }

  // Whether `bytes` more fit beside what is held. RESOURCE_EXHAUSTED names the
  // limit. What was taken is given back by Release().
  absl::Status Reserve(uint64_t bytes);
  void Release(uint64_t bytes) { held_bytes_ -= bytes; }

  void Count(const ScanStats& stats) {
    tiles_ += stats.tiles;
    tile_bytes_ += stats.tile_bytes;
    values_ += stats.values;
  }
  // Groups that were passed over because of their ceilings.
  void CountSkipped(uint64_t groups) { skipped_groups_ += groups; }
  uint64_t skipped_groups() const { return skipped_groups_; }
  uint64_t tiles() const { return tiles_; }
  uint64_t tile_bytes() const { return tile_bytes_; }
  uint64_t values() const { return values_; }

 private:
  const Snapshot& snapshot_;
  const QueryOptions& options_;
  const absl::string_view text_;
  std::atomic<uint64_t> held_bytes_ = 0;
  std::atomic<uint64_t> tiles_ = 0;
  std::atomic<uint64_t> tile_bytes_ = 0;
  std::atomic<uint64_t> values_ = 0;
  std::atomic<uint64_t> skipped_groups_ = 0;
};

// Tells stages apart by the clock, for EXPLAIN ANALYZE; nothing else is timed.
class StageClock {
 public:
  StageClock();
  // Since the last call, or the beginning.
  absl::Duration Lap();

 private:
  absl::Time since_;
};

// Memory taken from a run, given back at the end of the scope.
class Reservation {
 public:
  explicit Reservation(Run& run) : run_(run) {}
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() { run_.Release(bytes_); }

  absl::Status Add(uint64_t bytes) {
    absl::Status status = run_.Reserve(bytes);
    if (status.ok()) bytes_ += bytes;
    return status;
  }

 private:
  Run& run_;
  uint64_t bytes_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RUN_H_
