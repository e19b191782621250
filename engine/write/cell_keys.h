// Where a cell of a load goes, as one number.

#ifndef FOOTFALL_ENGINE_WRITE_CELL_KEYS_H_
#define FOOTFALL_ENGINE_WRITE_CELL_KEYS_H_

#include <algorithm>
#include <bit>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/catalog/tile_layout.h"
#include "footfall/metric.h"

namespace footfall::engine {

// How a cell's era, series and step within the era lie in its key: high to low,
// so that keys ascend by tile, lane and step.
struct CellKeys {
  int32_t first_era = 0;
  uint32_t series_bits = 0;
  uint32_t offset_bits = 0;
  uint32_t key_bits = 0;  // of them all

  // As many bits as steps from `first` to `last` of series below `series_end`
  // need. RESOURCE_EXHAUSTED where that is too many.
  static absl::StatusOr<CellKeys> Choose(const TileLayout& layout,
                                         int64_t first, int64_t last,
                                         uint64_t series_end) {
    CellKeys keys;
    keys.first_era = layout.EraOf(first);
    keys.series_bits = static_cast<uint32_t>(
        std::bit_width(std::max<uint64_t>(series_end, 1) - 1));
    keys.offset_bits =
        static_cast<uint32_t>(std::bit_width(layout.shape.steps - 1));
    const int64_t eras = int64_t{layout.EraOf(last)} - keys.first_era;
    keys.key_bits =
        keys.series_bits + keys.offset_bits +
        static_cast<uint32_t>(std::bit_width(static_cast<uint64_t>(eras)));
    if (keys.key_bits <= 64) return keys;
    return absl::ResourceExhaustedError(absl::StrCat(
        "rows of ", series_end, " series over ", last - first,
        " steps are too far apart for one load; load them in parts"));
  }

  uint64_t Make(int32_t era, SeriesId series, uint32_t offset) const {
    const uint64_t eras = static_cast<uint64_t>(int64_t{era} - first_era);
    return (eras << series_bits | series) << offset_bits | offset;
  }
  int32_t EraOf(uint64_t key) const {
    return static_cast<int32_t>(
        first_era + static_cast<int64_t>(key >> series_bits >> offset_bits));
  }
  SeriesId SeriesOf(uint64_t key) const {
    return static_cast<SeriesId>(key >> offset_bits &
                                 ((uint64_t{1} << series_bits) - 1));
  }
  uint32_t OffsetOf(uint64_t key) const {
    return static_cast<uint32_t>(key & ((uint64_t{1} << offset_bits) - 1));
  }
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_CELL_KEYS_H_
