// Looks.

#include "query/lang/look.h"

#include <atomic>
#include <utility>

#include "absl/time/clock.h"

namespace footfall::query {
namespace {

thread_local const QueryOptions* asking = nullptr;
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

Asking::Asking(const QueryOptions& options)
    : before_(std::exchange(asking, &options)) {}

Asking::~Asking() { asking = before_; }

bool AllowsUnknownMembers() {
  return asking != nullptr && asking->allow_unknown_members;
}

absl::Status Pass(uint64_t work) {
  return asking == nullptr ? absl::OkStatus() : Pass(*asking, work);
}

void ObserveLooks(LookObserver* observer, uint64_t work) {
  look_observer = observer;
  work_before_look = work;
}

}  // namespace footfall::query
