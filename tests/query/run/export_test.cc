// EXPORT writes more than a question may hold at once, and says what it cannot
// take apart.

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall {
namespace {

using testing::TempDir;

constexpr int kApps = 5000;
constexpr int kDays = 40;
constexpr uint64_t kSmallMemory = uint64_t{12} << 20;

class Bench {
 public:
  Bench() {
    DatabaseOptions options;
    options.background_upkeep = false;
    auto opened = Database::Open(storage::NewMemoryStore(), options);
    REQUIRE(opened.ok());
    database_ = *std::move(opened);
    MetricSpec spec;
    spec.name = "hits";
    spec.dimensions = {{"app", Additivity::kAdds}};
    const auto hits = database_->Define(spec);
    REQUIRE(hits.ok());
    SampleBatch batch;
    SampleRows& rows = batch.RowsOf(*hits);
    for (int app = 0; app < kApps; ++app) {
      const std::string name = absl::StrCat("app ", app);
      for (int day = 0; day < kDays; ++day) {
        rows.AddStep(20'000 + day, {name}, app + day);
      }
    }
    REQUIRE(database_->Write(batch, {}).ok());
    options_.limits.max_memory_bytes = kSmallMemory;
    options_.limits.max_rows = 1000;
  }

  absl::Status Run(absl::string_view script) {
    return Execute(*database_, script, options_, {});
  }

  std::unique_ptr<Database> database_;
  QueryOptions options_;
};

int64_t LinesOf(const std::string& path) {
  std::ifstream file(path);
  int64_t lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  return lines;
}

TEST_CASE("an answer beyond the memory of a question is exported", "[export]") {
  Bench bench;
  const TempDir folder;
  const std::string path = folder / "out.csv";
  // The same question is too much at once, be it for its rows or its cells.
  CHECK(absl::IsResourceExhausted(Query(*bench.database_->TakeSnapshot(),
                                        "SELECT hits BY app", bench.options_)
                                      .status()));
  bench.options_.limits.max_rows = 1'000'000'000;
  const auto whole = Query(*bench.database_->TakeSnapshot(),
                           "SELECT hits BY app", bench.options_);
  REQUIRE(absl::IsResourceExhausted(whole.status()));
  CHECK(absl::StrContains(whole.status().message(), "max_memory_bytes"));
  for (const char* const question :
       {"SELECT hits BY app",
        "SELECT hits, hits * 2 AS twice BY app HAVING hits >= 0",
        "SELECT hits - lag(hits, 1 day) AS more, hits BY app"}) {
    INFO(question);
    REQUIRE(bench.Run(absl::StrCat("EXPORT (", question, ") TO '", path,
                                   "'")) == absl::OkStatus());
    CHECK(LinesOf(path) == int64_t{kApps} * kDays + 1);
  }
  // A header alone is an answer, too.
  REQUIRE(bench.Run(absl::StrCat(
              "EXPORT (SELECT hits BY app HAVING hits < 0) TO '", path, "'")) ==
          absl::OkStatus());
  CHECK(LinesOf(path) == 1);
}

TEST_CASE("what needs all groups at once says so", "[export]") {
  Bench bench;
  const TempDir folder;
  const std::string path = folder / "out.csv";
  struct Case {
    const char* question;
    const char* why;
  };
  for (const Case& c : {
           Case{"SELECT hits BY app ORDER BY hits", "not with ORDER BY"},
           {"SELECT hits BY app EVERY day FILL zero", "not with FILL"},
           {"SELECT hits, share(hits) BY app", "not with share()"},
           {"SELECT cumulative(hits) BY app", "not with cumulative()"},
       }) {
    INFO(c.question);
    const absl::Status status =
        bench.Run(absl::StrCat("EXPORT (", c.question, ") TO '", path, "'"));
    CHECK(absl::IsResourceExhausted(status));
    CHECK_THAT(std::string(status.message()), ContainsSubstring(c.why));
    CHECK(LinesOf(path) == 0);  // no file: it is whole, or not there
  }
}

TEST_CASE("a series longer than what is gathered at a time is exported whole",
          "[export]") {
  Bench bench;
  const TempDir folder;
  const std::string path = folder / "out.csv";
  REQUIRE(
      bench.Run("DEFINE METRIC pings INTEGER EVERY second OVER TIME ADDS") ==
      absl::OkStatus());
  // 500 days are 43 million steps; the second and the last are ends of
  // stretches of 4,194,304.
  REQUIRE(
      bench.Run(
          "INSERT INTO pings (TIME, VALUE) VALUES (2025-01-01T00:00:00, 1), "
          "(2025-02-18T13:05:03, 2), (2025-02-18T13:05:04, 3), "
          "(2026-05-16T00:00:00, 4)") == absl::OkStatus());
  REQUIRE(bench.Run(absl::StrCat("EXPORT METRIC pings TO '", path, "'")) ==
          absl::OkStatus());
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  CHECK(text ==
        "time,value\n2025-01-01T00:00:00Z,1\n2025-02-18T13:05:03Z,2\n"
        "2025-02-18T13:05:04Z,3\n2026-05-16T00:00:00Z,4\n");
}

}  // namespace
}  // namespace footfall
