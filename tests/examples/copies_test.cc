// --checkpoint, --backup, --backups and --restore as a user meets them.

#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

namespace fs = std::filesystem;
using absl::StrContains;

// All that --dump writes of a database.
std::string DumpOf(const std::string& path) {
  const TemporaryFolder folder;
  const ProgramRun run = RunProgram({"--dump", folder.File("dump"), path});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  std::string all;
  for (const auto& entry : fs::directory_iterator(folder.File("dump"))) {
    absl::StrAppend(&all, entry.path().filename().string(), "\n",
                    ReadFile(entry.path()));
  }
  return all;
}

void Run(const std::string& statements, const std::string& path) {
  const ProgramRun run = RunProgram({"-c", statements, path});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
}

TEST_CASE("a checkpoint has the same dump", "[program]") {
  const TemporaryFolder folder;
  const std::string copy = folder.File("copy");
  const ProgramRun made = RunProgram({"--checkpoint", copy, ExampleDatabase()});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(StrContains(made.err, " tables of "));
  CHECK(DumpOf(copy) == DumpOf(ExampleDatabase()));
  CHECK(RunProgram({"--verify", copy}).exit_code == 0);
  const ProgramRun again =
      RunProgram({"--checkpoint", copy, ExampleDatabase()});
  CHECK(again.exit_code == 3);
  CHECK(StrContains(again.err, "is there already"));
  const ProgramRun inside = RunProgram(
      {"--checkpoint", ExampleDatabase() + "/copy", ExampleDatabase()});
  CHECK(inside.exit_code == 3);
  CHECK(StrContains(inside.err, "is inside of the database"));
  const ProgramRun none =
      RunProgram({"--checkpoint", folder.File("b"), folder.File("none")});
  CHECK(none.exit_code == 3);
  CHECK(StrContains(none.err, "there is no database"));
}

TEST_CASE("each backup has the dump of its time", "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("db");
  const std::string backups = folder.File("backups");
  std::string dumps[3];
  Run("DEFINE METRIC dau INTEGER EVERY day OVER TIME ADDS BY app", path);
  for (int i = 0; i < 3; ++i) {
    Run(absl::StrCat("ADD EVENT 'release' 'r", i, "' ON 2025-01-0", i + 1),
        path);
    dumps[i] = DumpOf(path);
    const ProgramRun backup = RunProgram({path, "--backup", backups});
    INFO(backup.err);
    REQUIRE(backup.exit_code == 0);
    CHECK(StrContains(backup.err, absl::StrCat("backup ", i + 1, ": commit ")));
  }
  const ProgramRun listed = RunProgram({"--backups", backups});
  CHECK(listed.exit_code == 0);
  CHECK(StrContains(listed.out, "1  20"));
  CHECK(StrContains(listed.out, "\n3  20"));
  const ProgramRun verified = RunProgram({"--backups", backups, "--verify"});
  CHECK(verified.exit_code == 0);
  CHECK(StrContains(verified.out, "sound"));

  const std::string first = folder.File("first");
  const ProgramRun restored =
      RunProgram({"--restore", backups, "--id", "1", first});
  INFO(restored.err);
  REQUIRE(restored.exit_code == 0);
  CHECK(DumpOf(first) == dumps[0]);
  const ProgramRun full = RunProgram({"--restore", backups, first});
  CHECK(full.exit_code == 3);
  CHECK(StrContains(full.err, "is not empty"));
  CHECK(DumpOf(first) == dumps[0]);
  const std::string newest = folder.File("newest");
  REQUIRE(RunProgram({"--restore", backups, newest}).exit_code == 0);
  CHECK(DumpOf(newest) == dumps[2]);

  const ProgramRun kept =
      RunProgram({path, "--backup", backups, "--keep", "2"});
  CHECK(kept.exit_code == 0);
  CHECK(StrContains(kept.err, "2 older backups deleted"));
  CHECK(RunProgram({"--restore", backups, "--id", "1", folder.File("gone")})
            .exit_code == 3);

  // One byte of one file.
  for (const auto& entry : fs::directory_iterator(backups + "/private/4")) {
    if (!StrContains(entry.path().string(), "MANIFEST")) continue;
    std::string bytes = ReadFile(entry.path());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    WriteFile(entry.path(), bytes);
  }
  const ProgramRun damaged = RunProgram({"--backups", backups, "--verify"});
  CHECK(damaged.exit_code == 4);
  CHECK(StrContains(damaged.out, "4  damaged: "));
  CHECK(StrContains(damaged.out, "MANIFEST"));
  const ProgramRun refused =
      RunProgram({"--restore", backups, folder.File("bad")});
  CHECK(refused.exit_code == 3);
  CHECK(StrContains(refused.err, "MANIFEST"));
  CHECK_FALSE(fs::exists(folder.File("bad")));
}

TEST_CASE("what was rolled up comes along in copies, and to readers",
          "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("db");
  std::string insert = "INSERT INTO m (TIME, VALUE, app) VALUES ";
  for (int day = 1; day <= 28; ++day) {
    absl::StrAppend(&insert, day > 1 ? ", " : "", "(2024-02-", day / 10,
                    day % 10, ", ", day * day, ", 'A'), (2024-03-", day / 10,
                    day % 10, ", ", day, ", 'B')");
  }
  Run("DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY app;" + insert,
      path);
  const auto ask = [](const std::string& database) {
    const ProgramRun run = RunProgram(
        {"--readonly", "--mode", "csv", database,
         "SELECT sum(m) AS s DURING 2024-01..2024-04 BY app EVERY month"});
    INFO(run.err);
    REQUIRE(run.exit_code == 0);
    return run.out;
  };
  CHECK(StrContains(ask(path), "A,2024-02,7714,exact,28,29,false"));
  Run("ALTER METRIC m SET KEEP days 1 week, months FOREVER", path);
  const std::string answer = ask(path);
  CHECK(StrContains(answer, "A,2024-02,7714,exact,0,1,false"));
  CHECK(StrContains(answer, "B,2024-03,406,exact,0,1,false"));
  Run("COMPACT", path);
  CHECK(ask(path) == answer);
  const std::string copy = folder.File("copy");
  REQUIRE(RunProgram({"--checkpoint", copy, path}).exit_code == 0);
  REQUIRE(RunProgram({"--backup", folder.File("backups"), path}).exit_code ==
          0);
  const std::string restored = folder.File("restored");
  REQUIRE(
      RunProgram({"--restore", folder.File("backups"), restored}).exit_code ==
      0);
  for (const std::string& other : {copy, restored}) {
    CHECK(ask(other) == answer);
    CHECK(RunProgram({"--verify", other}).exit_code == 0);
  }
  // Rows for days that were rolled up are left out and counted.
  const ProgramRun late = RunProgram(
      {"-c", "INSERT INTO m (TIME, VALUE, app) VALUES (2024-02-29, 1, 'A')",
       restored});
  CHECK(late.exit_code == 0);
  CHECK(StrContains(late.err, "1 row"));
  CHECK(ask(restored) == answer);
}

}  // namespace
}  // namespace footfall
