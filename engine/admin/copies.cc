// Copies and backups, in the words of the public face.

#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/catalog/records.h"
#include "footfall/admin.h"
#include "footfall/guard.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"
#include "storage/store/rocksdb_backup.h"
#include "storage/store/rocksdb_copy.h"

namespace footfall {
namespace {

// What is kept beside a backup: the number of its last commit.
absl::StatusOr<std::string> CommitOf(const StoreView& view) {
  std::string value;
  FOOTFALL_ASSIGN_OR_RETURN(
      const bool any,
      view.Get(Keyspace::kCatalog, engine::CommitKey(), &value));
  if (!any || value.size() != sizeof(uint64_t)) return std::string("0");
  return absl::StrCat(storage::LoadU64(value.data()));
}

BackupInfo Translate(const storage::StoredBackup& stored) {
  BackupInfo info;
  info.id = stored.id;
  info.time = absl::FromUnixSeconds(stored.unix_time_s);
  if (!absl::SimpleAtoi(stored.note, &info.commit)) info.commit = 0;
  info.size_bytes = stored.size_bytes;
  info.file_count = stored.file_count;
  info.damage = stored.damage;
  return info;
}

}  // namespace

absl::StatusOr<CheckpointReport> CheckpointDatabase(absl::string_view path,
                                                    absl::string_view target) {
  return Guarded([&]() -> absl::StatusOr<CheckpointReport> {
    const std::string from(path);
    const std::string to(target);
    FOOTFALL_RETURN_IF_ERROR(storage::CheckOutside(from, to));
    FOOTFALL_ASSIGN_OR_RETURN(const storage::FolderCopy copy,
                              storage::CopyDatabaseFolder(from, to));
    CheckpointReport report;
    report.table_count = copy.table_count;
    report.table_bytes = copy.table_bytes;
    report.linked_bytes = copy.linked_bytes;
    report.copied_bytes = copy.copied_bytes;
    return report;
  });
}

absl::StatusOr<BackupReport> BackupDatabase(absl::string_view path,
                                            absl::string_view folder) {
  return Guarded([&]() -> absl::StatusOr<BackupReport> {
    FOOTFALL_ASSIGN_OR_RETURN(
        const storage::AddedBackup added,
        storage::AddBackup(std::string(path), std::string(folder), CommitOf));
    BackupReport report;
    report.backup = Translate(added.backup);
    report.new_bytes = added.new_bytes;
    return report;
  });
}

absl::StatusOr<std::vector<BackupInfo>> ListBackups(absl::string_view folder) {
  return Guarded([&]() -> absl::StatusOr<std::vector<BackupInfo>> {
    FOOTFALL_ASSIGN_OR_RETURN(const auto stored,
                              storage::ListStoredBackups(std::string(folder)));
    std::vector<BackupInfo> list;
    for (const storage::StoredBackup& backup : stored) {
      list.push_back(Translate(backup));
    }
    return list;
  });
}

absl::StatusOr<uint32_t> VerifyBackup(absl::string_view folder,
                                      std::optional<uint32_t> id) {
  return Guarded(
      [&] { return storage::VerifyStoredBackup(std::string(folder), id); });
}

absl::StatusOr<BackupInfo> RestoreBackup(absl::string_view folder,
                                         std::optional<uint32_t> id,
                                         absl::string_view target) {
  return Guarded([&]() -> absl::StatusOr<BackupInfo> {
    FOOTFALL_ASSIGN_OR_RETURN(
        const storage::StoredBackup restored,
        storage::RestoreStoredBackup(std::string(folder), id,
                                     std::string(target)));
    return Translate(restored);
  });
}

absl::StatusOr<uint64_t> KeepNewestBackups(absl::string_view folder,
                                           uint64_t count) {
  return Guarded(
      [&] { return storage::KeepNewestBackups(std::string(folder), count); });
}

}  // namespace footfall
