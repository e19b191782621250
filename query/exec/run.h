// What a running question shares: its snapshot, its limits, what it has done.

#ifndef FOOTFALL_QUERY_EXEC_RUN_H_
#define FOOTFALL_QUERY_EXEC_RUN_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "query/lang/look.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

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

  // A look; tens of nanoseconds.
  absl::Status CheckStop() const { return query::CheckStop(options_); }

  // Every loop over groups, rows, slots, steps or series says here what it does
  // next, at most kWorkBetweenLooks at a time; looks where it is due.
  absl::Status Pass(uint64_t work = 1) const {
    return query::Pass(options_, work);
  }

  // Whether `bytes` more fit beside what is held. RESOURCE_EXHAUSTED names the
  // limit. What was taken is given back by Release().
  absl::Status Reserve(uint64_t bytes);
  void Release(uint64_t bytes) { held_bytes_ -= bytes; }

  void Count(const ScanStats& stats) {
    tiles_ += stats.tiles;
    tile_bytes_ += stats.tile_bytes;
    values_ += stats.values;
  }
  // Tiles that were read once more, to find late parts.
  void CountLookedAt(const ScanStats& stats) { looked_at_ += stats.tiles; }
  uint64_t looked_at() const { return looked_at_; }
  // Groups that were passed over because of their ceilings.
  void CountSkipped(uint64_t groups) { skipped_groups_ += groups; }
  void ForgetSkipped() { skipped_groups_ = 0; }  // all are read after all
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
  std::atomic<uint64_t> looked_at_ = 0;
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

// Memory taken from a run, given back at the end of the scope. Whatever grows
// with the data or with the text is taken before it is there.
class Reservation {
 public:
  explicit Reservation(Run& run) : run_(&run) {}
  // An empty one of the same run.
  static Reservation Of(const Reservation& other) {
    return Reservation(*other.run_);
  }
  Reservation(Reservation&& other) noexcept
      : run_(other.run_), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept {
    std::swap(run_, other.run_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Reservation() { run_->Release(bytes_); }

  absl::Status Add(uint64_t bytes) {
    absl::Status status = run_->Reserve(bytes);
    if (status.ok()) bytes_ += bytes;
    return status;
  }
  void GiveBack(uint64_t bytes) {
    run_->Release(bytes);
    bytes_ -= bytes;
  }
  // Room for one more element in a vector that doubles, the old one beside it.
  template <typename Vector>
  absl::Status AddRoomFor(const Vector& vector, size_t more = 1) {
    if (vector.size() + more <= vector.capacity()) return absl::OkStatus();
    return Add(std::max(vector.size() * 2, vector.size() + more) *
               sizeof(typename Vector::value_type));
  }

 private:
  Run* run_;
  uint64_t bytes_ = 0;
};

// Makes a vector of `size` cells, the new ones empty, a stretch at a time: the
// first touch of much memory takes its time.
template <typename Vector>
absl::Status Extend(const Run& run, size_t size, Vector* cells) {
  constexpr size_t kStretch = size_t{1} << 14;
  constexpr size_t kBytesOfWork = 32;
  cells->reserve(size);
  while (cells->size() < size) {
    const size_t more = std::min(kStretch, size - cells->size());
    FOOTFALL_RETURN_IF_ERROR(run.Pass(
        1 + more * sizeof(typename Vector::value_type) / kBytesOfWork));
    cells->resize(cells->size() + more);
  }
  return absl::OkStatus();
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_RUN_H_
