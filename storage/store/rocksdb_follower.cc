#include "storage/store/rocksdb_follower.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "rocksdb/write_batch.h"
#include "storage/base/bytes.h"
#include "storage/base/mutex.h"
#include "storage/base/status_macros.h"
#include "storage/store/log_check.h"
#include "storage/store/log_frames.h"
#include "storage/store/log_overlay.h"
#include "storage/store/log_tail.h"
#include "storage/store/manifest.h"
#include "storage/store/rocksdb_view.h"

namespace footfall::storage {
namespace {

// A base and what lies over it. Views share it.
struct Generation {
  std::shared_ptr<RocksdbHandle> handle;
  std::shared_ptr<LogOverlay> overlay = std::make_shared<LogOverlay>();
  std::shared_ptr<const StoreView> base;
  std::atomic<bool> lost_table = false;  // reading it has failed
  std::shared_ptr<const bool> alive;     // the follower's, by all that are held
};

// Tells its generation of a table that cannot be read.
class FollowedIterator final : public StoreIterator {
 public:
  FollowedIterator(std::unique_ptr<StoreIterator> target,
                   std::shared_ptr<Generation> generation)
      : generation_(std::move(generation)), target_(std::move(target)) {}

  absl::StatusOr<bool> Next() override { return Noted(target_->Next()); }
  absl::StatusOr<bool> Seek(absl::string_view key) override {
    return Noted(target_->Seek(key));
  }
  absl::string_view key() const override { return target_->key(); }
  absl::string_view value() const override { return target_->value(); }
  bool stable() const override { return target_->stable(); }

 private:
  absl::StatusOr<bool> Noted(absl::StatusOr<bool> moved) {
    if (absl::IsUnavailable(moved.status())) generation_->lost_table = true;
    return moved;
  }

  const std::shared_ptr<Generation> generation_;
  const std::unique_ptr<StoreIterator> target_;  // goes before what it reads
};

class FollowedView final : public StoreView {
 public:
  FollowedView(std::shared_ptr<Generation> generation, uint64_t state)
      : generation_(std::move(generation)),
        target_(generation_->overlay->size_bytes() == 0
                    ? generation_->base
                    : NewOverlaidView(generation_->base, generation_->overlay,
                                      state)) {}

  absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                 PinnedValue* value) const override {
    absl::StatusOr<bool> found = target_->GetPinned(keyspace, key, value);
    if (absl::IsUnavailable(found.status())) generation_->lost_table = true;
    return found;
  }
  std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                      absl::string_view begin,
                                      absl::string_view end) const override {
    return std::make_unique<FollowedIterator>(
        target_->Scan(keyspace, begin, end), generation_);
  }

 private:
  const std::shared_ptr<Generation> generation_;
  const std::shared_ptr<const StoreView> target_;
};

// Puts the changes of a batch of RocksDB's into an overlay.
class BatchReader final : public rocksdb::WriteBatch::Handler {
 public:
  BatchReader(uint64_t state, LogOverlay* overlay, StoreNews* news)
      : state_(state), overlay_(overlay), news_(news) {}

  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    const Keyspace keyspace = KeyspaceAt(family);
    overlay_->Put(state_, keyspace, ToView(key), ToView(value));
    Note(StoreBatch::Kind::kPut, keyspace, key, value);
    return rocksdb::Status::OK();
  }
  rocksdb::Status MergeCF(uint32_t family, const rocksdb::Slice& key,
                          const rocksdb::Slice& value) override {
    overlay_->Append(state_, KeyspaceAt(family), ToView(key), ToView(value));
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t family,
                           const rocksdb::Slice& key) override {
    const Keyspace keyspace = KeyspaceAt(family);
    overlay_->Delete(state_, keyspace, ToView(key));
    Note(StoreBatch::Kind::kDelete, keyspace, key, rocksdb::Slice());
    return rocksdb::Status::OK();
  }
  void LogData(const rocksdb::Slice& /*mark*/) override {}

 private:
  // "default" is 0; "tiles" is all there is besides.
  static Keyspace KeyspaceAt(uint32_t family) {
    return family == 0 ? Keyspace::kCatalog : Keyspace::kTiles;
  }
  void Note(StoreBatch::Kind kind, Keyspace keyspace, const rocksdb::Slice& key,
            const rocksdb::Slice& value) {
    if (keyspace != Keyspace::kCatalog) return;
    news_->catalog.push_back(
        {kind, keyspace, key.ToString(), value.ToString()});
  }

  const uint64_t state_;
  LogOverlay* const overlay_;
  StoreNews* const news_;
};

// A base, and how far the folder was read beyond it.
struct Source {
  std::shared_ptr<Generation> generation;
  std::unique_ptr<LogTail> tail;
  FolderPlace place;
  size_t gone_tables = 0;  // of the base
};

