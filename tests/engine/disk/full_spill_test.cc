// The medium is full while a load writes its rows to temporary files.
//
// The linker brings the calls of those files here (--wrap in CMakeLists.txt);
// RocksDB's go to the machine, or to the test's own file system.

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/write/loaded_rows.h"
#include "footfall/csv_import.h"
#include "tests/engine/disk/disk_database.h"
#include "tests/support/temp_dir.h"

namespace {

// Makes and writes of temporary files are counted; from `full_at` on, counted
// from 1, they fail.
struct Medium {
  int full_at = 0;  // 0: never
  int error = ENOSPC;
  bool takes_a_half = false;  // of the write at `full_at`
  int calls = 0;
};
Medium medium;

}  // namespace

extern "C" {

int __real_mkostemp(char* path, int flags);
int __wrap_mkostemp(char* path, int flags) {
  ++medium.calls;
  if (medium.full_at == 0 || medium.calls < medium.full_at) {
    return __real_mkostemp(path, flags);
  }
  errno = medium.error;
  return -1;
}

ssize_t __real_pwrite(int file, const void* bytes, size_t size, off_t offset);
ssize_t __wrap_pwrite(int file, const void* bytes, size_t size, off_t offset) {
  ++medium.calls;
  if (medium.full_at == 0 || medium.calls < medium.full_at) {
    return __real_pwrite(file, bytes, size, offset);
  }
  if (medium.takes_a_half && medium.calls == medium.full_at) {
    return __real_pwrite(file, bytes, size / 2, offset);
  }
  errno = medium.error;
  return -1;
}

}  // extern "C"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kApps = 100;
constexpr int kDays = 700;  // more rows than the least memory of a load takes
constexpr int64_t kFirstDay = 18'262;  // 2020-01-01
constexpr uint64_t kLeastMemory = 1;

std::string AppOf(int row) { return absl::StrCat("a", row % kApps); }
int64_t DayOf(int row) { return kFirstDay + row / kApps; }
int64_t ValueOf(int row) { return row * int64_t{7919} % 100'003; }

using Fill = std::function<absl::Status(Database*)>;

// The same rows by a loader, and from a file that lies elsewhere.
absl::Status Load(Database* database) {
  auto loader = database->NewBulkLoader(
      database->TakeSnapshot()->FindMetric("m"), kLeastMemory);
  if (!loader.ok()) return loader.status();
  for (int row = 0; row < kApps * kDays; ++row) {
    const absl::Status added =
        (*loader)->Add(DayOf(row), {AppOf(row)}, ValueOf(row));
    if (added.ok()) continue;
    // Some of its rows are gone: it must not publish the others.
    CHECK((*loader)->Finish().status().code() ==
          absl::StatusCode::kFailedPrecondition);
    return added;
  }
  return (*loader)->Finish().status();
}

void WriteRows(const std::string& path) {
  std::ofstream file(path);
  file << "date,app,value\n";
  for (int row = 0; row < kApps * kDays; ++row) {
    file << absl::FormatCivilTime(absl::CivilDay() + DayOf(row)) << ','
         << AppOf(row) << ',' << ValueOf(row) << '\n';
  }
  REQUIRE(file.good());
}

absl::Status Import(Database* database, const std::string& path) {
  using Role = ImportColumn::Role;
  ImportSpec spec;
  spec.path = path;
  spec.metric = "m";
  spec.columns = {{.role = Role::kTime, .header = "date"},
                  {.role = Role::kValue, .header = "value"},
                  {.header = "app", .dimension = "app"}};
  ImportOptions options;
  options.memory_bytes = kLeastMemory;
  return ImportCsv(*database, spec, options).status();
}

// Files of this process that are temporary files of a load.
int OpenTemporaryFiles() {
  int count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const std::string target = fs::read_symlink(entry.path(), ignored).string();
    if (absl::StrContains(target, "/footfall-run-")) ++count;
  }
  return count;
}

// A database of one metric with one sample, and what it should hold.
class Target {
 public:
  explicit Target(TestFileSystem* files) : files_(files) {
    Reopen();
    MetricSpec spec;
    spec.name = "m";
    spec.dimensions = {{"app"}};
    REQUIRE(database_->Define(spec).ok());
    CheckWrites();
  }

  Database* database() { return database_.get(); }

  void Reopen() {
    database_.reset();
    auto opened = OpenOn(files_, folder_.path());
    INFO(opened.status());
    REQUIRE(opened.ok());
    database_ = *std::move(opened);
  }

