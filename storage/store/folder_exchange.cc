#include "storage/store/folder_exchange.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/base/file_error.h"
#include "storage/base/status_macros.h"
#include "storage/store/folder_file.h"

namespace footfall::storage {
namespace {

namespace fs = std::filesystem;

// In the repair folder: old files go out, new ones come in.
constexpr char kGoing[] = "GOING";
constexpr char kComing[] = "COMING";
constexpr char kCurrent[] = "CURRENT";

absl::Status Failed(const std::string& path, int error) {
  return FileError(error, absl::StrCat("repair: ", path));
}

absl::Status Checked(const std::error_code& error, const std::string& path) {
  return error ? Failed(path, error.value()) : absl::OkStatus();
}

absl::Status SyncFolder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return Failed(path, errno);
  const int failed = fsync(folder) == 0 ? 0 : errno;
  close(folder);
  return failed == 0 ? absl::OkStatus() : Failed(path, failed);
}

absl::Status Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  return Checked(error, from);
}

// Names of the files in a folder, CURRENT first.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(path, error);
  while (!error && entry != fs::directory_iterator()) {
    std::error_code ignored;
    if (!entry->is_directory(ignored)) {
      names.push_back(entry->path().filename().string());
    }
    entry.increment(error);
  }
  FOOTFALL_RETURN_IF_ERROR(Checked(error, path));
  std::sort(names.begin(), names.end(),
            [](const std::string& a, const std::string& b) {
              return (a != kCurrent) < (b != kCurrent) ||
                     ((a != kCurrent) == (b != kCurrent) && a < b);
            });
  return names;
}

// Files that belong to no state of the database.
bool Stays(const std::string& name) {
  return name == "LOCK" || name == "LOG" || name == kGoing || name == kComing;
}

absl::Status MoveOut(const std::string& path, const std::string& lost) {
  const std::string repair = RepairFolder(path);
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> old, FilesOf(path));
  for (const std::string& name : old) {
    if (Stays(name)) continue;
    const std::string from = absl::StrCat(path, "/", name);
    const std::string kept = absl::StrCat(repair, "/", name);
    std::error_code error;
    // A table that stays has both names until the repair folder goes. Were one
    // removed here, a crash would leave a table that seems to be an old one.
    if (fs::equivalent(from, kept, error)) continue;
    FOOTFALL_RETURN_IF_ERROR(
        Rename(from, absl::StrCat(path, "/", lost, "/", name)));
    if (name == kCurrent) FOOTFALL_RETURN_IF_ERROR(SyncFolder(path));
  }
  FOOTFALL_RETURN_IF_ERROR(SyncFolder(absl::StrCat(path, "/", lost)));
  return SyncFolder(path);
}

absl::Status MoveIn(const std::string& path) {
  const std::string repair = RepairFolder(path);
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<std::string> names, FilesOf(repair));
  std::reverse(names.begin(), names.end());  // CURRENT last
  for (const std::string& name : names) {
    if (Stays(name)) continue;
    if (name == kCurrent) FOOTFALL_RETURN_IF_ERROR(SyncFolder(path));
    FOOTFALL_RETURN_IF_ERROR(
        Rename(absl::StrCat(repair, "/", name), absl::StrCat(path, "/", name)));
  }
  return SyncFolder(path);
}

}  // namespace

std::string RepairFolder(const std::string& path) { return path + "/repair"; }

absl::Status MakeRepairFolder(const std::string& path) {
  const std::string repair = RepairFolder(path);
  std::error_code error;
  fs::remove_all(repair, error);
  FOOTFALL_RETURN_IF_ERROR(Checked(error, repair));
  fs::create_directory(repair, error);
  return Checked(error, repair);
}

absl::StatusOr<std::string> MakeLostFolder(const std::string& path) {
  for (int number = 1;; ++number) {
    const std::string lost = absl::StrCat("lost/", number);
    const std::string folder = absl::StrCat(path, "/", lost);
    std::error_code error;
    if (fs::exists(folder, error)) continue;
    fs::create_directories(folder, error);
    FOOTFALL_RETURN_IF_ERROR(Checked(error, folder));
    return lost;
  }
}

