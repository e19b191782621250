// Store on RocksDB: a column family for each key space, one log for both.

#include "storage/store/rocksdb_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#if __has_include("rocksdb/advanced_cache.h")
#include "rocksdb/advanced_cache.h"  // RocksDB 8: what a Cache is
#endif
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/metadata.h"
#include "rocksdb/version.h"
#include "rocksdb/write_batch.h"
#include "storage/base/mutex.h"
#include "storage/base/thread_probe.h"
#include "storage/store/check_batch.h"
#include "storage/store/log_check.h"
#include "storage/store/rocksdb_open.h"
#include "storage/store/rocksdb_parts.h"
#include "storage/store/rocksdb_stage.h"
#include "storage/store/stop_watch.h"

namespace footfall::storage {
namespace {

// An error after which nothing will have been changed.
absl::Status Unchanged(const absl::Status& status) {
  return absl::IsUnavailable(status) ? absl::AbortedError(status.message())
                                     : status;
}

absl::Status FinalError(const rocksdb::Status& error, const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(
      path,
      ": takes no more writes until it is opened again: ", TextOf(error)));
}

// DB::Resume(), which in release 7.8 sometimes waits for ever for a flush that
// nobody does. Then all work in the background is given up, which ends it, and
// RocksDB is of no more use.
bool ResumeInTime(rocksdb::DB* db) {
  // Where a list of tables could not be written before a publishing, release
  // 7.8 takes it for granted that this was done.
  db->DisableFileDeletions().PermitUncheckedError();
  std::promise<bool> promise;
  std::future<bool> recovered = promise.get_future();
  std::thread thread([&] { promise.set_value(db->Resume().ok()); });
  if (recovered.wait_for(std::chrono::seconds(10)) !=
      std::future_status::ready) {
    rocksdb::CancelAllBackgroundWork(db, /*wait=*/false);
  }
  thread.join();
  const bool ok = recovered.get();
#if ROCKSDB_MAJOR < 9
  if (ok) db->EnableFileDeletions(/*force=*/true).PermitUncheckedError();
#else
  db->EnableFileDeletions().PermitUncheckedError();
#endif
  return ok;
}

// One state of the database; shared by a view and its iterators.
class PinnedState {
 public:
  explicit PinnedState(std::shared_ptr<const RocksdbHandle> handle)
      : handle_(std::move(handle)), snapshot_(handle_->db->GetSnapshot()) {}
  ~PinnedState() {
    if (snapshot_ != nullptr) handle_->db->ReleaseSnapshot(snapshot_);
  }
  PinnedState(const PinnedState&) = delete;
  PinnedState& operator=(const PinnedState&) = delete;

  rocksdb::ReadOptions read_options() const {
    rocksdb::ReadOptions options;  // verifies checksums
    options.snapshot = snapshot_;
    return options;
  }
  const RocksdbHandle& handle() const { return *handle_; }

 private:
  const std::shared_ptr<const RocksdbHandle> handle_;
  const rocksdb::Snapshot* const snapshot_;
};

class RocksdbIterator final : public StoreIterator {
 public:
  RocksdbIterator(std::shared_ptr<const PinnedState> state, Keyspace keyspace,
                  absl::string_view begin, absl::string_view end)
      : state_(std::move(state)),
        begin_(begin.data(), begin.size()),
        end_(end.data(), end.size()),
        begin_slice_(begin_),
        end_slice_(end_) {
    rocksdb::ReadOptions options = state_->read_options();
    options.iterate_lower_bound = &begin_slice_;
    if (!end_.empty()) options.iterate_upper_bound = &end_slice_;
    const RocksdbHandle& handle = state_->handle();
    iterator_.reset(handle.db->NewIterator(options, handle.family(keyspace)));
  }

  absl::StatusOr<bool> Next() override {
    if (!started_) return Seek(begin_);
    if (!iterator_->Valid()) return Arrive();
    iterator_->Next();
    return Arrive();
  }

  absl::StatusOr<bool> Seek(absl::string_view key) override {
    started_ = true;
    iterator_->Seek(ToSlice(std::max(key, absl::string_view(begin_))));
    return Arrive();
  }

  absl::string_view key() const override { return ToView(iterator_->key()); }
  absl::string_view value() const override {
    return ToView(iterator_->value());
  }

 private:
  absl::StatusOr<bool> Arrive() const {
    if (iterator_->Valid()) return true;
    if (const rocksdb::Status status = iterator_->status(); !status.ok()) {
      return ToStatus(status, state_->handle().path);
    }
    return false;
  }

