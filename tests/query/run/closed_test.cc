// Both doors to a database that is closed.

#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall {
namespace {

constexpr char kScript[] =
    "DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY s;"
    "INSERT INTO m (TIME, VALUE, s) VALUES (2024-01-01, 1, 'x');"
    "ADD EVENT 'release' 'two' ON 2024-01-01;"
    "ALIAS s 'x' = 'y';"
    "ATTRIBUTE s 'x' kind = 'y'";

// Each succeeds on a database with the script above while that is open.
constexpr const char* kReads[] = {
    "SELECT max(m)", "EXPLAIN SELECT max(m)", "EXPLAIN ANALYZE SELECT max(m)",
    "SHOW METRICS",  "SHOW SERIES m",         "SHOW MEMBERS OF s",
    "SHOW EVENTS",   "SHOW ALIASES",          "SHOW ATTRIBUTES",
};
constexpr const char* kChanges[] = {
    "DEFINE METRIC z INTEGER EVERY day OVER TIME ADDS",
    "DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY s",  // is there so
    "INSERT INTO m (TIME, VALUE, s) VALUES (2024-01-02, 1, 'x')",
    "EXPLAIN DELETE m DURING ..",
    "DELETE m DURING ..",
    "ADD EVENT 'release' 'three' ON 2024-01-01",
    "DROP EVENT 'release' 'two' ON 2024-01-01",
    "DROP ALIAS s 'x'",
    "ALIAS s 'a' = 'b'",
    "ATTRIBUTE s 'a' kind = 'b'",
    "DROP ATTRIBUTE s 'x' kind",
    "IMPORT 'FILE' INTO m (TIME date, VALUE v, app AS s)",
    "DROP METRIC m",
};

std::unique_ptr<Database> OpenWithData() {
  auto database = Database::Open(storage::NewMemoryStore(), {});
  REQUIRE(database.ok());
  REQUIRE(Execute(**database, kScript, {}, {}) == absl::OkStatus());
  return *std::move(database);
}

// The statement, with the path of a file that can be imported.
std::string WithFile(std::string statement, const testing::TempDir& folder) {
  const std::string path = folder.path() + "/m.csv";
  std::ofstream(path) << "date,v,app\n2024-01-05,3,x\n";
  if (const size_t at = statement.find("FILE"); at != std::string::npos) {
    statement.replace(at, 4, path);
  }
  return statement;
}

TEST_CASE("every kind of statement says that the database is closed", "[run]") {
  const testing::TempDir folder;
  const auto open = OpenWithData();
  const auto database = OpenWithData();
  REQUIRE(database->Close() == absl::OkStatus());
  const auto check = [&](const char* text) {
    const std::string statement = WithFile(text, folder);
    CAPTURE(statement);
    CHECK(Execute(*open, statement, {}, {}) == absl::OkStatus());
    const absl::Status status = Execute(*database, statement, {}, {});
    CAPTURE(status);
    CHECK(absl::IsFailedPrecondition(status));
    CHECK(absl::StrContains(status.message(), "the database is closed"));
    // The same as a tree.
    const auto parsed = Parse(statement);
    REQUIRE(parsed.ok());
    CHECK(absl::IsFailedPrecondition(
        Execute(*database, parsed->front(), {}, {})));
  };
  for (const char* text : kReads) check(text);
  for (const char* text : kChanges) check(text);
  // What the language refuses comes first, and nothing is to be done.
  CHECK(absl::IsInvalidArgument(Execute(*database, "SELECT", {}, {})));
  CHECK(Execute(*database, "", {}, {}) == absl::OkStatus());
}

TEST_CASE("a snapshot that outlives its database answers no question",
          "[run]") {
  const bool destroyed = GENERATE(false, true);
  auto database = OpenWithData();
  const auto snapshot = database->TakeSnapshot();
  for (const char* text : kReads) {
    CAPTURE(text);
    CHECK(Query(*snapshot, text, {}).status() == absl::OkStatus());
  }
  if (destroyed) {
    database.reset();
  } else {
    REQUIRE(database->Close() == absl::OkStatus());
  }
  for (const char* text : kReads) {
    CAPTURE(text, destroyed);
    CHECK(absl::IsFailedPrecondition(Query(*snapshot, text, {}).status()));
    CHECK(absl::IsFailedPrecondition(
        Query(*snapshot, Parse(text)->front(), {}).status()));
  }
}

TEST_CASE("a script that closes its database under way stops there", "[run]") {
  const auto database = OpenWithData();
  int outcomes = 0;
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome&) {
    ++outcomes;
    return database->Close();
  };
  const absl::Status status =
      Execute(*database, "SHOW METRICS; SHOW METRICS", {}, hooks);
  CHECK(absl::IsFailedPrecondition(status));
  CHECK(outcomes == 1);
}

}  // namespace
}  // namespace footfall
