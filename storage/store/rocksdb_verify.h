// Reading every byte of a database's folder, to find what is damaged. Nothing
// in the folder changes.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_VERIFY_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/store.h"
#include "storage/store/folder_check.h"

namespace footfall::storage {

// Keys that cannot be read: those in [begin, end).
struct LostKeys {
  Keyspace keyspace;
  std::string begin;
  std::string end;
};

// A table that fails its checks.
struct TableDamage {
  uint64_t table = 0;
  std::string what;
  // Blocks that pass their checks can be read; else no key of it can.
  bool is_readable = false;
  std::vector<LostKeys> lost;  // ascending
};

struct StoreReport {
  FolderState folder;
  std::vector<TableDamage> tables;
  uint64_t table_count = 0;  // read, whole
  uint64_t table_bytes = 0;
};

// Checks the folder as an opening does, and every block of every table that
// `state` names.
//
//   UNIMPLEMENTED  a later release wrote it
//   UNAVAILABLE    a file cannot be read
absl::StatusOr<std::vector<TableDamage>> VerifyTables(
    const std::string& path, const FolderState& folder,
    const ManifestState& state);

// The same of a whole folder, whatever its state: where there is no MANIFEST
// to tell, every table that is there.
//
//   NOT_FOUND  there is no database
absl::StatusOr<StoreReport> VerifyStore(const std::string& path);

// The key space of a column family.
std::optional<Keyspace> KeyspaceOf(absl::string_view family);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_VERIFY_H_
