// How often a question of one series asks for memory: the answer's columns, and
// little else.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "footfall/prepared.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/exhaustion/failing_new.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

uint64_t AllocationsOf(const Prepared& question, const Snapshot& snapshot,
                       const QueryOptions& options) {
  testing::FailAllocation(testing::Failing::kNone, 0);
  const auto answer = question.Run(snapshot, options);
  const uint64_t count = testing::AllocationCount();
  REQUIRE(answer.ok());
  REQUIRE(answer->row_count() == 30);
  return count;
}

TEST_CASE("a prepared question of one series allocates little",
          "[prepared][allocations]") {
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = Database::Open(storage::NewMemoryStore(), options);
  REQUIRE(database.ok());
  std::string script =
      "DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS BY app, platform;"
      "INSERT INTO dau (TIME, VALUE, app, platform) VALUES ";
  for (int day = 1; day <= 30; ++day) {
    for (const char* app : {"A", "B"}) {
      absl::StrAppend(&script, day > 1 || *app > 'A' ? "," : "", "(2025-06-",
                      day < 10 ? "0" : "", day, ",", day, ",'", app,
                      "','web')");
    }
  }
  REQUIRE(Execute(**database, script, {}, {}) == absl::OkStatus());
  REQUIRE((*database)->Compact() == absl::OkStatus());
  const auto snapshot = (*database)->TakeSnapshot();
  const auto question = Prepare(
      *snapshot,
      "SELECT dau WHERE app = $app AND platform = 'web' DURING 2025-06");
  REQUIRE(question.ok());
  QueryOptions with;
  with.parameters["app"] = std::string("A");
  const uint64_t first = AllocationsOf(*question, *snapshot, with);
  with.parameters["app"] = std::string("B");
  const uint64_t again = AllocationsOf(*question, *snapshot, with);
  INFO(first << " allocations, then " << again);
  CHECK(again < first);
  // Of which the answer takes 20, and what is known of windows and groups that
  // left 1. Raise it only for a reason.
  CHECK(again <= 121);
  CHECK(AllocationsOf(*question, *snapshot, with) <= again);
}

}  // namespace
}  // namespace footfall
