// What KEEP of a metric lets go of: removing it, or rolling it up.

#ifndef FOOTFALL_ENGINE_UPKEEP_KEEP_H_
#define FOOTFALL_ENGINE_UPKEEP_KEEP_H_

#include <cstdint>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/upkeep/damaged_tiles.h"
#include "engine/write/commit_queue.h"
#include "engine/write/keep_clock.h"
#include "footfall/metric.h"
#include "footfall/stop.h"

namespace footfall::engine {

// Removes samples of whole steps, of all series at once, in one commit that
// also records from where on the metric is kept: whole eras by a range of keys,
// whatever lies there and however damaged it is, and the steps of the era that
// is cut by patches, as a deletion does. Of an era with a damaged tile nothing
// goes before all of it does.
//
// The clock says what is old, and nothing else: a stray sample of the future
// removes nothing. A clock that is set ahead does.
//
// Threads: one at a time.
class Keeper {
 public:
  // All outlive this. `clock` may be empty: the host's.
  Keeper(CommitQueue* queue, DamagedTiles* damaged, KeepClock clock)
      : queue_(queue), damaged_(damaged), clock_(std::move(clock)) {}

  // When a sample is removed.
  enum class When : uint8_t {
    kAtOnce,
    // Once an era has become old as a whole, or a 32nd of what is kept: cutting
    // an era opens all of its tiles.
    kWhenItPays,
  };

  // Removes what is old of the metric; true where something was. `stop` is
  // asked for each tile that is cut; after its error, or another, nothing was
  // changed. Errors as CommitQueue::Run().
  //
  // Of a metric with tiers each grid in turn, the finest first. What goes from
  // one into the next is rolled up: read on the coarser grid, and written there
  // by the commit that removes it. A damaged tile keeps all of its grid where
  // it is. OUT_OF_RANGE where a sum leaves 64 bits; that, too.
  absl::StatusOr<bool> Remove(MetricId metric, When when,
                              const StopCheck& stop);

  // Whether any metric has KEEP: the clock alone may make something due.
  bool AnyKept() const;

 private:
  // Of the last grid.
  absl::StatusOr<bool> RemoveLast(MetricId metric, When when,
                                  const StopCheck& stop);
  // (roll_up.cc) From a grid into the next.
  absl::StatusOr<bool> RollUp(MetricId metric, size_t level, When when,
                              const StopCheck& stop);
  // Whether a later commit than `commit` may have brought samples of the era.
  absl::StatusOr<bool> IsTouchedSince(MetricId metric, int32_t era,
                                      uint64_t commit);

  CommitQueue* const queue_;
  DamagedTiles* const damaged_;
  const KeepClock clock_;

  // To where each metric was looked through, as it was after a commit. Older
  // samples come later: while KEEP was longer, while the clock was set back, by
  // loads that were begun before.
  struct Looked {
    uint64_t commit = 0;
    int64_t until = 0;
  };
  std::map<MetricId, Looked> looked_;
  // To where a grid was found to have nothing to roll up. Rows that come later
  // are not as old.
  std::map<MetricId, int64_t> nothing_until_;
};

// So much must have become old before it pays, of what is kept.
inline constexpr int64_t kCutShare = 32;
// Steps of a grid from `first` to the one that holds `now`.
int64_t StepsKept(const Metric& metric, int64_t first, absl::Time now);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_KEEP_H_
