// Keeps RocksDB from forgetting a flush when it meets an error.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_FLUSH_GATE_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_FLUSH_GATE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "rocksdb/env.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

// A flush that RocksDB has queued is done by a job. In release 7.8 a job that
// begins after an error, while nothing recovers from it, does nothing and takes
// one flush off the count of those to be done, but not out of the queue. That
// flush is then never done, and DB::Resume() waits for it for ever.
//
// So between an error and DB::Resume() no job may begin: those that would are
// put aside, without keeping a thread.
//
// Threads: all calls from any.
class RocksdbFlushGate {
 public:
  // What RocksDB wants done by the pool of threads that flushes.
  struct Job {
    std::shared_ptr<RocksdbFlushGate> gate;
    rocksdb::Env* env;  // whose pool it is
    void (*function)(void*);
    void (*drop)(void*);  // where it is taken back; may be null
    void* argument;
    void* tag;
    std::unique_ptr<Job> next = nullptr;  // of those put aside
  };
  static void Schedule(std::unique_ptr<Job> job);

  // Has there been an error: called before RocksDB takes note of it. Waits for
  // jobs that have begun to be past the place where they look for one.
  void Shut() ABSL_LOCKS_EXCLUDED(mutex_);
  // RocksDB recovers now: schedules all jobs that were put aside.
  void Open() ABSL_LOCKS_EXCLUDED(mutex_);
  // The database closes: opens it, and it shuts no more.
  void Remove() ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether a job has been scheduled and has not ended.
  bool has_jobs() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The job of this thread has passed that place.
  void Passed() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  static void Run(void* job);
  static void Drop(void* job);
  static void Submit(std::unique_ptr<Job>* job);
  // False where the job was put aside.
  bool Begin(std::unique_ptr<Job>* job) ABSL_LOCKS_EXCLUDED(mutex_);
  void CountJobs(int more) ABSL_LOCKS_EXCLUDED(mutex_);

  mutable Mutex mutex_;
  CondVar changed_;
  bool removed_ ABSL_GUARDED_BY(mutex_) = false;
  bool shut_ ABSL_GUARDED_BY(mutex_) = false;
  int job_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int not_passed_ ABSL_GUARDED_BY(mutex_) = 0;  // of those that have begun
  std::unique_ptr<Job> aside_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_FLUSH_GATE_H_
