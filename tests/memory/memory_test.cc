// Peak resident memory against DatabaseOptions::memory_budget_bytes, for each
// way through a database.
//
// By default at sizes that take seconds; FOOTFALL_LONG=1 runs the sizes and
// budgets of the table in engine/README.md.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

// What may come on top: the allocator's slack, code that is paged in, stacks,
// the text of questions and files.
constexpr uint64_t kSlackKib = 4 << 10;
// What the store reads ahead while it compacts.
constexpr uint64_t kReadAheadKib = 6 << 10;

struct Memory {
  uint64_t opened_kib = 0;
  uint64_t peak_kib = 0;
};

Memory Measure(const std::string& path, uint64_t budget_mib, uint64_t count,
               const std::string& folder) {
  std::filesystem::create_directories(folder);
  const std::string command =
      absl::StrCat(FOOTFALL_MEMORY_PATH, " '", path, "' ", budget_mib, " ",
                   count, " '", folder, "'");
  INFO(command);
  FILE* const output = popen(command.c_str(), "r");
  REQUIRE(output != nullptr);
  unsigned long long opened = 0;
  unsigned long long peak = 0;
  const int found = std::fscanf(output, "%llu %llu", &opened, &peak);
  REQUIRE(pclose(output) == 0);
  REQUIRE(found == 2);
  return {opened, peak};
}

// One line of the table.
struct Way {
  std::string path;
  std::string what;
  std::string folder;  // of the database; ways that share it come in order
  uint64_t count;
  // The bound: this many budgets above what a process with an empty database
  // has, and this many bytes for each of `count`.
  double budgets;
  uint64_t bytes_each;
  bool compacts = false;
};

TEST_CASE("resident memory stays within what the options say", "[memory]") {
  const bool whole = std::getenv("FOOTFALL_LONG") != nullptr;
  const uint64_t rows = whole ? 5'000'000 : 1'000'000;
  const uint64_t series = whole ? 1'000'000 : 200'000;
  const std::vector<Way> ways = {
      {"batches", "batches of 10,000 rows", "batches", rows / 5, 1, 0},
      {"compact", "folding, sealing and compacting them", "batches", 0, 1, 0,
       true},
      {"fold", "batches, then folding what is due", "fold", rows / 5, 1, 0},
      {"batch", "one batch", "batch", rows / 5, 1, 64},
      {"load", "a loader, memory_bytes as the budget", "load", rows, 1, 0},
      {"ask", "a question that reads all of it", "load", 0, 1, 0},
      {"import", "IMPORT", "file", rows, 0.5, 0, true},
      {"ask and import", "a question, then IMPORT of the same", "file", rows,
       1.5, 0, true},
      {"series", "loading series of one sample", "series", series, 0, 300},
      {"open", "opening them", "series", series, 0, 64},
  };
  std::string table =
      absl::StrFormat("peak resident MiB\n%-37s %9s %6s %6s %6s\n", "", "rows",
                      "budget", "opened", "peak");
  for (const uint64_t budget :
       whole ? std::vector<uint64_t>{16, 64, 256} : std::vector<uint64_t>{16}) {
    const TempDir folder;
    const Memory empty = Measure("open", budget, 0, folder / "empty");
    Measure("file", budget, rows, folder / "file");
    for (const Way& way : ways) {
      CAPTURE(budget, way.path, way.count);
      const Memory found =
          Measure(way.path, budget, way.count, folder / way.folder);
      absl::StrAppendFormat(&table, "%-37s %9d %6d %6.1f %6.1f\n", way.what,
                            way.count, budget,
                            static_cast<double>(found.opened_kib) / 1024,
                            static_cast<double>(found.peak_kib) / 1024);
      const uint64_t bound_kib =
          static_cast<uint64_t>(way.budgets *
                                static_cast<double>(budget << 10)) +
          (way.count * way.bytes_each >> 10) +
          (way.compacts ? kReadAheadKib : 0);
      CHECK(found.peak_kib <= empty.opened_kib + bound_kib + kSlackKib);
    }
  }
  WARN(table);
}

}  // namespace
}  // namespace footfall::testing
