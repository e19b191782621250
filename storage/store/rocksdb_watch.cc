#include "storage/store/rocksdb_watch.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace footfall::storage {
namespace {

constexpr absl::Duration kRecoveryTime = absl::Seconds(10);

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

void RocksdbWatch::Clear() {
  MutexLock lock(&mutex_);
  error_ = rocksdb::Status();
  stopped_ = false;
}

bool RocksdbWatch::WaitForRecovery() {
  const absl::Time end = absl::Now() + kRecoveryTime;
  MutexLock lock(&mutex_);
  while (recovering_) {
    if (changed_.WaitWithTimeout(&mutex_, end - absl::Now())) return false;
  }
  return !stopped_;
}

void RocksdbWatch::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                     rocksdb::Status* error) {
  needs_recovery_ = true;
  // One of a compaction stops nothing: it is tried again by itself.
  if (reason == rocksdb::BackgroundErrorReason::kCompaction &&
      error->severity() < rocksdb::Status::Severity::kHardError) {
    return;
  }
  if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) {
    broken_log_ = log_count_.load();
  }
  MutexLock lock(&mutex_);
  if (error_.ok() || error->severity() > error_.severity()) error_ = *error;
  // Only the contrived error is not one of a full disk.
  if (error->IsIOError() && !error->IsNoSpace() &&
      error->severity() < rocksdb::Status::Severity::kFatalError) {
    recovering_ = true;
  }
  stopped_ = true;
}

void RocksdbWatch::OnErrorRecoveryEnd(
    const rocksdb::BackgroundErrorRecoveryInfo& info) {
  MutexLock lock(&mutex_);
  if (!recovering_) return;
  recovering_ = false;
  if (info.new_bg_error.ok()) {
    error_ = rocksdb::Status();
    stopped_ = false;
    needs_recovery_ = false;
  }
  changed_.SignalAll();
}

}  // namespace footfall::storage
