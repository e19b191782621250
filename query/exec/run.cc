// What a running question shares.

#include "query/exec/run.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "query/lang/refusals.h"

namespace footfall::query {
absl::Status Run::Reserve(uint64_t bytes) {
  const uint64_t limit = options_.limits.max_memory_bytes;
  const uint64_t held = held_bytes_.fetch_add(bytes);
  if (bytes <= limit && held <= limit - bytes) return absl::OkStatus();
  held_bytes_ -= bytes;
  return RefuseMemory(text_, held + bytes, limit);
}

StageClock::StageClock() : since_(absl::Now()) {}

absl::Duration StageClock::Lap() {
  const absl::Time before = std::exchange(since_, absl::Now());
  // A clock may be set back.
  return std::max(absl::ZeroDuration(), since_ - before);
}

}  // namespace footfall::query
