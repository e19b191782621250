// Killed at any moment, a copy leaves no folder of its name, and the next one
// with that name succeeds.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/admin.h"
#include "footfall/database.h"
#include "tests/engine/admin/busy_writer.h"
#include "tests/model/plain_database.h"
#include "tests/support/catch.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a process that dies while it copies leaves no half of a copy",
          "[admin][checkpoint]") {
  BusyWriter writer(Scenario::kFold, Durability::kProcessCrash);
  writer.WaitForMore(20);
  writer.Stop();
  // No database is opened in this process until the last fork().
  constexpr int kKills = 20;
  int cut_off = 0;
  int unfinished = 0;
  for (int i = 0; i < kKills || (unfinished == 0 && i < 100 * kKills); ++i) {
    CAPTURE(i);
    const std::string target = writer.File(absl::StrCat("copy", i));
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      // So that this process is not kept waiting until the copy is done.
      if (nice(19) == -1) _exit(2);
      const auto copied = CheckpointDatabase(writer.path(), target);
      _exit(copied.ok() ? 0 : 1);
    }
    int status = 0;
    bool ended = false;
    if (i % 2 == 0) {
      usleep(static_cast<useconds_t>(700 * (i % kKills)));
    } else {
      // In the middle, however fast the medium is.
      while (!ended && !fs::exists(target + ".unfinished")) {
        ended = waitpid(child, &status, WNOHANG) == child;
      }
    }
    if (!ended) {
      REQUIRE(kill(child, SIGKILL) == 0);
      REQUIRE(waitpid(child, &status, 0) == child);
    }
    unfinished += fs::exists(target + ".unfinished") ? 1 : 0;
    if (!fs::exists(target)) {
      ++cut_off;
      const auto copied = CheckpointDatabase(writer.path(), target);
      INFO(copied.status());
      REQUIRE(copied.ok());
    }
    CHECK_FALSE(fs::exists(target + ".unfinished"));
  }
  CHECK(cut_off > 0);
  CHECK(unfinished > 0);
  for (int i = 0; i < kKills; i += 3) {
    CAPTURE(i);
    DatabaseOptions options;
    options.read_only = true;
    const auto database =
        Database::Open(writer.File(absl::StrCat("copy", i)), options);
    INFO(database.status());
    REQUIRE(database.ok());
    const auto found = ReadAll(*(*database)->TakeSnapshot());
    REQUIRE(found.ok());
    writer.Check(*found, writer.acknowledged(), writer.started());
  }
}

}  // namespace
}  // namespace footfall::testing
