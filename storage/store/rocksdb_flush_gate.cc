#include "storage/store/rocksdb_flush_gate.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace footfall::storage {
namespace {

// The pool of threads is that of all databases of the process.
constexpr absl::Duration kPassingTime = absl::Seconds(5);

// The gate of the job that this thread does, until the job has passed.
thread_local const RocksdbFlushGate* passing = nullptr;

}  // namespace

void RocksdbFlushGate::Schedule(std::unique_ptr<Job> job) {
  job->gate->CountJobs(1);
  Submit(&job);
}

// The job stays whose it was where there is no memory for it in the pool.
void RocksdbFlushGate::Submit(std::unique_ptr<Job>* job) {
  (*job)->env->Schedule(&Run, job->get(), rocksdb::Env::Priority::HIGH,
                        (*job)->tag, &Drop);
  job->release();
}

void RocksdbFlushGate::Run(void* argument) {
  std::unique_ptr<Job> job(static_cast<Job*>(argument));
  // It outlives the database, which may be gone once the job is done.
  const std::shared_ptr<RocksdbFlushGate> gate = job->gate;
  if (!gate->Begin(&job)) return;
  passing = gate.get();
  job->function(job->argument);
  gate->Passed();
  gate->CountJobs(-1);
}

void RocksdbFlushGate::Drop(void* argument) {
  const std::unique_ptr<Job> job(static_cast<Job*>(argument));
  if (job->drop != nullptr) job->drop(job->argument);
  job->gate->CountJobs(-1);
}

bool RocksdbFlushGate::Begin(std::unique_ptr<Job>* job) {
  MutexLock lock(&mutex_);
  if (shut_) {
    (*job)->next = std::move(aside_);
    aside_ = std::move(*job);
    return false;
  }
  ++not_passed_;
  return true;
}

void RocksdbFlushGate::CountJobs(int more) {
  MutexLock lock(&mutex_);
  job_count_ += more;
}

void RocksdbFlushGate::Passed() {
  if (passing != this) return;
  passing = nullptr;
  MutexLock lock(&mutex_);
  --not_passed_;
  changed_.SignalAll();
}

void RocksdbFlushGate::Shut() {
  Passed();  // a job that reports an error itself
  const absl::Time end = absl::Now() + kPassingTime;
  MutexLock lock(&mutex_);
  shut_ = !removed_;
  while (not_passed_ > 0) {
    const absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) return;
    changed_.WaitWithTimeout(&mutex_, left);
  }
}

void RocksdbFlushGate::Open() {
  MutexLock lock(&mutex_);
  shut_ = false;
  while (aside_ != nullptr) {
    std::unique_ptr<Job> job = std::move(aside_);
    aside_ = std::move(job->next);
    const absl::Cleanup keep = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      if (job == nullptr) return;
      job->next = std::move(aside_);
      aside_ = std::move(job);
    };
    Submit(&job);
  }
}

void RocksdbFlushGate::Remove() {
  {
    MutexLock lock(&mutex_);
    removed_ = true;
  }
  Open();
}

bool RocksdbFlushGate::has_jobs() const {
  MutexLock lock(&mutex_);
  return job_count_ > 0;
}

}  // namespace footfall::storage
