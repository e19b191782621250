#include "storage/store/rocksdb_new_folder.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/base/status_macros.h"
#include "storage/store/rocksdb_parts.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

// Without a slash at its end.
std::string Trimmed(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// False where a folder was there and was gone, or named, a moment later:
// RocksDB then says that what is there is no folder.
bool IsInTheWay(const rocksdb::Status& made, const std::string& path) {
  if (!absl::StrContains(made.ToString(), "exists but is not a directory")) {
    return true;
  }
  std::error_code ignored;
  const fs::file_type type = fs::symlink_status(path, ignored).type();
  return type != fs::file_type::not_found && type != fs::file_type::directory;
}

}  // namespace

absl::Status FileStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (status.IsNoSpace() ||
      absl::StrContains(text, "No space left on device") ||
      absl::StrContains(text, "Disk quota exceeded")) {
    return absl::ResourceExhaustedError(absl::StrCat(what, ": ", text));
  }
  return ToStatus(status, what);
}

absl::Status SyncNames(rocksdb::Env* env, const std::string& folder) {
  std::unique_ptr<rocksdb::Directory> names;
  rocksdb::Status status = env->NewDirectory(folder, &names);
  if (status.ok()) status = names->Fsync();
  return FileStatus(status, folder);
}

std::string ParentOf(const std::string& path) {
  const std::string parent = fs::path(Trimmed(path)).parent_path().string();
  return parent.empty() ? "." : parent;
}

NewFolder::NewFolder(rocksdb::Env* env, std::string target)
    : env_(env),
      target_(Trimmed(std::move(target))),
      path_(target_ + ".unfinished") {}

NewFolder::~NewFolder() {
  if (begun_) Remove(path_);
}

absl::Status NewFolder::CheckTarget(bool may_be_empty) const {
  std::error_code error;
  const fs::file_status found = fs::symlink_status(target_, error);
  if (found.type() == fs::file_type::not_found) {
    if (fs::is_directory(ParentOf(target_), error)) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat(
        target_, ": cannot be made: ", ParentOf(target_), " is no folder"));
  }
  if (!may_be_empty) {
    return absl::FailedPreconditionError(absl::StrCat(
        target_, ": is there already; choose a name that is not taken"));
  }
  if (!fs::is_directory(found)) {
    return absl::FailedPreconditionError(
        absl::StrCat(target_, ": is there already, and is no folder"));
  }
  const bool is_empty = fs::is_empty(target_, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat(target_, ": cannot be read: ", error.message()));
  }
  if (is_empty) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(target_, ": is not empty; choose a new or an empty folder"));
}

absl::Status NewFolder::Begin(bool may_be_empty) {
  FOOTFALL_RETURN_IF_ERROR(CheckTarget(may_be_empty));
  const auto made_elsewhere = [this] {
    return absl::FailedPreconditionError(
        absl::StrCat(target_,
                     ": is being made by another process, or by another call "
                     "of this one"));
  };
  const rocksdb::Status made = env_->CreateDirIfMissing(path_);
  if (!made.ok() && !IsInTheWay(made, path_)) return made_elsewhere();
  FOOTFALL_RETURN_IF_ERROR(FileStatus(made, path_));
  lock_.emplace(env_, path_, /*makes_file=*/true);
  // Not found: the one that made it has just given it its name.
  if (lock_->IsHeldElsewhere() || lock_->status().IsPathNotFound()) {
    env_->DeleteDir(path_).PermitUncheckedError();  // where it is empty
    return made_elsewhere();
  }
  FOOTFALL_RETURN_IF_ERROR(FileStatus(lock_->status(), path_));
  begun_ = true;
  RemoveFiles(path_);  // of what a process left that died
  // Another call may have made it since.
  return CheckTarget(may_be_empty);
}

absl::Status NewFolder::Finish() {
  // The lock is held, and its file goes along: else another call would take
  // the folder for one that a process left.
  FOOTFALL_RETURN_IF_ERROR(SyncNames(env_, path_));
  FOOTFALL_RETURN_IF_ERROR(
      FileStatus(env_->RenameFile(path_, target_), target_));
  begun_ = false;
  const absl::Status synced = SyncNames(env_, ParentOf(target_));
  if (!synced.ok()) Remove(target_);
  lock_.reset();
  return synced;
}

// By the environment, which may be that of a test.
void NewFolder::RemoveFiles(const std::string& folder) {
  std::vector<std::string> names;
  env_->GetChildren(folder, &names).PermitUncheckedError();
  for (const std::string& name : names) {
    if (name == kLockFile) continue;
    env_->DeleteFile(absl::StrCat(folder, "/", name)).PermitUncheckedError();
  }
}

void NewFolder::Remove(const std::string& folder) {
  RemoveFiles(folder);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace footfall::storage
