#include "storage/store/rocksdb_recovery.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/version.h"
#include "storage/store/rocksdb_parts.h"

namespace footfall::storage {
namespace {

constexpr int kResumes = 5;

// Longer than DB::Resume() takes until it says that it recovers, and until it
// is given up.
constexpr std::chrono::milliseconds kBeginning(200);
constexpr std::chrono::seconds kResumeTime(30);
constexpr absl::Duration kBusyTime = absl::Milliseconds(50);
constexpr std::chrono::seconds kNoTime(0);

absl::Status FinalError(const rocksdb::Status& error, const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(
      path,
      ": takes no more writes until it is opened again: ", TextOf(error)));
}

}  // namespace

absl::Status FlushAll(const RocksdbHandle& handle) {
  const std::vector<rocksdb::ColumnFamilyHandle*> families(
      handle.families.begin(), handle.families.end());
  return ToStatus(handle.db->Flush(rocksdb::FlushOptions(), families),
                  handle.path);
}

absl::Status Unchanged(const absl::Status& status) {
  return absl::IsUnavailable(status) ? absl::AbortedError(status.message())
                                     : status;
}

absl::Status RocksdbRecovery::EnsureRunning() {
  const RocksdbWatch& watch = *handle_->settings.watch;
  if (!watch.stopped() && !watch.is_final() && !watch.needs_recovery()) {
    return absl::OkStatus();
  }
  MutexLock lock(&mutex_);
  return EnsureRunningLocked();
}

absl::Status RocksdbRecovery::EnsureRunningLocked() {
  RocksdbWatch* const watch = handle_->settings.watch.get();
  if (!watch->stopped() && !watch->is_final() && !watch->needs_recovery()) {
    return absl::OkStatus();
  }
  const rocksdb::Status error = watch->error();
  if (!watch->is_final()) {
    if (IsNoRoom(error) && !HasRoom()) {
      return ToStatus(error, handle_->path);  // not worth a try
    }
    // Work in the background that began before the first may report its error
    // after it.
    for (int i = 0; i < kResumes && watch->stopped() && !watch->is_final();
         ++i) {
      if (!watch->WaitForRecovery()) ResumeInTime();
    }
  }
  // A log that broke must not be written to. FillLog() sees to it that there
  // is something to flush, unless a flush of another thread was quicker.
  if (watch->is_final() || (!watch->stopped() && watch->log_is_broken())) {
    watch->MakeFinal();
    return FinalError(error, handle_->path);
  }
  if (watch->stopped()) return Unchanged(ToStatus(error, handle_->path));
  return watch->needs_recovery() ? FinishRecovery() : absl::OkStatus();
}

// DB::Resume(), which does not always end: then all work in the background is
// given up, which ends it, and RocksDB is of no more use.
void RocksdbRecovery::ResumeInTime() {
  rocksdb::DB* const db = handle_->db.get();
  RocksdbWatch* const watch = handle_->settings.watch.get();
  RocksdbFlushGate* const gate = handle_->settings.gate.get();
  // Where a list of tables could not be written before a publishing, release
  // 7.8 takes it for granted that this was done.
  db->DisableFileDeletions().PermitUncheckedError();
  rocksdb::Status status = rocksdb::Status::Aborted();
  watch->BeginResume();
  try {
    std::promise<void> beginning;
    std::promise<rocksdb::Status> promise;
    std::future<rocksdb::Status> resumed = promise.get_future();
    std::thread thread([&] {
      beginning.set_value();
      promise.set_value(db->Resume());
    });
    const absl::Cleanup join = [&thread] { thread.join(); };
    // Jobs that were put aside keep it from ending before they are done.
    beginning.get_future().wait();
    if (gate->has_jobs()) resumed.wait_for(kBeginning);
    if (resumed.wait_for(kNoTime) != std::future_status::ready) gate->Open();
    if (resumed.wait_for(kResumeTime) != std::future_status::ready) {
      watch->MakeFinal();
      rocksdb::CancelAllBackgroundWork(db, /*wait=*/false);
    }
    status = resumed.get();
  } catch (const std::exception&) {
    // No thread, or no memory, for now.
  }
  if (status.ok()) gate->Open();
#if ROCKSDB_MAJOR < 9
  if (status.ok()) {
    db->EnableFileDeletions(/*force=*/true).PermitUncheckedError();
  }
#else
  db->EnableFileDeletions().PermitUncheckedError();
#endif
  watch->EndResume(status.ok());
  // It recovers by itself from an error that has come since.
  if (status.IsBusy()) absl::SleepFor(kBusyTime);
}

// After DB::Resume() the RocksDB of release 7.8 still takes itself for stopped
// where it waits for a flush: DB::Flush() answers before that is done, and a
// table may be published beneath what is still in memory. It does not after a
// recovery of its own; so that has to happen, for no reason.
absl::Status RocksdbRecovery::FinishRecovery() {
  RocksdbWatch* const watch = handle_->settings.watch.get();
  if (absl::Status status = FillLog(); !status.ok()) return status;
  rocksdb::WriteOptions options;
  options.sync = true;
  handle_->settings.files->FailNextLogSync(true);
  handle_->DeleteNothing(options).PermitUncheckedError();
  handle_->settings.files->FailNextLogSync(false);
  if (watch->WaitForRecovery() && !watch->needs_recovery() &&
      !watch->log_is_broken()) {
    return absl::OkStatus();
  }
  return watch->stopped()
             ? Unchanged(ToStatus(watch->error(), handle_->path))
             : absl::AbortedError(absl::StrCat(
                   handle_->path, ": is still recovering from an error"));
}

absl::Status RocksdbRecovery::Health() const {
  const RocksdbWatch& watch = *handle_->settings.watch;
  return watch.is_final() ? FinalError(watch.error(), handle_->path)
                          : ToStatus(watch.error(), handle_->path);
}

absl::Status RocksdbRecovery::Run(absl::FunctionRef<absl::Status()> change) {
  const RocksdbWatch& watch = *handle_->settings.watch;
  if (absl::Status status = EnsureRunning(); !status.ok()) return status;
  absl::Status status = change();
  // A write that a log broke on is not made again: that was no late error.
  if (status.ok() || !watch.stopped() || watch.is_final() ||
      watch.log_is_broken()) {
    return status;
  }
  if (!EnsureRunning().ok()) return status;
  return change();
}

absl::Status RocksdbRecovery::PrepareToPublish() {
  const RocksdbWatch& watch = *handle_->settings.watch;
  absl::Status status;
  for (int i = 0; i < 2; ++i) {
    status = EnsureRunningLocked();
    if (!status.ok()) return status;
    status = Unchanged(FlushAll(*handle_));
    if (status.ok() || !watch.stopped()) return status;
  }
  return status;
}

bool RocksdbRecovery::HasRoom() const {
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
// the deletion of a key that is never there, which is not in the log. It is
// written twice: if the first fills what is in memory, the second begins anew.
// Once a log is enough.
absl::Status RocksdbRecovery::FillLog() {
  MutexLock lock(&filler_mutex_);
  const uint64_t log = handle_->settings.watch->log_count();
  if (filled_log_ == log) return absl::OkStatus();
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  for (int i = 0; i < 2; ++i) {
    const rocksdb::Status status = handle_->DeleteNothing(options);
    if (!status.ok()) return Unchanged(ToStatus(status, handle_->path));
  }
  filled_log_ = log;
  return absl::OkStatus();
}

}  // namespace footfall::storage
