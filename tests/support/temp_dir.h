// A folder that goes with its object.

#ifndef FOOTFALL_TESTS_SUPPORT_TEMP_DIR_H_
#define FOOTFALL_TESTS_SUPPORT_TEMP_DIR_H_

#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace footfall::testing {

// Made in $TMPDIR (default /tmp). Ends the program where that cannot be: no
// test can go on without it.
class TempDir {
 public:
  TempDir() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent != nullptr ? parent : "/tmp") +
            "/footfall_test_XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) {
      std::perror(path_.c_str());
      std::exit(1);
    }
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // A name in the folder; nothing is made.
  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_SUPPORT_TEMP_DIR_H_
