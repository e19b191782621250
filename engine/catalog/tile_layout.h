// Which tile and which cell of it a sample lies in: series and steps against
// bands, lanes and eras.

#ifndef FOOTFALL_ENGINE_CATALOG_TILE_LAYOUT_H_
#define FOOTFALL_ENGINE_CATALOG_TILE_LAYOUT_H_

#include <cstdint>

#include "footfall/metric.h"
#include "footfall/period.h"
#include "storage/tile/tile.h"

namespace footfall::engine {

// The shape that a new metric of this period gets: 64 lanes x 256 steps for
// days and coarser, 16 x 1,024 for hours and minutes, 4 x 4,096 for seconds.
// bench/README.md has the table behind it. It is kept in the metric's record.
storage::TileShape DefaultTileShape(const Period& period);

// Steps after which the calendar repeats: 7 days, 24 hours, 12 months, 4
// quarters; 0 for every other period. A hint to predictors.
uint32_t SeasonOf(const Period& period);

// How one metric's samples lie in tiles.
struct TileLayout {
  storage::TileShape shape;
  storage::CellType type;
  uint32_t season;

  // Floor of step / shape.steps. Requires: a step of the years 1 to 9999.
  int32_t EraOf(int64_t step) const {
    const int64_t steps = shape.steps;
    const int64_t quotient = step / steps;
    return static_cast<int32_t>(quotient - (step % steps < 0 ? 1 : 0));
  }
  int64_t FirstStepOf(int32_t era) const { return int64_t{era} * shape.steps; }
  // The step within its era, in [0, shape.steps).
  uint32_t OffsetOf(int64_t step) const {
    return static_cast<uint32_t>(step - FirstStepOf(EraOf(step)));
  }
  uint32_t BandOf(SeriesId series) const { return series / shape.lanes; }
  uint32_t LaneOf(SeriesId series) const { return series % shape.lanes; }
};

// Where the tiles of a tier lie.
struct TierIds {
  MetricId values = 0;  // rolled-up samples; the id of the tier's metric
  MetricId whole = 0;   // a 1 for each that is made of all its steps
  storage::TileShape shape = {};
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_TILE_LAYOUT_H_
