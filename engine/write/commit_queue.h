// The commit queue: the one way in which the database changes.
//
// Callers queue up; the first in the queue is the leader. It takes the entries
// that wait behind it, lets each add its changes to one store batch, applies
// the batch with one sync for all, publishes the state after it, and wakes
// those it worked for. So there is always one writer, and a sync is shared by
// all who waited for it.
//
// Where the store says that a batch failed for good (no room, a medium that
// failed before), the next leader reads the catalog anew, without what the
// batch had brought, and goes on as if nothing had been. Where the outcome is
// unknown, nothing is published and the queue latches: every later entry
// answers FAILED_PRECONDITION until the database is opened again. Without the
// latch, a series number in the lost batch could be given twice.
//
// An exception (memory ran out) never leaves the queue and never stops it.
// Before Apply nothing is written: the entries of the group answer
// RESOURCE_EXHAUSTED, and the next leader reads the catalog anew, since theirs
// may be half changed. After it the batch is written but not shown: they answer
// UNAVAILABLE, and the next leader shows it.

#ifndef FOOTFALL_ENGINE_WRITE_COMMIT_QUEUE_H_
#define FOOTFALL_ENGINE_WRITE_COMMIT_QUEUE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/catalog/catalog.h"
#include "engine/read/database_snapshot.h"
#include "engine/read/open_gate.h"
#include "footfall/database.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// What a caller of the database gets for an error of the store: ABORTED is
// between the two alone.
absl::Status ForCaller(const absl::Status& status);

// An era of which a stage has tiles.
struct StagedEra {
  MetricId metric;
  int32_t era;
  bool is_put;       // some are put: the store had none of that key
  bool is_appended;  // some are patches of tiles that are there
};

class CommitQueue {
 public:
  // What an entry works with while it leads or is led.
  struct Change {
    Catalog* catalog;                 // includes the entries before this one
    const DatabaseSnapshot* current;  // alone: the state right before this one
    Store* store;
    StoreBatch* batch;  // the entry's changes go here
    // Only of an entry that runs alone: tiles to publish with the batch, put
    // where the store has none and appended elsewhere, and the eras that they
    // lie in.
    std::unique_ptr<StoreStage> stage;
    std::vector<StagedEra> staged_eras;
    // Whether readers can tell the state after it from the one before. Upkeep
    // says no, and the commit number stays.
    bool is_commit = true;
  };
  // Adds an entry's changes. An error that comes before it changes anything
  // fails the entry, and its neighbours go on. One that comes after that fails
  // the whole group: nothing of it is written.
  using Work = absl::FunctionRef<absl::Status(Change&)>;

  // `store` must outlive the queue. `applied` is called by the leader with
  // every batch after it was applied and shown. Snapshots pass `gate`, which is
  // shut before Close(), and share `questions`.
  CommitQueue(Store* store, std::unique_ptr<Catalog> catalog, bool read_only,
              std::shared_ptr<OpenGate> gate,
              std::function<void(const StoreBatch&)> applied,
              std::shared_ptr<QuestionLog> questions = nullptr);

  // The state after the last commit. O(1), never behind a sync.
  std::shared_ptr<const DatabaseSnapshot> current() const
      ABSL_LOCKS_EXCLUDED(publish_mutex_);

  // A stage of the store, to be filled outside the queue.
  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() {
    return store_->NewStage();
  }

  // Runs `work` in a group with its neighbours and returns its commit number.
  // It must not read the store. `size_bytes` tells about how much it will add,
  // so that a group stays within bounds.
  //
  //   FAILED_PRECONDITION  latched, closed or read-only
  //   UNAVAILABLE          the store failed: the outcome is unknown, unless the
  //                        message says that nothing was changed
  //   RESOURCE_EXHAUSTED   memory or room on the medium ran out; nothing was
  //                        written
  //   else                 what `work` answered
  absl::StatusOr<uint64_t> Run(Durability durability, size_t size_bytes,
                               Work work) ABSL_LOCKS_EXCLUDED(mutex_);

