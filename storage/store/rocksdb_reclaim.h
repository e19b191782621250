// Gives the space of deleted keys back, table by table.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_RECLAIM_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_RECLAIM_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "footfall/stop.h"
#include "storage/base/mutex.h"
#include "storage/store/rocksdb_open.h"

namespace footfall::storage {

// RocksDB drops what was deleted when a compaction meets it, and compacts where
// much was written: a database that is at rest keeps what was deleted from it.
//
// A table is rewritten with what lies under it where it deletes a range of
// keys, or single ones that are an eighth of all keys there. Tables that still
// delete after that do so for a view that is held, or for none that is left:
// they are not tried again as long as they are the same.
//
// Threads: all calls from any; one at a time works.
class RocksdbReclaim {
 public:
  // The handle outlives it.
  explicit RocksdbReclaim(const RocksdbHandle* handle) : handle_(handle) {}

  absl::Status Run(const StopCheck& stop) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Table {
    uint64_t number;
    std::string first_key;
    std::string last_key;
  };
  absl::StatusOr<std::vector<Table>> FindDeleting(Keyspace keyspace,
                                                  const StopCheck& stop) const;

  const RocksdbHandle* const handle_;
  Mutex mutex_;
  std::set<uint64_t> kept_ ABSL_GUARDED_BY(mutex_);  // tables that were tried
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_RECLAIM_H_
