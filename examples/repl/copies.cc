#include "examples/repl/copies.h"

#include <cstdio>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/admin.h"

namespace footfall::repl {
namespace {

constexpr int kDone = 0;
constexpr int kCannot = 3;
constexpr int kDamaged = 4;

int Fail(absl::string_view what, const absl::Status& status) {
  absl::FPrintF(stderr, "cannot %s: %s\n", what, status.message());
  return kCannot;
}

std::string TimeOf(const BackupInfo& backup) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", backup.time,
                          absl::UTCTimeZone());
}

}  // namespace

int PrintCheckpoint(const std::string& directory, const std::string& target) {
  const auto report = CheckpointDatabase(directory, target);
  if (!report.ok()) return Fail("copy", report.status());
  absl::FPrintF(stderr, "%s: %d tables of %d bytes, ", target,
                report->table_count, report->table_bytes);
  if (report->linked_bytes == report->table_bytes) {
    absl::FPrintF(stderr, "all shared with %s\n", directory);
  } else {
    absl::FPrintF(stderr, "%d of them copied: it is on another file system\n",
                  report->table_bytes - report->linked_bytes);
  }
  return kDone;
}

int PrintBackup(const std::string& directory, const std::string& folder,
                uint64_t kept) {
  const auto report = BackupDatabase(directory, folder);
  if (!report.ok()) return Fail("back up", report.status());
  absl::FPrintF(stderr, "backup %d: commit %d, %d bytes, %d of them new\n",
                report->backup.id, report->backup.commit,
                report->backup.size_bytes, report->new_bytes);
  if (kept == 0) return kDone;
  const auto deleted = KeepNewestBackups(folder, kept);
  if (!deleted.ok()) return Fail("delete old backups", deleted.status());
  if (*deleted > 0) {
    absl::FPrintF(stderr, "%d older backup%s deleted\n", *deleted,
                  *deleted == 1 ? "" : "s");
  }
  return kDone;
}

int PrintBackups(const std::string& folder, bool verify) {
  const auto list = ListBackups(folder);
  if (!list.ok()) return Fail("list backups", list.status());
  int result = kDone;
  for (const BackupInfo& backup : *list) {
    absl::Status status = backup.damage;
    if (status.ok() && verify) {
      status = VerifyBackup(folder, backup.id).status();
    }
    if (!status.ok()) {
      absl::PrintF("%d  damaged: %s\n", backup.id, status.message());
      result = absl::IsDataLoss(status) ? kDamaged : kCannot;
      continue;
    }
    absl::PrintF("%d  %s  commit %d  %d bytes in %d files%s\n", backup.id,
                 TimeOf(backup), backup.commit, backup.size_bytes,
                 backup.file_count, verify ? "  sound" : "");
  }
  return result;
}

int PrintRestore(const std::string& folder, std::optional<uint32_t> id,
                 const std::string& directory) {
  const auto restored = RestoreBackup(folder, id, directory);
  if (!restored.ok()) return Fail("restore", restored.status());
  absl::FPrintF(stderr, "%s: backup %d of %s, commit %d, %d bytes\n", directory,
                restored->id, TimeOf(*restored), restored->commit,
                restored->size_bytes);
  return kDone;
}

}  // namespace footfall::repl
