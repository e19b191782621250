// What a repair keeps, what it takes out, and that it can be cut short.

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/database.h"
#include "footfall/verify.h"
#include "storage/key/tile_key.h"
#include "storage/store/folder_exchange.h"
#include "storage/store/rocksdb_store.h"
#include "tests/engine/damage/damaged_database.h"
#include "tests/model/plain_database.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kBands = 30;  // of 64 series
constexpr int kDays = 60;

std::unique_ptr<Database> Open(const std::string& path) {
  auto database = testing::Open(path, /*read_only=*/false);
  INFO(database.status());
  REQUIRE(database.ok());
  return *std::move(database);
}

MetricSpec Spec(const std::string& name) {
  MetricSpec spec;
  spec.name = name;
  spec.period = {Unit::kDay, 1};
  spec.dimensions = {{name + "_key", Additivity::kAdds}};
  return spec;
}

int64_t ValueOf(int series, int day, int version) {
  return (int64_t{series} * 7919 + day * 104729) % 1'000'003 + version;
}

// Writes days [begin, end) of the series of some bands.
void Write(Database* database, const std::string& name, int first_series,
           int end_series, int begin, int end, int version) {
  const auto metric = database->Define(Spec(name));
  REQUIRE(metric.ok());
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(*metric);
  for (int series = first_series; series < end_series; ++series) {
    const std::string member = absl::StrCat("s", 10'000 + series);
    for (int day = begin; day < end; ++day) {
      rows.AddStep(day, {member}, ValueOf(series, day, version));
    }
  }
  REQUIRE(database->Write(batch, {}).ok());
}

PlainMetric Samples(const std::string& path, const std::string& name) {
  const auto database = Open(path);
  auto all = ReadAll(*database->TakeSnapshot());
  REQUIRE(all.ok());
  return all->metrics[name];
}

std::string LargestTable(const std::string& path) {
  std::string largest;
  size_t size = 0;
  for (const auto& [name, bytes] : ReadFiles(path)) {
    if (!absl::EndsWith(name, ".sst") || bytes.size() <= size) continue;
    largest = name;
    size = bytes.size();
  }
  return path + "/" + largest;
}

void Flip(const std::string& file, uint64_t place) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(place));
  const char byte = static_cast<char>(stream.get() ^ 4);
  stream.seekp(static_cast<std::streamoff>(place));
  stream.put(byte);
  REQUIRE(stream.good());
}

// The files of a small closed database.
Files MakeFiles() {
  const TempDir folder;
  const auto database = Open(folder / "db");
  Write(database.get(), "hits", 0, 3, 0, 3, 0);
  REQUIRE(database->Close().ok());
  return ReadFiles(folder / "db");
}

RepairReport Repair(const std::string& path) {
  const auto report = RepairDatabase(path);
  INFO(report.status());
  REQUIRE(report.ok());
  const auto again = VerifyDatabase(path);
  REQUIRE(again.ok());
  CHECK(again->findings.empty());
  return *report;
}

TEST_CASE("a damaged block costs its own tiles alone", "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  {
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 64 * kBands, 0, kDays, 0);
    REQUIRE(database->Compact().ok());
    REQUIRE(database->Close().ok());
  }
  const PlainMetric before = Samples(path, "hits");
  const std::string table = LargestTable(path);
  const uint64_t size = fs::file_size(table);
  REQUIRE(size > 200'000);  // several blocks
  Flip(table, size / 2);

  const auto verified = VerifyDatabase(path);
  REQUIRE(verified.ok());
  REQUIRE(verified->findings.size() == 1);
  const std::string finding = FormatFinding(verified->findings[0]);
  CHECK(absl::StrContains(finding, fs::path(table).filename().string()));
  CHECK(absl::StrContains(finding, "tile hits/era 0/band "));
  CHECK(absl::StrContains(finding, "offset "));

  const RepairReport report = Repair(path);
  REQUIRE(report.lost.size() == 1);
  CHECK(absl::StrContains(report.lost[0], "tile hits/era 0/band "));
  CHECK(fs::exists(path + "/" + report.lost_folder + "/" +
                   fs::path(table).filename().string()));
  const PlainMetric after = Samples(path, "hits");
  CHECK(after.size() < before.size());
  CHECK(after.size() > before.size() * 3 / 4);
  for (const auto& [members, steps] : after) {
    REQUIRE(steps == before.at(members));
  }
}

