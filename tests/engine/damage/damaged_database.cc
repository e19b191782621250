#include "tests/engine/damage/damaged_database.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "storage/store/folder_record.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kFirstStep = 20'000;

MetricSpec Visits() {
  MetricSpec spec;
  spec.name = "visits";
  spec.unit = "users";
  spec.period = {Unit::kDay, 1};
  spec.dimensions = {{"app", Additivity::kAdds}, {"region", Additivity::kAdds}};
  return spec;
}

MetricSpec Price() {
  MetricSpec spec;
  spec.name = "price";
  spec.value_type = ValueType::kDecimal;
  spec.period = {Unit::kMonth, 1};
  spec.over_time = Additivity::kLevel;
  spec.dimensions = {{"product", Additivity::kLevel}};
  return spec;
}

struct Row {
  bool is_price;
  std::vector<std::string> members;
  int64_t step;
  SampleValue value;
};

// Change 0 defines; each further one writes rows, some over rows before it.
std::vector<Row> RowsOf(int change) {
  std::vector<Row> rows;
  if (change == 0) return rows;
  for (int app = 0; app < 4; ++app) {
    for (int step = 0; step < 6; ++step) {
      const int64_t at = kFirstStep + change * 5 + step;
      rows.push_back({false,
                      {absl::StrCat("app", app + change / 3),
                       step % 2 == 0 ? "north" : "south"},
                      at,
                      int64_t{1000} * change + app * 100 + step});
    }
  }
  rows.push_back({true, {"v3"}, 600 + change, 0.5 + 0.25 * change});
  return rows;
}

bool Loads(Shape shape, int change) {
  return shape == Shape::kTables && change == 5;
}

// Whether the record of the folder names the tables that are there.
bool IsAtRest(const Files& files) {
  const auto record = files.find("FOOTFALL");
  if (record == files.end()) return false;
  const auto decoded = storage::DecodeFolderRecord(record->second);
  if (!decoded.ok()) return false;
  size_t tables = 0;
  for (const auto& [name, bytes] : files) {
    if (!absl::EndsWith(name, ".sst")) continue;
    ++tables;
    const uint64_t number = std::strtoull(name.c_str(), nullptr, 10);
    if (!decoded->state.AllTables().contains(number)) return false;
  }
  return tables == decoded->state.AllTables().size();
}

// In a process of its own: never returns.
[[noreturn]] void Build(Shape shape, const std::string& path,
                        const std::string& copy) {
  auto opened = Open(path, false);
  Require(opened.status(), "open");
  std::unique_ptr<Database> database = *std::move(opened);
  for (int change = 0; change < kChanges; ++change) {
    MakeChange(database.get(), change, Loads(shape, change));
    const bool flushes = shape == Shape::kTables
                             ? change % 2 == 0
                             : shape == Shape::kLog && change == 4;
    if (flushes) {  // by closing
      Require(database->Close(), "close");
      opened = Open(path, false);
      Require(opened.status(), "open again");
      database = *std::move(opened);
    }
  }
  if (shape == Shape::kCompacted) Require(database->Compact(), "compact");
  if (ChangesInLog(shape) == 0) Require(database->Close(), "close");
  // As a kill now would leave it, but not in the middle of a compaction: files
  // are read one after the other.
  Files files = ReadFiles(path);
  while (!IsAtRest(files) || ReadFiles(path) != files) files = ReadFiles(path);
  WriteFiles(copy, files);
  _exit(0);
}

}  // namespace

void Require(const absl::Status& status, const char* what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", what, status.ToString().c_str());
  _exit(1);
}

absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path,
                                               bool read_only) {
  DatabaseOptions options;
  options.background_upkeep = false;
  options.read_only = read_only;
  options.create_if_missing = !read_only;
  options.memory_budget_bytes = 8 << 20;
  return Database::Open(path, options);
}

