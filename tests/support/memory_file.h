// A file in memory that has a path, for code that opens one.

#ifndef FOOTFALL_TESTS_SUPPORT_MEMORY_FILE_H_
#define FOOTFALL_TESTS_SUPPORT_MEMORY_FILE_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

namespace footfall::testing {

// Ends the program where it cannot be made: no test can go on without it.
class MemoryFile {
 public:
  explicit MemoryFile(absl::string_view bytes)
      : descriptor_(memfd_create("footfall_test", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || write(descriptor_, bytes.data(), bytes.size()) !=
                               static_cast<ssize_t>(bytes.size())) {
      std::abort();
    }
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // Each opening begins at its first byte.
  std::string path() const {
    return "/proc/self/fd/" + std::to_string(descriptor_);
  }

 private:
  const int descriptor_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_MEMORY_FILE_H_