  // As Run(), with no other entry in the group: `work` may read the current
  // state and be sure that nothing comes between. It may take long: the others
  // wait. A batch with a stage is always durable against power loss.
  absl::StatusOr<uint64_t> RunAlone(Durability durability, Work work)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Of a database that is open for reading only: finds out what the process
  // that writes has committed, and makes it the current state where `shows`.
  // Errors as Database::Refresh(); the current state stays then.
  absl::StatusOr<FollowState> CatchUp(bool shows)
      ABSL_LOCKS_EXCLUDED(leader_mutex_, mutex_, publish_mutex_);

  // Whether entries are taken, since when not, and why.
  DatabaseHealth Health() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Lets the store go on, as the next entry would. Errors as Run().
  absl::Status Resume() ABSL_LOCKS_EXCLUDED(mutex_);

  // FAILED_PRECONDITION where no entry would be taken: cheap to ask first.
  absl::Status CheckOpen() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits for the entries in the queue; later ones fail. Lets go of the
  // current state, which TakeSnapshot() can no longer hand out.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Entry {
    Work work;
    Durability durability;
    size_t size_bytes;
    bool alone;
    bool resumes = false;  // changes nothing, and lets the store go on first
    bool done = false;
    uint64_t commit = 0;
    absl::Status status;
    storage::CondVar wake;
    Entry* next = nullptr;  // behind it in the queue
  };
  // Entries from the front of the queue. They stay in it until they are done.
  struct Group {
    Entry* first;
    Entry* last;  // included; what is behind it may change meanwhile
  };
  // How far a group has come, for when an exception ends it.
  enum class Stage : uint8_t { kCollecting, kApplying, kApplied };

  absl::StatusOr<uint64_t> Submit(Entry* entry) ABSL_LOCKS_EXCLUDED(mutex_);
  // Entries that may share a batch.
  Group TakeGroup() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Works the group off and answers the latch to set, or OK.
  absl::Status Commit(const Group& group) noexcept
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(leader_mutex_);
  absl::Status TryCommit(const Group& group, Stage* stage)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(leader_mutex_);
  // Notes in the catalog which eras the commit appends to.
  void TouchEras(const std::vector<StagedEra>& staged, uint64_t commit,
                 StoreBatch* batch)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(leader_mutex_);
  // Fails the entries that have not failed by themselves: the store changed
  // nothing. Returns the latch, or OK.
  absl::Status Refuse(const Group& group, const absl::Status& cause)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(leader_mutex_);
  // Makes good what an exception or a refused batch left behind.
  absl::Status Recover() ABSL_EXCLUSIVE_LOCKS_REQUIRED(leader_mutex_);
  // Makes the catalog and the store of now the current state.
  void Show() ABSL_EXCLUSIVE_LOCKS_REQUIRED(leader_mutex_)
      ABSL_LOCKS_EXCLUDED(publish_mutex_);
  // Fails the entries that have not failed by themselves, and returns the
  // latch.
  static absl::Status Fail(const Group& group, const absl::Status& cause,
                           absl::string_view what);
  absl::Status Closed() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  Store* const store_;
  const bool read_only_;
  const std::shared_ptr<OpenGate> gate_;
  const std::shared_ptr<storage::VerifiedTiles> verified_ =
      std::make_shared<storage::VerifiedTiles>();
  const std::function<void(const StoreBatch&)> applied_;
  const std::shared_ptr<QuestionLog> questions_;

  // Held by the leader while it works; nobody else waits for it.
  storage::Mutex leader_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  std::unique_ptr<Catalog> catalog_ ABSL_GUARDED_BY(leader_mutex_);
  uint64_t commit_ ABSL_GUARDED_BY(leader_mutex_);
  bool catalog_is_stale_ ABSL_GUARDED_BY(leader_mutex_) = false;
  // Of the store, by which the last group was not applied.
  absl::Status store_error_ ABSL_GUARDED_BY(leader_mutex_);
  bool is_unshown_ ABSL_GUARDED_BY(leader_mutex_) = false;

  mutable storage::Mutex mutex_;
  Entry* first_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Entry* last_ ABSL_GUARDED_BY(mutex_) = nullptr;
  absl::Status latch_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);  // store_error_, for others
  uint64_t last_commit_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;

  mutable storage::Mutex publish_mutex_;
  std::shared_ptr<const DatabaseSnapshot> current_
      ABSL_GUARDED_BY(publish_mutex_);
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_COMMIT_QUEUE_H_
