// Prepare() and Run(): a question read once and run many times. (That prepared
// answers are those of texts is asked of all cases: cases_test.cc.)

#include "footfall/prepared.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/ask.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/refusal.h"
#include "query/run/plan_cache.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr absl::string_view kData =
    "DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS BY app;"
    "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-01, 5, 'A'),"
    " (2025-02-02, 7, 'A'), (2025-02-02, 9, 'B')";

class Home {
 public:
  explicit Home(absl::string_view script = kData) {
    DatabaseOptions options;
    options.background_upkeep = false;
    auto database = Database::Open(storage::NewMemoryStore(), options);
    REQUIRE(database.ok());
    database_ = *std::move(database);
    Do(script);
  }
  void Do(absl::string_view script) {
    REQUIRE(Execute(*database_, script, {}, {}) == absl::OkStatus());
  }
  std::shared_ptr<const Snapshot> now() const {
    return database_->TakeSnapshot();
  }
  Database& database() { return *database_; }

 private:
  std::unique_ptr<Database> database_;
};

Prepared Ready(const Home& home, absl::string_view text) {
  auto prepared = Prepare(*home.now(), text);
  REQUIRE(prepared.status() == absl::OkStatus());
  return *std::move(prepared);
}

std::string Csv(const absl::StatusOr<Answer>& answer) {
  if (!answer.ok()) return std::string(answer.status().message());
  return FormatCsv(*answer);
}

std::string RunCsv(const Prepared& prepared, const Home& home,
                   const QueryOptions& options = {}) {
  return Csv(prepared.Run(*home.now(), options));
}

// The first item of the only row.
std::string OnlyValue(const Prepared& prepared, const Home& home,
                      const QueryOptions& options = {}) {
  const auto answer = prepared.Run(*home.now(), options);
  if (!answer.ok()) return std::string(answer.status().message());
  if (answer->row_count() != 1) {
    return absl::StrCat(answer->row_count(), " rows");
  }
  for (const Column& column : answer->columns) {
    if (column.role != Column::Role::kValue) continue;
    return column.type == ColumnType::kDecimal
               ? absl::StrCat(column.decimals[0])
               : absl::StrCat(column.integers[0]);
  }
  return "no value";
}

TEST_CASE("a prepared question sees what was written since", "[prepared]") {
  Home home;
  const Prepared total = Ready(home, "SELECT max(dau) WHERE app = 'A'");
  CHECK(OnlyValue(total, home) == "7");
  home.Do("INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-03, 20, 'A')");
  CHECK(OnlyValue(total, home) == "20");
  CHECK(total.text() == "SELECT max(dau) WHERE app = 'A'");
}

TEST_CASE("a member may come after Prepare, and a refusal stays until then",
          "[prepared]") {
  Home home;
  const Prepared later = Ready(home, "SELECT max(dau) WHERE app = 'New'");
  const std::string refusal = RunCsv(later, home);
  CHECK(refusal ==
        "query 1:29: app has no member 'New'\n"
        "  SELECT max(dau) WHERE app = 'New'\n"
        "                              ^^^^^\n"
        "  SHOW MEMBERS OF app lists them");
  CHECK(refusal == Csv(Query(*home.now(), later.text(), {})));
  home.Do("INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-03, 4, 'New')");
  CHECK(OnlyValue(later, home) == "4");
}

TEST_CASE("a metric that is declared otherwise is bound again", "[prepared]") {
  Home home;
  const Prepared total = Ready(home, "SELECT max(dau)");
  CHECK(OnlyValue(total, home) == "16");
  const auto before = home.now();
  home.Do("DROP METRIC dau");
  CHECK(absl::StrContains(RunCsv(total, home), "there is no metric dau"));
  // A snapshot keeps its declarations.
  CHECK(absl::StartsWith(Csv(total.Run(*before, {})), "max(dau)"));
  home.Do(
      "DEFINE METRIC dau DECIMAL EVERY month OVER TIME LEVEL;"
      "INSERT INTO dau (TIME, VALUE) VALUES (2025-02, 0.5)");
  CHECK(OnlyValue(total, home) == "0.5");
  CHECK(RunCsv(Ready(home, "SELECT dau"), home) ==
        "time,dau,dau_kind,dau_present,dau_expected,partial\n"
        "2025-02,0.5,exact,1,1,false\n");
}

