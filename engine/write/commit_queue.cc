#include "engine/write/commit_queue.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/bytes.h"

namespace footfall::engine {
namespace {

// A group takes entries until their sizes come to this.
constexpr size_t kGroupBytes = size_t{16} << 20;

// Fails the entries that have not failed by themselves, and returns the latch.
template <typename Entry>
absl::Status Fail(absl::Span<Entry* const> group, const absl::Status& cause,
                  absl::string_view what) {
  const absl::Status failed =
      absl::UnavailableError(absl::StrCat(what, " (", cause.message(), ")"));
  for (Entry* const entry : group) {
    if (entry->status.ok()) {
      entry->status = failed;
    }
  }
  return absl::FailedPreconditionError(
      absl::StrCat("no more writes: ", failed.message()));
}

std::string EncodeCommit(uint64_t commit) {
  std::string value;
  storage::PutU64(commit, &value);
  return value;
}

}  // namespace

CommitQueue::CommitQueue(Store* store, std::unique_ptr<Catalog> catalog,
                         bool read_only,
                         std::function<void(const StoreBatch&)> applied)
    : store_(store),
      read_only_(read_only),
      applied_(std::move(applied)),
      catalog_(std::move(catalog)),
      commit_(catalog_->commit()) {
  storage::MutexLock leader(&leader_mutex_);
  storage::MutexLock publish(&publish_mutex_);
  current_ = std::make_shared<const DatabaseSnapshot>(
      commit_, store_->TakeView(), catalog_->View());
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
  if (read_only_) {
    return absl::FailedPreconditionError("the database is open read-only");
  }
  if (closed_) {
    return absl::FailedPreconditionError("the database is closed");
  }
  return latch_;
}

absl::Status CommitQueue::CheckOpen() const {
  storage::ReaderMutexLock lock(&mutex_);
  return Closed();
}

absl::StatusOr<uint64_t> CommitQueue::Submit(Entry* entry) {
  std::vector<Entry*> group;
  {
    storage::MutexLock lock(&mutex_);
    if (const absl::Status closed = Closed(); !closed.ok()) {
      return closed;
    }
    entries_.push_back(entry);
    while (!entry->done && entries_.front() != entry) {
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
      for (Entry* const member : group) {
        member->status = latch_;
      }
    }
  }
  // The group stays in the queue while it is worked off, so that the next
  // leader waits.
  absl::Status latch;
  if (entry->status.ok()) {
    storage::MutexLock leader(&leader_mutex_);
    latch = Commit(group);
  }
  {
    storage::MutexLock lock(&mutex_);
    if (!latch.ok()) {
      latch_ = std::move(latch);
    }
    for (Entry* const member : group) {
      entries_.pop_front();
      member->done = true;
      if (member != entry) {
        member->wake.Signal();
      }
    }
    if (!entries_.empty()) {
      entries_.front()->wake.Signal();
    }
  }
  if (!entry->status.ok()) {
    return entry->status;
  }
  return entry->commit;
}

std::vector<CommitQueue::Entry*> CommitQueue::TakeGroup() const {
  std::vector<Entry*> group;
  size_t size_bytes = 0;
  for (Entry* const entry : entries_) {
    if (!group.empty() &&
        (entry->alone || size_bytes + entry->size_bytes > kGroupBytes)) {
      break;
    }
    group.push_back(entry);
    size_bytes += entry->size_bytes;
    if (entry->alone) {
      break;
    }
  }
  return group;
}

absl::Status CommitQueue::Commit(absl::Span<Entry* const> group) {
  const std::shared_ptr<const DatabaseSnapshot> before = current();
  StoreBatch batch;
  std::unique_ptr<StoreStage> stage;
  Durability durability = Durability::kProcessCrash;
  uint64_t commit = commit_;
  for (Entry* const entry : group) {
    Change change{.catalog = catalog_.get(),
                  .current = before.get(),
                  .store = store_,
                  .batch = &batch,
                  .stage = nullptr};
    const size_t operations = batch.operations().size();
    entry->status = entry->work(change);
    if (!entry->status.ok()) {
      if (batch.operations().size() == operations) {
        continue;
      }
      // Half of an entry cannot be taken back out of the catalog.
      return Fail(group, entry->status,
                  "a write failed half way; open the database again");
    }
    stage = std::move(change.stage);
    if (stage != nullptr || batch.operations().size() != operations) {
      commit += change.is_commit ? 1 : 0;
      if (entry->durability == Durability::kPowerLoss) {
        durability = Durability::kPowerLoss;
      }
    }
    entry->commit = commit;
  }
  if (batch.empty() && stage == nullptr) {
    return absl::OkStatus();
  }
  if (commit != commit_) {
    batch.Put(Keyspace::kCatalog, CommitKey(), EncodeCommit(commit));
  }
  const absl::Status applied = stage != nullptr
                                   ? store_->Publish(std::move(stage), batch)
                                   : store_->Apply(batch, durability);
  if (!applied.ok()) {
    const std::string what =
        commit == commit_ ? std::string("upkeep")
        : commit == commit_ + 1
            ? absl::StrCat("batch ", commit)
            : absl::StrCat("batches ", commit_ + 1, " to ", commit);
    return Fail(group, applied,
                absl::StrCat("the outcome of ", what,
                             " is unknown; open the database again to see it"));
  }
  commit_ = commit;
  if (applied_ != nullptr) {
    applied_(batch);
  }
  auto next = std::make_shared<const DatabaseSnapshot>(
      commit, store_->TakeView(), catalog_->View());
  {
    storage::MutexLock lock(&publish_mutex_);
    current_.swap(next);
  }
  return absl::OkStatus();  // the state before is let go outside the lock
}

void CommitQueue::Close() {
  // An entry of its own, so that all before it have finished.
  const absl::Status drained = RunAlone(Durability::kProcessCrash, [](Change&) {
                                 return absl::OkStatus();
                               }).status();
  static_cast<void>(drained);  // latched or read-only: nothing was waiting
  {
    storage::MutexLock lock(&mutex_);
    closed_ = true;
  }
  std::shared_ptr<const DatabaseSnapshot> last;
  storage::MutexLock lock(&publish_mutex_);
  last.swap(current_);
}

}  // namespace footfall::engine
