// What a rocksdb::Cache is, in every release: from 8 on, rocksdb/cache.h only
// names the class.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_CACHE_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_CACHE_H_

#if __has_include("rocksdb/advanced_cache.h")
#include "rocksdb/advanced_cache.h"
#endif
#include "rocksdb/cache.h"

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_CACHE_H_