  void CheckRefuses(const Fill& fill, const std::string& reason) {
    const uint64_t commit = database_->Stats().commit;
    const absl::Status status = fill(database());
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK_THAT(std::string(status.message()), ContainsSubstring(reason));
    CHECK(OpenTemporaryFiles() == 0);
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      INFO(entry.path());
      const bool is_staged = entry.path().parent_path().filename() == "staging";
      CHECK_FALSE(is_staged);
      CHECK_FALSE(absl::StrContains(entry.path().string(), "footfall-run-"));
    }
    CHECK(database_->Health().state != DatabaseHealth::State::kLatched);
    CHECK(database_->Stats().commit == commit);
    CheckHolds();
  }

  void CheckFills(const Fill& fill) {
    const absl::Status status = fill(database());
    INFO(status);
    REQUIRE(status.ok());
    PlainMetric& metric = expected_.metrics["m"];
    for (int row = 0; row < kApps * kDays; ++row) {
      metric[{AppOf(row)}][DayOf(row)] = ValueOf(row);
    }
    CheckHolds();
  }

  void CheckWrites() {
    ++writes_;
    SampleBatch batch;
    batch.RowsOf(database_->TakeSnapshot()->FindMetric("m"))
        .AddStep(writes_, {"written"}, writes_);
    const auto written = database_->Write(batch, {});
    INFO(written.status());
    REQUIRE(written.ok());
    expected_.metrics["m"][{"written"}][writes_] = writes_;
  }

  void CheckHolds() { CheckSame(expected_, ReadAllOf(*database_)); }

 private:
  TestFileSystem* const files_;
  const TempDir folder_;
  std::unique_ptr<Database> database_;
  PlainDatabase expected_;
  int64_t writes_ = 0;
};

TEST_CASE("a load whose temporary files find no room leaves nothing",
          "[disk]") {
  const TempDir elsewhere;
  const std::string csv = elsewhere / "rows.csv";
  WriteRows(csv);
  const bool imports = GENERATE(false, true);
  const Fill fill = [&](Database* database) {
    return imports ? Import(database, csv) : Load(database);
  };
  medium = {};
  Target whole(nullptr);
  whole.CheckFills(fill);
  const int calls = medium.calls;
  CHECK(calls >= 5);  // a file, and of two runs the cells and their order

  Target target(nullptr);
  for (int n = 1; n <= calls; ++n) {
    for (const bool takes_a_half : {false, true}) {
      CAPTURE(imports, n, takes_a_half);
      medium = {.full_at = n,
                .error = n % 2 == 0 ? EDQUOT : ENOSPC,
                .takes_a_half = takes_a_half};
      target.CheckRefuses(fill, std::strerror(medium.error));
      medium = {};
      target.CheckWrites();
    }
  }
  target.CheckFills(fill);
  target.CheckWrites();
  target.Reopen();
  target.CheckHolds();
}

TEST_CASE("runs that are sorted again and find no room say so", "[disk]") {
  const TempDir folder;
  constexpr engine::TileLayout kLayout = {.shape = {.lanes = 64, .steps = 256},
                                          .type = storage::CellType::kInteger,
                                          .season = 7};
  const std::vector<SeriesId> at_end = {2, 1};
  // Two runs, whose order turns out to be another.
  const auto load = [&]() -> absl::Status {
    engine::LoadedRows rows(kLayout, kLeastMemory, folder.path(), [] {
      return std::vector<SeriesId>{1, 2};
    });
    for (int i = 0; i < 60'000; ++i) {
      const auto row = [i](size_t) -> engine::LoadedRows::Row {
        return {.step = i / 2, .value = i, .series = i % 2u};
      };
      const auto added =
          rows.Add(1, row, [](const engine::LoadedRows::Row&) { return true; });
      if (!added.ok()) return added.status();
    }
    const auto keys = engine::CellKeys::Choose(kLayout, 0, 30'000, 3);
    REQUIRE(keys.ok());
    return rows.ForEachCell(
        *keys, at_end, {},
        [](absl::Span<const engine::Cell>) { return absl::OkStatus(); });
  };
  medium = {};
  REQUIRE(load() == absl::OkStatus());
  const int calls = medium.calls;
  CHECK(calls >= 10);  // two files, and of both runs twice what a run writes
  for (int n = 1; n <= calls; ++n) {
    CAPTURE(n);
    medium = {.full_at = n};
    CHECK(load().code() == absl::StatusCode::kResourceExhausted);
    CHECK(OpenTemporaryFiles() == 0);
  }
  medium = {};
}

TEST_CASE("a load that finds no room after its temporary files leaves nothing",
          "[disk]") {
  medium = {};
  TestFileSystem files;
  Target target(&files);
  for (const uint64_t room : {0, 1'000, 30'000}) {
    CAPTURE(room);
    files.SetCapacity(files.used_bytes() + room);
    target.CheckRefuses(Load, "");
    files.Heal();
    target.CheckWrites();
  }
  target.CheckFills(Load);
  target.Reopen();
  target.CheckHolds();
}

}  // namespace
}  // namespace footfall::testing
