// Runs the program `footfall` as a user would, and holds what came of it.

#ifndef FOOTFALL_TESTS_EXAMPLES_RUN_PROGRAM_H_
#define FOOTFALL_TESTS_EXAMPLES_RUN_PROGRAM_H_

#include <string>
#include <vector>

namespace footfall {

struct ProgramRun {
  int exit_code = -1;  // -1: ended by a signal
  std::string out;
  std::string err;
};

// Runs it with `arguments`, `input` on stdin and the repository's root as its
// folder.
ProgramRun RunProgram(const std::vector<std::string>& arguments,
                      const std::string& input = "");

// A folder that goes away with this.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A database with the example data, made once; for reading.
const std::string& ExampleDatabase();

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);

}  // namespace footfall

#endif  // FOOTFALL_TESTS_EXAMPLES_RUN_PROGRAM_H_