TEST_CASE("a name that becomes a metric is one from then on", "[prepared]") {
  Home home(
      "DEFINE METRIC dau INTEGER EVERY day OVER TIME ADDS BY app;"
      "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-01, 5, 'A'),"
      " (2025-02-01, 6, 'B');"
      "ADD EVENT 'launch' 'X' ON 2025-02-01");
  const Prepared sorted =
      Ready(home,
            "SELECT dau ALIGN ON event('launch') DURING 0..1 days BY app "
            "ORDER BY offset, dau DESC");
  const std::string before = RunCsv(sorted, home);
  CHECK(absl::StrContains(before, "B,0,6"));
  home.Do("DEFINE METRIC offset_of INTEGER EVERY day OVER TIME ADDS BY app");
  CHECK(RunCsv(sorted, home) == before);
}

TEST_CASE("parameters of every kind change from run to run", "[prepared]") {
  Home home;
  const auto date = [](absl::string_view text) { return *ParseDate(text); };
  QueryOptions options;
  SECTION("a text of WHERE") {
    const Prepared of = Ready(home, "SELECT max(dau) WHERE app = $app");
    options.parameters["app"] = std::string("A");
    CHECK(OnlyValue(of, home, options) == "7");
    options.parameters["app"] = std::string("B");
    CHECK(OnlyValue(of, home, options) == "9");
    options.parameters["app"] = std::string("C");
    CHECK(absl::StartsWith(RunCsv(of, home, options),
                           "query 1:29: app has no member 'C'"));
    options.parameters["app"] = int64_t{1};
    CHECK(absl::StartsWith(
        RunCsv(of, home, options),
        "query 1:29: $app is a number, and a text is required here"));
    options.parameters.clear();
    CHECK(absl::StartsWith(RunCsv(of, home, options),
                           "query 1:29: no value was given for $app"));
    options.parameters["app"] = std::string("A");
    CHECK(OnlyValue(of, home, options) == "7");
  }
  SECTION("a text in braces, which the column's name does not show") {
    const Prepared of =
        Ready(home, "SELECT max(dau{app = $app}) / max(dau{app = $other})");
    options.parameters["app"] = std::string("A");
    options.parameters["other"] = std::string("A");
    CHECK(OnlyValue(of, home, options) == "1");
    options.parameters["other"] = std::string("B");
    CHECK(OnlyValue(of, home, options) == absl::StrCat(7.0 / 9));
    CHECK(absl::StartsWith(RunCsv(of, home, options),
                           "max(dau{app=$app}) / max(dau{app=$other})"));
  }
  SECTION("a pattern and a list") {
    const Prepared of =
        Ready(home,
              "SELECT count(dau ACROSS app) WHERE app LIKE $some "
              "AND app IN ('B', $one) DURING 2025-02-02");
    options.parameters["some"] = std::string("%");
    options.parameters["one"] = std::string("A");
    CHECK(OnlyValue(of, home, options) == "2");
    options.parameters["some"] = std::string("B%");
    CHECK(OnlyValue(of, home, options) == "1");
  }
  SECTION("numbers, whole and not") {
    const Prepared of = Ready(home, "SELECT max(dau) * $by WHERE app = 'A'");
    options.parameters["by"] = int64_t{2};
    CHECK(OnlyValue(of, home, options) == "14");
    options.parameters["by"] = 0.5;
    CHECK(OnlyValue(of, home, options) == "3.5");
    options.parameters["by"] = int64_t{3};
    CHECK(OnlyValue(of, home, options) == "21");
  }
  SECTION("dates and ranges") {
    const Prepared of = Ready(home, "SELECT max(dau) DURING $when");
    options.parameters["when"] = date("2025-02-01");
    CHECK(OnlyValue(of, home, options) == "5");
    options.parameters["when"] = date("2025-02");
    CHECK(OnlyValue(of, home, options) == "16");
    Range range;
    range.form = RangeLast{1, Unit::kDay, RangeLast::End::kUnitOfNow};
    options.parameters["when"] = range;
    options.now =
        absl::FromCivil(absl::CivilDay(2025, 2, 1), absl::UTCTimeZone());
    CHECK(OnlyValue(of, home, options) == "5");
    options.parameters["when"] = std::string("2025");
    CHECK(absl::StartsWith(RunCsv(of, home, options),
                           "query 1:24: $when is a text"));
  }
}

