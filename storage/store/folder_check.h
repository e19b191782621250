// Whether the files of a database's folder belong together, before RocksDB
// touches any of them. Reads CURRENT, MANIFEST, the logs and the record; of a
// table only its size.

#ifndef FOOTFALL_STORAGE_STORE_FOLDER_CHECK_H_
#define FOOTFALL_STORAGE_STORE_FOLDER_CHECK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/store/folder_record.h"
#include "storage/store/log_check.h"
#include "storage/store/manifest.h"

namespace footfall::storage {

struct FolderState {
  // The folder holds a database, whole or damaged; else it is absent, or empty
  // but for what a creation that was cut short leaves, and one may be made.
  bool is_there = false;
  std::vector<FolderDamage> damage;
  uint64_t manifest = 0;  // the number in CURRENT; 0 where that is damaged
  std::optional<ManifestFile> manifest_file;
  std::optional<FolderRecord> record;
  std::map<uint64_t, uint64_t> tables;  // sizes by number, of all in the folder
  std::map<uint64_t, LogFile> logs;
  // A log ends within a record, as a crash leaves it.
  bool log_is_torn = false;
  // The last change up to which the logs go on from the tables.
  uint64_t last_sound_sequence = 0;
};

// Reads the folder at `path`. What is damaged is in the answer.
//
//   UNIMPLEMENTED  a later release wrote it
//   UNAVAILABLE    a file cannot be read; RESOURCE_EXHAUSTED if too
//                  many are open
absl::StatusOr<FolderState> CheckFolder(const std::string& path);

// MANIFEST's name and size: changes whenever the tables or the logs that are
// needed do. What was read of a folder beside a writer belongs together if this
// was the same before and after.
std::string FolderMark(const std::string& path);

// OK, or DATA_LOSS with the first damage.
absl::Status DamageStatus(const std::string& path,
                          const std::vector<FolderDamage>& damage);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_FOLDER_CHECK_H_