absl::Status BeginExchange(const std::string& path, const std::string& lost) {
  const std::string repair = RepairFolder(path);
  FOOTFALL_RETURN_IF_ERROR(SyncFolder(repair));
  FOOTFALL_RETURN_IF_ERROR(
      WriteDurably(absl::StrCat(repair, "/", kGoing, ".tmp"), lost));
  FOOTFALL_RETURN_IF_ERROR(Rename(absl::StrCat(repair, "/", kGoing, ".tmp"),
                                  absl::StrCat(repair, "/", kGoing)));
  FOOTFALL_RETURN_IF_ERROR(SyncFolder(repair));
  return SyncFolder(path);
}

bool HasExchange(const std::string& path) {
  std::error_code ignored;
  const std::string repair = RepairFolder(path);
  return fs::exists(absl::StrCat(repair, "/", kGoing), ignored) ||
         fs::exists(absl::StrCat(repair, "/", kComing), ignored);
}

absl::StatusOr<std::string> FinishExchange(const std::string& path) {
  constexpr size_t kMaxName = 64;
  const std::string repair = RepairFolder(path);
  const std::string going = absl::StrCat(repair, "/", kGoing);
  const std::string coming = absl::StrCat(repair, "/", kComing);
  absl::StatusOr<std::string> lost = ReadFolderFile(going, kMaxName);
  if (lost.ok()) {
    FOOTFALL_RETURN_IF_ERROR(MoveOut(path, *lost));
    FOOTFALL_RETURN_IF_ERROR(Rename(going, coming));
    FOOTFALL_RETURN_IF_ERROR(SyncFolder(repair));
  } else {
    lost = ReadFolderFile(coming, kMaxName);
    if (absl::IsNotFound(lost.status())) return std::string();
    if (!lost.ok()) return lost.status();
  }
  FOOTFALL_RETURN_IF_ERROR(MoveIn(path));
  std::error_code error;
  fs::remove_all(repair, error);
  FOOTFALL_RETURN_IF_ERROR(Checked(error, repair));
  return *lost;
}

absl::Status LinkOrCopy(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::create_hard_link(from, to, error);
  if (!error) return absl::OkStatus();
  const uintmax_t size = fs::file_size(from, error);
  FOOTFALL_RETURN_IF_ERROR(Checked(error, from));
  return CopyFront(from, to, size);
}

absl::Status CopyFront(const std::string& from, const std::string& to,
                       uint64_t size) {
  constexpr uint64_t kPiece = uint64_t{1} << 20;
  FOOTFALL_ASSIGN_OR_RETURN(const FolderFile file, FolderFile::Open(from));
  FOOTFALL_RETURN_IF_ERROR(WriteDurably(to, ""));
  const int out = open(to.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (out < 0) return Failed(to, errno);
  std::string bytes(std::min(size, kPiece), '\0');
  absl::Status status;
  for (uint64_t at = 0; status.ok() && at < size;) {
    const absl::StatusOr<size_t> count =
        file.Read(at, std::min(size - at, kPiece), bytes.data());
    status = count.status();
    if (!status.ok() || *count == 0) break;
    for (size_t done = 0; status.ok() && done < *count;) {
      const ssize_t written = write(out, bytes.data() + done, *count - done);
      if (written < 0 && errno != EINTR) status = Failed(to, errno);
      if (written > 0) done += static_cast<size_t>(written);
    }
    at += *count;
  }
  if (status.ok() && fsync(out) != 0) status = Failed(to, errno);
  close(out);
  return status;
}

absl::Status WriteDurably(const std::string& path, absl::string_view bytes) {
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return Failed(path, errno);
  absl::Status status;
  while (status.ok() && !bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) status = Failed(path, errno);
    if (written > 0) bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (status.ok() && fsync(file) != 0) status = Failed(path, errno);
  close(file);
  return status;
}

}  // namespace footfall::storage
