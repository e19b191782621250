// What a running question shares.

#include "query/exec/run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "query/lang/refusals.h"

namespace footfall::query {

absl::Status CheckStop(const QueryOptions& options) {
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

absl::Status Run::Reserve(uint64_t bytes) {
  const uint64_t limit = options_.limits.max_memory_bytes;
  const uint64_t held = held_bytes_.fetch_add(bytes);
  if (bytes <= limit && held <= limit - bytes) return absl::OkStatus();
  held_bytes_ -= bytes;
  return Refuse(
      Refusal::kMemoryLimit, text_, footfall::Source(),
      {absl::StrCat((held + bytes) >> 20), absl::StrCat(limit >> 20)});
}

StageClock::StageClock() : since_(absl::Now()) {}

absl::Duration StageClock::Lap() {
  const absl::Time before = std::exchange(since_, absl::Now());
  // A clock may be set back.
  return std::max(absl::ZeroDuration(), since_ - before);
}

}  // namespace footfall::query
