#include "tests/examples/run_program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "tests/support/catch.h"

namespace footfall {

namespace {

// Replaces this (forked) process by the program. Does not return.
[[noreturn]] void Become(const std::vector<std::string>& arguments,
                         const std::string& in, const std::string& out,
                         const std::string& err) {
  const int flags = O_WRONLY | O_CREAT | O_TRUNC;
  const bool ready = dup2(open(in.c_str(), O_RDONLY), STDIN_FILENO) >= 0 &&
                     dup2(open(out.c_str(), flags, 0600), STDOUT_FILENO) >= 0 &&
                     dup2(open(err.c_str(), flags, 0600), STDERR_FILENO) >= 0 &&
                     chdir(FOOTFALL_SOURCE_DIR) == 0;
  std::vector<char*> words = {const_cast<char*>(FOOTFALL_PROGRAM)};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  if (ready) execv(FOOTFALL_PROGRAM, words.data());
  _exit(127);
}

}  // namespace

ProgramRun RunProgram(const std::vector<std::string>& arguments,
                      const std::string& input) {
  const TemporaryFolder folder;
  const std::string in = folder.File("in");
  const std::string out = folder.File("out");
  const std::string err = folder.File("err");
  WriteFile(in, input);
  const pid_t child = fork();
  if (child == 0) Become(arguments, in, out, err);
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  ProgramRun run;
  run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  run.out = ReadFile(out);
  run.err = ReadFile(err);
  return run;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "footfall-test-XXXXXX")
          .string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const std::string& ExampleDatabase() {
  static const TemporaryFolder folder;
  static const std::string path = [] {
    const std::string database = folder.File("demo");
    const ProgramRun run =
        RunProgram({"-f", "examples/data/load.footfall", database});
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return database;
  }();
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  REQUIRE(file.good());
}

}  // namespace footfall
