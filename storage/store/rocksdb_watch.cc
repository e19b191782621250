#include "storage/store/rocksdb_watch.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/store/rocksdb_files.h"

namespace footfall::storage {
namespace {

constexpr absl::Duration kRecoveryTime = absl::Seconds(10);
constexpr absl::Duration kSecondWord = absl::Seconds(1);

}  // namespace

rocksdb::Status RocksdbWatch::error() const {
  MutexLock lock(&mutex_);
  return error_;
}

bool RocksdbWatch::is_final() const {
  MutexLock lock(&mutex_);
  return final_ || error_.severity() >= rocksdb::Status::Severity::kFatalError;
}

void RocksdbWatch::MakeFinal() {
  MutexLock lock(&mutex_);
  final_ = true;
}

void RocksdbWatch::BeginResume() {
  MutexLock lock(&mutex_);
  recovering_ = false;  // what ends from here on is not RocksDB's own
  resuming_ = true;
  came_late_ = false;
}

void RocksdbWatch::EndResume(bool ok) {
  MutexLock lock(&mutex_);
  resuming_ = false;
  if (!ok || came_late_) return;
  error_ = rocksdb::Status();
  stopped_ = false;
}

void RocksdbWatch::Recovered() {
  error_ = rocksdb::Status();
  stopped_ = false;
  needs_recovery_ = false;
}

bool RocksdbWatch::WaitForRecovery() {
  const absl::Time end = absl::Now() + kRecoveryTime;
  MutexLock lock(&mutex_);
  if (recovering_) gate_->Open();
  while (recovering_) {
    const absl::Duration left = end - absl::Now();
    if (changed_.WaitWithTimeout(&mutex_, cleared_ ? kSecondWord : left)) {
      if (!cleared_) return false;
      // A release that tells it once.
      recovering_ = false;
      Recovered();
    }
  }
  return !stopped_;
}

void RocksdbWatch::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                     rocksdb::Status* error) {
  // One of a compaction stops nothing: it is tried again by itself.
  if (reason == rocksdb::BackgroundErrorReason::kCompaction &&
      error->severity() < rocksdb::Status::Severity::kHardError) {
    return;
  }
  if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) {
    broken_log_ = log_count_.load();
  }
  gate_->Shut();
  needs_recovery_ = true;
  MutexLock lock(&mutex_);
  if (error_.ok() || IsContrived(error_) ||
      error->severity() > error_.severity()) {
    error_ = *error;
  }
  // A log that could not be begun (RocksdbFiles), too.
  const bool is_of_new_log =
      !resuming_ && reason == rocksdb::BackgroundErrorReason::kMemTable &&
      error->severity() < rocksdb::Status::Severity::kFatalError;
  if (IsContrived(*error) || is_of_new_log) {
    recovering_ = true;
    cleared_ = false;
  }
  came_late_ = true;
  stopped_ = true;
}

void RocksdbWatch::OnErrorRecoveryEnd(
    const rocksdb::BackgroundErrorRecoveryInfo& info) {
  MutexLock lock(&mutex_);
  if (!recovering_) return;
  // Success is told twice: when the error is cleared, and at the very end, when
  // release 7.8 has put everything right.
  if (info.new_bg_error.ok() && !info.old_bg_error.ok()) {
    cleared_ = true;
    changed_.SignalAll();
    return;
  }
  recovering_ = false;
  if (info.new_bg_error.ok()) Recovered();
  changed_.SignalAll();
}

}  // namespace footfall::storage