TEST_CASE("what a damaged block may have replaced is no answer", "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  std::string table;
  {
    // Band 0 is in the old table, whole; a newer one has patches of it.
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 128, 0, kDays, 0);
    REQUIRE(database->Close().ok());
  }
  const Files before = ReadFiles(path);
  {
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 1, 5, 6, 1'000'000);
    REQUIRE(database->Close().ok());
  }
  for (const auto& [name, bytes] : ReadFiles(path)) {
    // Of the two new ones, that of the catalog is compressed and smaller.
    if (absl::EndsWith(name, ".sst") && !before.contains(name) &&
        absl::StrContains(bytes, std::string("\xf7\x01", 2))) {
      table = path + "/" + name;
    }
  }
  REQUIRE(!table.empty());
  Flip(table, 20);
  const RepairReport report = Repair(path);
  CHECK(absl::StrContains(absl::StrJoin(report.lost, "\n"),
                          "tile hits/era 0/band 0"));
  const PlainMetric after = Samples(path, "hits");
  INFO("damaged " << table << ", lost: " << absl::StrJoin(report.lost, "\n"));
  CHECK_FALSE(after.contains({"s10000"}));  // not its old values
  // Another tile is in the older table, unless RocksDB has put the two
  // together.
  for (const auto& [name, bytes] : before) {
    if (absl::EndsWith(name, ".sst") && !fs::exists(path + "/" + name)) return;
  }
  CHECK_FALSE(absl::StrContains(absl::StrJoin(report.lost, "\n"), "band 1"));
  REQUIRE(after.contains({"s10127"}));
  CHECK(after.at({"s10127"}).at(5) == ValueOf(127, 5, 0));
}

TEST_CASE("what a newer table has whole is kept", "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  {
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 64, 0, kDays, 0);
    REQUIRE(database->Compact().ok());
    REQUIRE(database->Close().ok());
  }
  const std::string table = LargestTable(path);
  {
    // A fold puts the tile whole.
    const auto database = Open(path);
    for (int day = 0; day < kDays; ++day) {
      Write(database.get(), "hits", 0, 64, day, day + 1, 5);
    }
    REQUIRE(database->RunUpkeep().ok());
    REQUIRE(database->Close().ok());
  }
  if (!fs::exists(table)) return;  // compaction put the two together already
  Flip(table, 100);
  Repair(path);
  const PlainMetric after = Samples(path, "hits");
  REQUIRE(after.size() == 64);
  CHECK(after.at({"s10007"}).at(9) == ValueOf(7, 9, 5));
}

TEST_CASE("a tile that is damaged inside a sound table is taken out",
          "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  {
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 128, 0, kDays, 0);
    REQUIRE(database->Compact().ok());
    REQUIRE(database->Close().ok());
  }
  {
    // As if memory had failed before the table was written.
    auto store = storage::OpenRocksdbStore(path, {});
    REQUIRE(store.ok());
    StoreBatch batch;
    batch.Put(Keyspace::kTiles,
              storage::EncodeTileKey({.metric = 1, .era = 0, .band = 1}),
              "not a tile");
    REQUIRE((*store)->Apply(batch, Durability::kPowerLoss).ok());
    REQUIRE((*store)->Close().ok());
  }
  const auto verified = VerifyDatabase(path);
  REQUIRE(verified.ok());
  REQUIRE(verified->findings.size() == 1);
  CHECK(verified->findings[0].place == "tile hits/era 0/band 1");
  const RepairReport report = Repair(path);
  REQUIRE(report.lost.size() == 1);
  CHECK(absl::StrContains(report.lost[0], "tile hits/era 0/band 1"));
  CHECK(fs::exists(path + "/" + report.lost_folder + "/records"));
  CHECK(Samples(path, "hits").size() == 64);
}

TEST_CASE("a catalog that lost its first records becomes an empty one",
          "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  {
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 128, 0, kDays, 0);
    REQUIRE(database->Compact().ok());
    REQUIRE(database->Close().ok());
  }
  const std::string tiles = LargestTable(path);
  for (const auto& [name, bytes] : ReadFiles(path)) {
    if (absl::EndsWith(name, ".sst") && path + "/" + name != tiles) {
      Flip(path + "/" + name, 30);
    }
  }
  const RepairReport report = Repair(path);
  CHECK(absl::StrContains(absl::StrJoin(report.lost, "\n"), "metric 1: "));
  const auto database = Open(path);
  CHECK(database->TakeSnapshot()->Metrics().empty());
  // New metrics get numbers that no lost one had.
  Write(database.get(), "visits", 0, 3, 0, 2, 0);
  CHECK(database->TakeSnapshot()->FindMetric("visits")->id == 2);
}

