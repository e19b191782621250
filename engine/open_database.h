// Opening a database with what only benchmarks and tests may set.

#ifndef FOOTFALL_ENGINE_OPEN_DATABASE_H_
#define FOOTFALL_ENGINE_OPEN_DATABASE_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "footfall/database.h"
#include "footfall/options.h"
#include "footfall/store.h"
#include "storage/tile/tile.h"

namespace footfall::engine {

struct InternalOptions {
  // Tiles of metrics defined from now on; their period's default otherwise.
  std::optional<storage::TileShape> tile_shape;
  // Where bulk loaders put runs that memory does not hold; "" for the system's
  // folder for temporary files.
  std::string spill_folder;
};

// As Database::Open() on a store.
absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(
    std::unique_ptr<Store> store, const DatabaseOptions& options,
    const InternalOptions& internal);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_OPEN_DATABASE_H_
