// Where a metric's tiles lie, by keys alone.

#ifndef FOOTFALL_ENGINE_READ_TILE_RANGE_H_
#define FOOTFALL_ENGINE_READ_TILE_RANGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/metric.h"
#include "footfall/store.h"

namespace footfall::engine {

// Keys of the metric's tiles: [first, end).
std::string FirstTileKeyOf(MetricId metric);
std::string EndTileKeyOf(MetricId metric);

struct EraRange {
  int32_t first;
  int32_t last;  // included
};

// First and last era that have a tile; nullopt where none has. The store walks
// forwards only, so the last is found by doubling steps and halving: some ten
// seeks.
absl::StatusOr<std::optional<EraRange>> FindEras(const StoreView& view,
                                                 MetricId metric);

// The eras of `within` that may have a tile, in order. Stretches without one
// are left out where a probe falls into them, of which there are 15 in what
// lies between two eras that have one; less than 16 eras never are.
absl::StatusOr<std::vector<EraRange>> FindEraStretches(const StoreView& view,
                                                       MetricId metric,
                                                       EraRange within);

// The last era before `beyond` that has a tile, by the same search. `tiles`
// walks the metric's tiles. Requires: era `first`, before `beyond`, has one.
absl::StatusOr<int32_t> FindLastEra(StoreIterator* tiles, MetricId metric,
                                    int32_t first, int64_t beyond);

// "dau/era 78/band 12", of a tier "dau by month/era 2/band 12".
std::string TileName(const Metric& metric, int32_t era, uint32_t band);

// `status` with the tile's name before its message: "tile dau/era 78/band 12".
absl::Status InTile(const absl::Status& status, const Metric& metric,
                    int32_t era, uint32_t band);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_READ_TILE_RANGE_H_
