// A store that is open for reading only and follows the process that writes.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_FOLLOWER_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_FOLLOWER_H_

#include <memory>

#include "footfall/store.h"
#include "storage/store/rocksdb_open.h"
#include "storage/store/rocksdb_store.h"

namespace footfall::storage {

// The base is a RocksDB opened for reading, which stays as it is; what the logs
// have brought since lies over it in memory (log_overlay.h). Compacting moves
// bytes and changes no value, so that the base serves on as long as its tables
// are held open. It is opened anew, with the same block cache, where that does
// not do:
//
//   tables were published that no log has (a load, a dropped metric)
//   another process opened the folder for writing, and began a new MANIFEST
//   logs were dropped before they were read, or may have been: after most
//   flushes, since what fills a new log leaves numbers out
//   a table was gone before it was looked into
//
// Where the overlay has grown large, or half of the base's tables are gone, the
// next base is opened in a thread and taken over once it is there.
//
// RocksDB's own secondary instance is not used: it has no snapshots, so that an
// answer would change while it is read, and it reads the list of tables before
// the logs, so that batches may be missing under later ones.
//
// `handle` is open for reading, with `options`.
std::unique_ptr<Store> NewRocksdbFollower(std::shared_ptr<RocksdbHandle> handle,
                                          const RocksdbStoreOptions& options);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_FOLLOWER_H_
