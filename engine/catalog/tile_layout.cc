#include "engine/catalog/tile_layout.h"

namespace footfall::engine {

storage::TileShape DefaultTileShape(const Period& period) {
  switch (period.unit) {
    case Unit::kSecond:
      return {.lanes = 4, .steps = 4096};
    case Unit::kMinute:
    case Unit::kHour:
      return {.lanes = 16, .steps = 1024};
    default:
      return {.lanes = 64, .steps = 256};
  }
}

uint32_t SeasonOf(const Period& period) {
  if (period.count != 1) {
    return 0;
  }
  switch (period.unit) {
    case Unit::kHour:
      return 24;
    case Unit::kDay:
      return 7;
    case Unit::kMonth:
      return 12;
    case Unit::kQuarter:
      return 4;
    default:
      return 0;
  }
}

}  // namespace footfall::engine
