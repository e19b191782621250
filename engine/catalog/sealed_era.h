// How far a metric's tiles are sealed: a record that lets upkeep go on after
// the database was closed.

#ifndef FOOTFALL_ENGINE_CATALOG_SEALED_ERA_H_
#define FOOTFALL_ENGINE_CATALOG_SEALED_ERA_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "footfall/metric.h"
#include "footfall/store.h"

namespace footfall::engine {

// Says that every tile of the metric in an era before `era` is sealed, so that
// upkeep looks at later ones only.
void PutSealedBefore(MetricId metric, int32_t era, StoreBatch* batch);

// What was said last; nullopt: nothing. DATA_LOSS, UNAVAILABLE as
// StoreView::Get().
absl::StatusOr<std::optional<int32_t>> ReadSealedBefore(const StoreView& view,
                                                        MetricId metric);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_SEALED_ERA_H_
