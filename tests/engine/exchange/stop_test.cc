// Long calls that are stopped: how often they ask, and what they leave.

#include <sys/stat.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/byte_source.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "storage/store/stop_watch.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/temp_dir.h"

namespace footfall {
namespace {

using testing::DatabaseHome;
using testing::Gzip;
using testing::Home;
using testing::ReadSamples;
using testing::TempDir;
using testing::WriteFile;

const absl::Status kStopped = absl::CancelledError("enough");

// Counts how often it is asked; the n-th time (from 0) it stops the call.
struct Asked {
  int64_t stop_at = -1;  // never
  int64_t count = 0;
  StopCheck check() {
    return [this] { return count++ == stop_at ? kStopped : absl::OkStatus(); };
  }
};

std::shared_ptr<const Metric> Define(Database* database) {
  MetricSpec spec;
  spec.name = "m";
  spec.dimensions = {{"app", Additivity::kAdds}};
  spec.over_time = Additivity::kAdds;
  const auto metric = database->Define(spec);
  REQUIRE(metric.status() == absl::OkStatus());
  return *metric;
}

ImportSpec SpecOf(const std::string& path) {
  ImportSpec spec;
  spec.path = path;
  spec.metric = "m";
  spec.columns.resize(3);
  spec.columns[0].role = ImportColumn::Role::kTime;
  spec.columns[0].header = "date";
  spec.columns[1].role = ImportColumn::Role::kValue;
  spec.columns[1].header = "v";
  spec.columns[2].header = "app";
  spec.columns[2].dimension = "app";
  spec.same_sample = SameSample::kLast;
  return spec;
}

std::string Rows(int count) {
  std::string text = "date,v,app\n";
  for (int i = 0; i < count; ++i) {
    // Not in the order of tiles, so that there is something to sort.
    absl::StrAppend(&text, 2000 + i * 7 % 20, "-01-", 10 + i % 15, ",", i,
                    ",app ", i * 31 % 97, "\n");
  }
  return text;
}

TEST_CASE("an import asks at least every 256 KiB of whatever text",
          "[import][stop]") {
  const TempDir folder;
  constexpr size_t kMiB = size_t{1} << 20;
  const std::string head = "date,v,app\n";
  struct Case {
    const char* what;
    std::string text;
    size_t text_bytes;
  };
  const std::string line(8 * kMiB, 'x');
  const std::string lines(8 * kMiB, '\n');
  const Case cases[] = {
      {"one line", head + line, line.size()},
      {"one line in quotes", head + "\"" + line, line.size()},
      {"empty lines", head + lines, lines.size()},
      {"one line, packed", Gzip(head + line), line.size()},
      {"empty lines, packed", Gzip(head + lines), lines.size()},
      {"padding after the packed text",
       Gzip(head) + std::string(4 * kMiB, '\0'), 4 * kMiB},
  };
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  Define(database.get());
  for (const Case& test : cases) {
    CAPTURE(test.what);
    WriteFile(folder / "m.csv", test.text);
    Asked asked;
    ImportOptions options;
    options.stop = asked.check();
    ImportCsv(*database, SpecOf(folder / "m.csv"), options)
        .status()
        .IgnoreError();
    const int64_t count = asked.count;
    CHECK(count >= static_cast<int64_t>(test.text_bytes >> 18));
    // In the middle of it.
    asked = {.stop_at = count / 2, .count = 0};
    CHECK(ImportCsv(*database, SpecOf(folder / "m.csv"), options).status() ==
          kStopped);
    CHECK(asked.count == count / 2 + 1);
  }
}

TEST_CASE("a pipe that nobody writes does not hold an import",
          "[import][stop]") {
  const TempDir folder;
  const std::string path = folder / "pipe";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  Define(database.get());
  std::atomic<bool> cancelled = false;
  std::atomic<int> asked = 0;
  ImportOptions options;
  options.stop = [&] {
    ++asked;
    return cancelled ? kStopped : absl::OkStatus();
  };
  absl::Status status;
  std::thread import(
      [&] { status = ImportCsv(*database, SpecOf(path), options).status(); });
  while (asked < 3) std::this_thread::yield();  // it is waiting
  cancelled = true;
  import.join();
  CHECK(status == kStopped);
}

TEST_CASE("a pipe is read to its end", "[import][stop]") {
  const TempDir folder;
  const std::string path = folder / "pipe";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  DatabaseHome at(Home::kMemory);
  const auto database = at.Open();
  Define(database.get());
  const bool is_packed = GENERATE(false, true);
  const bool may_stop = GENERATE(false, true);
  ImportOptions options;
  if (may_stop) options.stop = [] { return absl::OkStatus(); };
  const std::string text = Rows(20'000);
  std::thread writer([&] { WriteFile(path, is_packed ? Gzip(text) : text); });
  const auto report = ImportCsv(*database, SpecOf(path), options);
  writer.join();
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->rows == 20'000);
}

TEST_CASE("an import that is stopped anywhere leaves all or nothing",
          "[import][stop]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  const TempDir folder;
  WriteFile(folder / "m.csv", Rows(9'000));
  DatabaseHome at(home);
  auto database = at.Open();
  const auto metric = Define(database.get());
  Asked asked;
  ImportOptions options;
  options.stop = asked.check();
  options.memory_bytes = 1 << 16;  // so that some goes to a file
  // Each stop is at another place, from the last one back to the first, so that
  // what was stopped finds what was imported.
  REQUIRE(ImportCsv(*database, SpecOf(folder / "m.csv"), options).ok());
  const auto whole = ReadSamples(*database->TakeSnapshot(), *metric);
  // In memory the store's compaction asks in this thread, on disk in another.
  const int64_t count = asked.count;
  CHECK(count > 15);
  int stopped = 0;
  for (int64_t n = 0; n < count; ++n) {
    CAPTURE(n, count);
    REQUIRE(database->DropMetric("m") == absl::OkStatus());
    const auto again = Define(database.get());
    asked = {.stop_at = n, .count = 0};
    const absl::Status status =
        ImportCsv(*database, SpecOf(folder / "m.csv"), options).status();
    const auto held = ReadSamples(*database->TakeSnapshot(), *again);
    if (!status.ok()) {
      ++stopped;
      REQUIRE(absl::IsCancelled(status));
      REQUIRE(held ==
              (absl::StrContains(status.message(), "the rows are imported")
                   ? whole
                   : testing::Samples()));
    } else {
      REQUIRE(held == whole);
    }
  }
  CHECK(stopped > 10);
}

TEST_CASE("a compaction that is stopped loses nothing", "[stop]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  DatabaseHome at(home);
  const auto database = at.Open();
  const auto metric = Define(database.get());
  for (int round = 0; round < 10; ++round) {
    SampleBatch batch;
    for (int64_t step = 0; step < 4000; step += 100) {
      batch.RowsOf(metric).AddStep(step + round, {"a"}, int64_t{round});
    }
    REQUIRE(database->Write(batch, {}).ok());
  }
  const auto before = ReadSamples(*database->TakeSnapshot(), *metric);
  for (int64_t n = 0; n < 8; ++n) {
    Asked asked = {.stop_at = n};
    CHECK(database->Compact(asked.check()) == kStopped);
    CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == before);
  }
  CHECK(database->Compact() == absl::OkStatus());
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == before);
}

TEST_CASE("an opening that is stopped can be done again", "[stop]") {
  DatabaseHome at(Home::kDisk);
  {
    const auto database = at.Open();
    Define(database.get());
  }
  DatabaseOptions options;
  Asked asked;
  options.stop_opening = asked.check();
  REQUIRE(at.TryOpen(options).ok());
  const int64_t count = asked.count;
  CHECK(count >= 4);  // format, commit, metric, dictionary, the end
  for (int64_t n = 0; n < count; ++n) {
    asked = {.stop_at = n, .count = 0};
    CHECK(at.TryOpen(options).status() == kStopped);
  }
  asked = {};
  CHECK(at.TryOpen(options).ok());
}

TEST_CASE("a watch asks until it is told to stop", "[stop]") {
  std::atomic<int> asked = 0;
  const StopCheck stop = [&] {
    return ++asked < 3 ? absl::OkStatus() : kStopped;
  };
  storage::StopWatch watch(stop);
  while (!*watch.stopped()) std::this_thread::yield();
  CHECK(watch.status() == kStopped);
  CHECK(asked == 3);
  const StopCheck nothing;
  storage::StopWatch idle(nothing);
  CHECK(idle.status() == absl::OkStatus());
}

}  // namespace
}  // namespace footfall