Source SourceOf(std::shared_ptr<RocksdbHandle> handle) {
  Source source;
  source.place = handle->place;
  source.tail = std::make_unique<LogTail>(
      handle->path, handle->place.log, handle->db->GetLatestSequenceNumber());
  source.tail->Hold().IgnoreError();  // else it is found out when it is read
  source.generation = std::make_shared<Generation>();
  source.generation->base = NewRocksdbView(handle);
  source.generation->handle = std::move(handle);
  return source;
}

class RocksdbFollower final : public Store {
 public:
  RocksdbFollower(std::shared_ptr<RocksdbHandle> handle,
                  const RocksdbStoreOptions& options)
      : path_(handle->path),
        options_(options),
        cache_(handle->settings.cache),
        source_(SourceOf(std::move(handle))),
        generation_(source_.generation),
        state_(source_.tail->last_sequence()) {
    generation_->alive = alive_;
  }
  ~RocksdbFollower() override { Close().IgnoreError(); }

  absl::Status Apply(const StoreBatch&, Durability) override {
    return ReadOnly();
  }
  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override {
    return ReadOnly();
  }
  absl::Status Publish(std::unique_ptr<StoreStage>,
                       const StoreBatch&) override {
    return ReadOnly();
  }
  absl::Status Resume() override { return ReadOnly(); }
  absl::Status Flush() override { return ReadOnly(); }
  absl::Status Compact() override { return ReadOnly(); }
  absl::Status Reclaim(const StopCheck&) override { return ReadOnly(); }

  std::unique_ptr<StoreView> TakeView() override {
    MutexLock lock(&mutex_);
    if (generation_ == nullptr) return nullptr;
    return std::make_unique<FollowedView>(generation_, state_);
  }

  absl::StatusOr<StoreNews> CatchUp() override;
  StoreStats Stats() const override;
  absl::Status Close() override;

 private:
  absl::Status ReadOnly() const {
    MutexLock lock(&mutex_);
    return absl::FailedPreconditionError(
        generation_ == nullptr ? std::string("store: it is closed")
                               : path_ + ": is open for reading only");
  }

  // Reads on and lays over the base what has come. False where that does not
  // do; the source is spent then, and after an error. What came after number
  // `known` is added to the news.
  absl::StatusOr<bool> ReadOn(Source* source, uint64_t known,
                              StoreNews* news) const;
  // Shows what was read from the source.
  void Show(Source source) ABSL_EXCLUSIVE_LOCKS_REQUIRED(catch_up_mutex_)
      ABSL_LOCKS_EXCLUDED(mutex_);
  uint64_t state() const ABSL_LOCKS_EXCLUDED(mutex_) {
    MutexLock lock(&mutex_);
    return state_;
  }

  // Where a base gets heavy, the next one is opened in a thread, so that nobody
  // waits for it.
  bool IsHeavy(uint64_t times) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(catch_up_mutex_);
  void BeginOpening() ABSL_EXCLUSIVE_LOCKS_REQUIRED(catch_up_mutex_);
  // Goes on from the base that was opened, if it is.
  bool TakeOpened(StoreNews* news)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(catch_up_mutex_);

  const std::string path_;
  const RocksdbStoreOptions options_;
  const std::shared_ptr<rocksdb::Cache> cache_;
  // Held by each generation, so that Close() knows of those of old views.
  const std::shared_ptr<const bool> alive_ = std::make_shared<bool>(true);

  Mutex catch_up_mutex_;
  Source source_ ABSL_GUARDED_BY(catch_up_mutex_);
  bool is_spent_ ABSL_GUARDED_BY(catch_up_mutex_) = false;
  std::thread opener_ ABSL_GUARDED_BY(catch_up_mutex_);
  std::atomic<bool> has_opened_ = false;
  // The opener's, until has_opened_.
  std::shared_ptr<RocksdbHandle> opened_;

  mutable Mutex mutex_ ABSL_ACQUIRED_AFTER(catch_up_mutex_);
  std::shared_ptr<Generation> generation_ ABSL_GUARDED_BY(mutex_);
  uint64_t state_ ABSL_GUARDED_BY(mutex_) = 0;
};

absl::StatusOr<bool> RocksdbFollower::ReadOn(Source* source, uint64_t known,
                                             StoreNews* news) const {
  // The logs first: what is published before a batch that was read here is in
  // the MANIFEST that is read after it.
  std::vector<std::string> batches;
  FOOTFALL_ASSIGN_OR_RETURN(const LogTail::Found found,
                            source->tail->Read(&batches));
  if (!found.goes_on ||
      !ReadManifestOn(path_, &source->place, &source->gone_tables)) {
    return false;
  }
  // No log is dropped before MANIFEST says that it and all before it may be.
  if (found.gap_after_log.has_value() &&
      source->place.FirstNeededLog() > *found.gap_after_log) {
    return false;
  }
  const uint64_t state = source->tail->last_sequence();
  StoreNews old_news;
  for (const std::string& batch : batches) {
    // A batch begins with the number of its first change.
    const bool is_new = LoadU64(batch.data()) > known;
    BatchReader reader(state, source->generation->overlay.get(),
                       is_new ? news : &old_news);
    if (!rocksdb::WriteBatch(batch).Iterate(&reader).ok()) return false;
  }
  return true;
}

