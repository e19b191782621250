// Real data, imported and asked; every answer is computed a second time, the
// plain way, and compared. Without the data folder nothing runs, and the output
// says so.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "tests/real/plain_set.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

// A database in a folder that goes away with this.
class RealDatabase {
 public:
  RealDatabase() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "footfall-real-XXXXXX")
            .string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    absl::StatusOr<std::unique_ptr<Database>> opened =
        Database::Open(folder_ + "/db", {});
    REQUIRE(opened.ok());
    database_ = *std::move(opened);
  }
  ~RealDatabase() {
    database_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // Runs statements that change something.
  void Run(absl::string_view script) {
    const absl::Status status = Execute(*database_, script, {}, {});
    INFO(script);
    INFO(status.message());
    REQUIRE(status.ok());
  }

  Answer Ask(absl::string_view question, const QueryOptions& options = {}) {
    absl::StatusOr<Answer> answer =
        Query(*database_->TakeSnapshot(), question, options);
    INFO(question);
    INFO(answer.status().message());
    REQUIRE(answer.ok());
    return *std::move(answer);
  }

  // All table files, when nothing is written any more.
  uint64_t TableBytes() {
    database_.reset();
    uint64_t bytes = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder_)) {
      if (entry.path().extension() == ".sst") bytes += entry.file_size();
    }
    return bytes;
  }

 private:
  std::string folder_;
  std::unique_ptr<Database> database_;
};

const Column& ColumnOf(const Answer& answer, absl::string_view name) {
  const Column* const column = answer.Find(name);
  INFO(name);
  REQUIRE(column != nullptr);
  return *column;
}

// Compares the rows of `SELECT avg(..) AS a, max(..) AS m ... BY <member>`.
void CheckTop(const Answer& answer, absl::string_view member,
              const std::vector<PlainSummary>& expected,
              int64_t expected_steps) {
  REQUIRE(answer.row_count() == expected.size());
  const Column& members = ColumnOf(answer, member);
  const Column& averages = ColumnOf(answer, "a");
  const Column& present = ColumnOf(answer, "a_present");
  const Column& steps = ColumnOf(answer, "a_expected");
  const Column& largest = ColumnOf(answer, "m");
  for (size_t row = 0; row < expected.size(); ++row) {
    INFO("row " << row << ", member " << expected[row].member);
    CHECK(members.text(row) == expected[row].member);
    CHECK(averages.decimals[row] == expected[row].average());
    CHECK(averages.kinds[row] == CellKind::kExact);
    CHECK(largest.integers[row] == expected[row].max);
    CHECK(present.integers[row] == expected[row].present);
    CHECK(steps.integers[row] == expected_steps);
  }
}

constexpr char kDefineDaily[] =
    "DEFINE METRIC dau INTEGER UNIT 'installations' EVERY 1 day"
    "  OVER TIME OVERLAPS BY app, version ADDS;"
    "DEFINE METRIC published INTEGER UNIT 'installations' EVERY 1 day"
    "  OVER TIME OVERLAPS BY app;";

void ImportDaily(RealDatabase* database) {
  database->Run(absl::StrCat(
      kDefineDaily,  //
      "IMPORT '", RealSetFile("thunderbird_dau_daily"),
      "' INTO dau (TIME date, VALUE value, app, version EMPTY 'unknown');",
      "IMPORT '", RealSetFile("thunderbird_dau_total"),
      "' INTO published (TIME date, VALUE value, app);"));
}

// The versions as the database knows them.
std::string Version(const PlainRow& row) {
  return row.version.empty() ? "unknown" : row.version;
}

