// Where the samples of a tier lie: rolled up, or on the grid before.

#ifndef FOOTFALL_ENGINE_READ_COARSE_RANGE_H_
#define FOOTFALL_ENGINE_READ_COARSE_RANGE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/catalog/catalog_view.h"
#include "footfall/period.h"
#include "footfall/store.h"

namespace footfall::engine {

// The steps of both.
StepRange Clip(StepRange steps, StepRange to);
// Those of the whole eras that hold some.
StepRange WholeEras(const TileLayout& layout, StepRange steps);

struct TierParts {
  StepRange stored;  // rolled up
  StepRange rolled;  // on the grid before
  StepRange finer;   // the steps there that `rolled` is made of
};
// Of some steps of a tier, clipped to its grid.
TierParts PartsOf(const MetricState& tier, StepRange steps);

// As the functions of Snapshot, of a metric or a tier.
absl::StatusOr<std::vector<StepRange>> FindStretches(const StoreView& view,
                                                     const MetricState& state,
                                                     StepRange steps);
absl::StatusOr<std::optional<StepRange>> FindBounds(const StoreView& view,
                                                    const MetricState& state);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_READ_COARSE_RANGE_H_
