// Looks.

#include "query/lang/look.h"

#include <atomic>
#include <utility>

#include "absl/time/clock.h"

namespace footfall::query {
namespace {

std::atomic<LookObserver*> look_observer = nullptr;

}  // namespace

absl::Status CheckStop(const QueryOptions& options) {
  const uint64_t work = std::exchange(work_since_look, 0);
  LookObserver* const observer = look_observer.load(std::memory_order_relaxed);
  if (observer != nullptr) {
    absl::Status status = observer->OnLook(work);
    if (!status.ok()) return status;
  }
  if (options.cancelled != nullptr &&
      options.cancelled->load(std::memory_order_relaxed)) {
    return absl::CancelledError("the question was cancelled");
  }
  if (options.deadline != absl::InfiniteFuture() &&
      absl::Now() > options.deadline) {
    return absl::DeadlineExceededError(
        "the question ran past its deadline (QueryOptions::deadline)");
  }
  return absl::OkStatus();
}

void ObserveLooks(LookObserver* observer, uint64_t work) {
  look_observer = observer;
  work_before_look = work;
}

}  // namespace footfall::query
