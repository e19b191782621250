#include "bench/compare/sql_questions.h"

#include "absl/strings/str_cat.h"

namespace footfall::bench {
namespace {

std::string OneApp() {
  return absl::StrCat("app = (SELECT id FROM apps WHERE name = '", kApp, "')");
}
std::string OneSeries() {
  return absl::StrCat(OneApp(),
                      " AND platform = (SELECT id FROM platforms WHERE name "
                      "= '",
                      kPlatform, "')");
}
std::string During(DayRange range) {
  return absl::StrCat("time >= ", range.begin, " AND time < ", range.end);
}
// A range of time behind every series of the key: without the lists of numbers
// engines scan all samples.
std::string OfAll(DayRange range) {
  return absl::StrCat(
      "app IN (SELECT id FROM apps) AND platform IN (SELECT id FROM platforms) "
      "AND ",
      During(range));
}
// The month of the day `time` of a table.
std::string MonthOf(const std::string& table) {
  return absl::StrCat("(SELECT month FROM days WHERE days.time = ", table,
                      ".time)");
}
// Totals over platforms.
constexpr char kTotals[] =
    "(SELECT app, time, sum(value) AS total FROM samples GROUP BY app, time) "
    "AS totals";

std::string UserDays(DayRange week, const char* sign) {
  return absl::StrCat("SELECT app, ", sign, "sum(value) AS d FROM samples ",
                      "WHERE ", OfAll(week), " GROUP BY app");
}

}  // namespace

SqlQuestion SqlOf(Question question) {
  switch (question) {
    case Question::kMonthOfSeries:
      return {absl::StrCat("SELECT time, value FROM samples WHERE ",
                           OneSeries(), " AND ", During(kMonth)),
              1};
    case Question::kMonthOfApp:
      return {
          absl::StrCat("SELECT time, sum(value) FROM samples WHERE ", OneApp(),
                       " AND platform IN (SELECT id FROM platforms) AND ",
                       During(kMonth), " GROUP BY time"),
          1};
    case Question::kTop50:
      return {absl::StrCat("SELECT name, a FROM (SELECT app, avg(total) AS a "
                           "FROM (SELECT app, time, sum(value) AS total FROM "
                           "samples WHERE ",
                           OfAll(kMonth),
                           " GROUP BY app, time) AS totals GROUP BY app "
                           "ORDER BY a DESC LIMIT 50) AS top "
                           "JOIN apps ON app = id"),
              1};
    case Question::kMonthlyOfAll:
      return {absl::StrCat("SELECT name, month, a, m FROM (SELECT app, ",
                           MonthOf("totals"),
                           " AS month, avg(total) AS a, max(total) AS m FROM ",
                           kTotals,
                           " GROUP BY app, month ORDER BY a DESC LIMIT 20) "
                           "AS top JOIN apps ON app = id"),
              2};
    case Question::kShareOfPlatform:
      return {
          absl::StrCat("WITH months AS (SELECT platform, ", MonthOf("samples"),
                       " AS month, sum(value) AS total FROM samples GROUP "
                       "BY platform, month), whole AS (SELECT month, "
                       "sum(total) AS whole FROM months GROUP BY month) "
                       "SELECT name, month, total * 1.0 / whole FROM "
                       "months JOIN whole USING (month) "
                       "JOIN platforms ON platform = id"),
          2};
    case Question::kWeekMoves:
      return {
          absl::StrCat("SELECT name, d FROM (SELECT app, sum(d) AS d FROM (",
                       UserDays(kWeek, ""), " UNION ALL ",
                       UserDays(kWeekBefore, "-"),
                       ") AS weeks GROUP BY app ORDER BY abs(sum(d)) DESC "
                       "LIMIT 20) AS moves JOIN apps ON app = id"),
          1};
    case Question::kFirstMillion:
      return {absl::StrCat("SELECT name, first FROM (SELECT app, min(time) AS "
                           "first FROM ",
                           kTotals, " WHERE total >= ", kMillion,
                           " GROUP BY app) AS firsts JOIN apps ON app = id"),
              1};
    case Question::kHourly:
      return {absl::StrCat("SELECT time / 60 AS hour, avg(value) FROM samples "
                           "WHERE ",
                           OneSeries(), " GROUP BY hour"),
              1};
    case Question::kDailyMax:
      return {
          "SELECT a.name, p.name, day, m FROM (SELECT app, platform, "
          "time / 1440 AS day, max(value) AS m FROM samples GROUP BY app, "
          "platform, day) AS days JOIN apps a ON app = a.id "
          "JOIN platforms p ON platform = p.id",
          3};
  }
  return {};
}

}  // namespace footfall::bench
