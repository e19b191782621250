#include "engine/damage/tile_check.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "engine/read/tile_range.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"

namespace footfall::engine {
namespace {

// Decodes all lanes; how many samples there are.
absl::StatusOr<uint64_t> CheckBundle(absl::string_view value,
                                     const MetricState* state,
                                     const storage::TileKey& key) {
  FOOTFALL_ASSIGN_OR_RETURN(const storage::Bundle bundle,
                            storage::Bundle::Open(value));
  const storage::TileShape shape = bundle.shape();
  if (state != nullptr &&
      (shape != state->layout.shape || bundle.type() != state->layout.type)) {
    return absl::DataLossError("its shape or type is not its metric's");
  }
  if (state != nullptr &&
      uint64_t{key.band} * shape.lanes >= state->series->count()) {
    return absl::DataLossError("its metric has no series of this band");
  }
  std::vector<int64_t> values(shape.steps);
  std::vector<uint64_t> present(shape.words());
  uint64_t samples = 0;
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    if (!bundle.HasLane(lane)) continue;
    FOOTFALL_RETURN_IF_ERROR(bundle.ReadLane(
        lane, 0, shape.steps, absl::MakeSpan(values), absl::MakeSpan(present)));
    for (const uint64_t word : present) {
      samples += static_cast<uint64_t>(std::popcount(word));
    }
  }
  return samples;
}

absl::StatusOr<uint64_t> CheckTile(absl::string_view bytes,
                                   absl::string_view value,
                                   const Catalog* catalog) {
  FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey key,
                            storage::DecodeTileKey(bytes));
  std::shared_ptr<const MetricState> state;
  if (catalog != nullptr) {
    state = catalog->Find(key.metric);
    if (state == nullptr) {
      return absl::DataLossError("the catalog has no such metric");
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t samples,
                            CheckBundle(value, state.get(), key));
  // Which of a tier's samples are whole is no sample.
  const bool marks =
      state != nullptr && state->is_tier() && state->whole == nullptr;
  return marks ? uint64_t{0} : samples;
}

}  // namespace

absl::StatusOr<TileCounts> CheckTiles(
    const StoreView& view, const Catalog* catalog,
    const std::vector<storage::LostKeys>& unreadable,
    absl::FunctionRef<void(absl::string_view, absl::string_view,
                           const absl::Status&)>
        on_bad) {
  TileCounts counts;
  std::string from;  // the next key to look at
  std::unique_ptr<StoreIterator> tiles = view.Scan(Keyspace::kTiles, "", "");
  absl::StatusOr<bool> more = tiles->Next();
  while (true) {
    if (absl::IsDataLoss(more.status())) {
      // Damage that is known: go on after it.
      std::string after;
      for (const storage::LostKeys& lost : unreadable) {
        if (lost.keyspace == Keyspace::kTiles && lost.end > from &&
            (after.empty() || lost.end < after)) {
          after = lost.end;
        }
      }
      if (after.empty()) return more.status();
      from = after;
      tiles = view.Scan(Keyspace::kTiles, from, "");
      more = tiles->Next();
      continue;
    }
    if (!more.ok()) return more.status();
    if (!*more) return counts;
    ++counts.tiles;
    const absl::StatusOr<uint64_t> samples =
        CheckTile(tiles->key(), tiles->value(), catalog);
    if (samples.ok()) {
      counts.samples += *samples;
    } else {
      on_bad(tiles->key(), tiles->value(), samples.status());
    }
    from = std::string(tiles->key()) + std::string(1, '\0');
    more = tiles->Next();
  }
}

std::string TilePlace(const Catalog* catalog, absl::string_view key) {
  const absl::StatusOr<storage::TileKey> tile = storage::DecodeTileKey(
      key.substr(0, std::min(key.size(), storage::kTileKeySize)));
  if (!tile.ok()) {
    return absl::StrCat("tile key ", absl::BytesToHexString(key));
  }
  const auto state = catalog == nullptr ? nullptr : catalog->Find(tile->metric);
  if (state == nullptr) {
    return absl::StrCat("tile ", storage::DescribeTileKey(*tile));
  }
  return absl::StrCat("tile ", TileName(*state->metric, tile->era, tile->band));
}

std::string PlaceOf(const Catalog* catalog, const storage::LostKeys& lost) {
  if (lost.keyspace == Keyspace::kTiles) {
    const std::string first = TilePlace(catalog, lost.begin);
    // The end is a tile that can be read, or just after one that cannot.
    const bool is_last = lost.end.size() > storage::kTileKeySize;
    const std::string end = TilePlace(catalog, lost.end);
    if (is_last && first == end) return first;
    return absl::StrCat(first, is_last ? " to " : " to before ", end);
  }
  return absl::StrCat("catalog records from \"", absl::CHexEscape(lost.begin),
                      "\" to \"", absl::CHexEscape(lost.end), "\"");
}

}  // namespace footfall::engine