TEST_CASE("thunderbird_dau_daily: the top versions of thirty days",
          "[thunderbird_dau_daily]") {
  const auto rows = ReadPlainSet("thunderbird_dau_daily");
  if (!rows) return;
  RealDatabase database;
  ImportDaily(&database);

  const Answer metrics = database.Ask("SHOW METRICS");
  CHECK(ColumnOf(metrics, "series").integers[0] == 681);
  const std::vector<std::pair<std::string, std::string>> ranges = {
      {"2018-09-01", "2018-09-30"},  // holds a partial day
      {"2019-12-20", "2020-01-18"},  // over a new year
      {"2020-02-15", "2020-03-15"},  // holds a leap day
      {"2021-07-13", "2021-08-11"},  // the last thirty days
  };
  for (const auto& [first, last] : ranges) {
    INFO(first << ".." << last);
    const Answer answer = database.Ask(
        absl::StrCat("SELECT avg(dau) AS a, max(dau) AS m DURING ", first, "..",
                     last, " BY version TOP 20 ORDER BY a DESC"));
    const std::vector<PlainSummary> expected =
        TopByAverage(Summarize(*rows, first, last, Version), 20);
    REQUIRE(expected.size() == 20);
    CheckTop(answer, "version", expected, 30);
  }

  // Without TOP: every version of the range, those with holes included.
  const auto all = Summarize(*rows, "2020-02-15", "2020-03-15", Version);
  const Answer answer = database.Ask(
      "SELECT avg(dau) AS a, max(dau) AS m DURING 2020-02-15..2020-03-15 "
      "BY version");
  std::vector<PlainSummary> expected;
  for (const auto& [member, summary] : all) expected.push_back(summary);
  CheckTop(answer, "version", expected, 30);
  CHECK(std::any_of(expected.begin(), expected.end(),
                    [](const PlainSummary& s) { return s.present < 30; }));
}

