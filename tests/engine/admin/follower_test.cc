// Databases that are open for reading beside a process that writes.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "footfall/database.h"
#include "tests/engine/admin/busy_writer.h"
#include "tests/model/plain_database.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

// Refreshes of each kind; FOOTFALL_LONG does more.
int Refreshes() { return std::getenv("FOOTFALL_LONG") == nullptr ? 12 : 200; }

std::unique_ptr<Database> OpenReader(const std::string& path) {
  DatabaseOptions options;
  options.read_only = true;
  options.memory_budget_bytes = 16 << 20;
  auto database = Database::Open(path, options);
  INFO(database.status());
  REQUIRE(database.ok());
  return *std::move(database);
}

PlainDatabase Read(const Snapshot& snapshot) {
  auto found = ReadAll(snapshot);
  INFO(found.status());
  REQUIRE(found.ok());
  return *std::move(found);
}

std::map<std::string, std::string> FilesOf(const std::string& path) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

// Where the writer changes its folder at each of the attempts that one call
// makes, as one that only loads does beside a reader with sanitizers, the
// answer is UNAVAILABLE: try again.
auto RefreshInTime(Database* reader) {
  auto state = reader->Refresh();
  for (int i = 0; i < 50 && absl::IsUnavailable(state.status()); ++i) {
    state = reader->Refresh();
  }
  return state;
}

TEST_CASE("a reader beside a busy writer sees whole commits, never going back",
          "[admin][follower]") {
  const auto scenario =
      GENERATE(Scenario::kWrite, Scenario::kFold, Scenario::kCompact,
               Scenario::kBulkLoad, Scenario::kImport);
  CAPTURE(kScenarioNames[static_cast<int>(scenario)]);
  BusyWriter writer(scenario, Durability::kProcessCrash);
  const auto reader = OpenReader(writer.path());
  Batches shown;
  uint64_t commit = reader->TakeSnapshot()->commit();
  std::shared_ptr<const Snapshot> held;
  PlainDatabase held_state;
  for (int i = 0; i < Refreshes(); ++i) {
    CAPTURE(i);
    if (i == Refreshes() / 2) {
      // Another process takes over.
      writer.Stop();
      writer.Start();
    }
    writer.WaitForMore(1);
    const Batches least = writer.acknowledged();
    const auto state = RefreshInTime(reader.get());
    const Batches most = writer.started();
    INFO(state.status());
    REQUIRE(state.ok());
    CHECK(state->previous_commit == commit);
    CHECK(state->commit >= commit);
    CHECK(state->newest_commit == state->commit);
    commit = state->commit;
    const auto snapshot = reader->TakeSnapshot();
    CHECK(snapshot->commit() == commit);
    PlainDatabase found = Read(*snapshot);
    const Batches now = writer.Check(found, least, most);
    for (int w = 0; w < kWriters; ++w) CHECK(now.of[w] >= shown.of[w]);
    shown = now;
    // What was taken before shows what it has shown.
    if (held != nullptr && i % 3 == 0) {
      const auto difference = Difference(held_state, Read(*held));
      if (difference) FAIL(*difference);
      held = nullptr;
    }
    if (held == nullptr) {
      held = snapshot;
      held_state = std::move(found);
    }
  }
}

TEST_CASE("a reader tells how far behind it is, and writes no byte",
          "[admin][follower]") {
  BusyWriter writer(Scenario::kFold, Durability::kProcessCrash);
  const auto reader = OpenReader(writer.path());
  const auto opened = reader->Lag();
  REQUIRE(opened.ok());
  writer.WaitForMore(20);
  const auto lag = reader->Lag();
  INFO(lag.status());
  REQUIRE(lag.ok());
  CHECK(lag->commit == opened->commit);
  CHECK(lag->newest_commit >= opened->newest_commit + 20);
  CHECK(reader->TakeSnapshot()->commit() == lag->commit);
  writer.Stop();
  const auto before = FilesOf(writer.path());
  for (int i = 0; i < 3; ++i) {
    const auto state = reader->Refresh();
    INFO(state.status());
    REQUIRE(state.ok());
    CHECK(state->commit >= lag->newest_commit);
    CHECK(reader->Lag()->newest_commit == state->commit);
    Read(*reader->TakeSnapshot());
  }
  REQUIRE(reader->Close().ok());
  CHECK(FilesOf(writer.path()) == before);
  CHECK(absl::IsFailedPrecondition(reader->Refresh().status()));
}

TEST_CASE("a reader in the process that writes follows, too",
          "[admin][follower]") {
  TempDir home;
  auto writer = Database::Open(home / "db", {});
  REQUIRE(writer.ok());
  const auto reader = OpenReader(home / "db");
  const auto write = [&](const MetricSpec& spec, int64_t step) {
    const auto metric = (*writer)->Define(spec);
    REQUIRE(metric.ok());
    SampleBatch batch;
    batch.RowsOf(*metric).AddStep(step, {"a"}, step);
    REQUIRE((*writer)->Write(batch, {}).ok());
  };
  const auto check = [&] {
    const auto state = reader->Refresh();
    INFO(state.status());
    REQUIRE(state.ok());
    CHECK(state->commit == (*writer)->Stats().commit);
    const auto difference = Difference(Read(*(*writer)->TakeSnapshot()),
                                       Read(*reader->TakeSnapshot()));
    if (difference) FAIL(*difference);
  };
  check();
  write(CrashSpec(0), 1);
  check();
  write(CrashSpec(0), 2);
  write(CrashSpec(1), 3);
  check();
  // Names of all kinds, added and taken away.
  SampleBatch names;
  names.AddEvent({.kind = "k", .name = "n", .date = *ParseDate("2025")});
  names.AddAlias({.dimension = "app", .old_name = "a", .new_name = "b"});
  REQUIRE((*writer)->Write(names, {}).ok());
  check();
  SampleBatch removed;
  removed.RemoveEvent("k", "n", *ParseDate("2025"));
  REQUIRE((*writer)->Write(removed, {}).ok());
  check();
  REQUIRE((*writer)->RunUpkeep().ok());
  check();
  REQUIRE((*writer)->DropMetric("minutely").ok());
  check();
  REQUIRE((*writer)->Compact().ok());
  check();
  // Nothing to refresh where it is open for writing.
  const auto own = (*writer)->Refresh();
  REQUIRE(own.ok());
  CHECK(own->commit == (*writer)->Stats().commit);
}

}  // namespace
}  // namespace footfall::testing
