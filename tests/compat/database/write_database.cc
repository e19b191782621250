// Wrote the stored databases: README.md tells with which releases, and how.
//
//   write_database SCRATCH COPY
//
// Makes the database in SCRATCH and copies its files to COPY while it is open,
// which is what a power cut would leave: the last changes are in the log alone.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "tests/compat/database/history.h"

namespace footfall::testing {
namespace {

absl::Status Open(const std::string& path,
                  std::unique_ptr<Database>* database) {
  DatabaseOptions options;
  options.background_upkeep = false;
  auto opened = Database::Open(path, options);
  if (!opened.ok()) return opened.status();
  *database = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Write(const std::string& path,
                   std::unique_ptr<Database>* database) {
  absl::Status status = Open(path, database);
  if (!status.ok()) return status;
  for (const MetricSpec& spec : HistoryMetrics()) {
    status = (*database)->Define(spec).status();
    if (!status.ok()) return status;
  }
  for (const Change& change : History()) {
    if (change.kind == Change::Kind::kReopen) {
      status = (*database)->Close();
      if (status.ok()) status = Open(path, database);
    } else {
      status = Apply(change, database->get());
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace footfall::testing

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: write_database SCRATCH COPY\n");
    return 2;
  }
  std::unique_ptr<footfall::Database> database;
  const absl::Status status = footfall::testing::Write(argv[1], &database);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::filesystem::create_directories(argv[2]);
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && name != "LOCK" && name != "LOG") {
      std::filesystem::copy_file(entry.path(),
                                 std::string(argv[2]) + "/" + name);
    }
  }
  return 0;
}