TEST_CASE("one day and several make other sums of users", "[prepared]") {
  Home home;
  const Prepared sum = Ready(home, "SELECT sum(dau) DURING $when");
  QueryOptions options;
  options.parameters["when"] = *ParseDate("2025-02-01");
  CHECK(OnlyValue(sum, home, options) == "5");
  options.parameters["when"] = *ParseDate("2025-02");
  CHECK(absl::StartsWith(RunCsv(sum, home, options),
                         "query 1:8: sum(dau) over the range would be"));
  options.parameters["when"] = *ParseDate("2025-02-02");
  CHECK(OnlyValue(sum, home, options) == "16");
}

TEST_CASE("LAST counts from the time of the run", "[prepared]") {
  Home home;
  const Prepared last = Ready(home, "SELECT max(dau) DURING LAST 1 day");
  QueryOptions options;
  for (const int day : {1, 2}) {
    options.now = absl::FromCivil(absl::CivilSecond(2025, 2, day, 12, 0, 0),
                                  absl::UTCTimeZone());
    CHECK(OnlyValue(last, home, options) == (day == 1 ? "5" : "16"));
  }
}

TEST_CASE("aliases and events of later count", "[prepared]") {
  Home home;
  const Prepared both = Ready(home, "SELECT min(dau) WHERE app = 'B'");
  const Prepared since = Ready(home, "SELECT max(dau), event('launch') AS day");
  const std::string none = RunCsv(since, home);
  CHECK(OnlyValue(both, home) == "9");
  home.Do("ALIAS 'A' = 'B'; ADD EVENT 'launch' 'X' ON 2025-02-02");
  CHECK(OnlyValue(both, home) == "5");
  CHECK(absl::StrContains(RunCsv(since, home), ",2025-02-02,exact"));
  home.Do("DROP ALIAS 'A'; DROP EVENT 'launch' 'X' ON 2025-02-02");
  CHECK(OnlyValue(both, home) == "9");
  CHECK(RunCsv(since, home) == none);
}

TEST_CASE("one question runs on snapshots of several databases", "[prepared]") {
  Home home;
  Home other(
      "DEFINE METRIC dau DECIMAL EVERY day OVER TIME LEVEL BY app;"
      "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-01, 1.5, 'A')");
  const Prepared of = Ready(home, "SELECT max(dau) WHERE app = 'A'");
  for (int i = 0; i < 3; ++i) {
    CHECK(OnlyValue(of, home) == "7");
    CHECK(OnlyValue(of, other) == "1.5");
  }
}

TEST_CASE("Prepare refuses what no later commit will answer", "[prepared]") {
  Home home;
  const auto refusal = [&](absl::string_view text) {
    const auto prepared = Prepare(*home.now(), text);
    REQUIRE_FALSE(prepared.ok());
    CHECK(prepared.status() == Query(*home.now(), text, {}).status());
    return std::string(prepared.status().message());
  };
  CHECK(absl::StartsWith(refusal("SELECT dau,"), "query 1:12: expected"));
  CHECK(absl::StartsWith(refusal("SELECT sum(dau)"), "query 1:8: sum(dau)"));
  CHECK(
      absl::StartsWith(refusal("SELECT du"), "query 1:8: there is no metric"));
  CHECK(
      absl::StartsWith(refusal("DROP METRIC dau"), "query 1:1: DROP changes"));
  CHECK(absl::StartsWith(refusal("SHOW METRICS; SHOW METRICS"),
                         "query 1:15: a question is one statement"));
  // Values are not needed for it.
  const auto message = [&](absl::string_view text) {
    return std::string(Prepare(*home.now(), text).status().message());
  };
  CHECK(absl::StartsWith(message("SELECT sum(dau) WHERE app = $app"),
                         "query 1:8: sum(dau) over the range would be"));
  CHECK(absl::StartsWith(message("SELECT dau WHERE color IN ('a', $color)"),
                         "query 1:18: dau has no dimension color"));
  CHECK(message("SELECT sum(dau) DURING $day").empty());
}

