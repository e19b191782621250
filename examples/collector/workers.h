// Some threads that do what they are given, with a limit on what may wait.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_WORKERS_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_WORKERS_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace footfall::collector {

// Threads: Try() from any; construction and Stop() from one.
class Workers {
 public:
  // At most `waiting` jobs wait while all threads work.
  Workers(int threads, size_t waiting);
  ~Workers() { Stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // False where too many wait, or after Stop(). A job must not throw.
  bool Try(std::function<void()> job);

  // Does what still waits, then ends the threads. A second call does nothing.
  void Stop();

 private:
  void Work();

  const size_t most_waiting_;
  std::mutex mutex_;  // guards all that follows, but the threads
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_WORKERS_H_
