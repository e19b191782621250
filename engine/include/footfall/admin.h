// Copies of a database's folder, and backups: while it is open or not.
//
// All of these work on folders, not on an open Database: beside the process
// that writes, in that process, or where nobody has the database open. They
// change nothing of it; a backup makes a folder within it and removes it again.
// What was acknowledged before the call is in the copy,
// which is a state between two commits.
//
// Threads: all calls from any.

#ifndef FOOTFALL_ADMIN_H_
#define FOOTFALL_ADMIN_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#pragma GCC visibility push(default)
namespace footfall {

// What a copy took.
struct CheckpointReport {
  uint64_t table_count = 0;
  uint64_t table_bytes = 0;
  // Bytes of tables that the copy shares with the database, by hard links.
  // None where it is on another file system: all is copied then.
  uint64_t linked_bytes = 0;
  uint64_t copied_bytes = 0;  // of everything else
};

// Makes `target` a database with the state of now of the one in `path`, by hard
// links: it takes room only for what either of the two changes later. It
// survives a power cut once this has returned.
//
//   NOT_FOUND            no database in `path`, or no folder to hold `target`
//   FAILED_PRECONDITION  `target` is there already, or is being made
//   INVALID_ARGUMENT     `target` is inside of `path`
//   DATA_LOSS            the files in `path` do not fit together
//   RESOURCE_EXHAUSTED   no room
//   UNAVAILABLE          a file cannot be read or written; or a writer changed
//                        the folder at each of many attempts
//
// After an error there is no `target`. A process that dies leaves
// `target`.unfinished, which the next call removes.
absl::StatusOr<CheckpointReport> CheckpointDatabase(absl::string_view path,
                                                    absl::string_view target);

// One of the backups in a folder.
struct BackupInfo {
  uint32_t id = 0;          // from 1; a later backup has a larger one
  absl::Time time = {};     // when it was made
  uint64_t commit = 0;      // the last that it holds
  uint64_t size_bytes = 0;  // of its files, those that others share, too
  uint64_t file_count = 0;
  // DATA_LOSS where a file is missing or has another size, with its name; the
  // fields above, but for the number, are not known then.
  absl::Status damage = {};
};

// The backup that was made.
struct BackupReport {
  BackupInfo backup = {};
  uint64_t new_bytes = 0;  // that the folder grew by
};

// Adds the state of now to the backups in `folder`, which is made where it is
// not there. Tables that a backup there has are not written again. A folder
// holds the backups of one database.
//
// A copy stands in `path`/backup meanwhile, by hard links; one that a process
// left when it died is removed by the next call. The folder and its LOCK stay.
//
//   FAILED_PRECONDITION  `folder` holds something else, or another backup is
//                        being made there or of this database
//   else                 as CheckpointDatabase()
//
// After an error the backups before are as they were.
absl::StatusOr<BackupReport> BackupDatabase(absl::string_view path,
                                            absl::string_view folder);

// All backups in a folder, by number. NOT_FOUND where there is none.
absl::StatusOr<std::vector<BackupInfo>> ListBackups(absl::string_view folder);

// Reads all files of a backup, or of the newest where no number is given, and
// compares their checksums. Returns its number.
//
//   NOT_FOUND    there is no such backup
//   DATA_LOSS    a file is damaged or missing; the message names it
//   UNAVAILABLE  a file cannot be read
absl::StatusOr<uint32_t> VerifyBackup(absl::string_view folder,
                                      std::optional<uint32_t> id);

// Makes `target`, which is absent or an empty folder, the database of a backup;
// of the newest where no number is given. Compares checksums, and survives a
// power cut once it has returned. After an error there is no `target`.
//
//   FAILED_PRECONDITION  `target` is not empty, or is being made
//   RESOURCE_EXHAUSTED   no room
//   else                 as VerifyBackup()
absl::StatusOr<BackupInfo> RestoreBackup(absl::string_view folder,
                                         std::optional<uint32_t> id,
                                         absl::string_view target);

// Deletes all but the newest `count` sound backups, and the files that no other
// backup has. A damaged one does not count, and goes where it is older than
// those. Returns how many went.
//
//   INVALID_ARGUMENT     `count` is 0
//   FAILED_PRECONDITION  a backup is being made there
//   else                 as ListBackups()
absl::StatusOr<uint64_t> KeepNewestBackups(absl::string_view folder,
                                           uint64_t count);

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_ADMIN_H_
