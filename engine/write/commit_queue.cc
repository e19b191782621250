#include "engine/write/commit_queue.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {
namespace {

// A group takes entries until their sizes come to this.
constexpr size_t kGroupBytes = size_t{16} << 20;

template <typename Group, typename Call>
void ForEach(const Group& group, Call call) {
  for (auto* entry = group.first;; entry = entry->next) {
    call(entry);
    if (entry == group.last) return;
  }
}

// Whether the store says that a batch was not applied, nor will be.
bool IsUnchanged(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsAborted(status);
}

std::string EncodeCommit(uint64_t commit) {
  std::string value;
  storage::PutU64(commit, &value);
  return value;
}

}  // namespace

absl::Status ForCaller(const absl::Status& status) {
  return absl::IsAborted(status) ? absl::UnavailableError(status.message())
                                 : status;
}

CommitQueue::CommitQueue(Store* store, std::unique_ptr<Catalog> catalog,
                         bool read_only, std::shared_ptr<OpenGate> gate,
                         std::function<void(const StoreBatch&)> applied,
                         std::shared_ptr<QuestionLog> questions)
    : store_(store),
      read_only_(read_only),
      gate_(std::move(gate)),
      applied_(std::move(applied)),
      questions_(std::move(questions)),
      catalog_(std::move(catalog)),
      commit_(catalog_->commit()),
      last_commit_(catalog_->commit()) {
  storage::MutexLock leader(&leader_mutex_);
  Show();
}

std::shared_ptr<const DatabaseSnapshot> CommitQueue::current() const {
  storage::MutexLock lock(&publish_mutex_);
  return current_;
}

absl::StatusOr<uint64_t> CommitQueue::Run(Durability durability,
                                          size_t size_bytes, Work work) {
  Entry entry{.work = work,
              .durability = durability,
              .size_bytes = size_bytes,
              .alone = false,
              .status = absl::OkStatus(),
              .wake = {}};
  return Submit(&entry);
}

absl::StatusOr<uint64_t> CommitQueue::RunAlone(Durability durability,
                                               Work work) {
  Entry entry{.work = work,
              .durability = durability,
              .size_bytes = 0,
              .alone = true,
              .status = absl::OkStatus(),
              .wake = {}};
  return Submit(&entry);
}

absl::Status CommitQueue::Closed() const {
  if (closed_) {
    return OpenGate::ClosedError();
  }
  if (read_only_) {
    return absl::FailedPreconditionError("the database is open read-only");
  }
  return latch_;
}

absl::Status CommitQueue::CheckOpen() const {
  storage::ReaderMutexLock lock(&mutex_);
  return Closed();
}

absl::StatusOr<uint64_t> CommitQueue::Submit(Entry* entry) {
  Group group = {};
  {
    storage::MutexLock lock(&mutex_);
    if (const absl::Status closed = Closed(); !closed.ok()) {
      return closed;
    }
    // From here until the entry is done nothing may throw: it is in the queue.
    (last_ == nullptr ? first_ : last_->next) = entry;
    last_ = entry;
    while (!entry->done && first_ != entry) {
      entry->wake.Wait(&mutex_);
    }
    if (entry->done) {
      if (!entry->status.ok()) {
        return entry->status;
      }
      return entry->commit;
    }
    // A leader may have latched while this entry waited.
    group = TakeGroup();
    if (!latch_.ok()) {
      const absl::Status latch = latch_;
      ForEach(group, [&](Entry* member) { member->status = latch; });
    }
  }
  absl::Status latch;
  absl::Status failure;
  uint64_t commit = 0;
  const bool commits = entry->status.ok();
  if (commits) {
    storage::MutexLock leader(&leader_mutex_);
    latch = Commit(group);
    failure = store_error_;
    commit = commit_;
  }
  {
    storage::MutexLock lock(&mutex_);
    if (commits) {
      failure_ = std::move(failure);
      last_commit_ = commit;
    }
    if (!latch.ok()) {
      latch_ = std::move(latch);
    }
    // An entry that is done may be gone as soon as the lock is let go.
    first_ = group.last->next;
    ForEach(group, [&](Entry* member) {
      member->done = true;
      if (member != entry) {
        member->wake.Signal();
      }
    });
    if (first_ != nullptr) {
      first_->wake.Signal();
    } else {
      last_ = nullptr;
    }
  }
  if (!entry->status.ok()) {
    return entry->status;
  }
  return entry->commit;
}

CommitQueue::Group CommitQueue::TakeGroup() const {
  Group group{.first = first_, .last = first_};
  size_t size_bytes = first_->size_bytes;
  while (!group.last->alone) {
    Entry* const next = group.last->next;
    if (next == nullptr || next->alone ||
        size_bytes + next->size_bytes > kGroupBytes) {
      break;
    }
    size_bytes += next->size_bytes;
    group.last = next;
  }
  return group;
}

