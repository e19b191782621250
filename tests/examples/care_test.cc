// --verify and --repair as a user meets them.

#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

namespace fs = std::filesystem;
using absl::StrContains;

// Name and bytes of every file.
std::map<std::string, std::string> FilesOf(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      files[entry.path().filename().string()] = ReadFile(entry.path());
    }
  }
  return files;
}

TEST_CASE("one flipped bit of MANIFEST is refused, found and repaired",
          "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("demo");
  fs::copy(ExampleDatabase(), path, fs::copy_options::recursive);
  std::string manifest;
  for (const auto& [name, bytes] : FilesOf(path)) {
    if (absl::StartsWith(name, "MANIFEST")) manifest = name;
  }
  std::string bytes = ReadFile(path + "/" + manifest);
  REQUIRE(bytes.size() > 65);
  bytes[65] = static_cast<char>(bytes[65] ^ 4);
  WriteFile(path + "/" + manifest, bytes);
  const auto damaged = FilesOf(path);

  const ProgramRun asked = RunProgram({"-c", "SHOW METRICS", path});
  CHECK(asked.exit_code == 3);
  CHECK(asked.out.empty());
  CHECK(StrContains(asked.err, absl::StrCat(manifest, " at ")));
  CHECK(StrContains(asked.err, "--repair"));
  CHECK(FilesOf(path) == damaged);

  const ProgramRun verified = RunProgram({"--verify", path});
  CHECK(verified.exit_code == 4);
  CHECK(StrContains(verified.out, absl::StrCat("damaged: ", manifest)));
  CHECK(FilesOf(path) == damaged);

  const ProgramRun repaired = RunProgram({"--repair", path});
  INFO(repaired.err);
  CHECK(repaired.exit_code == 0);
  CHECK(StrContains(repaired.err, "from the record FOOTFALL"));
  CHECK_FALSE(StrContains(repaired.out, "lost:"));

  CHECK(RunProgram({"--verify", path}).exit_code == 0);
  const char* const question = "SELECT dau BY app, platform, region";
  const ProgramRun before = RunProgram({"-c", question, ExampleDatabase()});
  const ProgramRun after = RunProgram({"-c", question, path});
  CHECK(before.exit_code == 0);
  CHECK(after.out == before.out);
}

TEST_CASE("a sound database is sound, and an absent one cannot be read",
          "[program]") {
  const ProgramRun sound = RunProgram({"--verify", ExampleDatabase()});
  CHECK(sound.exit_code == 0);
  CHECK(sound.out.empty());
  CHECK(StrContains(sound.err, "all sound"));
  const TemporaryFolder folder;
  for (const char* option : {"--verify", "--repair"}) {
    const ProgramRun absent = RunProgram({option, folder.File("none")});
    CHECK(absent.exit_code == 3);
    CHECK(StrContains(absent.err, "there is no database"));
  }
}

}  // namespace
}  // namespace footfall
