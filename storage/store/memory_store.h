// A Store in memory: for tests, and for databases that need not last.

#ifndef FOOTFALL_STORAGE_STORE_MEMORY_STORE_H_
#define FOOTFALL_STORAGE_STORE_MEMORY_STORE_H_

#include <memory>

#include "footfall/store.h"

namespace footfall::storage {

// Keys keep the versions that a view may still see, so that taking a view is
// O(log views) and writing beside one costs what is written. Views and
// iterators may outlive it.
std::unique_ptr<Store> NewMemoryStore();

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_MEMORY_STORE_H_
