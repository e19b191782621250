// Reading a file of a database's folder without changing anything.

#ifndef FOOTFALL_STORAGE_STORE_FOLDER_FILE_H_
#define FOOTFALL_STORAGE_STORE_FOLDER_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace footfall::storage {

// An open file; closed with its object.
class FolderFile {
 public:
  // NOT_FOUND where there is none; else as FileError().
  static absl::StatusOr<FolderFile> Open(const std::string& path);

  FolderFile(FolderFile&& other) noexcept;
  FolderFile& operator=(FolderFile&& other) = delete;
  ~FolderFile();

  // Reads up to `size` bytes from `offset` on; fewer only at the end.
  absl::StatusOr<size_t> Read(uint64_t offset, size_t size, char* out) const;

 private:
  FolderFile(std::string path, int file)
      : path_(std::move(path)), file_(file) {}

  std::string path_;
  int file_;
};

// The whole of a file of at most `limit` bytes; of a larger one its front.
// Errors as FolderFile::Open().
absl::StatusOr<std::string> ReadFolderFile(const std::string& path,
                                           size_t limit);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_STORE_FOLDER_FILE_H_
