#include "storage/store/stop_watch.h"

#include "absl/time/time.h"
#include "footfall/guard.h"

namespace footfall::storage {
namespace {

constexpr absl::Duration kBetween = absl::Milliseconds(2);

}  // namespace

StopWatch::StopWatch(const StopCheck& stop) : stop_(stop) {
  if (!stop) return;
  Guarded([this] {
    thread_ = std::thread([this] { Watch(); });
    return absl::OkStatus();
  }).IgnoreError();
}

StopWatch::~StopWatch() {
  {
    MutexLock lock(&mutex_);
    ended_ = true;
    wake_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status StopWatch::status() const {
  MutexLock lock(&mutex_);
  return status_;
}

void StopWatch::Watch() {
  MutexLock lock(&mutex_);
  while (!ended_) {
    status_ = Guarded(stop_);
    if (!status_.ok()) {
      stopped_ = true;
      return;
    }
    wake_.WaitWithTimeout(&mutex_, kBetween);
  }
}

}  // namespace footfall::storage
