// What RocksDB says of its errors, and when it begins a new log.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_WATCH_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_WATCH_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "rocksdb/listener.h"
#include "rocksdb/status.h"
#include "storage/base/mutex.h"
#include "storage/store/rocksdb_flush_gate.h"

namespace footfall::storage {

// After an error RocksDB refuses writes until DB::Resume(). It would call that
// itself every few seconds; we do before the next write, since what came of a
// failed one must be known by then.
//
// Threads: all calls from any.
class RocksdbWatch final : public rocksdb::EventListener {
 public:
  explicit RocksdbWatch(std::shared_ptr<RocksdbFlushGate> gate)
      : gate_(std::move(gate)) {}

  bool stopped() const { return stopped_.load(); }
  // The worst error since it stopped; OK where it has not.
  rocksdb::Status error() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether only opening the database again helps.
  bool is_final() const ABSL_LOCKS_EXCLUDED(mutex_);
  void MakeFinal() ABSL_LOCKS_EXCLUDED(mutex_);
  // Before and after a call of DB::Resume(). RocksDB runs again where that was
  // OK and no error has come since.
  void BeginResume() ABSL_LOCKS_EXCLUDED(mutex_);
  void EndResume(bool ok) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits for a recovery of RocksDB's own, if it is at one, to end; for some
  // seconds at most. Whether RocksDB runs then.
  bool WaitForRecovery() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether there was an error since such a recovery succeeded, or ever.
  bool needs_recovery() const { return needs_recovery_.load(); }

  // Logs that were begun since the opening.
  uint64_t log_count() const { return log_count_.load(); }
  // Whether a write failed on the newest of them.
  bool log_is_broken() const { return broken_log_ == log_count_; }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* error) override
      ABSL_LOCKS_EXCLUDED(mutex_);
  void OnFlushBegin(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
    gate_->Passed();
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason,
                            rocksdb::Status error,
                            bool* auto_recovery) override {
    error.PermitUncheckedError();
    *auto_recovery = false;
  }
  void OnErrorRecoveryEnd(const rocksdb::BackgroundErrorRecoveryInfo& info)
      override ABSL_LOCKS_EXCLUDED(mutex_);
  void OnMemTableSealed(const rocksdb::MemTableInfo&) override { ++log_count_; }
  void OnStallConditionsChanged(const rocksdb::WriteStallInfo& info) override {
    if (info.condition.cur != rocksdb::WriteStallCondition::kNormal) {
      stall_count_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // Times that RocksDB began to slow writes down, or to hold them up.
  uint64_t stall_count() const {
    return stall_count_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<uint64_t> stall_count_ = 0;
  void Recovered() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<RocksdbFlushGate> gate_;
  std::atomic<bool> stopped_ = false;
  std::atomic<bool> needs_recovery_ = false;
  std::atomic<uint64_t> log_count_ = 0;
  std::atomic<uint64_t> broken_log_ = UINT64_MAX;
  mutable Mutex mutex_;
  CondVar changed_;
  rocksdb::Status error_ ABSL_GUARDED_BY(mutex_);
  bool final_ ABSL_GUARDED_BY(mutex_) = false;
  bool resuming_ ABSL_GUARDED_BY(mutex_) = false;
  bool came_late_ ABSL_GUARDED_BY(mutex_) = false;  // since BeginResume()
  bool cleared_ ABSL_GUARDED_BY(mutex_) = false;
  bool recovering_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_WATCH_H_
