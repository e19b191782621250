// What a metric with tiers is made of.

#ifndef FOOTFALL_ENGINE_MODEL_TIERS_H_
#define FOOTFALL_ENGINE_MODEL_TIERS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "footfall/metric.h"

namespace footfall::engine {

// INVALID_ARGUMENT where a metric cannot have these tiers. Requires: all else
// of the declaration is valid.
absl::Status ValidateTiers(const MetricSpec& spec);

// What is kept of a tier beside its declaration.
struct TierStart {
  MetricId id = 0;
  std::optional<int64_t> kept_from;  // as Metric::kept_from
};

// Fills in metric->tiers, by its spec. Requires: a valid one, and a start for
// each tier.
void MakeTiers(absl::Span<const TierStart> starts, Metric* metric);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_MODEL_TIERS_H_
