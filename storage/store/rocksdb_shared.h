// What footfall/shared_resources.h holds, in RocksDB's words.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_SHARED_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_SHARED_H_

#include <memory>

#include "footfall/shared_resources.h"
#include "rocksdb/cache.h"
#include "rocksdb/rate_limiter.h"

namespace footfall::storage {

struct SharedParts {
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::RateLimiter> rate;  // null: no limit
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_SHARED_H_
