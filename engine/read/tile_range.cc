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

absl::StatusOr<bool> HasTiles(const StoreView& view, MetricId metric) {
  return view
      .Scan(Keyspace::kTiles, FirstTileKeyOf(metric), EndTileKeyOf(metric))
      ->Next();
}

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
  // A tile is at range.last; none is at `beyond` or later.
  int64_t beyond = int64_t{kMaxEra} + 1;
  int64_t step = 1;
  while (range.last + 1 < beyond) {
    const int64_t middle = range.last + (beyond - range.last) / 2;
    const int64_t probe = std::min(range.last + step, middle);
    FOOTFALL_ASSIGN_OR_RETURN(const bool found,
                              iterator->Seek(storage::EncodeTileKey(
                                  {.metric = metric,
                                   .era = static_cast<int32_t>(probe),
                                   .band = 0})));
    if (!found) {
      beyond = probe;
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(key, storage::DecodeTileKey(iterator->key()));
    range.last = key.era;
    step *= 2;
  }
  return std::optional<EraRange>(range);
}

absl::Status InTile(const absl::Status& status, const Metric& metric,
                    int32_t era, uint32_t band) {
  return absl::Status(status.code(),
                      absl::StrCat("tile ", metric.spec.name, "/era ", era,
                                   "/band ", band, ": ", status.message()));
}

}  // namespace footfall::engine
