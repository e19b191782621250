#include "storage/store/folder_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/base/file_error.h"
#include "storage/base/status_macros.h"

namespace footfall::storage {

absl::StatusOr<FolderFile> FolderFile::Open(const std::string& path) {
  // A FIFO of that name must not make the caller wait.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file >= 0) return FolderFile(path, file);
  const int error = errno;
  const absl::Status status = FileError(error, path);
  return error == ENOENT ? absl::NotFoundError(status.message()) : status;
}

FolderFile::FolderFile(FolderFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

FolderFile::~FolderFile() {
  if (file_ >= 0) close(file_);
}

absl::StatusOr<size_t> FolderFile::Read(uint64_t offset, size_t size,
                                        char* out) const {
  size_t have = 0;
  while (have < size) {
    const ssize_t count = pread(file_, out + have, size - have,
                                static_cast<off_t>(offset + have));
    if (count == 0) break;
    if (count > 0) {
      have += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      const int error = errno;
      return FileError(error, absl::StrCat(path_, ": cannot be read"));
    }
  }
  return have;
}

absl::StatusOr<std::string> ReadFolderFile(const std::string& path,
                                           size_t limit) {
  constexpr size_t kPiece = size_t{64} << 10;
  FOOTFALL_ASSIGN_OR_RETURN(const FolderFile file, FolderFile::Open(path));
  std::string bytes;
  while (bytes.size() < limit) {
    const size_t before = bytes.size();
    const size_t wanted = std::min(kPiece, limit - before);
    bytes.resize(before + wanted);
    FOOTFALL_ASSIGN_OR_RETURN(const size_t count,
                              file.Read(before, wanted, bytes.data() + before));
    bytes.resize(before + count);
    if (count < wanted) break;
  }
  return bytes;
}

}  // namespace footfall::storage
