// Which era of a metric is the one that is written to.

#ifndef FOOTFALL_ENGINE_UPKEEP_LIVING_ERA_H_
#define FOOTFALL_ENGINE_UPKEEP_LIVING_ERA_H_

#include <cstdint>
#include <optional>
#include <set>

#include "absl/status/statusor.h"
#include "footfall/metric.h"
#include "footfall/store.h"

namespace footfall::engine {

struct LivingEras {
  int32_t first;   // that has a tile
  int32_t living;  // the one that is written to: those before it are sealed
  int32_t last;    // that has a tile
  // Beyond the living one: strays, or one that has only just begun after a gap.
  // Those that a walk has come by, some at least.
  std::set<int32_t> ahead = {};
};

// The living era is the last one, unless few tiles lie there far from all
// others: a sample of the year 9999 must not make the era of today an old one.
// Eras follow on each other in a run. A run of fewer than 4, with an empty era
// before it, is stray as long as its bytes are less than a quarter of what lies
// in the 4 eras before the gap. nullopt where the metric has no tile. Errors as
// StoreIterator.
absl::StatusOr<std::optional<LivingEras>> FindLivingEras(const StoreView& view,
                                                         MetricId metric);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_UPKEEP_LIVING_ERA_H_