TEST_CASE("SHOW, EXPLAIN and trees are prepared, too", "[prepared]") {
  Home home;
  CHECK(RunCsv(Ready(home, "SHOW MEMBERS OF app"), home) ==
        "member,series\nA,1\nB,1\n");
  const Prepared explained = Ready(home, "EXPLAIN SELECT max(dau)");
  CHECK(RunCsv(explained, home) ==
        Csv(Query(*home.now(), "EXPLAIN SELECT max(dau)", {})));
  const Statement tree = ask::Ask(ask::Max("dau")).Where(ask::Is("app", "B"));
  const auto prepared = Prepare(*home.now(), tree);
  REQUIRE(prepared.ok());
  CHECK(prepared->text() == "SELECT max(dau) WHERE app = 'B'");
  CHECK(OnlyValue(*prepared, home) == "9");
}

TEST_CASE("EXPLAIN ANALYZE says whether the plan was there", "[prepared]") {
  Home home;
  const auto plan_line = [&](absl::string_view text) {
    const auto answer = Query(*home.now(), text, {});
    REQUIRE(answer.ok());
    for (const std::string& line : answer->columns[0].texts) {
      if (absl::StartsWith(line, "  plan: ")) return line;
    }
    return std::string("none");
  };
  constexpr absl::string_view kText = "EXPLAIN ANALYZE SELECT max(dau)";
  CHECK(plan_line(kText) == "  plan: bound for this run");
  CHECK(plan_line(kText) ==
        "  plan: bound earlier; members and dates looked up");
  home.Do("DEFINE METRIC other INTEGER EVERY day OVER TIME ADDS");
  CHECK(plan_line(kText) == "  plan: bound for this run");
}

