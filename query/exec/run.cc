// What a running question shares.

#include "query/exec/run.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "query/lang/refusals.h"

namespace footfall::query {
namespace {

// "512 bytes", "96 KiB", "1024 MiB": never 0 of what is something.
std::string SizeText(uint64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " bytes");
  if (bytes < uint64_t{1} << 20) return absl::StrCat(bytes >> 10, " KiB");
  return absl::StrCat(bytes >> 20, " MiB");
}

}  // namespace

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
  return Refuse(Refusal::kMemoryLimit, text_, footfall::Source(),
                {SizeText(held + bytes), SizeText(limit)});
}

StageClock::StageClock() : since_(absl::Now()) {}

absl::Duration StageClock::Lap() {
  const absl::Time before = std::exchange(since_, absl::Now());
  // A clock may be set back.
  return std::max(absl::ZeroDuration(), since_ - before);
}

}  // namespace footfall::query