void MakeChange(Database* database, int change, bool loads) {
  if (change == 0) {
    Require(database->Define(Visits()).status(), "define");
    Require(database->Define(Price()).status(), "define");
    return;
  }
  const auto snapshot = database->TakeSnapshot();
  const std::shared_ptr<const Metric> metrics[] = {
      snapshot->FindMetric("visits"), snapshot->FindMetric("price")};
  SampleBatch batch;
  std::unique_ptr<BulkLoader> loader;
  if (loads) {
    auto made = database->NewBulkLoader(metrics[0], 1 << 20);
    Require(made.status(), "loader");
    loader = *std::move(made);
  }
  for (const Row& row : RowsOf(change)) {
    const std::vector<absl::string_view> members(row.members.begin(),
                                                 row.members.end());
    if (!loads) {
      batch.RowsOf(metrics[row.is_price ? 1 : 0])
          .AddStep(row.step, members, row.value);
    } else if (!row.is_price) {
      Require(loader->Add(row.step, members, row.value.bits()), "add");
    }
  }
  if (loads) {
    Require(loader->Finish().status(), "load");
  } else {
    Require(database->Write(batch, {}).status(), "write");
  }
}

Files ReadFiles(const std::string& path) {
  Files files;
  for (const auto& entry : fs::directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = std::string(
        std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

void WriteFiles(const std::string& path, const Files& files) {
  fs::remove_all(path);
  fs::create_directories(path);
  for (const auto& [name, bytes] : files) {
    std::ofstream file(path + "/" + name, std::ios::binary);
    file << bytes << std::flush;
    // A file that the test itself cut short would be damage that it knows not.
    Require(file.good() ? absl::OkStatus()
                        : absl::ResourceExhaustedError("no room to write it"),
            name.c_str());
  }
}

std::string ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kCompacted:
      return "compacted";
    case Shape::kTables:
      return "several tables";
    case Shape::kLog:
      return "tables and a log";
    case Shape::kLogAlone:
      return "a log alone";
  }
  return "";
}

Files BuildDatabase(Shape shape) {
  const TempDir folder;
  const pid_t child = fork();
  if (child == 0) Build(shape, folder / "db", folder / "copy");
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0
             ? ReadFiles(folder / "copy")
             : Files();
}

int ChangesInLog(Shape shape) {
  switch (shape) {
    case Shape::kLog:
      return kChanges - 5;
    case Shape::kLogAlone:
      return kChanges + 2;  // and the format, and the two metrics one by one
    default:
      return 0;
  }
}

PlainDatabase StateOf(Shape shape, int lost) {
  PlainDatabase state;
  const int defined = kChanges - lost;
  if (defined >= 0) state.metrics["visits"] = {};
  if (defined >= 1) state.metrics["price"] = {};
  for (int change = 1; change < kChanges - lost; ++change) {
    for (const Row& row : RowsOf(change)) {
      if (row.is_price && Loads(shape, change)) continue;
      state.metrics[row.is_price ? "price" : "visits"][row.members][row.step] =
          row.value.bits();
    }
  }
  return state;
}

std::string Describe(const Damage& damage) {
  switch (damage.kind) {
    case Damage::Kind::kFlip:
      return absl::StrCat(damage.file, ": bit ", damage.place % 8, " of byte ",
                          damage.place / 8, " flipped");
    case Damage::Kind::kTruncate:
      return absl::StrCat(damage.file, ": cut to ", damage.place, " bytes");
    case Damage::Kind::kRemove:
      return absl::StrCat(damage.file, ": removed");
  }
  return "";
}

void Apply(const Damage& damage, Files* files) {
  std::string& bytes = files->at(damage.file);
  switch (damage.kind) {
    case Damage::Kind::kFlip:
      bytes[damage.place / 8] =
          static_cast<char>(bytes[damage.place / 8] ^ (1 << damage.place % 8));
      break;
    case Damage::Kind::kTruncate:
      bytes.resize(damage.place);
      break;
    case Damage::Kind::kRemove:
      files->erase(damage.file);
      break;
  }
}

}  // namespace footfall::testing
