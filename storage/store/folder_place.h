// Up to where a folder was read, by one who goes on reading it beside its
// writer.

#ifndef FOOTFALL_STORAGE_STORE_FOLDER_PLACE_H_
#define FOOTFALL_STORAGE_STORE_FOLDER_PLACE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "storage/store/folder_check.h"
#include "storage/store/log_tail.h"

namespace footfall::storage {

struct FolderPlace {
  uint64_t manifest = 0;      // the number of the MANIFEST
  uint64_t manifest_end = 0;  // in bytes
  LogPlace log;               // all batches before it were read
  std::set<uint64_t> tables;  // that MANIFEST names
  // The first log that each family needs, by id; and one for all.
  std::map<uint32_t, uint64_t> family_logs;
  uint64_t min_log_to_keep = 0;

  uint64_t FirstNeededLog() const {
    uint64_t first = UINT64_MAX;
    for (const auto& [family, needed] : family_logs) {
      first = std::min(first, needed);
    }
    return std::max(first, min_log_to_keep);
  }
};

// Takes over into `place` what was written to its MANIFEST since, and counts
// the tables that went. False where that is more than moving bytes (tables were
// published that no log has), where another MANIFEST has begun, or where it
// does not read; `place` is spent then.
bool ReadManifestOn(const std::string& path, FolderPlace* place,
                    size_t* gone_tables);

// As the folder was checked. Of all logs but the last one, which may go on,
// whatever opens the database reads everything.
FolderPlace PlaceOf(const FolderState& folder);

// Whether what was read of the folder after it was checked belongs together
// although its writer has gone on meanwhile: it has moved bytes alone, and each
// log that was needed is still there, so that none was missing when they were
// read.
bool StillHolds(const std::string& path, const FolderState& folder);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_FOLDER_PLACE_H_