TEST_CASE("a closed database answers no prepared question", "[prepared]") {
  Home home;
  const Prepared of = Ready(home, "SELECT max(dau)");
  const auto snapshot = home.now();
  CHECK(of.Run(*snapshot, {}).ok());
  REQUIRE(home.database().Close() == absl::OkStatus());
  CHECK(of.Run(*snapshot, {}).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

// ---- What is kept behind Query()

TEST_CASE("declarations are one object until a metric comes or goes",
          "[prepared]") {
  Home home;
  const auto before = home.now()->declarations();
  REQUIRE(before != nullptr);
  home.Do(
      "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-03, 4, 'New');"
      "ADD EVENT 'launch' 'X' ON 2025-02-02; ALIAS 'A' = 'B'");
  CHECK(home.now()->declarations() == before);
  home.Do("DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS BY app");
  CHECK(home.now()->declarations() == before);  // as it was
  home.Do("DEFINE METRIC other INTEGER EVERY day OVER TIME ADDS");
  const auto after = home.now()->declarations();
  CHECK(after != before);
  CHECK(before->metrics().size() == 1);
  CHECK(after->metrics().size() == 2);
  home.Do("DROP METRIC other");
  CHECK(home.now()->declarations() != after);
  CHECK(home.now()->declarations()->metrics().size() == 1);
}

TEST_CASE("plans that are kept go with their declarations", "[prepared]") {
  Home home;
  const std::weak_ptr<const Declarations> before = home.now()->declarations();
  const Prepared own = Ready(home, "SELECT min(dau)");
  CHECK(OnlyValue(own, home) == "5");
  REQUIRE(Query(*home.now(), "SELECT max(dau)", {}).ok());
  CHECK_FALSE(before.expired());
  home.Do("DEFINE METRIC other INTEGER EVERY day OVER TIME ADDS");
  CHECK(before.expired());
  CHECK(OnlyValue(own, home) == "5");
}

TEST_CASE("texts that repeat are read once, and the oldest make room",
          "[prepared]") {
  Home home;
  query::PlanCache* const cache = query::PlanCache::Of(*home.now());
  REQUIRE(cache != nullptr);
  CHECK(cache->count() == 0);
  const auto ask = [&](int i) {
    REQUIRE(Query(*home.now(), absl::StrCat("SELECT max(dau) + ", i), {}).ok());
  };
  ask(0);
  ask(0);
  CHECK(cache->count() == 1);
  CHECK(cache->Find("SELECT max(dau) + 0", QueryLimits()) != nullptr);
  // Neither a refused question nor one that was read under other limits.
  CHECK_FALSE(Query(*home.now(), "SELECT sum(dau)", {}).ok());
  CHECK(cache->count() == 1);
  QueryLimits narrow;
  narrow.max_nesting = 1;
  CHECK(cache->Find("SELECT max(dau) + 0", narrow) == nullptr);
  QueryOptions options;
  options.limits = narrow;
  CHECK_FALSE(Query(*home.now(), "SELECT max(dau) + 0", options).ok());

  for (int i = 1; i <= static_cast<int>(query::PlanCache::kMostPlans); ++i) {
    ask(i);
    if (i % 16 == 0) ask(1);  // asked again and again, it stays
  }
  CHECK(cache->count() == query::PlanCache::kMostPlans);
  CHECK(cache->Find("SELECT max(dau) + 0", QueryLimits()) == nullptr);
  CHECK(cache->Find("SELECT max(dau) + 1", QueryLimits()) != nullptr);
  const uint64_t bytes = home.database().Stats().plan_bytes;
  CHECK(bytes > 256 * 1000);
  CHECK(bytes <= query::PlanCache::kMostBytes);
  home.Do("DROP METRIC dau");
  CHECK(home.database().Stats().plan_bytes == 0);
}

TEST_CASE("a script of one question is kept as Query keeps it", "[prepared]") {
  Home home;
  query::PlanCache* const cache = query::PlanCache::Of(*home.now());
  std::vector<std::string> found;
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome& outcome) {
    CHECK(outcome.statement != nullptr);
    found.push_back(FormatCsv(outcome.answer));
    return absl::OkStatus();
  };
  const auto run = [&](absl::string_view script) {
    found.clear();
    return Execute(home.database(), script, {}, hooks);
  };
  for (int i = 0; i < 2; ++i) {
    CHECK(run("SELECT max(dau);") == absl::OkStatus());
    CHECK(found.size() == 1);
    CHECK(found[0] == Csv(Query(*home.now(), "SELECT max(dau);", {})));
    CHECK(cache->count() == 1);
  }
  CHECK(run("SELECT max(dau); SELECT min(dau)") == absl::OkStatus());
  CHECK(found.size() == 2);
  // The first has run before the second is read.
  CHECK(run("SELECT max(dau); SELECT").code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(found.size() == 1);
  CHECK(run("SHOW METRICS") == absl::OkStatus());
  CHECK(cache->count() == 2);
}

TEST_CASE("long texts do not fill memory", "[prepared]") {
  Home home;
  query::PlanCache* const cache = query::PlanCache::Of(*home.now());
  for (int i = 0; i < 40; ++i) {
    std::string text =
        absl::StrCat("SELECT max(dau) + ", i, " WHERE app NOT IN ('B'");
    for (int n = 0; n < 1000; ++n) absl::StrAppend(&text, ",'B'");
    REQUIRE(Query(*home.now(), text + ")", {}).ok());
    CHECK(cache->size_bytes() <= query::PlanCache::kMostBytes);
  }
  CHECK(cache->count() < 40);
  CHECK(cache->count() > 0);
  // Too long to be kept at all.
  std::string text = "SELECT max(dau) WHERE app NOT IN ('B'";
  for (int n = 0; n < 9000; ++n) absl::StrAppend(&text, ",'B'");
  const size_t before = cache->count();
  REQUIRE(Query(*home.now(), text + ")", {}).ok());
  CHECK(cache->count() == before);
}

TEST_CASE("an answer comes in blocks, however it is worked out", "[prepared]") {
  Home home;
  const std::string text = GENERATE(values<std::string>({
      "SELECT dau BY app",                    // some groups at a time
      "SELECT dau BY app ORDER BY dau DESC",  // all at once
      "SHOW MEMBERS OF app",                  // no samples
      "EXPLAIN SELECT dau BY app",
  }));
  CAPTURE(text);
  const Prepared prepared = Ready(home, text);
  const auto whole = prepared.Run(*home.now(), {});
  REQUIRE(whole.ok());
  for (const size_t rows : {size_t{0}, size_t{1}, size_t{2}, size_t{1000}}) {
    std::string csv;
    QueryOptions options;
    options.limits.max_rows = whole->row_count();
    const auto notes = prepared.RunInBlocks(
        *home.now(), options, rows, [&](const Answer& block) {
          CHECK(block.row_count() <= std::max<size_t>(rows, 1));
          csv += FormatCsv(block, /*with_header=*/csv.empty());
          return absl::OkStatus();
        });
    REQUIRE(notes.ok());
    CHECK(csv == FormatCsv(*whole));
    CHECK(*notes == whole->notes);
  }
  int blocks = 0;
  const auto stopped =
      prepared.RunInBlocks(*home.now(), {}, 1, [&blocks](const Answer&) {
        ++blocks;
        return absl::AbortedError("enough");
      });
  CHECK(stopped.status() == absl::AbortedError("enough"));
  CHECK(blocks == 1);
}

TEST_CASE("what an answer in blocks needs at once is told without EXPORT",
          "[prepared]") {
  Home home;
  const Prepared prepared = Ready(home, "SELECT dau BY app ORDER BY dau DESC");
  int told = 0;
  for (uint64_t bytes = 256; true; bytes += bytes / 4) {
    QueryOptions options;
    options.limits.max_memory_bytes = bytes;
    const absl::Status status =
        prepared
            .RunInBlocks(*home.now(), options, 1,
                         [](const Answer&) { return absl::OkStatus(); })
            .status();
    if (status.ok()) break;
    REQUIRE(absl::IsResourceExhausted(status));
    CHECK(!absl::StrContains(status.message(), "EXPORT"));
    told += absl::StrContains(status.message(), "not with ORDER BY") ? 1 : 0;
  }
  CHECK(told > 0);
}

TEST_CASE("a refusal has a code, and another error none", "[prepared]") {
  Home home;
  CHECK(RefusalCode(Query(*home.now(), "SELECT dua", {}).status()) ==
        "UnknownMetric");
  CHECK(RefusalCode(absl::NotFoundError("UnknownMetric")).empty());
  CHECK(RefusalCode(absl::OkStatus()).empty());
  const std::vector<std::string> codes = RefusalCodes();
  CHECK(codes.size() > 100);
  CHECK(std::count(codes.begin(), codes.end(), "UnknownMetric") == 1);
}

TEST_CASE("a member that is not there has no samples, where that is allowed",
          "[prepared]") {
  Home home;
  const bool renamed = GENERATE(false, true);
  if (renamed) home.Do("ALIAS app 'B' = 'C'");
  QueryOptions allowed;
  allowed.allow_unknown_members = true;
  const auto rows = [&](absl::string_view text) {
    const auto answer = Query(*home.now(), text, allowed);
    REQUIRE(answer.status() == absl::OkStatus());
    return answer->row_count();
  };
  CHECK(rows("SELECT dau WHERE app = 'Z'") == 0);
  CHECK(rows("SELECT dau WHERE app IN ('Z', 'A')") == 2);
  CHECK(rows("SELECT dau WHERE app IN ('Z', 'Y')") == 0);
  CHECK(rows("SELECT dau WHERE app != 'Z' BY app") == 3);
  CHECK(rows("SELECT dau WHERE app NOT IN ('Z', 'A') BY app") == 1);
  CHECK(rows("SELECT dau{app = 'Z'}") == 0);
  CHECK(rows("SELECT dau WHERE app = 'Z' BY app ORDER BY dau DESC TOP 3") == 0);
  CHECK(rows("SELECT max(dau) WHERE app = 'Z' DURING 2025") <= 1);
  CHECK(rows("SHOW EVENTS WHERE app = 'Z'") == 0);
  const auto silent = Query(*home.now(), "SELECT dau WHERE app = 'Z'", allowed);
  CHECK(silent->notes.size() == 1);

  // What one run allows, the next may not, with a plan that is kept.
  const Prepared prepared = Ready(home, "SELECT dau WHERE app = $app");
  for (const bool allow : {true, false, true}) {
    QueryOptions options;
    options.allow_unknown_members = allow;
    options.parameters["app"] = std::string("A");
    CHECK(prepared.Run(*home.now(), options)->row_count() == 2);
    options.parameters["app"] = std::string("Z");
    const auto answer = prepared.Run(*home.now(), options);
    if (allow) {
      REQUIRE(answer.ok());
      CHECK(answer->row_count() == 0);
    } else {
      CHECK(RefusalCode(answer.status()) == "UnknownMember");
    }
  }
}

}  // namespace
}  // namespace footfall
