// Backups of a database in a folder of their own, by RocksDB's BackupEngine:
// tables are shared between the backups of a folder, and every file has a
// checksum.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_BACKUP_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_BACKUP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "footfall/store.h"

namespace rocksdb {
class Env;
}

namespace footfall::storage {

struct StoredBackup {
  uint32_t id = 0;          // from 1; a later backup has a larger one
  int64_t unix_time_s = 0;  // when it was made
  uint64_t size_bytes = 0;  // of its files, shared ones too
  uint32_t file_count = 0;
  std::string note;
  // DATA_LOSS where a file is missing or has another size; its other fields are
  // not known then.
  absl::Status damage;
};

struct AddedBackup {
  StoredBackup backup;
  uint64_t new_bytes = 0;  // that no backup before it had
};

// Adds the state of now of the database in `path`, which may be open in any
// process, to the backups in `folder`, which is made where it is not there.
// `note_of` tells what to keep beside it. `env` has the files of all of these
// calls; null: the machine's.
//
// A copy (rocksdb_copy.h) stands in `path`/backup meanwhile; its folder and the
// lock in it stay.
//
//   FAILED_PRECONDITION  another backup is being made there, or of it
//   INVALID_ARGUMENT     `folder` is inside `path`
//   else                 as CopyDatabaseFolder()
absl::StatusOr<AddedBackup> AddBackup(
    const std::string& path, const std::string& folder,
    absl::FunctionRef<absl::StatusOr<std::string>(const StoreView&)> note_of,
    rocksdb::Env* env = nullptr);

// All backups, by id. NOT_FOUND where the folder holds none.
absl::StatusOr<std::vector<StoredBackup>> ListStoredBackups(
    const std::string& folder, rocksdb::Env* env = nullptr);

// Reads every file of a backup, the newest one where `id` is not given, and
// compares the checksums. Returns its id.
//
//   NOT_FOUND    there is no such backup
//   DATA_LOSS    a file is damaged or missing; the message names it
absl::StatusOr<uint32_t> VerifyStoredBackup(const std::string& folder,
                                            std::optional<uint32_t> id,
                                            rocksdb::Env* env = nullptr);

// Makes a backup the database in `target`, which must be absent or an empty
// folder. Checksums are compared. After an error there is nothing.
//
//   FAILED_PRECONDITION  `target` is not empty
//   else                 as VerifyStoredBackup(), CopyDatabaseFolder()
absl::StatusOr<StoredBackup> RestoreStoredBackup(const std::string& folder,
                                                 std::optional<uint32_t> id,
                                                 const std::string& target,
                                                 rocksdb::Env* env = nullptr);

// Deletes all but the newest `count` sound backups, and the files that no other
// has. A damaged one counts as none, and is deleted where it is older than
// those that are kept. Returns how many were deleted.
absl::StatusOr<uint64_t> KeepNewestBackups(const std::string& folder,
                                           uint64_t count,
                                           rocksdb::Env* env = nullptr);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_BACKUP_H_
