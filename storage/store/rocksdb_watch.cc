#include "storage/store/rocksdb_watch.h"

#include "absl/time/clock.h"

namespace footfall::storage {

rocksdb::Status RocksdbWatch::error() const {
  MutexLock lock(&mutex_);
  return error_;
}

bool RocksdbWatch::is_final() const {
  MutexLock lock(&mutex_);
  return IsFinal();
}

bool RocksdbWatch::IsFinal() const {
  return error_.severity() >= rocksdb::Status::Severity::kFatalError;
}

bool RocksdbWatch::WaitForRecovery(bool again) {
  const absl::Time end = absl::Now() + kRecoveryTime;
  MutexLock lock(&mutex_);
  // The first error stopped it. Of an attempt that may have been under way
  // already one does not know whether it came too early.
  const uint64_t enough = again ? error_count_ + 2 : 2;
  while (stopped_ && error_count_ < enough && !IsFinal()) {
    if (changed_.WaitWithTimeout(&mutex_, end - absl::Now())) break;
  }
  return !stopped_;
}

void RocksdbWatch::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                     rocksdb::Status* error) {
  // A retryable error comes without a severity. That of a compaction stops
  // nothing: it is tried again by itself.
  if (reason == rocksdb::BackgroundErrorReason::kCompaction &&
      error->severity() < rocksdb::Status::Severity::kHardError) {
    return;
  }
  if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) {
    broken_log_ = log_count_.load();
  }
  MutexLock lock(&mutex_);
  if (error_.ok() || error->severity() > error_.severity()) error_ = *error;
  ++error_count_;
  stopped_ = true;
  changed_.SignalAll();
}

void RocksdbWatch::OnErrorRecoveryEnd(
    const rocksdb::BackgroundErrorRecoveryInfo& info) {
  if (!info.new_bg_error.ok()) return;
  MutexLock lock(&mutex_);
  error_ = rocksdb::Status();
  error_count_ = 0;
  stopped_ = false;
  changed_.SignalAll();
}

}  // namespace footfall::storage
