// Writing anew what damaged tables still hold.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_REWRITE_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_REWRITE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "storage/store/manifest.h"
#include "storage/store/rocksdb_verify.h"

namespace footfall::storage {

// Takes the values under the keys of damaged tables out of one database and
// puts them over all else in another that is the same without those tables:
// a value is the sum of what several tables have of its key, so the keys that
// a damaged table covers are read as a whole and written as a whole.
class TableRewrite {
 public:
  // `tables` of `state` are damaged.
  TableRewrite(const ManifestState& state,
               const std::vector<TableDamage>& tables);

  // All of [begin, end) of damaged tables cannot be read, merged.
  const std::vector<LostKeys>& lost() const { return lost_; }

  // Reads what can be read of the database in `with_tables`, in which those
  // tables are whose blocks can be read in part, into files in `with_tables`.
  absl::Status Read(const std::string& with_tables);

  // Puts it into the database in `without_tables`, and takes out all keys that
  // were lost, but for those that a table newer than the damaged ones has put
  // whole. The files may have been moved to `without_tables` meanwhile.
  absl::Status Write(const std::string& without_tables);

 private:
  // The end of the lost keys that `key` is among; "" where it is in none.
  std::string LostUntil(Keyspace keyspace, const std::string& key) const;
  // The lost keys from `begin` on begin at `earlier`.
  void LoseFrom(Keyspace keyspace, const std::string& begin,
                const std::string& earlier);

  std::vector<LostKeys> spans_;  // of damaged tables, merged
  std::vector<LostKeys> lost_;
  uint64_t newest_ = 0;  // number of the last change in a damaged table
  std::vector<bool> has_values_ = {false, false};  // by key space
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_REWRITE_H_
