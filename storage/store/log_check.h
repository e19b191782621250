// Whether the logs of a folder go on from its tables, and from each other.

#ifndef FOOTFALL_STORAGE_STORE_LOG_CHECK_H_
#define FOOTFALL_STORAGE_STORE_LOG_CHECK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/store/log_frames.h"
#include "storage/store/manifest.h"

namespace footfall::storage {

// One thing that is wrong.
struct FolderDamage {
  std::string file;                // its name in the folder
  std::optional<uint64_t> offset;  // in bytes
  std::string what;
};

struct LogFile {
  uint64_t size_bytes = 0;
  bool is_needed = false;  // it may hold what no table does; else not read
  LogEnd end;
  uint64_t record_count = 0;  // before any break
  // Up to here its batches go on from those before them.
  uint64_t sound_size_bytes = 0;
};

// The first log that may hold what no table does.
uint64_t FirstNeededLog(const ManifestState& state);

// Put before the changes of a batch that is not synced, as data that the log
// alone has. A batch without it was written when all before it was on the
// medium, so that no power cut explains what is missing before it.
inline constexpr char kUnsyncedMark[] = "u";

// Reads the logs of `*logs` that are needed, in order. What is damaged is added
// to *damage; returns the last_sound_sequence. UNAVAILABLE where one cannot be
// read.
absl::StatusOr<uint64_t> ReadLogs(const std::string& path,
                                  const ManifestState& state,
                                  std::map<uint64_t, LogFile>* logs,
                                  std::vector<FolderDamage>* damage);

std::string TableName(uint64_t number);     // 000012.sst
std::string LogName(uint64_t number);       // 000012.log
std::string ManifestName(uint64_t number);  // MANIFEST-000012

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_LOG_CHECK_H_