absl::Status CommitQueue::Fail(const Group& group, const absl::Status& cause,
                               absl::string_view what) {
  const absl::Status failed =
      absl::UnavailableError(absl::StrCat(what, " (", cause.message(), ")"));
  absl::Status latch = absl::FailedPreconditionError(
      absl::StrCat("no more writes: ", failed.message()));
  ForEach(group, [&](Entry* entry) {
    if (entry->status.ok()) {
      entry->status = failed;
    }
  });
  return latch;
}

absl::Status CommitQueue::Commit(const Group& group) noexcept {
  Stage stage = Stage::kCollecting;
  absl::Status thrown;
  try {
    return TryCommit(group, &stage);
  } catch (...) {
    thrown = StatusOfException();
  }
  if (stage == Stage::kApplying) {
    absl::Status latch = Guarded([&] {
      return Fail(group, thrown,
                  "the outcome of a write is unknown; open the database again "
                  "to see it");
    });
    if (!absl::IsFailedPrecondition(latch)) {  // no memory for the words
      latch = absl::Status(absl::StatusCode::kFailedPrecondition, "");
      ForEach(group, [&](Entry* entry) {
        if (entry->status.ok()) {
          entry->status = absl::Status(absl::StatusCode::kUnavailable, "");
        }
      });
    }
    return latch;
  }
  (stage == Stage::kCollecting ? catalog_is_stale_ : is_unshown_) = true;
  absl::Status answer = thrown;
  if (stage == Stage::kApplied) {
    answer = Guarded([&] {
      return absl::UnavailableError(absl::StrCat(
          "the write was made, but cannot be shown yet: ", thrown.message()));
    });
  }
  ForEach(group, [&](Entry* entry) {
    if (entry->status.ok()) {
      entry->status = answer;
    }
  });
  return absl::OkStatus();
}

absl::Status CommitQueue::Recover() {
  if (catalog_is_stale_) {
    FOOTFALL_ASSIGN_OR_RETURN(
        std::unique_ptr<Catalog> loaded,
        Catalog::Load(*store_->TakeView(), catalog_->shape()));
    loaded->RememberEarlier(*catalog_);
    catalog_ = std::move(loaded);
    catalog_is_stale_ = false;
    is_unshown_ = true;
  }
  if (is_unshown_) {
    Show();
    is_unshown_ = false;
  }
  return absl::OkStatus();
}

absl::StatusOr<FollowState> CommitQueue::CatchUp(bool shows) {
  storage::MutexLock leader(&leader_mutex_);
  FollowState state;
  state.previous_commit = state.commit = state.newest_commit = commit_;
  if (!read_only_) return state;
  FOOTFALL_ASSIGN_OR_RETURN(const StoreNews news, store_->CatchUp());
  Catalog* const catalog = catalog_.get();
  const absl::Status taken = Guarded([&] {
    return !news.is_all_new && catalog->TakeNews(news.catalog)
               ? absl::OkStatus()
               : absl::AbortedError("");
  });
  if (!taken.ok()) catalog_is_stale_ = true;
  is_unshown_ |= news.is_all_new || !news.catalog.empty();
  if (catalog_is_stale_) {
    FOOTFALL_ASSIGN_OR_RETURN(
        std::unique_ptr<Catalog> loaded,
        Catalog::Load(*store_->TakeView(), catalog_->shape()));
    catalog_ = std::move(loaded);
    catalog_is_stale_ = false;
  }
  state.newest_commit = catalog_->commit();
  if (state.newest_commit < commit_) {
    return absl::UnavailableError(absl::StrCat(
        "the database was at commit ", commit_, " and is at commit ",
        state.newest_commit,
        " now, as after a restoration; open it again to see that"));
  }
  if (!shows || !is_unshown_) return state;
  commit_ = state.commit = state.newest_commit;
  Show();
  is_unshown_ = false;
  storage::MutexLock lock(&mutex_);
  last_commit_ = commit_;
  return state;
}

void CommitQueue::Show() {
  auto next = std::make_shared<const DatabaseSnapshot>(
      gate_, verified_, commit_, store_->TakeView(), catalog_->View(),
      questions_);
  storage::MutexLock lock(&publish_mutex_);
  current_.swap(next);
}

absl::Status CommitQueue::Refuse(const Group& group,
                                 const absl::Status& cause) {
  store_error_ = cause;
  const absl::Status refused = ForCaller(absl::Status(
      cause.code(), absl::StrCat("nothing was changed: ", cause.message())));
  ForEach(group, [&](Entry* entry) {
    if (entry->status.ok()) {
      entry->status = refused;
    }
  });
  // A store that takes no more batches goes on saying so.
  return absl::IsFailedPrecondition(cause) ? cause : absl::OkStatus();
}

