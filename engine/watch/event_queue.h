// Hands events to the listener in a thread of its own.

#ifndef FOOTFALL_ENGINE_WATCH_EVENT_QUEUE_H_
#define FOOTFALL_ENGINE_WATCH_EVENT_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "footfall/listener.h"

namespace footfall::engine {

// As EventListener says. The thread shares what it works on, so that one whose
// call never returns may outlive this.
//
// Threads: all calls from any.
class EventQueue {
 public:
  static constexpr size_t kMostWaiting = 1024;

  // Null: nobody is told, and there is no thread.
  explicit EventQueue(std::shared_ptr<EventListener> listener);
  ~EventQueue();

  bool listens() const { return shared_ != nullptr; }
  // Never waits, but for a short lock.
  void Post(std::function<void(EventListener&)> event) noexcept;
  // Delivers what waits, for a second at most. Later events are dropped.
  void Stop() noexcept;
  uint64_t dropped() const noexcept;

 private:
  struct Shared;
  static void Deliver(Shared* shared) noexcept;

  std::shared_ptr<Shared> shared_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WATCH_EVENT_QUEUE_H_
