// A Store in memory: for tests, and for databases that need not last.

#ifndef FOOTFALL_STORAGE_STORE_MEMORY_STORE_H_
#define FOOTFALL_STORAGE_STORE_MEMORY_STORE_H_

#include <memory>

#include "footfall/store.h"

namespace footfall::storage {

// Views copy nothing: an update copies the map if a view shares it.
std::unique_ptr<Store> NewMemoryStore();

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_MEMORY_STORE_H_
