// Reading one state of a RocksDB.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_VIEW_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_VIEW_H_

#include <memory>

#include "footfall/store.h"
#include "storage/store/rocksdb_open.h"

namespace footfall::storage {

// Its state as of now. The view and its iterators keep the handle.
std::unique_ptr<StoreView> NewRocksdbView(
    std::shared_ptr<const RocksdbHandle> handle);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_VIEW_H_
