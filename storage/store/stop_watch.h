// A StopCheck for those who can only look at a flag.

#ifndef FOOTFALL_STORAGE_STORE_STOP_WATCH_H_
#define FOOTFALL_STORAGE_STORE_STOP_WATCH_H_

#include <atomic>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "footfall/stop.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

// Asks `stop` every 2 ms in a thread of its own, as long as it lives and the
// answer is OK. Where no thread can be had, or `stop` is empty, it never asks.
class StopWatch {
 public:
  // `stop` must outlive it.
  explicit StopWatch(const StopCheck& stop);
  ~StopWatch();
  StopWatch(const StopWatch&) = delete;
  StopWatch& operator=(const StopWatch&) = delete;

  // Set once `stop` has answered an error.
  std::atomic<bool>* stopped() { return &stopped_; }
  // That error; OK before.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Watch() ABSL_LOCKS_EXCLUDED(mutex_);

  const StopCheck& stop_;
  std::atomic<bool> stopped_ = false;
  mutable Mutex mutex_;
  CondVar wake_;  // ended_
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_STOP_WATCH_H_
