// How a RocksDB goes on after an error, without being opened again.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_RECOVERY_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_RECOVERY_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"
#include "storage/store/rocksdb_open.h"

namespace footfall::storage {

// An error after which nothing will have been changed: not UNAVAILABLE, which
// says that this is not known.
absl::Status Unchanged(const absl::Status& status);

// Writes what is in memory into tables.
absl::Status FlushAll(const RocksdbHandle& handle);

// Threads: all calls from any.
class RocksdbRecovery {
 public:
  // The handle outlives it.
  explicit RocksdbRecovery(const RocksdbHandle* handle) : handle_(handle) {}

  // Held shared by whoever writes, alone by whoever publishes or recovers:
  // what is published lies above everything that the log holds.
  Mutex& mutex() ABSL_LOCK_RETURNED(mutex_) { return mutex_; }

  // Gets RocksDB going again where it has stopped. Errors: RESOURCE_EXHAUSTED
  // and ABORTED where another try may help; FAILED_PRECONDITION where only
  // opening it again does.
  absl::Status EnsureRunning() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status EnsureRunningLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // OK, or the error that keeps writes from being made.
  absl::Status Health() const;

  // Makes a change on a RocksDB that runs. Where an error stops that, gets it
  // going and makes the change once more: work in the background may report
  // late what failed before the medium was well again.
  absl::Status Run(absl::FunctionRef<absl::Status()> change)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Gets ready to publish tables: RocksDB runs, and nothing is in memory or in
  // the log alone. Tries twice, as Run(). After an error nothing has been
  // changed.
  absl::Status PrepareToPublish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Makes sure that a log which the next write fails on can be replaced. After
  // an error nothing has been changed.
  absl::Status FillLog() ABSL_SHARED_LOCKS_REQUIRED(mutex_)
      ABSL_LOCKS_EXCLUDED(filler_mutex_);

 private:
  // Whether there seems to be room for what is in memory.
  bool HasRoom() const;
  void ResumeInTime() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status FinishRecovery() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const RocksdbHandle* const handle_;
  Mutex mutex_;
  Mutex filler_mutex_ ABSL_ACQUIRED_AFTER(mutex_);
  uint64_t filled_log_ ABSL_GUARDED_BY(filler_mutex_) = UINT64_MAX;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_RECOVERY_H_
