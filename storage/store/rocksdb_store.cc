// Store on RocksDB: a column family for each key space, one log for both.

#include "storage/store/rocksdb_store.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "rocksdb/db.h"
#include "rocksdb/metadata.h"
#include "rocksdb/write_batch.h"
#include "storage/base/mutex.h"
#include "storage/base/thread_probe.h"
#include "storage/store/check_batch.h"
#include "storage/store/log_check.h"
#include "storage/store/rocksdb_follower.h"
#include "storage/store/rocksdb_ingest.h"
#include "storage/store/rocksdb_open.h"
#include "storage/store/rocksdb_parts.h"
#include "storage/store/rocksdb_reclaim.h"
#include "storage/store/rocksdb_recovery.h"
#include "storage/store/rocksdb_stage.h"
#include "storage/store/rocksdb_view.h"
#include "storage/store/stop_watch.h"

namespace footfall::storage {
namespace {

class RocksdbStore final : public Store {
 public:
  explicit RocksdbStore(std::shared_ptr<RocksdbHandle> handle)
      : handle_(std::move(handle)),
        recovery_(handle_.get()),
        reclaim_(handle_.get()) {}
  ~RocksdbStore() override { Close().IgnoreError(); }

  absl::Status Apply(const StoreBatch& batch, Durability durability) override;
  std::unique_ptr<StoreView> TakeView() override;
  absl::StatusOr<std::unique_ptr<StoreStage>> NewStage() override;
  absl::Status Publish(std::unique_ptr<StoreStage> stage,
                       const StoreBatch& batch) override;
  absl::Status Flush() override;
  absl::Status Compact() override { return CompactUnless(StopCheck()); }
  absl::Status CompactUnless(const StopCheck& stop) override;
  absl::Status CompactTiles(absl::string_view begin, absl::string_view end,
                            const StopCheck& stop) override;
  absl::Status Reclaim(const StopCheck& stop) override;
  StoreStats Stats() const override;
  absl::Status Resume() override;
  absl::Status Health() const override;
  absl::Status Close() override;

 private:
  absl::Status CheckWritable() const;
  // Flushes, and rewrites the tables with keys in [*begin, *end), or all.
  absl::Status CompactTables(
      absl::Span<rocksdb::ColumnFamilyHandle* const> families,
      const rocksdb::Slice* begin, const rocksdb::Slice* end,
      const StopCheck& stop);

  std::shared_ptr<RocksdbHandle> handle_;  // null once closed
  std::atomic<uint64_t> stage_count_ = 0;
  RocksdbRecovery recovery_;
  RocksdbReclaim reclaim_;
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
  return recovery_.Run([&]() -> absl::Status {
    ReaderMutexLock lock(&recovery_.mutex());
    if (absl::Status status = recovery_.FillLog(); !status.ok()) return status;
    const absl::Status status =
        ToStatus(handle_->db->Write(options, &writes), handle_->path);
    return handle_->settings.watch->is_final() ? status : Unchanged(status);
  });
}

std::unique_ptr<StoreView> RocksdbStore::TakeView() {
  if (handle_ == nullptr) return nullptr;
  return NewRocksdbView(handle_);
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
  MutexLock lock(&recovery_.mutex());
  if (absl::Status status = recovery_.PrepareToPublish(); !status.ok()) {
    return status;
  }
  RocksdbPublishing::Scope publishing(&handle_->settings.files->publishing());
  absl::Status status = own->Rehearse();
  status.Update(ToStatus(publishing.Rehearsed(), handle_->path));
  status = Unchanged(status);
  const bool begins = status.ok();
  if (begins) {
    status = ToStatus(IngestTables(*handle_, files), handle_->path);
  }
  const std::vector<std::string> held_back = publishing.End();
  if (!begins) return status;
  // The list of tables may name the files, until it is written anew.
  if (status.ok() || !handle_->settings.watch->stopped() ||
      recovery_.EnsureRunningLocked().ok()) {
    for (const std::string& file : held_back) {
      // What stays is removed at the next opening.
      handle_->settings.env->DeleteFile(file).PermitUncheckedError();
    }
  }
  return handle_->settings.watch->is_final() ? status : Unchanged(status);
}

absl::Status RocksdbStore::Resume() {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  return recovery_.EnsureRunning();
}

absl::Status RocksdbStore::Health() const {
  return handle_ == nullptr ? absl::OkStatus() : recovery_.Health();
}

absl::Status RocksdbStore::Flush() {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  return recovery_.Run([&]() -> absl::Status {
    ReaderMutexLock lock(&recovery_.mutex());
    return FlushAll(*handle_);
  });
}

absl::Status RocksdbStore::CompactTables(
    absl::Span<rocksdb::ColumnFamilyHandle* const> families,
    const rocksdb::Slice* begin, const rocksdb::Slice* end,
    const StopCheck& stop) {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  if (absl::Status status = AskStop(stop); !status.ok()) return status;
  return recovery_.Run([&]() -> absl::Status {
    {
      ReaderMutexLock lock(&recovery_.mutex());
      if (absl::Status flushed = FlushAll(*handle_); !flushed.ok())
        return flushed;
    }
    StopWatch watch(stop);
    rocksdb::CompactRangeOptions options;
    options.canceled = watch.stopped();
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForceOptimized;
    for (rocksdb::ColumnFamilyHandle* family : families) {
      const rocksdb::Status status =
          CompactByHand(*handle_, options, family, begin, end);
      if (absl::Status stopped = watch.status(); !stopped.ok()) return stopped;
      if (!status.ok()) return ToStatus(status, handle_->path);
    }
    return absl::OkStatus();
  });
}

absl::Status RocksdbStore::CompactTiles(absl::string_view begin,
                                        absl::string_view end,
                                        const StopCheck& stop) {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  const rocksdb::Slice first = ToSlice(begin);
  const rocksdb::Slice last = ToSlice(end);
  return CompactTables({handle_->family(Keyspace::kTiles)}, &first, &last,
                       stop);
}

absl::Status RocksdbStore::CompactUnless(const StopCheck& stop) {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  if (absl::Status status =
          CompactTables(handle_->families, nullptr, nullptr, stop);
      !status.ok()) {
    return status;
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

absl::Status RocksdbStore::Reclaim(const StopCheck& stop) {
  if (absl::Status status = CheckWritable(); !status.ok()) return status;
  if (absl::Status status = AskStop(stop); !status.ok()) return status;
  return recovery_.Run([&] { return reclaim_.Run(stop); });
}

StoreStats RocksdbStore::Stats() const {
  return handle_ == nullptr ? StoreStats() : StatsOf(*handle_);
}

absl::Status RocksdbStore::Close() {
  if (handle_ == nullptr) return absl::OkStatus();
  absl::Status status = Flush();
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
  return absl::OkStatus();
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
  if (options.read_only) {
    return NewRocksdbFollower(*std::move(handle), options);
  }
  return std::make_unique<RocksdbStore>(*std::move(handle));
}

}  // namespace footfall::storage
