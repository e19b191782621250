// A Store on RocksDB: log, snapshots, checksums and compaction come from it.
// Only files named storage/store/rocksdb_* include rocksdb/; this one does not.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_STORE_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "footfall/shared_resources.h"
#include "footfall/store.h"

namespace rocksdb {
class Env;
}

namespace footfall::storage {

inline constexpr uint64_t kLeastMemoryBudget = uint64_t{4} << 20;

struct RocksdbStoreOptions {
  bool create_if_missing = true;
  // Any number of readers may stand beside a writer, in other processes or in
  // this one; each sees the state at its opening, or at its last CatchUp(), and
  // changes no file.
  bool read_only = false;
  // Block cache and write buffers together; kLeastMemoryBudget at least.
  uint64_t memory_budget_bytes = uint64_t{256} << 20;
  // Blocks and write buffers count in its memory instead; null: in their own.
  std::shared_ptr<SharedResources> shared = nullptr;
  // A reader keeps no more tables open than this. Where there are more, its
  // writer may remove one that it has not looked into yet: UNAVAILABLE, until
  // Store::CatchUp().
  int most_open_read_tables = 256;
  // Where files lie, for tests; null: the machine's. Must outlive the store and
  // its views.
  rocksdb::Env* env = nullptr;
};

// Opens (or creates) the store in directory `path`.
//
//   NOT_FOUND            no store there, and create_if_missing is false
//   FAILED_PRECONDITION  another process has it open for writing, or the folder
//                        holds something else; the message names path
//   DATA_LOSS            its files fail their checks or do not fit together;
//                        the message names one, and nothing was changed
//   UNIMPLEMENTED        written by a later release
//   UNAVAILABLE          the directory cannot be read or written
absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(
    const std::string& path, const RocksdbStoreOptions& options);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_STORE_H_