TEST_CASE("a lost metric leaves the others", "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  {
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 128, 0, kDays, 0);
    Write(database.get(), "visits", 0, 128, 0, kDays, 0);
    REQUIRE(database->Compact().ok());
    REQUIRE(database->Close().ok());
  }
  {
    auto store = storage::OpenRocksdbStore(path, {});
    REQUIRE(store.ok());
    StoreBatch batch;  // the first block of the series of metric 1
    batch.Put(Keyspace::kCatalog, std::string("S\0\0\0\1\0\0\0\0", 9), "");
    REQUIRE((*store)->Apply(batch, Durability::kPowerLoss).ok());
    REQUIRE((*store)->Close().ok());
  }
  const RepairReport report = Repair(path);
  CHECK(absl::StrContains(absl::StrJoin(report.lost, "\n"), "metric hits: "));
  CHECK(Samples(path, "visits").size() == 128);
  const auto database = Open(path);
  CHECK(database->TakeSnapshot()->FindMetric("hits") == nullptr);
}

TEST_CASE("a repair finds nothing to do in a sound folder", "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  {
    const auto database = Open(path);
    Write(database.get(), "hits", 0, 3, 0, 3, 0);
    REQUIRE(database->Close().ok());
  }
  const Files before = ReadFiles(path);
  const RepairReport report = Repair(path);
  CHECK(report.findings.empty());
  CHECK(report.lost_folder.empty());
  CHECK(ReadFiles(path) == before);
  CHECK_FALSE(fs::exists(path + "/lost"));
}

TEST_CASE("no database is no damage, and an open one is left alone",
          "[damage]") {
  const TempDir folder;
  CHECK(VerifyDatabase(folder / "none").status().code() ==
        absl::StatusCode::kNotFound);
  CHECK(RepairDatabase(folder / "none").status().code() ==
        absl::StatusCode::kNotFound);
  CHECK_FALSE(fs::exists(folder / "none"));
  const auto database = Open(folder / "db");
  for (const absl::Status& status : {VerifyDatabase(folder / "db").status(),
                                     RepairDatabase(folder / "db").status()}) {
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  }
}

TEST_CASE("where no list of tables is left nothing is changed", "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  Files files = MakeFiles();
  for (auto& [name, bytes] : files) {
    if (absl::StartsWith(name, "MANIFEST") || name == "FOOTFALL") {
      bytes = "rubbish";
    }
  }
  WriteFiles(path, files);
  CHECK(RepairDatabase(path).status().code() == absl::StatusCode::kDataLoss);
  CHECK(ReadFiles(path) == files);
}

// The files of two states: "old" ones in the folder, "new" ones to come.
TEST_CASE("an exchange that is cut short goes on, and nobody opens it between",
          "[damage]") {
  const TempDir folder;
  const std::string path = folder / "db";
  const std::string repair = storage::RepairFolder(path);
  const Files made = MakeFiles();
  const Files old = {{"CURRENT", "old"}, {"MANIFEST-000001", "old"}};
  const auto begin = [&] {
    WriteFiles(path, old);
    std::ofstream(path + "/LOCK") << "";
    WriteFiles(repair, made);
    const auto lost = storage::MakeLostFolder(path);
    REQUIRE(lost.ok());
    REQUIRE(*lost == "lost/1");
    REQUIRE(storage::BeginExchange(path, *lost).ok());
  };
  const auto check = [&] {
    DatabaseOptions options;
    CHECK(Database::Open(path, options).status().code() ==
          absl::StatusCode::kDataLoss);
    const auto report = RepairDatabase(path);
    INFO(report.status());
    REQUIRE(report.ok());
    CHECK(report->lost_folder == "lost/1");
    Files now = ReadFiles(path);
    Files expected = made;
    now.erase("LOCK");
    expected.erase("LOCK");
    CHECK(now == expected);
    CHECK(ReadFiles(path + "/lost/1") == old);
    CHECK_FALSE(fs::exists(repair));
  };
  SECTION("before anything was moved") {
    begin();
    check();
  }
  SECTION("while old files go") {
    begin();
    fs::rename(path + "/CURRENT", path + "/lost/1/CURRENT");
    check();
  }
  SECTION("while new files come") {
    begin();
    for (const auto& [name, bytes] : old) {
      fs::rename(path + "/" + name, path + "/lost/1/" + name);
    }
    fs::rename(repair + "/GOING", repair + "/COMING");
    for (const auto& [name, bytes] : made) {
      if (!absl::EndsWith(name, ".sst")) continue;
      fs::rename(repair + "/" + name, path + "/" + name);
    }
    check();
  }
}

}  // namespace
}  // namespace footfall::testing