  const std::shared_ptr<const PinnedState> state_;
  const std::string begin_;
  const std::string end_;
  const rocksdb::Slice begin_slice_;
  const rocksdb::Slice end_slice_;
  bool started_ = false;
  std::unique_ptr<rocksdb::Iterator> iterator_;  // goes before the state
};

class RocksdbView final : public StoreView {
 public:
  explicit RocksdbView(std::shared_ptr<const PinnedState> state)
      : state_(std::move(state)) {}

  absl::StatusOr<bool> GetPinned(Keyspace keyspace, absl::string_view key,
                                 PinnedValue* value) const override {
    const RocksdbHandle& handle = state_->handle();
    auto found = std::make_shared<rocksdb::PinnableSlice>();
    const rocksdb::Status status =
        handle.db->Get(state_->read_options(), handle.family(keyspace),
                       ToSlice(key), found.get());
    if (status.ok()) {
      const absl::string_view bytes = ToView(*found);
      value->Pin(bytes, std::move(found));
      return true;
    }
    if (status.IsNotFound()) return false;
    return ToStatus(status, handle.path);
  }

  std::unique_ptr<StoreIterator> Scan(Keyspace keyspace,
                                      absl::string_view begin,
                                      absl::string_view end) const override {
    return std::make_unique<RocksdbIterator>(state_, keyspace, begin, end);
  }

 private:
  const std::shared_ptr<const PinnedState> state_;
};

class RocksdbStore final : public Store {
 public:
  explicit RocksdbStore(std::shared_ptr<RocksdbHandle> handle)
      : handle_(std::move(handle)) {}
  ~RocksdbStore() override { Close().IgnoreError(); }

  absl::Status Apply(const StoreBatch& batch, Durability durability) override
      ABSL_LOCKS_EXCLUDED(publish_mutex_);
  std::unique_ptr<StoreView> TakeView() override;
  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override;
  absl::Status Publish(std::unique_ptr<StoreStage> stage,
                       const StoreBatch& batch) override
      ABSL_LOCKS_EXCLUDED(publish_mutex_);
  absl::Status Flush() override;
  absl::Status Compact() override { return CompactUnless(StopCheck()); }
  absl::Status CompactUnless(const StopCheck& stop) override;
  StoreStats Stats() const override;
  absl::Status Resume() override;
  absl::Status Health() const override;
  absl::Status Close() override;

 private:
  absl::Status CheckWritable() const;
  // CheckWritable(), and gets RocksDB going again where it has stopped.
  absl::Status EnsureRunning() ABSL_LOCKS_EXCLUDED(publish_mutex_);
  // Whether there seems to be room for what is in memory.
  bool HasRoom() const;
  absl::Status ResumeLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(publish_mutex_);
  absl::Status FlushLocked() ABSL_SHARED_LOCKS_REQUIRED(publish_mutex_);
  // Makes sure that a log which a write fails on can be replaced.
  absl::Status FillLog(const StoreBatch& batch)
      ABSL_LOCKS_EXCLUDED(filler_mutex_);
  absl::Status FreeNumbers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(publish_mutex_);
  uint64_t LogBytes() const;