TEST_CASE("thunderbird_dau_daily: months of the total, and as published",
          "[thunderbird_dau_daily]") {
  const auto rows = ReadPlainSet("thunderbird_dau_daily");
  const auto published = ReadPlainSet("thunderbird_dau_total");
  if (!rows || !published) return;
  RealDatabase database;
  ImportDaily(&database);

  // Asked the day after the last sample: that month is not over.
  QueryOptions options;
  options.now =
      absl::FromCivil(absl::CivilDay(2021, 8, 12), absl::UTCTimeZone());
  const Answer answer = database.Ask(
      "SELECT avg(dau) AS a, max(dau) AS m, avg(published) AS pa, "
      "max(published) AS pm EVERY month",
      options);
  const auto all = [](const PlainRow&) { return std::string(); };
  REQUIRE(answer.row_count() == 37);
  absl::CivilMonth month(2018, 8);
  for (size_t row = 0; row < answer.row_count(); ++row, ++month) {
    const std::string first = absl::FormatCivilTime(absl::CivilDay(month));
    const std::string last =
        absl::FormatCivilTime(absl::CivilDay(month + 1) - 1);
    INFO(first << ".." << last);
    const PlainSummary summed =
        Summarize(*rows, first, last, all).begin()->second;
    const PlainSummary total =
        Summarize(*published, first, last, all).begin()->second;
    CHECK(ColumnOf(answer, "time").text(row) == absl::FormatCivilTime(month));
    CHECK(ColumnOf(answer, "a").decimals[row] == summed.average());
    CHECK(ColumnOf(answer, "m").integers[row] == summed.max);
    CHECK(ColumnOf(answer, "pa").decimals[row] == total.average());
    CHECK(ColumnOf(answer, "pm").integers[row] == total.max);
    CHECK(ColumnOf(answer, "a_present").integers[row] == summed.present);
    const bool last_month = month == absl::CivilMonth(2021, 8);
    const int64_t days =
        last_month ? 11 : absl::CivilDay(month + 1) - absl::CivilDay(month);
    CHECK(ColumnOf(answer, "a_expected").integers[row] == days);
    CHECK((ColumnOf(answer, "partial").integers[row] != 0) == last_month);
  }

  // Where the published total and the sum over versions differ.
  const Answer apart =
      database.Ask("SELECT published - dau AS d EVERY day HAVING d != 0");
  REQUIRE(apart.row_count() == 2);
  CHECK(ColumnOf(apart, "time").text(0) == "2020-03-09");
  CHECK(ColumnOf(apart, "time").text(1) == "2020-11-28");
  CHECK(ColumnOf(apart, "d").integers == std::vector<int64_t>{347'631, 1});
}

TEST_CASE("thunderbird_dau_daily: a total beside its parts is not added",
          "[thunderbird_dau_daily]") {
  const auto rows = ReadPlainSet("thunderbird_dau_daily");
  const auto published = ReadPlainSet("thunderbird_dau_total");
  if (!rows || !published) return;
  RealDatabase database;
  ImportDaily(&database);
  database.Run(absl::StrCat(  // the version left empty: of all versions
      "IMPORT '", RealSetFile("thunderbird_dau_total"),
      "' INTO dau (TIME date, VALUE value, app);"));

  const Answer answer = database.Ask("SELECT dau EVERY day");
  std::map<std::string, int64_t> totals;
  for (const PlainRow& row : *published) totals[row.date] = row.value;
  REQUIRE(answer.row_count() == totals.size());
  size_t row = 0;
  for (const auto& [date, total] : totals) {
    INFO(date);
    CHECK(ColumnOf(answer, "time").text(row) == date);
    CHECK(ColumnOf(answer, "dau").integers[row] == total);
    ++row;
  }
}

TEST_CASE("thunderbird_dau_daily: one version with holes, day by day",
          "[thunderbird_dau_daily]") {
  const auto rows = ReadPlainSet("thunderbird_dau_daily");
  if (!rows) return;
  RealDatabase database;
  ImportDaily(&database);
  for (const char* const version : {"3.1.7", "unknown", "60.5.0"}) {
    INFO(version);
    std::map<std::string, int64_t> days;
    for (const PlainRow& row : *rows) {
      if (Version(row) == version) days[row.date] = row.value;
    }
    const Answer answer = database.Ask(
        absl::StrCat("SELECT dau WHERE version = '", version, "'"));
    REQUIRE(answer.row_count() == days.size());
    size_t row = 0;
    for (const auto& [date, value] : days) {
      CHECK(ColumnOf(answer, "time").text(row) == date);
      CHECK(ColumnOf(answer, "dau").integers[row] == value);
      ++row;
    }
  }
}

// The weekly sets: one dimension each, dates on Sundays, thirteen weeks.
void CheckWeekly(const std::string& set, const std::string& dimension,
                 std::string PlainRow::*field) {
  const auto rows = ReadPlainSet(set);
  if (!rows) return;
  RealDatabase database;
  database.Run(absl::StrCat(
      "DEFINE METRIC wau INTEGER UNIT 'clients' EVERY 1 week"
      "  OVER TIME OVERLAPS BY app, ",
      dimension, " ADDS; IMPORT '", RealSetFile(set),
      "' INTO wau (TIME date, VALUE value, app, ", dimension, ")"));
  const Answer answer =
      database.Ask(absl::StrCat("SELECT avg(wau) AS a, max(wau) AS m "
                                "DURING 2021-W10..2021-W22 BY ",
                                dimension, " TOP 20 ORDER BY a DESC"));
  const std::vector<PlainSummary> expected =
      TopByAverage(Summarize(*rows, "2021-03-08", "2021-06-06",
                             [&](const PlainRow& row) { return row.*field; }),
                   20);
  REQUIRE(expected.size() >= 12);
  CheckTop(answer, dimension, expected, 13);
}

TEST_CASE("thunderbird_platform_weekly: the top systems of thirteen weeks",
          "[thunderbird_platform_weekly]") {
  CheckWeekly("thunderbird_platform_weekly", "platform", &PlainRow::platform);
}

TEST_CASE("thunderbird_locale_weekly: the top languages of thirteen weeks",
          "[thunderbird_locale_weekly]") {
  CheckWeekly("thunderbird_locale_weekly", "region", &PlainRow::region);
}

TEST_CASE("thunderbird_telemetry_weekly: labels in many scripts",
          "[thunderbird_telemetry_weekly]") {
  const auto rows = ReadPlainSet("thunderbird_telemetry_weekly");
  if (!rows) return;
  RealDatabase database;
  database.Run(absl::StrCat(
      "DEFINE METRIC clients INTEGER EVERY 1 week OVER TIME OVERLAPS"
      "  BY app, version; IMPORT '",
      RealSetFile("thunderbird_telemetry_weekly"),
      "' INTO clients (TIME date, VALUE value, app, version)"));
  for (const char* const app : {"tb.account.count", "tb.websearch.usage"}) {
    INFO(app);
    std::vector<PlainRow> picked;
    for (const PlainRow& row : *rows) {
      if (row.app == app) picked.push_back(row);
    }
    const Answer answer = database.Ask(absl::StrCat(
        "SELECT avg(clients) AS a, max(clients) AS m WHERE app = '", app,
        "' DURING 2023-W01..2023-W26 BY version TOP 20 "
        "ORDER BY a DESC"));
    CheckTop(
        answer, "version",
        TopByAverage(Summarize(picked, "2023-01-02", "2023-07-02",
                               [](const PlainRow& row) { return row.version; }),
                     20),
        26);
  }
}

// Imports a set; its table files may take `bar` bytes a sample, as
// bench/README.md promises.
void CheckSize(const char* name, absl::string_view define,
               absl::string_view into, double bar) {
  const auto rows = ReadPlainSet(name);
  if (!rows) return;
  RealDatabase database;
  database.Run(
      absl::StrCat(define, "; IMPORT '", RealSetFile(name), "' INTO ", into));
  CHECK(static_cast<double>(database.TableBytes()) <=
        bar * static_cast<double>(rows->size()));
}

TEST_CASE("thunderbird_dau_daily takes 1.15 bytes a sample",
          "[thunderbird_dau_daily]") {
  CheckSize("thunderbird_dau_daily",
            "DEFINE METRIC dau INTEGER EVERY 1 day OVER TIME OVERLAPS"
            "  BY app, version ADDS",
            "dau (TIME date, VALUE value, app, version EMPTY 'unknown')", 1.15);
}

TEST_CASE("github_innovation_quarterly takes 2.0 bytes a sample",
          "[github_innovation_quarterly]") {
  CheckSize("github_innovation_quarterly",
            "DEFINE METRIC activity INTEGER EVERY 1 quarter OVER TIME OVERLAPS"
            "  BY app, version, region",
            "activity (TIME date, VALUE value, app, version, region)", 2.0);
}

TEST_CASE("github_innovation_quarterly: economies and topics",
          "[github_innovation_quarterly]") {
  const auto rows = ReadPlainSet("github_innovation_quarterly");
  if (!rows) return;
  RealDatabase database;
  database.Run(absl::StrCat(
      "DEFINE METRIC activity INTEGER EVERY 1 quarter OVER TIME OVERLAPS"
      "  BY app, version, region; IMPORT '",
      RealSetFile("github_innovation_quarterly"),
      "' INTO activity (TIME date, VALUE value, app, version, region)"));
  CHECK(ColumnOf(database.Ask("SHOW METRICS"), "series").integers[0] == 14'875);

  struct Question {
    const char* app;
    const char* region;  // "": BY region, else its topics
    const char* dimension;
    std::string PlainRow::*field;
  };
  const std::vector<Question> questions = {
      {"developers", "", "region", &PlainRow::region},
      {"git_pushes", "", "region", &PlainRow::region},
      {"topics", "DE", "version", &PlainRow::version},
      {"licenses", "BR", "version", &PlainRow::version},
      {"economy_collaborators", "US", "version", &PlainRow::version},
  };
  for (const Question& question : questions) {
    INFO(question.app);
    std::vector<PlainRow> picked;
    for (const PlainRow& row : *rows) {
      if (row.app != question.app) continue;
      if (*question.region != '\0' && row.region != question.region) continue;
      picked.push_back(row);
    }
    const std::string where =
        *question.region == '\0'
            ? ""
            : absl::StrCat(" AND region = '", question.region, "'");
    const Answer answer = database.Ask(absl::StrCat(
        "SELECT avg(activity) AS a, max(activity) AS m WHERE app = '",
        question.app, "'", where, " DURING 2022-Q1..2023-Q4 BY ",
        question.dimension, " TOP 20 ORDER BY a DESC"));
    const std::vector<PlainSummary> expected = TopByAverage(
        Summarize(picked, "2022-01-01", "2023-12-31",
                  [&](const PlainRow& row) { return row.*question.field; }),
        20);
    REQUIRE(expected.size() >= 15);
    CheckTop(answer, question.dimension, expected, 8);
  }
}

}  // namespace
}  // namespace footfall
