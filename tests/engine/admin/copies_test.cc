// Copies and backups of a database that another process writes to.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/admin.h"
#include "footfall/database.h"
#include "footfall/verify.h"
#include "tests/engine/admin/busy_writer.h"
#include "tests/model/plain_database.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

// Copies of each kind; FOOTFALL_LONG makes more.
uint32_t Copies() { return std::getenv("FOOTFALL_LONG") == nullptr ? 2 : 20; }

// What a folder holds, opened for writing as a database of its own.
PlainDatabase OpenAndRead(const std::string& path) {
  const auto report = VerifyDatabase(path);
  INFO(report.status());
  REQUIRE(report.ok());
  for (const Finding& finding : report->findings) {
    FAIL_CHECK(FormatFinding(finding));
  }
  const auto database = Database::Open(path, {});
  INFO(database.status());
  REQUIRE(database.ok());
  auto found = ReadAll(*(*database)->TakeSnapshot());
  INFO(found.status());
  REQUIRE(found.ok());
  REQUIRE((*database)->Close().ok());
  return *std::move(found);
}

TEST_CASE("a checkpoint beside a busy writer is a state between two commits",
          "[admin][checkpoint]") {
  // Batches of the log, tables that are published, folding and compacting.
  const auto scenario =
      GENERATE(Scenario::kWrite, Scenario::kFold, Scenario::kCompact,
               Scenario::kBulkLoad, Scenario::kImport);
  CAPTURE(kScenarioNames[static_cast<int>(scenario)]);
  BusyWriter writer(scenario, Durability::kProcessCrash);
  for (uint32_t i = 0; i < Copies(); ++i) {
    CAPTURE(i);
    writer.WaitForMore(2);
    const std::string target = writer.File(absl::StrCat("copy", i));
    const Batches least = writer.acknowledged();
    const auto report = CheckpointDatabase(writer.path(), target);
    const Batches most = writer.started();
    INFO(report.status());
    REQUIRE(report.ok());
    CHECK(report->linked_bytes == report->table_bytes);
    writer.Check(OpenAndRead(target), least, most);
    fs::remove_all(target);
  }
}

TEST_CASE("backups beside a busy writer are states between two commits",
          "[admin][backup]") {
  const auto scenario = GENERATE(Scenario::kFold, Scenario::kBulkLoad);
  CAPTURE(kScenarioNames[static_cast<int>(scenario)]);
  BusyWriter writer(scenario, Durability::kProcessCrash);
  const std::string backups = writer.File("backups");
  const uint32_t count = Copies();
  std::vector<Batches> least(1);
  std::vector<Batches> most(1);
  for (uint32_t id = 1; id <= count; ++id) {
    writer.WaitForMore(2);
    least.push_back(writer.acknowledged());
    const auto report = BackupDatabase(writer.path(), backups);
    most.push_back(writer.started());
    INFO(report.status());
    REQUIRE(report.ok());
    CHECK(report->backup.id == id);
    CHECK(report->backup.commit > 0);
  }
  writer.Stop();
  const auto list = ListBackups(backups);
  REQUIRE(list.ok());
  REQUIRE(list->size() == count);
  uint64_t commit = 0;
  for (uint32_t id = 1; id <= count; ++id) {
    CAPTURE(id);
    const BackupInfo& info = (*list)[id - 1];
    CHECK(info.damage.ok());
    CHECK(info.commit > commit);
    commit = info.commit;
    const auto verified = VerifyBackup(backups, id);
    INFO(verified.status());
    REQUIRE(verified.ok());
    const std::string target = writer.File(absl::StrCat("restored", id));
    const auto restored = RestoreBackup(backups, id, target);
    INFO(restored.status());
    REQUIRE(restored.ok());
    CHECK(restored->commit == commit);
    writer.Check(OpenAndRead(target), least[id], most[id]);
    const auto database = Database::Open(target, {});
    REQUIRE(database.ok());
    CHECK((*database)->Stats().commit == commit);
  }
}

// A restored database is one like any other: it is written to, backed up into
// the same folder, and restored again.
TEST_CASE("a restored database goes on", "[admin][backup]") {
  TempDir home;
  const std::string path = home / "db";
  const std::string backups = home / "backups";
  PlainDatabase before;
  {
    const auto database = Database::Open(path, {});
    REQUIRE(database.ok());
    const auto metric = (*database)->Define(CrashSpec(0));
    REQUIRE(metric.ok());
    SampleBatch batch;
    batch.RowsOf(*metric).AddStep(1, {"a"}, 1);
    REQUIRE((*database)->Write(batch, {}).ok());
    // In the process that has it open.
    REQUIRE(BackupDatabase(path, backups).ok());
    REQUIRE(CheckpointDatabase(path, home / "copy").ok());
    before = *ReadAll(*(*database)->TakeSnapshot());
  }
  const auto difference = Difference(before, OpenAndRead(home / "copy"));
  if (difference) FAIL(*difference);
  REQUIRE(RestoreBackup(backups, std::nullopt, home / "again").ok());
  PlainDatabase after;
  {
    const auto database = Database::Open(home / "again", {});
    REQUIRE(database.ok());
    const auto metric = (*database)->TakeSnapshot()->FindMetric("daily");
    REQUIRE(metric != nullptr);
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(2, {"b"}, 2);
    REQUIRE((*database)->Write(batch, {}).ok());
    REQUIRE(BackupDatabase(home / "again", backups).ok());
    after = *ReadAll(*(*database)->TakeSnapshot());
  }
  REQUIRE(RestoreBackup(backups, 1, home / "first").ok());
  REQUIRE(RestoreBackup(backups, 2, home / "second").ok());
  const auto first = Difference(before, OpenAndRead(home / "first"));
  if (first) FAIL(*first);
  const auto second = Difference(after, OpenAndRead(home / "second"));
  if (second) FAIL(*second);
}

}  // namespace
}  // namespace footfall::testing
