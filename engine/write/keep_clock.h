// What KEEP goes by when rows are written, and when old ones are removed.

#ifndef FOOTFALL_ENGINE_WRITE_KEEP_CLOCK_H_
#define FOOTFALL_ENGINE_WRITE_KEEP_CLOCK_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "footfall/metric.h"

namespace footfall::engine {

// Empty: the host's.
using KeepClock = std::function<absl::Time()>;

// A time before all samples where it throws.
inline absl::Time AskClock(const KeepClock& clock) noexcept {
  if (clock == nullptr) return absl::Now();
  try {
    return clock();
  } catch (...) {
    return absl::InfinitePast();
  }
}

// Rows of earlier steps are left out; the smallest number where none are. What
// was rolled up does not change any more, however long KEEP has become.
inline int64_t FirstStepTaken(const Metric& metric, const KeepClock& clock) {
  if (!metric.spec.keep.has_value()) {
    return std::numeric_limits<int64_t>::min();
  }
  const int64_t kept = *FirstStepKept(metric, AskClock(clock));
  return metric.tiers.empty() || !metric.kept_from.has_value()
             ? kept
             : std::max(kept, *metric.kept_from);
}

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_KEEP_CLOCK_H_
