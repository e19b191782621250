// Checking every tile and sample of a store.

#ifndef FOOTFALL_ENGINE_DAMAGE_TILE_CHECK_H_
#define FOOTFALL_ENGINE_DAMAGE_TILE_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/catalog/catalog.h"
#include "footfall/store.h"
#include "storage/store/rocksdb_verify.h"

namespace footfall::engine {

struct TileCounts {
  uint64_t tiles = 0;
  uint64_t samples = 0;
};

// Decodes every tile and hands those that are damaged, or that no metric of
// `catalog` has, to `on_bad`. A null catalog: tiles alone are checked. Keys in
// `unreadable` are passed over. An error of the store itself is returned.
absl::StatusOr<TileCounts> CheckTiles(
    const StoreView& view, const Catalog* catalog,
    const std::vector<storage::LostKeys>& unreadable,
    absl::FunctionRef<void(absl::string_view key, absl::string_view value,
                           const absl::Status& status)>
        on_bad);

// "tile dau/era 78/band 12" of a key; the metric's number where the catalog has
// no name for it.
std::string TilePlace(const Catalog* catalog, absl::string_view key);

// "tile dau/era 78/band 12 to before tile dau/era 80/band 0", or what of the
// catalog lies there.
std::string PlaceOf(const Catalog* catalog, const storage::LostKeys& lost);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_DAMAGE_TILE_CHECK_H_
