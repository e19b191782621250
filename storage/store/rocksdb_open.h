// Opening a RocksDB database that is ours, and telling what is in the way.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_OPEN_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_OPEN_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "footfall/store.h"
#include "rocksdb/db.h"
#include "storage/base/mutex.h"
#include "storage/store/folder_place.h"
#include "storage/store/rocksdb_parts.h"
#include "storage/store/rocksdb_store.h"

namespace footfall::storage {

// An open database. Closes it when it goes; Close() tells how that went.
struct RocksdbHandle {
  RocksdbHandle() = default;
  ~RocksdbHandle();
  RocksdbHandle(const RocksdbHandle&) = delete;
  RocksdbHandle& operator=(const RocksdbHandle&) = delete;

  rocksdb::ColumnFamilyHandle* family(Keyspace keyspace) const {
    return families[static_cast<size_t>(keyspace)];
  }
  // Deletes the empty key, which is never there.
  rocksdb::Status DeleteNothing(const rocksdb::WriteOptions& options) const;
  // No call of the database may follow.
  rocksdb::Status Close();

  std::string path;
  bool read_only = false;
  FolderPlace place;  // only where read_only
  RocksdbSettings settings;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, 2> families{};  // by Keyspace
  // Read by compactions by hand, written by what must not meet them
  // (rocksdb_ingest.h).
  mutable Mutex by_hand;
};

// What an opening, or taking the lock, answered. FAILED_PRECONDITION names the
// process that has it open for writing; what else RocksDB refuses, as
// OpenRocksdbStore().
absl::Status OpenError(const rocksdb::Status& status, const std::string& path,
                       bool read_only);

// Opens what the handle's path, settings and read_only say, and no more: none
// of the checks of OpenRocksdbHandle().
rocksdb::Status OpenFamilies(RocksdbHandle* handle);

// Sizes and counts of an open database, but for what its owner adds.
StoreStats StatsOf(const RocksdbHandle& handle);

// Where a database keeps its staged files; emptied when it is opened.
std::string StagingFolder(const std::string& path);

// Opens a database that is known to be ours for reading, as it stands now, also
// beside its writer. `cache`: that of another handle, or null. Errors as
// OpenRocksdbStore().
absl::StatusOr<std::unique_ptr<RocksdbHandle>> OpenToRead(
    const std::string& path, const RocksdbStoreOptions& options,
    std::shared_ptr<rocksdb::Cache> cache);

// Errors as OpenRocksdbStore().
absl::StatusOr<std::unique_ptr<RocksdbHandle>> OpenRocksdbHandle(
    const std::string& path, const RocksdbStoreOptions& options);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_OPEN_H_
