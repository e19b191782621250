// What the RocksDB backend is put together from: settings, the operator that
// appends, the log file, and statuses in our words.
//
// Only files named storage/store/rocksdb_* include rocksdb/.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_PARTS_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_PARTS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "footfall/store.h"
#include "rocksdb/db.h"
#include "rocksdb/merge_operator.h"
#include "rocksdb/options.h"
#include "rocksdb/wal_filter.h"
#include "storage/store/rocksdb_files.h"
#include "storage/store/rocksdb_flush_gate.h"
#include "storage/store/rocksdb_record.h"
#include "storage/store/rocksdb_store.h"
#include "storage/store/rocksdb_watch.h"

namespace footfall::storage {

inline constexpr char kTilesFamily[] = "tiles";

inline rocksdb::Slice ToSlice(absl::string_view bytes) {
  return bytes.empty() ? rocksdb::Slice()
                       : rocksdb::Slice(bytes.data(), bytes.size());
}

inline absl::string_view ToView(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

// `what` begins the message. Corruption is DATA_LOSS, a full medium
// RESOURCE_EXHAUSTED, what the medium refused otherwise UNAVAILABLE, and what
// this backend should not have asked INTERNAL.
absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what);

// The value is the operands one after the other. It cannot fail: an operator
// that returns false makes a later compaction fail, and every write after that
// be refused, for good. Its name is kept in every table.
class AppendOperator final : public rocksdb::MergeOperator {
 public:
  bool FullMergeV2(const MergeOperationInput& input,
                   MergeOperationOutput* output) const override;
  bool PartialMerge(const rocksdb::Slice& key, const rocksdb::Slice& left,
                    const rocksdb::Slice& right, std::string* new_value,
                    rocksdb::Logger* logger) const override;
  bool PartialMergeMulti(const rocksdb::Slice& key,
                         const std::deque<rocksdb::Slice>& operands,
                         std::string* new_value,
                         rocksdb::Logger* logger) const override;
  const char* Name() const override { return "footfall.append"; }
};

// The settings of a whole database, from one budget of memory.
struct RocksdbSettings {
  std::shared_ptr<RocksdbFiles> files;
  std::shared_ptr<RocksdbFlushGate> gate;
  std::unique_ptr<rocksdb::Env> env;  // on these files, through the gate
  rocksdb::DBOptions database;
  rocksdb::ColumnFamilyOptions catalog;
  rocksdb::ColumnFamilyOptions tiles;
  std::shared_ptr<rocksdb::Cache> cache;  // write buffers count in it, too
  std::shared_ptr<rocksdb::WalFilter> log_end;  // where recovery stops, or null
  std::shared_ptr<RecordKeeper> record;         // null where it is read only
  std::shared_ptr<RocksdbWatch> watch;          // of the database
};

// `cache` is that of other settings with the same options; null: that of what
// they share, or one of its own.
RocksdbSettings MakeRocksdbSettings(
    const std::string& path, const RocksdbStoreOptions& options,
    std::shared_ptr<rocksdb::Cache> cache = nullptr);

// What nothing is kept in memory for.
RocksdbSettings MakeSmallSettings(const std::string& path, bool read_only,
                                  rocksdb::Env* env = nullptr);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_PARTS_H_
