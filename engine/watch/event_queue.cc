#include "engine/watch/event_queue.h"

#include <deque>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/base/mutex.h"

namespace footfall::engine {
namespace {

constexpr absl::Duration kMostWait = absl::Seconds(1);

}  // namespace

struct EventQueue::Shared {
  explicit Shared(std::shared_ptr<EventListener> told)
      : listener(std::move(told)) {}

  const std::shared_ptr<EventListener> listener;
  storage::Mutex mutex;
  storage::CondVar wake;   // an event, or stopped
  storage::CondVar ended;  // the thread has done its last
  std::deque<std::function<void(EventListener&)>> waiting
      ABSL_GUARDED_BY(mutex);
  bool stopped ABSL_GUARDED_BY(mutex) = false;
  bool abandoned ABSL_GUARDED_BY(mutex) = false;  // nobody waits for the thread
  bool done ABSL_GUARDED_BY(mutex) = false;
  uint64_t dropped ABSL_GUARDED_BY(mutex) = 0;
};

EventQueue::EventQueue(std::shared_ptr<EventListener> listener) {
  if (listener == nullptr) return;
  shared_ = std::make_shared<Shared>(std::move(listener));
  std::thread([shared = shared_] { Deliver(shared.get()); }).detach();
}

EventQueue::~EventQueue() { Stop(); }

void EventQueue::Deliver(Shared* shared) noexcept {
  while (true) {
    std::function<void(EventListener&)> event;
    {
      storage::MutexLock lock(&shared->mutex);
      while (shared->waiting.empty() && !shared->stopped) {
        shared->wake.Wait(&shared->mutex);
      }
      if (shared->waiting.empty() || shared->abandoned) {
        shared->done = true;
        shared->ended.SignalAll();
        return;
      }
      event = std::move(shared->waiting.front());
      shared->waiting.pop_front();
    }
    try {
      event(*shared->listener);
    } catch (...) {  // the listener's own affair
    }
  }
}

void EventQueue::Post(std::function<void(EventListener&)> event) noexcept {
  if (shared_ == nullptr) return;
  storage::MutexLock lock(&shared_->mutex);
  try {
    if (!shared_->stopped && shared_->waiting.size() < kMostWaiting) {
      shared_->waiting.push_back(std::move(event));
      shared_->wake.Signal();
      return;
    }
  } catch (...) {  // no memory
  }
  ++shared_->dropped;
}

void EventQueue::Stop() noexcept {
  if (shared_ == nullptr) return;
  const absl::Time end = absl::Now() + kMostWait;
  storage::MutexLock lock(&shared_->mutex);
  shared_->stopped = true;
  shared_->wake.Signal();
  while (!shared_->done && absl::Now() < end) {
    shared_->ended.WaitWithTimeout(&shared_->mutex, end - absl::Now());
  }
  shared_->abandoned = true;
}

uint64_t EventQueue::dropped() const noexcept {
  if (shared_ == nullptr) return 0;
  storage::MutexLock lock(&shared_->mutex);
  return shared_->dropped;
}

}  // namespace footfall::engine