bool RocksdbFollower::IsHeavy(uint64_t times) const {
  constexpr uint64_t kMaxOverlay = uint64_t{64} << 20;
  const uint64_t limit = std::clamp(options_.memory_budget_bytes / 4,
                                    kMaxOverlay / 16, kMaxOverlay);
  return source_.generation->overlay->size_bytes() > limit * times ||
         (source_.gone_tables >= 8 * times &&
          2 * source_.gone_tables >= source_.place.tables.size());
}

void RocksdbFollower::BeginOpening() {
  if (opener_.joinable()) return;
  has_opened_ = false;
  opened_ = nullptr;
  try {
    opener_ = std::thread([this] {
      Guarded([this] {
        auto handle = OpenToRead(path_, options_, cache_);
        if (handle.ok()) opened_ = *std::move(handle);
        return absl::OkStatus();
      }).IgnoreError();
      has_opened_ = true;
    });
  } catch (const std::system_error&) {
    // No thread can be had: it is tried again.
  }
}

bool RocksdbFollower::TakeOpened(StoreNews* news) {
  if (!opener_.joinable() || !has_opened_) return false;
  opener_.join();
  const std::shared_ptr<RocksdbHandle> handle = std::move(opened_);
  opened_ = nullptr;
  if (handle == nullptr || is_spent_) return false;
  Source source = SourceOf(handle);
  const uint64_t known = state();
  // What came between the state that is shown and the opening is in no log that
  // is read here: nobody can tell it.
  const bool is_beyond = source.tail->last_sequence() > known;
  const absl::StatusOr<bool> goes_on = ReadOn(&source, known, news);
  const bool is_good =
      goes_on.ok() && *goes_on && source.tail->last_sequence() >= known;
  if (!is_good || is_beyond) news->catalog.clear();
  if (!is_good) return false;
  news->is_all_new = is_beyond;
  Show(std::move(source));
  return true;
}

void RocksdbFollower::Show(Source source) {
  source.generation->alive = alive_;
  source_ = std::move(source);
  is_spent_ = false;
  std::shared_ptr<Generation> before = source_.generation;
  MutexLock lock(&mutex_);
  generation_.swap(before);
  state_ = source_.tail->last_sequence();
}

absl::StatusOr<StoreNews> RocksdbFollower::CatchUp() {
  MutexLock catching_up(&catch_up_mutex_);
  {
    MutexLock lock(&mutex_);
    if (generation_ == nullptr) {
      return absl::FailedPreconditionError("store: it is closed");
    }
  }
  StoreNews news;
  if (TakeOpened(&news)) return news;
  if (!is_spent_ && !source_.generation->lost_table && !IsHeavy(4)) {
    is_spent_ = true;  // batches that are read and not shown are lost
    FOOTFALL_ASSIGN_OR_RETURN(const bool goes_on,
                              ReadOn(&source_, state(), &news));
    if (goes_on) {
      is_spent_ = false;
      if (IsHeavy(1)) BeginOpening();
      MutexLock lock(&mutex_);
      state_ = source_.tail->last_sequence();
      return news;
    }
  }
  is_spent_ = true;
  news.catalog.clear();
  news.is_all_new = true;
  FOOTFALL_ASSIGN_OR_RETURN(auto handle, OpenToRead(path_, options_, cache_));
  Show(SourceOf(std::move(handle)));
  return news;
}

StoreStats RocksdbFollower::Stats() const {
  std::shared_ptr<Generation> generation;
  {
    MutexLock lock(&mutex_);
    generation = generation_;
  }
  if (generation == nullptr) return StoreStats();
  StoreStats stats = StatsOf(*generation->handle);
  stats.memory_bytes += generation->overlay->size_bytes();
  return stats;
}

absl::Status RocksdbFollower::Close() {
  MutexLock catching_up(&catch_up_mutex_);
  if (opener_.joinable()) opener_.join();
  opened_ = nullptr;
  std::shared_ptr<Generation> generation;
  {
    MutexLock lock(&mutex_);
    generation.swap(generation_);
  }
  if (generation == nullptr) return absl::OkStatus();
  source_ = Source();
  // This one and `alive_` itself.
  if (generation.use_count() > 1 || alive_.use_count() > 2) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_,
                     ": closed while views of it are held; their files stay "
                     "open until they are gone"));
  }
  generation->base.reset();
  return ToStatus(generation->handle->Close(), path_);
}

}  // namespace

std::unique_ptr<Store> NewRocksdbFollower(std::shared_ptr<RocksdbHandle> handle,
                                          const RocksdbStoreOptions& options) {
  return std::make_unique<RocksdbFollower>(std::move(handle), options);
}

}  // namespace footfall::storage
