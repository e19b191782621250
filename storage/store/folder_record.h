// Footfall's own record of a database's folder, in the file FOOTFALL: what
// RocksDB cannot know that it has lost.
//
// RocksDB believes the MANIFEST that it finds. One that lost its last edits, or
// an old one that was copied back, is as good as any to it, and it deletes the
// tables that are not in there. The record says what held when it was written:
//
//   while open    at least this: the MANIFEST has named these tables, and this
//                 log is there until a later one is the first that is needed
//   once closed   exactly this: this MANIFEST, this long, and no log
//
// So an old record is never wrong, whenever a crash comes: what it says of an
// open database stays true, and to open a closed one RocksDB begins a new
// MANIFEST first. The record also holds the MANIFEST's state as edits, from
// which a repair makes a new one.

#ifndef FOOTFALL_STORAGE_STORE_FOLDER_RECORD_H_
#define FOOTFALL_STORAGE_STORE_FOLDER_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/store/manifest.h"

namespace footfall::storage {

inline constexpr char kRecordFile[] = "FOOTFALL";

struct FolderRecord {
  bool closed = false;
  uint64_t manifest = 0;             // its number
  uint64_t manifest_size_bytes = 0;  // only once closed
  uint64_t log = 0;                  // that writes go to; 0 once closed
  ManifestState state;
};

std::string EncodeFolderRecord(const FolderRecord& record);

// DATA_LOSS, or UNIMPLEMENTED where a later release wrote it.
absl::StatusOr<FolderRecord> DecodeFolderRecord(absl::string_view bytes);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_FOLDER_RECORD_H_
