#include "storage/store/folder_place.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/store/log_check.h"
#include "storage/store/log_frames.h"
#include "storage/store/manifest.h"

namespace footfall::storage {

FolderPlace PlaceOf(const FolderState& folder) {
  FolderPlace place;
  place.manifest = folder.manifest;
  if (folder.manifest_file.has_value()) {
    const ManifestState& manifest = folder.manifest_file->state;
    place.manifest_end = folder.manifest_file->end.end;
    for (const auto& [number, table] : manifest.AllTables()) {
      place.tables.insert(number);
    }
    for (const auto& [id, family] : manifest.families) {
      place.family_logs[id] = family.log_number;
    }
    place.min_log_to_keep = manifest.min_log_to_keep;
  }
  if (!folder.logs.empty()) {
    const auto& [number, log] = *folder.logs.rbegin();
    place.log = {number, log.sound_size_bytes};
  }
  return place;
}

bool ReadManifestOn(const std::string& path, FolderPlace* place,
                    size_t* gone_tables) {
  constexpr size_t kMaxCurrent = 64;
  const auto current = ReadFolderFile(path + "/CURRENT", kMaxCurrent);
  const std::string name = ManifestName(place->manifest);
  if (!current.ok() || *current != name + "\n") return false;
  const absl::StatusOr<FolderFile> file =
      FolderFile::Open(absl::StrCat(path, "/", name));
  if (!file.ok()) return false;
  bool moves_bytes = true;
  const auto end = ReadLogFramesFrom(
      *file, place->manifest_end, [&](absl::string_view edit) -> absl::Status {
        FOOTFALL_ASSIGN_OR_RETURN(const EditFacts facts, ReadEditFacts(edit));
        for (const uint64_t table : facts.removed) {
          *gone_tables += place->tables.contains(table) ? 1 : 0;
        }
        if (facts.log_number.has_value()) {
          uint64_t& first = place->family_logs[facts.family];
          first = std::max(first, *facts.log_number);
        }
        place->min_log_to_keep =
            std::max(place->min_log_to_keep, facts.min_log_to_keep.value_or(0));
        // A flush moves the logs on, and a compaction removes tables.
        if (!facts.added.empty() && facts.removed.empty() &&
            !facts.log_number.has_value()) {
          moves_bytes = false;
        }
        return absl::OkStatus();
      });
  // Whoever opens it anew tells what is wrong.
  if (!end.ok()) return false;
  place->manifest_end = *end;
  return moves_bytes;
}

bool StillHolds(const std::string& path, const FolderState& folder) {
  FolderPlace place = PlaceOf(folder);
  const uint64_t first = place.FirstNeededLog();
  size_t gone_tables = 0;
  if (!ReadManifestOn(path, &place, &gone_tables)) return false;
  std::error_code error;
  return std::all_of(
      folder.logs.begin(), folder.logs.end(), [&](const auto& log) {
        return log.first < first ||
               std::filesystem::exists(
                   absl::StrCat(path, "/", LogName(log.first)), error);
      });
}

}  // namespace footfall::storage
