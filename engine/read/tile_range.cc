#include "engine/read/tile_range.h"

#include <algorithm>
#include <limits>
#include <utility>

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

namespace {

// Looks for long stretches of eras without a tile.
class EraGaps {
 public:
  EraGaps(StoreIterator* tiles, MetricId metric)
      : tiles_(tiles), metric_(metric) {}

  absl::StatusOr<std::vector<EraRange>> Find(EraRange within) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<int32_t> first,
                              NextFrom(within.first));
    if (!first.has_value() || *first > within.last) return stretches_;
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<int32_t> at_end,
                              NextFrom(within.last));
    int32_t last = within.last;
    if (at_end != within.last) {
      FOOTFALL_ASSIGN_OR_RETURN(
          last, FindLastEra(tiles_, metric_, *first, int64_t{within.last} + 1));
    }
    FOOTFALL_RETURN_IF_ERROR(Split({.first = *first, .last = last}));
    return std::move(stretches_);
  }

 private:
  static constexpr int64_t kShortest = 16;
  static constexpr int64_t kProbes = 15;
  static constexpr size_t kMost = 64;  // stretches

  // The first era at or behind `era` that has a tile.
  absl::StatusOr<std::optional<int32_t>> NextFrom(int32_t era) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool found,
                              tiles_->Seek(storage::EncodeTileKey(
                                  {.metric = metric_, .era = era, .band = 0})));
    if (!found) return std::optional<int32_t>();
    FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey key,
                              storage::DecodeTileKey(tiles_->key()));
    return std::optional<int32_t>(key.era);
  }

  // Both ends of `range` have a tile.
  absl::Status Split(EraRange range) {
    const int64_t size = int64_t{range.last} - range.first;
    std::vector<EraRange> parts;
    EraRange part = range;
    int64_t known = range.first;  // has a tile
    for (int64_t p = 1; p <= kProbes && size >= kShortest; ++p) {
      const int64_t probe = range.first + size * p / (kProbes + 1);
      if (probe <= known) continue;
      FOOTFALL_ASSIGN_OR_RETURN(const std::optional<int32_t> next,
                                NextFrom(static_cast<int32_t>(probe)));
      const int64_t behind = next.value_or(range.last);
      if (behind - probe >= kShortest) {
        FOOTFALL_ASSIGN_OR_RETURN(
            part.last,
            FindLastEra(tiles_, metric_, static_cast<int32_t>(known), probe));
        parts.push_back(part);
        part = {.first = static_cast<int32_t>(behind), .last = range.last};
      }
      known = behind;
    }
    if (parts.empty() || stretches_.size() + parts.size() >= kMost) {
      stretches_.push_back(range);
      return absl::OkStatus();
    }
    parts.push_back(part);
    for (const EraRange& each : parts) FOOTFALL_RETURN_IF_ERROR(Split(each));
    return absl::OkStatus();
  }

  StoreIterator* const tiles_;
  const MetricId metric_;
  std::vector<EraRange> stretches_;
};

}  // namespace

absl::StatusOr<std::vector<EraRange>> FindEraStretches(const StoreView& view,
                                                       MetricId metric,
                                                       EraRange within) {
  const auto tiles =
      view.Scan(Keyspace::kTiles, FirstTileKeyOf(metric), EndTileKeyOf(metric));
  return EraGaps(tiles.get(), metric).Find(within);
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

std::string TileName(const Metric& metric, int32_t era, uint32_t band) {
  const std::string grid =
      metric.level > 0 ? absl::StrCat(" by ", FormatPeriod(metric.spec.period))
                       : std::string();
  return absl::StrCat(metric.spec.name, grid, "/era ", era, "/band ", band);
}

absl::Status InTile(const absl::Status& status, const Metric& metric,
                    int32_t era, uint32_t band) {
  return absl::Status(status.code(),
                      absl::StrCat("tile ", TileName(metric, era, band), ": ",
                                   status.message()));
}

}  // namespace footfall::engine