absl::Status CommitQueue::TryCommit(const Group& group, Stage* stage) {
  if (!store_error_.ok() || group.first->resumes) {
    // Nothing is numbered before there is hope that it can be applied.
    if (const absl::Status resumed = store_->Resume(); !resumed.ok()) {
      return Refuse(group, resumed);
    }
  }
  store_error_ = absl::OkStatus();
  if (const absl::Status recovered = Recover(); !recovered.ok()) {
    ForEach(group, [&](Entry* entry) { entry->status = recovered; });
    return absl::OkStatus();
  }
  const std::shared_ptr<const DatabaseSnapshot> before = current();
  StoreBatch batch;
  std::unique_ptr<StoreStage> staged;
  std::vector<StagedEra> staged_eras;
  Durability durability = Durability::kProcessCrash;
  uint64_t commit = commit_;
  absl::Status half_done;
  Catalog* const catalog = catalog_.get();
  ForEach(group, [&](Entry* entry) {
    if (!half_done.ok()) {
      return;
    }
    Change change{.catalog = catalog,
                  .current = before.get(),
                  .store = store_,
                  .batch = &batch,
                  .stage = nullptr,
                  .staged_eras = {}};
    const size_t operations = batch.operations().size();
    entry->status = entry->work(change);
    if (!entry->status.ok()) {
      if (batch.operations().size() != operations) {
        half_done = entry->status;
      }
      return;
    }
    staged = std::move(change.stage);
    staged_eras = std::move(change.staged_eras);
    if (staged != nullptr || batch.operations().size() != operations) {
      commit += change.is_commit ? 1 : 0;
      if (entry->durability == Durability::kPowerLoss) {
        durability = Durability::kPowerLoss;
      }
    }
    entry->commit = commit;
  });
  if (!half_done.ok()) {
    // Half of an entry is in the catalog.
    catalog_is_stale_ = true;
    ForEach(group, [&](Entry* entry) {
      if (entry->status.ok()) {
        entry->status = absl::UnavailableError(
            absl::StrCat("nothing was changed: a write beside this one failed "
                         "half way (",
                         half_done.message(), ")"));
      }
    });
    return absl::OkStatus();
  }
  if (batch.empty() && staged == nullptr) {
    return absl::OkStatus();
  }
  if (commit != commit_) {
    TouchEras(staged_eras, commit, &batch);
    batch.Put(Keyspace::kCatalog, CommitKey(), EncodeCommit(commit));
  }
  *stage = Stage::kApplying;
  const absl::Status applied = staged != nullptr
                                   ? store_->Publish(std::move(staged), batch)
                                   : store_->Apply(batch, durability);
  if (IsUnchanged(applied) || absl::IsFailedPrecondition(applied)) {
    catalog_is_stale_ = true;
    return Refuse(group, applied);
  }
  if (!applied.ok()) {
    store_error_ = applied;
    const std::string what =
        commit == commit_ ? std::string("upkeep")
        : commit == commit_ + 1
            ? absl::StrCat("batch ", commit)
            : absl::StrCat("batches ", commit_ + 1, " to ", commit);
    return Fail(group, applied,
                absl::StrCat("the outcome of ", what,
                             " is unknown; open the database again to see it"));
  }
  *stage = Stage::kApplied;
  commit_ = commit;
  Show();
  if (applied_ != nullptr) {
    // Upkeep may miss what was touched: it walks all after an opening.
    Guarded([&] {
      applied_(batch);
      return absl::OkStatus();
    }).IgnoreError();
  }
  return absl::OkStatus();
}

void CommitQueue::TouchEras(const std::vector<StagedEra>& staged,
                            uint64_t commit, StoreBatch* batch) {
  EraRecords& eras = catalog_->eras();
  for (const StagedEra& era : staged) {
    eras.Touch(era.metric, era.era, commit, era.is_appended, batch);
  }
  const size_t count = batch->operations().size();
  for (size_t i = 0; i < count; ++i) {
    const StoreBatch::Operation& operation = batch->operations()[i];
    if (operation.kind != StoreBatch::Kind::kAppend) continue;
    const auto key = storage::DecodeTileKey(operation.key);
    if (key.ok()) eras.Touch(key->metric, key->era, commit, true, batch);
  }
}

DatabaseHealth CommitQueue::Health() const {
  storage::ReaderMutexLock lock(&mutex_);
  DatabaseHealth health;
  health.last_commit = last_commit_;
  if (!latch_.ok()) {
    health.state = DatabaseHealth::State::kLatched;
    health.cause = latch_;
  } else if (!failure_.ok()) {
    health.state = DatabaseHealth::State::kRefusing;
    health.cause = ForCaller(failure_);
  }
  return health;
}

absl::Status CommitQueue::Resume() {
  const auto nothing = [](Change&) { return absl::OkStatus(); };
  Entry entry{.work = nothing,
              .durability = Durability::kProcessCrash,
              .size_bytes = 0,
              .alone = true,
              .resumes = true,
              .status = absl::OkStatus(),
              .wake = {}};
  return Submit(&entry).status();
}

void CommitQueue::Close() {
  // An entry of its own, so that all before it have finished. Latched or
  // read-only: nothing was waiting.
  Guarded([this] {
    return RunAlone(Durability::kProcessCrash,
                    [](Change&) { return absl::OkStatus(); })
        .status();
  }).IgnoreError();
  {
    storage::MutexLock lock(&mutex_);
    closed_ = true;
  }
  std::shared_ptr<const DatabaseSnapshot> last;
  storage::MutexLock lock(&publish_mutex_);
  last.swap(current_);
}

}  // namespace footfall::engine
