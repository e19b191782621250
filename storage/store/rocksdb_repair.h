// Making a damaged folder a database again, out of what is sound in it.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_REPAIR_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_REPAIR_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/store/folder_check.h"
#include "storage/store/rocksdb_verify.h"

namespace footfall::storage {

struct StoreRepair {
  std::vector<FolderDamage> damage;  // that was found
  std::vector<TableDamage> tables;   // that was found
  // Keys whose values are gone, as far as they had any. What sound tables still
  // had of them is gone, too: a half of a value would be a wrong one.
  std::vector<LostKeys> lost;
  uint64_t last_sequence = 0;
  std::vector<std::string> losses;  // batches that are gone, a sentence each
  std::vector<std::string> notes;   // what was done, a sentence each
  std::string lost_folder;          // "lost/1": where damaged files now are
};

// Calls `work` while nobody has the folder open for writing. Without a lock
// file nobody has; it is made only where `makes_lock`. FAILED_PRECONDITION
// where somebody has it open; else what `work` answers.
absl::Status WithFolderLocked(const std::string& path, bool makes_lock,
                              absl::FunctionRef<absl::Status()> work);

// Builds a sound database in the sub-folder "repair" out of links to sound
// tables, the sound part of the logs, and a MANIFEST from the best list of
// tables that is left. `mend` may open it and change it; only once it has
// answered OK are the files of the two folders exchanged, damaged ones going to
// "lost". A repair that was cut short is done again from the start, or, once
// the exchange has begun, is finished by the next one.
//
//   NOT_FOUND  there is no database
//   DATA_LOSS  no list of tables is left; nothing was changed
//   UNAVAILABLE, RESOURCE_EXHAUSTED  a file cannot be read or written
absl::StatusOr<StoreRepair> RepairStore(
    const std::string& path,
    absl::FunctionRef<absl::Status(const std::string& folder,
                                   StoreRepair* repair)>
        mend);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_REPAIR_H_
