// Every question is counted once, through whichever door it comes.

#include <memory>

#include "footfall/database.h"
#include "footfall/metrics.h"
#include "footfall/prepared.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

TEST_CASE("every question is counted once", "[query][metrics]") {
  DatabaseOptions options;
  options.background_upkeep = false;
  options.slow_question = absl::ZeroDuration();
  const auto database = *Database::Open(storage::NewMemoryStore(), options);
  REQUIRE(Execute(*database,
                  "DEFINE METRIC n INTEGER EVERY day OVER TIME ADDS;"
                  "INSERT INTO n (TIME, VALUE) VALUES (2025-02-08, 7)",
                  QueryOptions(), ExecuteHooks())
              .ok());
  const auto counted = [&] {
    const DatabaseMetrics metrics = database->Metrics();
    uint64_t count = 0;
    for (const uint64_t one : metrics.questions.counts) count += one;
    CHECK(metrics.slow_questions == count);
    return count;
  };
  CHECK(counted() == 0);  // changes are none
  const auto snapshot = database->TakeSnapshot();
  REQUIRE(Query(*snapshot, "SELECT sum(n)", QueryOptions()).ok());
  REQUIRE(Query(*snapshot, "SELECT sum(n)", QueryOptions()).ok());
  CHECK(counted() == 2);
  REQUIRE(
      Prepare(*snapshot, "SHOW METRICS")->Run(*snapshot, QueryOptions()).ok());
  CHECK(counted() == 3);
  REQUIRE(Execute(*database, "SELECT n; SHOW METRICS", QueryOptions(),
                  ExecuteHooks())
              .ok());
  CHECK(counted() == 5);
  CHECK(database->Metrics().failed_questions == 0);
  REQUIRE(!Query(*snapshot, "SELECT sum(none)", QueryOptions()).ok());
  CHECK(counted() == 6);
  CHECK(database->Metrics().failed_questions == 1);
}

}  // namespace
}  // namespace footfall
