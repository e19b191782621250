#include "storage/base/thread_probe.h"

#include <thread>
#include <vector>

#include "footfall/guard.h"
#include "storage/base/mutex.h"

namespace footfall::storage {

absl::Status ProbeThreads(int count) {
  // The threads wait until all have been tried: they must live side by side.
  Mutex mutex;
  std::vector<std::thread> threads;
  mutex.Lock();
  const absl::Status status = Guarded([&] {
    threads.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&mutex] { ReaderMutexLock lock(&mutex); });
    }
    return absl::OkStatus();
  });
  mutex.Unlock();
  for (std::thread& thread : threads) thread.join();
  return status;
}

}  // namespace footfall::storage
