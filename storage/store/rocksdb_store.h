// A Store on RocksDB: log, snapshots, checksums and compaction come from it.
// The only pair of files that includes rocksdb/.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_STORE_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "footfall/store.h"

namespace footfall::storage {

struct RocksdbStoreOptions {
  bool create_if_missing = true;
  bool read_only = false;
  // Block cache and write buffers together.
  uint64_t memory_budget_bytes = uint64_t{256} << 20;
};

// Opens (or creates) the store in directory `path`.
//
//   NOT_FOUND            no store there, and create_if_missing is false
//   FAILED_PRECONDITION  another process has it open; the message names path
//   DATA_LOSS            its files fail their checks
//   UNAVAILABLE          the directory cannot be read or written
absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(
    const std::string& path, const RocksdbStoreOptions& options);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_STORE_H_