  std::shared_ptr<RocksdbHandle> handle_;  // null once closed
  std::atomic<uint64_t> stage_count_ = 0;
  // Held shared by Apply(), alone by Publish(): what is published lies above
  // everything that the log holds.
  Mutex publish_mutex_;
  Mutex filler_mutex_ ABSL_ACQUIRED_AFTER(publish_mutex_);
  std::string filler_key_ ABSL_GUARDED_BY(filler_mutex_);  // not in the store
};

bool DeletesRange(const StoreBatch& batch) {
  return std::any_of(batch.operations().begin(), batch.operations().end(),
                     [](const StoreBatch::Operation& operation) {
                       return operation.kind ==
                                  StoreBatch::Kind::kDeleteRange &&
                              operation.key < operation.value;
                     });
}

absl::Status RocksdbStore::Apply(const StoreBatch& batch,
                                 Durability durability) {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  if (absl::Status status = CheckBatch(batch); !status.ok()) return status;
  if (DeletesRange(batch)) {
    // As a table: a RocksDB with assertions, such as Debian's, ends the process
    // when it tries again to flush deleted ranges from memory.
    absl::StatusOr<std::unique_ptr<StoreStage>> stage = NewStage();
    if (!stage.ok()) return stage.status();
    return Publish(*std::move(stage), batch);
  }
  if (absl::Status status = EnsureRunning(); !status.ok()) return status;
  if (absl::Status status = FillLog(batch); !status.ok()) return status;
  rocksdb::WriteBatch writes(batch.size_bytes() +
                             16 * batch.operations().size());
  if (durability != Durability::kPowerLoss) {
    const rocksdb::Status status = writes.PutLogData(kUnsyncedMark);
    if (!status.ok()) return ToStatus(status, handle_->path);
  }
  for (const StoreBatch::Operation& operation : batch.operations()) {
    rocksdb::ColumnFamilyHandle* family = handle_->family(operation.keyspace);
    rocksdb::Status status;
    switch (operation.kind) {
      case StoreBatch::Kind::kPut:
        status = writes.Put(family, operation.key, operation.value);
        break;
      case StoreBatch::Kind::kAppend:
        status = writes.Merge(family, operation.key, operation.value);
        break;
      case StoreBatch::Kind::kDelete:
        status = writes.Delete(family, operation.key);
        break;
      case StoreBatch::Kind::kDeleteRange:
        continue;  // an empty one
    }
    if (!status.ok()) return ToStatus(status, handle_->path);
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kPowerLoss;
  ReaderMutexLock lock(&publish_mutex_);
  const rocksdb::Status status = handle_->db->Write(options, &writes);
  if (status.ok()) return absl::OkStatus();
  const absl::Status error = ToStatus(status, handle_->path);
  return handle_->settings.watch->is_final() ? error : Unchanged(error);
}

std::unique_ptr<StoreView> RocksdbStore::TakeView() {
  if (handle_ == nullptr) return nullptr;
  return std::make_unique<RocksdbView>(
      std::make_shared<const PinnedState>(handle_));
}

absl::StatusOr<std::unique_ptr<StoreStage>> RocksdbStore::NewStage() {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  const RocksdbSettings& settings = handle_->settings;
  return std::make_unique<RocksdbStage>(
      absl::StrCat(StagingFolder(handle_->path), "/", ++stage_count_), this,
      std::array<rocksdb::Options, 2>{
          rocksdb::Options(settings.database, settings.catalog),
          rocksdb::Options(settings.database, settings.tiles)});
}

absl::Status RocksdbStore::Publish(std::unique_ptr<StoreStage> stage,
                                   const StoreBatch& batch) {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  if (absl::Status status = CheckBatch(batch); !status.ok()) return status;
  auto* const own = dynamic_cast<RocksdbStage*>(stage.get());
  if (own == nullptr || own->store() != this) {
    return absl::InternalError("publish: the stage is of another store");
  }
  // All that needs room, before anything is changed.
  if (absl::Status status = own->AddBatch(batch); !status.ok()) {
    return Unchanged(status);
  }
  if (absl::Status status = EnsureRunning(); !status.ok()) return status;

  std::vector<rocksdb::IngestExternalFileArg> files;
  for (const Keyspace keyspace : {Keyspace::kCatalog, Keyspace::kTiles}) {
    if (own->files(keyspace).empty()) continue;
    rocksdb::IngestExternalFileArg& arg = files.emplace_back();
    arg.column_family = handle_->family(keyspace);
    arg.external_files = own->files(keyspace);
    arg.options.move_files = true;
    arg.options.write_global_seqno = false;
  }
  if (files.empty()) return absl::OkStatus();
  // Tables outlast a log that is damaged or was not synced. What is published
  // may build on batches that are only in the log, so they go first.
  MutexLock lock(&publish_mutex_);
  if (absl::Status status = FreeNumbers(); !status.ok()) return status;
  if (absl::Status status = FlushLocked(); !status.ok()) {
    return Unchanged(status);
  }
  RocksdbFiles::HeldDeletes deletes(handle_->settings.files.get());
  const absl::Status status =
      ToStatus(handle_->db->IngestExternalFiles(files), handle_->path);
  if (status.ok() || !handle_->settings.watch->stopped()) {
    deletes.Delete();
    return Unchanged(status);
  }
  // The list of tables may name the files, until it is written anew.
  if (ResumeLocked().ok()) deletes.Delete();
  return handle_->settings.watch->is_final() ? status : Unchanged(status);
}

absl::Status RocksdbStore::EnsureRunning() {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  const RocksdbWatch& watch = *handle_->settings.watch;
  if (!watch.stopped() && !watch.is_final()) return absl::OkStatus();
  MutexLock lock(&publish_mutex_);
  return ResumeLocked();
}

absl::Status RocksdbStore::Resume() { return EnsureRunning(); }

absl::Status RocksdbStore::Health() const {
  if (handle_ == nullptr) return absl::OkStatus();
  const RocksdbWatch& watch = *handle_->settings.watch;
  return watch.is_final() ? FinalError(watch.error(), handle_->path)
                          : ToStatus(watch.error(), handle_->path);
}

absl::Status RocksdbStore::ResumeLocked() {
  RocksdbWatch* const watch = handle_->settings.watch.get();
  if (!watch->stopped() && !watch->is_final()) return absl::OkStatus();
  const rocksdb::Status error = watch->error();
  if (!watch->is_final()) {
    if (IsNoRoom(error) && !HasRoom()) {
      return ToStatus(error, handle_->path);  // not worth a try
    }
    watch->BeginResume();
    // A flush that was left over from the error may fail the first of two.
    rocksdb::DB* const db = handle_->db.get();
    if (ResumeInTime(db) || (!watch->is_final() && ResumeInTime(db))) {
      watch->Clear();
    }
  }
  // A log that broke must not be written to. FillLog() sees to it that there
  // is something to flush, unless a flush of another thread was quicker.
  if (watch->is_final() || (!watch->stopped() && watch->log_is_broken())) {
    watch->MakeFinal();
    return FinalError(error, handle_->path);
  }
  return watch->stopped() ? Unchanged(ToStatus(error, handle_->path))
                          : absl::OkStatus();
}

// After DB::Resume() the RocksDB of release 7.8 gives a published file a number
// that another file has. It does not after a recovery of its own; so that has
// to happen, for no reason.
absl::Status RocksdbStore::FreeNumbers() {
  RocksdbWatch* const watch = handle_->settings.watch.get();
  if (!watch->needs_recovery()) return absl::OkStatus();
  if (absl::Status status = FillLog(StoreBatch()); !status.ok()) return status;
  rocksdb::WriteOptions options;
  options.sync = true;
  handle_->settings.files->FailNextLogSync(true);
  MutexLock lock(&filler_mutex_);
  handle_->db->Delete(options, handle_->family(Keyspace::kCatalog), filler_key_)
      .PermitUncheckedError();
  handle_->settings.files->FailNextLogSync(false);
  if (watch->WaitForRecovery() && !watch->needs_recovery() &&
      !watch->log_is_broken()) {
    return absl::OkStatus();
  }
  return watch->stopped()
             ? Unchanged(ToStatus(watch->error(), handle_->path))
             : absl::AbortedError(absl::StrCat(
                   handle_->path, ": cannot publish files for now"));
}

bool RocksdbStore::HasRoom() const {
  uint64_t bytes = 0;
  uint64_t needed = 0;
  for (rocksdb::ColumnFamilyHandle* const family : handle_->families) {
    handle_->db->GetIntProperty(
        family, rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes);
    needed += bytes;
  }
  uint64_t room = 0;
  // Where the room is not known, an attempt tells.
  return !handle_->settings.env->GetFreeSpace(handle_->path, &room).ok() ||
         room >= needed;
}

// RocksDB begins a new log when it flushes, and flushes only what is in
// memory. So something must be, though the first batch of a log should fail:
// the deletion of a key that is not there, which is not in the log. It is
// written twice: if the first fills what is in memory, the second begins anew.
absl::Status RocksdbStore::FillLog(const StoreBatch& batch) {
  MutexLock lock(&filler_mutex_);
  const absl::string_view filler = filler_key_;
  const auto is_filler = [filler](const StoreBatch::Operation& operation) {
    return operation.keyspace == Keyspace::kCatalog && operation.key == filler;
  };
  if (filler_key_.empty() || std::any_of(batch.operations().begin(),
                                         batch.operations().end(), is_filler)) {
    const std::unique_ptr<rocksdb::Iterator> last(handle_->db->NewIterator(
        rocksdb::ReadOptions(), handle_->family(Keyspace::kCatalog)));
    last->SeekToLast();
    if (!last->status().ok()) {
      return Unchanged(ToStatus(last->status(), handle_->path));
    }
    filler_key_ = last->Valid() ? last->key().ToString() : "";
    for (const StoreBatch::Operation& operation : batch.operations()) {
      if (operation.keyspace == Keyspace::kCatalog) {
        filler_key_ = std::max(filler_key_, operation.key);
      }
    }
    filler_key_.push_back('\0');
  }
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  for (int i = 0; i < 2; ++i) {
    const rocksdb::Status status = handle_->db->Delete(
        options, handle_->family(Keyspace::kCatalog), filler_key_);
    if (!status.ok()) return Unchanged(ToStatus(status, handle_->path));
  }
  return absl::OkStatus();
}

absl::Status RocksdbStore::Flush() {
  if (absl::Status status = EnsureRunning(); !status.ok()) return status;
  ReaderMutexLock lock(&publish_mutex_);
  return FlushLocked();
}

absl::Status RocksdbStore::FlushLocked() {
  const std::vector<rocksdb::ColumnFamilyHandle*> families(
      handle_->families.begin(), handle_->families.end());
  return ToStatus(handle_->db->Flush(rocksdb::FlushOptions(), families),
                  handle_->path);
}

absl::Status RocksdbStore::CompactUnless(const StopCheck& stop) {
  if (absl::Status status = AskStop(stop); !status.ok()) return status;
  if (absl::Status status = Flush(); !status.ok()) return status;
  StopWatch watch(stop);
  rocksdb::CompactRangeOptions options;
  options.canceled = watch.stopped();
  options.exclusive_manual_compaction = false;
  options.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* family : handle_->families) {
    const rocksdb::Status status =
        handle_->db->CompactRange(options, family, nullptr, nullptr);
    if (absl::Status stopped = watch.status(); !stopped.ok()) return stopped;
    if (!status.ok()) return ToStatus(status, handle_->path);
  }
  if (handle_->settings.tiles.disable_auto_compactions) {
    // There was no room for it when the store was opened.
    handle_->db
        ->EnableAutoCompaction(
            {handle_->families.begin(), handle_->families.end()})
        .PermitUncheckedError();
  }
  return absl::OkStatus();
}

StoreStats RocksdbStore::Stats() const {
  StoreStats stats;
  if (handle_ == nullptr) return stats;
  for (rocksdb::ColumnFamilyHandle* family : handle_->families) {
    rocksdb::ColumnFamilyMetaData tables;
    handle_->db->GetColumnFamilyMetaData(family, &tables);
    stats.table_bytes += tables.size;
    stats.table_count += tables.file_count;
  }
  stats.log_bytes = LogBytes();
  stats.memory_bytes = handle_->settings.cache->GetUsage();
  return stats;
}

absl::Status RocksdbStore::Close() {
  if (handle_ == nullptr) return absl::OkStatus();
  absl::Status status;
  if (!handle_->read_only) status = Flush();
  const std::shared_ptr<RocksdbHandle> handle = std::move(handle_);
  handle_ = nullptr;
  if (handle.use_count() > 1) {
    // The last of them closes the database.
    status.Update(absl::FailedPreconditionError(absl::StrCat(
        handle->path, ": closed while ", handle.use_count() - 1,
        " of its views are held; it stays locked until they are gone")));
    return status;
  }
  status.Update(ToStatus(handle->Close(), handle->path));
  return status;
}

absl::Status RocksdbStore::CheckWritable() const {
  if (handle_ == nullptr) {
    return absl::FailedPreconditionError("store: it is closed");
  }
  if (handle_->read_only) {
    return absl::FailedPreconditionError(
        absl::StrCat(handle_->path, ": is open for reading only"));
  }
  return absl::OkStatus();
}

// The logs that still hold what no table does.
uint64_t RocksdbStore::LogBytes() const {
  uint64_t first_log = 0;
  handle_->db->GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep,
                              &first_log);
  uint64_t bytes = 0;
  std::error_code error;
  std::filesystem::directory_iterator entry(handle_->path, error);
  while (!error && entry != std::filesystem::directory_iterator()) {
    const std::string name = entry->path().filename().string();
    absl::string_view stem = name;
    uint64_t number = 0;
    if (absl::ConsumeSuffix(&stem, ".log") && absl::SimpleAtoi(stem, &number) &&
        number >= first_log) {
      std::error_code gone;  // dropped since it was listed
      const uintmax_t size = entry->file_size(gone);
      if (!gone) bytes += size;
    }
    entry.increment(error);
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(
    const std::string& path, const RocksdbStoreOptions& options) {
  // RocksDB starts its threads after it took the lock, and does not give that
  // back where one cannot be had.
  constexpr int kThreads = 8;
  if (absl::Status status = ProbeThreads(kThreads); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::unique_ptr<RocksdbHandle>> handle =
      OpenRocksdbHandle(path, options);
  if (!handle.ok()) return handle.status();
  return std::make_unique<RocksdbStore>(*std::move(handle));
}

}  // namespace footfall::storage
