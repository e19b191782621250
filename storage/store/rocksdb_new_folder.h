// A folder that appears whole or not at all.

#ifndef FOOTFALL_STORAGE_STORE_ROCKSDB_NEW_FOLDER_H_
#define FOOTFALL_STORAGE_STORE_ROCKSDB_NEW_FOLDER_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/env.h"
#include "storage/store/rocksdb_record.h"

namespace footfall::storage {

// The status of a file call for people; `what` begins the message.
absl::Status FileStatus(const rocksdb::Status& status, absl::string_view what);

// Syncs the names in a folder.
absl::Status SyncNames(rocksdb::Env* env, const std::string& folder);

// The folder that holds this one.
std::string ParentOf(const std::string& path);

// A copy of a database while it is made: in the folder TARGET.unfinished, which
// gets its name once everything in it is on the medium. One that a process left
// when it died is removed by the next that makes the same target.
class NewFolder {
 public:
  // `env` outlives it.
  NewFolder(rocksdb::Env* env, std::string target);
  // Removes what was not finished.
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  // Makes the folder to be filled.
  //
  //   FAILED_PRECONDITION  the target is there (where `may_be_empty`, it is
  //                        more than an empty folder), or another is making it
  //   NOT_FOUND            the folder that is to hold it is not there
  //   RESOURCE_EXHAUSTED   no room; UNAVAILABLE: it cannot be written
  absl::Status Begin(bool may_be_empty);

  // Where to put the files.
  const std::string& path() const { return path_; }

  // The folder is the target from here on, whatever happens. Requires: its
  // files are synced. After an error there is none.
  absl::Status Finish();

 private:
  absl::Status CheckTarget(bool may_be_empty) const;
  void RemoveFiles(const std::string& folder);  // but the lock
  void Remove(const std::string& folder);

  rocksdb::Env* const env_;
  const std::string target_;
  const std::string path_;
  std::optional<FolderLock> lock_;
  bool begun_ = false;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_ROCKSDB_NEW_FOLDER_H_
