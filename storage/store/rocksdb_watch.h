// What RocksDB says of its errors, and when it begins a new log.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_WATCH_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_WATCH_H_

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "rocksdb/listener.h"
#include "rocksdb/status.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

// After an error RocksDB refuses writes and tries to recover in a thread of
// its own: see RocksdbFiles.
//
// How long one waits for it, which it tries every tenth of a second.
inline constexpr absl::Duration kRecoveryTime = absl::Seconds(5);

// Threads: all calls from any.
class RocksdbWatch final : public rocksdb::EventListener {
 public:
  bool stopped() const { return stopped_.load(); }
  // The worst error since it stopped; OK where it has not.
  rocksdb::Status error() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether only opening the database again helps.
  bool is_final() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until RocksDB has recovered, or has tried to and failed, or for
  // kRecoveryTime. Whether it has. An attempt that failed before the call is
  // enough unless `again`.
  // No more attempts follow an error that is final.
  bool WaitForRecovery(bool again) ABSL_LOCKS_EXCLUDED(mutex_);

  // Logs that were begun since the opening.
  uint64_t log_count() const { return log_count_.load(); }
  // Whether a write failed on the newest of them.
  bool log_is_broken() const { return broken_log_ == log_count_; }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* error) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info)
      override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnMemTableSealed(const rocksdb::MemTableInfo&) override { ++log_count_; }

 private:
  bool IsFinal() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::atomic<bool> stopped_ = false;
  std::atomic<uint64_t> log_count_ = 0;
  std::atomic<uint64_t> broken_log_ = UINT64_MAX;
  mutable Mutex mutex_;
  CondVar changed_;
  rocksdb::Status error_ ABSL_GUARDED_BY(mutex_);
  uint64_t error_count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_WATCH_H_
