// Checks a table's end before RocksDB reads it.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_TABLE_GUARD_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_TABLE_GUARD_H_

#include <memory>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace footfall::storage {

// A file system in which a table opens only if its footer makes sense and its
// list of properties passes its checksum.
//
// RocksDB parses the properties before it checks them, because the sequence
// number in there may have been changed after the checksum was made; a flipped
// bit in their last byte ends in an assertion about an index that they do not
// have. The footer has no checksum, and the places that it names are believed.
// We write no such number, and every table has XXH3 checksums.
std::shared_ptr<rocksdb::FileSystem> GuardTables(
    std::shared_ptr<rocksdb::FileSystem> files);

// `base`, or this machine where it is null, on such a file system; `base` must
// outlive it. May outlive main().
std::shared_ptr<rocksdb::Env> GuardedEnv(rocksdb::Env* base = nullptr);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_TABLE_GUARD_H_
