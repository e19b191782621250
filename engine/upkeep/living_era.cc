#include "engine/upkeep/living_era.h"

#include <algorithm>
#include <limits>

#include "engine/read/tile_range.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {
namespace {

constexpr int32_t kRun = 4;
constexpr uint64_t kStrayShare = 4;
// More groups of strays than this are no longer strays.
constexpr int kMaxStrays = 8;

absl::StatusOr<bool> HasEra(StoreIterator* tiles, MetricId metric,
                            int32_t era) {
  FOOTFALL_ASSIGN_OR_RETURN(const bool found,
                            tiles->Seek(storage::EncodeTileKey(
                                {.metric = metric, .era = era, .band = 0})));
  if (!found) return false;
  FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey key,
                            storage::DecodeTileKey(tiles->key()));
  return key.era == era;
}

// Bytes of the tiles of eras [first, last], until they are more than `limit`.
absl::StatusOr<uint64_t> BytesOf(StoreIterator* tiles, MetricId metric,
                                 int32_t first, int32_t last, uint64_t limit) {
  uint64_t bytes = 0;
  FOOTFALL_ASSIGN_OR_RETURN(bool more,
                            tiles->Seek(storage::EncodeTileKey(
                                {.metric = metric, .era = first, .band = 0})));
  while (more && bytes <= limit) {
    FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey key,
                              storage::DecodeTileKey(tiles->key()));
    if (key.era > last) break;
    bytes += tiles->value().size();
    FOOTFALL_ASSIGN_OR_RETURN(more, tiles->Next());
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::optional<LivingEras>> FindLivingEras(const StoreView& view,
                                                         MetricId metric) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<EraRange> range,
                            FindEras(view, metric));
  if (!range.has_value()) return std::optional<LivingEras>();
  const auto tiles =
      view.Scan(Keyspace::kTiles, FirstTileKeyOf(metric), EndTileKeyOf(metric));
  LivingEras eras = {
      .first = range->first, .living = range->last, .last = range->last};
  for (int i = 0; i < kMaxStrays; ++i) {
    int32_t begin = eras.living;
    while (eras.living - begin + 1 < kRun && begin > eras.first) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool follows,
                                HasEra(tiles.get(), metric, begin - 1));
      if (!follows) break;
      --begin;
    }
    if (begin == eras.first || eras.living - begin + 1 == kRun) return eras;
    FOOTFALL_ASSIGN_OR_RETURN(
        const int32_t before,
        FindLastEra(tiles.get(), metric, eras.first, begin));
    FOOTFALL_ASSIGN_OR_RETURN(const uint64_t bytes,
                              BytesOf(tiles.get(), metric, begin, eras.living,
                                      std::numeric_limits<uint64_t>::max()));
    FOOTFALL_ASSIGN_OR_RETURN(
        const uint64_t bytes_before,
        BytesOf(tiles.get(), metric, std::max(eras.first, before - kRun + 1),
                before, bytes * kStrayShare));
    if (bytes_before <= bytes * kStrayShare) return eras;
    eras.living = before;
  }
  return eras;
}

}  // namespace footfall::engine
