// Peak resident memory of hostile questions against
// QueryLimits::max_memory_bytes, each in a process of its own.
//
// By default of 1,000 apps under two limits;
// FOOTFALL_LONG=1 asks of 20,000 apps and 22 million samples under all three.

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

// What is not counted: blocks that the allocator keeps, the text and its
// tokens, one band of tiles, stacks.
constexpr int64_t kSlackKib = 16 << 10;

// What the program prints; fails where it ends otherwise than by itself.
std::string Output(const std::string& arguments) {
  const std::string command =
      absl::StrCat(FOOTFALL_QUESTION_PATH, " ", arguments);
  INFO(command);
  FILE* const output = popen(command.c_str(), "r");
  REQUIRE(output != nullptr);
  std::string text;
  char piece[4096];
  for (size_t n = 0; (n = fread(piece, 1, sizeof(piece), output)) > 0;) {
    text.append(piece, n);
  }
  REQUIRE(pclose(output) == 0);
  return text;
}

TEST_CASE("a question takes no more memory than its limit says", "[memory]") {
  const bool whole = std::getenv("FOOTFALL_LONG") != nullptr;
  const TempDir folder;
  Output(absl::StrCat("make ", whole ? "20000 1100 " : "1000 400 ",
                      folder.path()));
  const std::vector<std::string> names =
      absl::StrSplit(Output("names"), '\n', absl::SkipEmpty());
  REQUIRE(names.size() > 25);
  std::string table;
  int answered = 0;
  int refused = 0;
  for (const int64_t limit_mib : whole ? std::vector<int64_t>{32, 256, 1024}
                                       : std::vector<int64_t>{32, 256}) {
    for (const std::string& name : names) {
      CAPTURE(name, limit_mib);
      const std::string told =
          Output(absl::StrCat("'", name, "' ", limit_mib, " ", folder.path()));
      long long before = 0;
      long long peak = 0;
      int code = -1;
      REQUIRE(std::sscanf(told.c_str(), "%lld %lld %d", &before, &peak,
                          &code) == 3);
      const bool ok = code == static_cast<int>(absl::StatusCode::kOk);
      CHECK((ok ||
             code == static_cast<int>(absl::StatusCode::kResourceExhausted)));
      ++(ok ? answered : refused);
      CHECK(peak - before <= (limit_mib << 10) + kSlackKib);
      absl::StrAppendFormat(&table, "%-22s %5d MiB: %7.1f MiB, %s\n", name,
                            limit_mib,
                            static_cast<double>(peak - before) / 1024,
                            ok ? "answered" : "refused");
    }
  }
  // Both happen, or nothing was tested.
  CHECK(answered > 15);
  CHECK(refused > 15);
  WARN(table);
}

}  // namespace
}  // namespace footfall::testing
