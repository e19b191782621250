// Upkeep: removes what KEEP lets go of, folds and seals tiles, puts the
// catalog's blocks together, and gives the space of what was deleted back.

#ifndef FOOTFALL_ENGINE_UPKEEP_UPKEEP_H_
#define FOOTFALL_ENGINE_UPKEEP_UPKEEP_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/upkeep/catalog_folder.h"
#include "engine/upkeep/damaged_tiles.h"
#include "engine/upkeep/keep.h"
#include "engine/upkeep/touched_tiles.h"
#include "engine/upkeep/walk.h"
#include "engine/watch/counters.h"
#include "engine/watch/event_queue.h"
#include "engine/write/commit_queue.h"
#include "footfall/options.h"
#include "footfall/stop.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// Finds what is due by looking, not by counting: after an opening it walks the
// living era of every metric, the eras that are recorded as late, and those
// that are not sealed yet; from then on it looks at what commits have touched.
// So nothing that is forgotten stays undone, and nothing is looked at twice
// where nothing has come.
//
// What KEEP lets go of the clock alone makes due: the background thread looks
// once a minute where some metric has it.
//
// The catalog's blocks are put together where many have come (CatalogFolder).
//
// Metrics take turns. A turn that the queue or the store fails is taken again.
//
// Threads: Run() and the others from any; one at a time works, the others and
// the background thread wait.
class Upkeep {
 public:
  // All must outlive this.
  Upkeep(CommitQueue* queue, Store* store, TouchedTiles* touched,
         const UpkeepOptions& options, const KeepClock& clock,
         std::shared_ptr<EventQueue> events);
  ~Upkeep();

  // Starts the background thread.
  void Start();
  // Ends it, after the tile it is at; then it looks at what was touched last,
  // for 5 ms at most, so that a process which opens, writes and closes is
  // folded, too. Run() and the others give up in their threads. Called by the
  // destructor if it was not.
  void Stop();

  // Until nothing is due. Tiles that cannot be folded are skipped; where there
  // are any, DATA_LOSS or UNIMPLEMENTED names the first of them at the end.
  // FAILED_PRECONDITION and UNAVAILABLE as CommitQueue::Run().
  absl::Status Run() ABSL_LOCKS_EXCLUDED(work_mutex_);

  // As Run(), of what was loaded into one metric.
  absl::Status RunMetric(MetricId metric, const StopCheck& stop)
      ABSL_LOCKS_EXCLUDED(work_mutex_);

  // Folds and seals every tile of a metric. Errors as Run(), and of `stop`,
  // which is asked for each tile.
  absl::Status FoldMetric(MetricId metric, const StopCheck& stop)
      ABSL_LOCKS_EXCLUDED(work_mutex_);
  // Puts all of the catalog's blocks together: those of one metric and its
  // dimensions, or all. `stop` is asked for each stretch.
  absl::Status FoldCatalog(std::optional<MetricId> metric,
                           const StopCheck& stop)
      ABSL_LOCKS_EXCLUDED(work_mutex_);

  // A metric is kept otherwise than before.
  void NoteKeep(MetricId metric);

  // FAILED_PRECONDITION once Stop() was called.
  absl::Status CheckStopping() const;

  struct State {
    // What the last work that failed answered, of a tile that is skipped too;
    // OK once some has succeeded and no tile is skipped.
    absl::Status last_error;
    uint64_t backlog_tiles = 0;    // touched, to be looked at
    uint64_t backlog_metrics = 0;  // to be walked, or at it
    uint64_t backlog_names = 0;    // CatalogFolder::backlog()
    uint64_t damaged_count = 0;
    std::vector<std::string> damaged;  // in words; some of them
  };
  const UpkeepCounters& counters() const { return counters_; }
  // Never waits for work.
  State state() const ABSL_LOCKS_EXCLUDED(state_mutex_);

 private:
  using Check = std::function<absl::Status()>;

  void Work();
  void LookOnceMore() ABSL_LOCKS_EXCLUDED(work_mutex_);
  // One turn of one metric, or the store's; false where nothing is left.
  absl::StatusOr<bool> Step(Keeper::When when, const Check& check)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  // Removes what KEEP lets go of one metric; false where it is time to look at
  // none.
  absl::StatusOr<bool> RemoveOld(Keeper::When when, const Check& check)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  absl::StatusOr<bool> RemoveOldOf(MetricId metric, Keeper::When when,
                                   const Check& check)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  // A part of the catalog; false where none is left to be looked at.
  absl::StatusOr<bool> FoldNames(const Check& check)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  absl::Duration UntilNextLook() const ABSL_LOCKS_EXCLUDED(work_mutex_);
  void TakeTouched() ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  absl::Status FinishWalk(Walk* walk, const Check& check)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  void NoteWalk(MetricId metric, const Walk& walk) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  absl::Status Reclaim(const Check& check)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(work_mutex_);
  // Keeps it for state() unless it is the end of the database or the caller's
  // own wish; answers it, or the first damaged tile.
  absl::Status Note(const absl::Status& status)
      ABSL_LOCKS_EXCLUDED(state_mutex_);
  // The same of one metric's work.
  absl::Status NoteMetric(MetricId metric, const absl::Status& status)
      ABSL_LOCKS_EXCLUDED(state_mutex_);
  Check CheckOf(const StopCheck& stop) const;

  CommitQueue* const queue_;
  Store* const store_;
  TouchedTiles* const touched_;
  const UpkeepOptions options_;
  const std::shared_ptr<EventQueue> events_;
  UpkeepCounters counters_;
  DamagedTiles damaged_;
  std::atomic<bool> stopping_ = false;
  std::atomic<uint64_t> walk_count_ = 0;
  std::atomic<uint64_t> names_count_ = 0;
  std::atomic<bool> looks_at_keep_ = true;

  mutable storage::Mutex work_mutex_ ABSL_ACQUIRED_BEFORE(state_mutex_);
  std::map<MetricId, Walk> walks_ ABSL_GUARDED_BY(work_mutex_);  // under way
  MetricId last_turn_ ABSL_GUARDED_BY(work_mutex_) = 0;
  // The eras of a metric as its last walk found them.
  std::map<MetricId, LivingEras> eras_ ABSL_GUARDED_BY(work_mutex_);
  bool reclaims_ ABSL_GUARDED_BY(work_mutex_) =
      true;  // look once, after opening
  bool removed_ ABSL_GUARDED_BY(work_mutex_) = false;
  Keeper keeper_ ABSL_GUARDED_BY(work_mutex_);
  CatalogFolder names_ ABSL_GUARDED_BY(work_mutex_);
  // When the clock may have made something due, and for the look under way: the
  // metrics that it is still to come to.
  absl::Time next_look_ ABSL_GUARDED_BY(work_mutex_) = absl::InfinitePast();
  std::vector<MetricId> to_look_at_ ABSL_GUARDED_BY(work_mutex_);

  mutable storage::Mutex state_mutex_;
  absl::Status last_error_ ABSL_GUARDED_BY(state_mutex_);
  // Metrics whose samples are not rolled up, and why.
  std::map<MetricId, absl::Status> stuck_ ABSL_GUARDED_BY(state_mutex_);
  std::thread thread_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_UPKEEP_H_
