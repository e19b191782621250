// Windows, TO DATE and values of a range of their own against the windows of
// SQLite: a table of pairs, each of a question and the SQL that means the same.

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "tests/oracle/sqlite.h"
#include "tests/support/catch.h"

namespace footfall::oracle {
namespace {

constexpr uint32_t kSeed = 20240229;
constexpr absl::CivilDay kFirst(2023, 11, 20);
constexpr int kDays = 500;

struct Pair {
  const char* question;  // of the item x, BY app
  // app, the row's time, x; of s (app, day, d, v), day being a text and d its
  // number. $first is the number of the first day.
  const char* sql;
};

constexpr Pair kPairs[] = {
    {"avg(v OVER 28 days) AS x EVERY day",
     "SELECT app, day, CASE WHEN d - 27 >= $first THEN avg(v) OVER (PARTITION "
     "BY app ORDER BY d RANGE BETWEEN 27 PRECEDING AND CURRENT ROW) END FROM "
     "s"},
    {"max(v OVER 90 days) AS x EVERY day",
     "SELECT app, day, CASE WHEN d - 89 >= $first THEN max(v) OVER (PARTITION "
     "BY app ORDER BY d RANGE BETWEEN 89 PRECEDING AND CURRENT ROW) END FROM "
     "s"},
    {"min(v OVER week TO DATE) AS x EVERY day",
     "SELECT app, day, min(v) OVER (PARTITION BY app, (d + 3) / 7 ORDER BY d) "
     "FROM s"},
    {"sum(v OVER month TO DATE) AS x EVERY day",
     "SELECT app, day, sum(v) OVER (PARTITION BY app, substr(day, 1, 7) ORDER "
     "BY d) FROM s"},
    {"v / max(v OVER ..) - 1 AS x",
     "SELECT app, day, v * 1.0 / max(v) OVER (PARTITION BY app ORDER BY d) - 1 "
     "FROM s"},
    {"first(v OVER year TO DATE) AS x EVERY day",
     "SELECT app, day, first_value(v) OVER (PARTITION BY app, substr(day, 1, "
     "4) ORDER BY d) FROM s"},
    {"sum(v OVER 3 months) AS x EVERY month",
     "SELECT app, month, CASE WHEN date(month || '-01', '-2 months') >= "
     "'$day' THEN sum(t) OVER (PARTITION BY app ORDER BY m RANGE BETWEEN 2 "
     "PRECEDING AND CURRENT ROW) END FROM (SELECT app, substr(day, 1, 7) AS "
     "month, substr(day, 1, 4) * 12 + substr(day, 6, 2) AS m, sum(v) AS t FROM "
     "s GROUP BY 1, 2)"},
    {"sum(v) AS x DURING ..2025-02-17 EVERY month TO DATE",
     "SELECT app, substr(day, 1, 7), sum(v) FROM s WHERE day <= '2025-02-17' "
     "AND substr(day, 9) <= '17' GROUP BY 1, 2"},
    {"max(v) AS x DURING ..2025-02-17 EVERY year TO DATE",
     "SELECT app, substr(day, 1, 4), max(v) FROM s WHERE day <= '2025-02-17' "
     "AND substr(day, 6) <= '02-17' GROUP BY 1, 2"},
    {"avg(v) / avg(v{DURING 2024-03}) AS x EVERY month",
     "SELECT app, substr(day, 1, 7), avg(v) / (SELECT avg(v) FROM s AS own "
     "WHERE own.app = s.app AND own.day LIKE '2024-03%') FROM s GROUP BY 1, 2"},
};

TEST_CASE("windows are those of SQLite", "[oracle]") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      absl::StrCat("footfall_windows_", ::getpid());
  std::filesystem::remove_all(folder);
  auto database = Database::Open(folder.string(), DatabaseOptions());
  REQUIRE(database.status().ToString() == "OK");
  Sqlite sqlite;
  sqlite.Run("CREATE TABLE s (app TEXT, day TEXT, d INTEGER, v INTEGER)");
  std::mt19937 random(kSeed);
  std::string rows;
  int64_t first = INT64_MAX;
  for (const char* app : {"A", "B", "C"}) {
    for (int i = 0; i < kDays; ++i) {
      if (random() % 8 == 0 || (*app == 'B' && i < 60)) continue;
      const absl::CivilDay day = kFirst + i;
      const int64_t number = day - absl::CivilDay();
      first = std::min(first, number);
      const std::string text = absl::FormatCivilTime(day);
      const uint32_t value = 1 + random() % 1000;
      absl::StrAppend(&rows, rows.empty() ? "" : ", ", "(", text, ", ", value,
                      ", '", app, "')");
      sqlite.Run(absl::StrCat("INSERT INTO s VALUES ('", app, "', '", text,
                              "', ", number, ", ", value, ")"));
    }
  }
  const absl::Status written = Execute(
      **database,
      absl::StrCat("DEFINE METRIC v INTEGER EVERY day OVER TIME ADDS BY app "
                   "LATE 0; INSERT INTO v (TIME, VALUE, app) VALUES ",
                   rows),
      {}, {});
  REQUIRE(written.ToString() == "OK");
  QueryOptions options;
  options.now =
      absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone());
  for (const Pair& pair : kPairs) {
    const std::string question =
        absl::StrCat("SELECT ", pair.question, " BY app");
    CAPTURE(question, pair.sql);
    const auto answer = Query(*(*database)->TakeSnapshot(), question, options);
    REQUIRE(answer.status().ToString() == "OK");
    std::map<std::pair<std::string, std::string>, double> right;
    const std::string sql = absl::StrReplaceAll(
        pair.sql, {{"$first", absl::StrCat(first)},
                   {"$day", absl::FormatCivilTime(absl::CivilDay() + first)}});
    for (const SqlRow& row : sqlite.Ask(sql)) {
      const auto* whole = std::get_if<int64_t>(&row[2]);
      const auto* real = std::get_if<double>(&row[2]);
      if (whole == nullptr && real == nullptr) continue;
      right[{std::get<std::string>(row[0]), std::get<std::string>(row[1])}] =
          whole != nullptr ? static_cast<double>(*whole) : *real;
    }
    REQUIRE(right.size() > 5);
    CHECK(answer->row_count() == right.size());
    const Column& x = *answer->Find("x");
    for (size_t r = 0; r < answer->row_count(); ++r) {
      const std::string app(answer->Find("app")->text(r));
      const std::string time(answer->Find("time")->text(r));
      CAPTURE(app, time);
      const auto at = right.find({app, time});
      REQUIRE(at != right.end());
      const double own = x.type == ColumnType::kDecimal
                             ? x.decimals[r]
                             : static_cast<double>(x.integers[r]);
      CHECK(std::abs(own - at->second) <= 1e-12 * (1 + std::abs(at->second)));
    }
  }
  database->reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace footfall::oracle
