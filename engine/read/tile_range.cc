#include "engine/read/tile_range.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {
namespace {

constexpr int32_t kMinEra = std::numeric_limits<int32_t>::min();
constexpr int32_t kMaxEra = std::numeric_limits<int32_t>::max();

}  // namespace

std::string FirstTileKeyOf(MetricId metric) {
  return storage::EncodeTileKey({.metric = metric, .era = kMinEra, .band = 0});
}

std::string EndTileKeyOf(MetricId metric) { return FirstTileKeyOf(metric + 1); }

absl::StatusOr<std::optional<EraRange>> FindEras(const StoreView& view,
                                                 MetricId metric) {
  const auto iterator =
      view.Scan(Keyspace::kTiles, FirstTileKeyOf(metric), EndTileKeyOf(metric));
  FOOTFALL_ASSIGN_OR_RETURN(const bool any, iterator->Next());
  if (!any) {
    return std::optional<EraRange>();
  }
  FOOTFALL_ASSIGN_OR_RETURN(storage::TileKey key,
                            storage::DecodeTileKey(iterator->key()));
  EraRange range{.first = key.era, .last = key.era};
  FOOTFALL_ASSIGN_OR_RETURN(
      range.last,
      FindLastEra(iterator.get(), metric, range.first, int64_t{kMaxEra} + 1));
  return std::optional<EraRange>(range);
}

absl::StatusOr<int32_t> FindLastEra(StoreIterator* tiles, MetricId metric,
                                    int32_t first, int64_t beyond) {
  // A tile is at `last`; none is between `beyond` and the end of the search.
  const int64_t end = beyond;
  int64_t last = first;
  int64_t step = 1;
  while (last + 1 < beyond) {
    const int64_t middle = last + (beyond - last) / 2;
    const int64_t probe = std::min(last + step, middle);
    FOOTFALL_ASSIGN_OR_RETURN(
        bool found,
        tiles->Seek(storage::EncodeTileKey({.metric = metric,
                                            .era = static_cast<int32_t>(probe),
                                            .band = 0})));
    if (found) {
      FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey key,
                                storage::DecodeTileKey(tiles->key()));
      found = key.era < end;
      if (found) last = key.era;
    }
    if (found) {
      step *= 2;
    } else {
      beyond = probe;
    }
  }
  return static_cast<int32_t>(last);
}

absl::Status InTile(const absl::Status& status, const Metric& metric,
                    int32_t era, uint32_t band) {
  return absl::Status(status.code(),
                      absl::StrCat("tile ", metric.spec.name, "/era ", era,
                                   "/band ", band, ": ", status.message()));
}

}  // namespace footfall::engine
