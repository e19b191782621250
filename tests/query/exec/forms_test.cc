// An answer says the same as csv, as json, as a table, as columns, and however
// many threads worked it out: for comparisons between rows, inner buckets,
// events and ALIGN.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

const FakeSnapshot& Market() {
  static const FakeSnapshot* const kMarket = [] {
    auto* snapshot = new FakeSnapshot();
    MetricSpec spec;
    spec.name = "dau";
    spec.over_time = Additivity::kOverlaps;
    spec.dimensions = {{"app", Additivity::kOverlaps},
                       {"platform", Additivity::kOverlaps}};
    const auto metric = snapshot->Define(spec);
    // Over so many days that the groups are read in several chunks, which
    // threads share.
    spec.name = "wide";
    spec.dimensions = {{"app", Additivity::kOverlaps}};
    const auto wide = snapshot->Define(spec);
    for (int app = 0; app < 300; ++app) {
      for (int day = -3000; day < 90; day += 30) {
        snapshot->Put(*wide, 20000 + day + app % 9, {absl::StrCat("a", app)},
                      int64_t{1} + (app * 7919 + day * day) % 100003);
      }
    }
    for (int app = 0; app < 300; ++app) {
      for (int day = 0; day < 90; ++day) {
        if ((app + day) % 7 == 0) continue;
        for (const std::string platform : {"app", "web"}) {
          if (platform == "web" && app % 3 == 0) continue;
          snapshot->Put(*metric, 20000 + day,
                        {absl::StrCat("a", app), platform},
                        int64_t{1000} * (app + 1) + 37 * day * (app % 5));
        }
      }
      if (app % 4 == 0) continue;
      auto event = std::make_shared<Event>();
      event->kind = "launch";
      event->name = absl::StrCat("l", app);
      event->date =
          Date{Unit::kDay,
               absl::CivilSecond(absl::CivilDay() + 20000 + (app * 7) % 90),
               {}};
      event->members = {{"app", absl::StrCat("a", app)}};
      snapshot->events.push_back(event);
    }
    std::sort(
        snapshot->events.begin(), snapshot->events.end(),
        [](const auto& a, const auto& b) { return CompareEvents(*a, *b) < 0; });
    return snapshot;
  }();
  return *kMarket;
}

// A cell of csv as json writes it.
std::string AsJson(const Column& column, size_t row, const std::string& csv) {
  if (column.is_missing(row)) return "null";
  if (column.type == ColumnType::kText) return absl::StrCat("\"", csv, "\"");
  return csv;
}

// Whether csv's text says what the column holds.
bool Says(const Column& column, size_t row, const std::string& csv) {
  if (column.is_missing(row)) return csv.empty();
  double number = 0;
  switch (column.type) {
    case ColumnType::kText:
      return csv == column.text(row);
    case ColumnType::kBoolean:
      return csv == (column.integers[row] != 0 ? "true" : "false");
    case ColumnType::kInteger:
      return csv == absl::StrCat(column.integers[row]);
    case ColumnType::kDecimal:
      // The shortest form reads back as the same number.
      return absl::SimpleAtod(csv, &number) && number == column.decimals[row];
  }
  return false;
}

std::string WithMarks(int64_t value) {
  std::string digits = absl::StrCat(value);
  for (size_t at = digits.size(); at > 3 + (value < 0 ? 1u : 0u); at -= 3) {
    digits.insert(at - 3, ",");
  }
  return digits;
}

TEST_CASE("all forms of an answer say the same", "[forms]") {
  const std::string text = GENERATE(values<std::string>({
      "SELECT dau, lag(dau, 1 week) AS l, growth(dau, 1 day) AS g, ma(dau, 3) "
      "AS m, rank(dau) AS r, rank_delta(dau, 1 day) AS up BY app DURING "
      "2024-11-01..2024-11-05",
      "SELECT cumulative(user_days(dau)) AS c, share(user_days(dau)) AS s, "
      "abs(delta(max(dau), 1 day)) AS d BY app, platform DURING "
      "2024-11-01..2024-11-03 EVERY day",
      "SELECT max(avg(dau) EVERY week) AS best, lag(max(avg(dau) EVERY week), "
      "2 "
      "weeks) AS before, count_in_top(avg(dau), 9 EVERY week) AS n, "
      "first_time(avg(dau) >= 90000 EVERY week) AS t BY app DURING "
      "2024-11-04..2024-11-24",
      "SELECT streak(dau > 50000) AS k, slope(dau) AS s, corr(dau, "
      "dau{platform = 'app'}) AS c, bounds(max(dau)) AS b BY app",
      "SELECT dau, event('launch') AS e, days_between(event('launch'), "
      "event('launch')) AS d BY app DURING 2024-11-01 "
      "EVERY day",
      "SELECT dau, delta(dau, 1 day) AS d, rank(dau) AS r ALIGN ON "
      "event('launch') DURING -2..2 days BY app",
      "SELECT avg(dau) AS a, lag(avg(dau), 1 week) AS l ALIGN ON "
      "event('launch') DURING 0..1 weeks BY app EVERY week TOP 20",
      "SELECT dau BY app DURING 2024-11-01..2024-11-03 TOP 3 OTHERS 'rest'",
      "SELECT dau WHERE app = 'a7' DURING 2024-11-01..2024-11-20 EVERY day "
      "FILL linear",
  }));
  INFO(text);
  QueryOptions options;
  options.now = absl::FromCivil(absl::CivilDay() + 20070, absl::UTCTimeZone());
  const auto answer = Query(Market(), text, options);
  INFO(answer.status());
  REQUIRE(answer.ok());
  REQUIRE(answer->row_count() > 2);
  const std::string csv = FormatCsv(*answer);
  const std::string json = FormatJsonLines(*answer);
  const std::vector<std::string> lines = absl::StrSplit(csv, '\n');
  const std::vector<std::string> objects = absl::StrSplit(json, '\n');
  const std::vector<std::string> table =
      absl::StrSplit(FormatTable(*answer, TableOptions()), '\n');
  REQUIRE(lines.size() >= answer->row_count() + 1);
  REQUIRE(objects.size() >= answer->row_count());
  REQUIRE(table.size() >= answer->row_count() + 2);
  for (size_t r = 0; r < answer->row_count(); ++r) {
    const std::vector<std::string> cells = absl::StrSplit(lines[r + 1], ',');
    REQUIRE(cells.size() == answer->columns.size());
    std::vector<std::string> pairs;
    for (size_t c = 0; c < cells.size(); ++c) {
      const Column& column = answer->columns[c];
      INFO("row " << r << ", " << column.name << ": " << cells[c]);
      CHECK(Says(column, r, cells[c]));
      pairs.push_back(
          absl::StrCat("\"", column.name, "\":", AsJson(column, r, cells[c])));
      const bool shown = column.role == Column::Role::kValue ||
                         column.role == Column::Role::kOffset ||
                         column.role == Column::Role::kLow;
      if (shown && column.type == ColumnType::kInteger &&
          !column.is_missing(r)) {
        // A range is shown by its ends.
        const bool range =
            !column.kinds.empty() && column.kinds[r] == CellKind::kRange;
        const int64_t value =
            range ? column.low_integers[r] : column.integers[r];
        CHECK(absl::StrContains(table[r + 2], WithMarks(value)));
      }
    }
    CHECK(objects[r] == absl::StrCat("{", absl::StrJoin(pairs, ","), "}"));
  }
}

TEST_CASE("several threads change nothing", "[forms]") {
  const std::string text = GENERATE(values<std::string>({
      "SELECT avg(wide) AS a, rank(avg(wide)) AS r, growth(avg(wide), 1 year) "
      "AS g, ma(avg(wide), 2) AS m, share(user_days(wide)) AS s, "
      "cumulative(user_days(wide)) AS c BY app EVERY year",
      "SELECT max(avg(wide) EVERY month) AS b, lag(max(avg(wide) EVERY month), "
      "1 year) AS l, count_in_top(avg(wide), 9 EVERY month) AS n, slope(wide) "
      "AS s BY app EVERY year",
      "SELECT avg(wide) AS a, rank(avg(wide)) AS r, delta(avg(wide), 1 month) "
      "AS d ALIGN ON event('launch') DURING -80..-40 months BY app EVERY month",
      "SELECT avg(wide) BY app EVERY year TOP 3 OTHERS 'rest'",
  }));
  INFO(text);
  QueryOptions options;
  options.now = absl::FromCivil(absl::CivilDay() + 20070, absl::UTCTimeZone());
  const auto one = Query(Market(), text, options);
  INFO(one.status());
  REQUIRE(one.ok());
  REQUIRE(one->row_count() > 10);
  for (const int threads : {2, 5}) {
    options.threads = threads;
    const auto again = Query(Market(), text, options);
    REQUIRE(again.ok());
    CHECK(FormatCsv(*again) == FormatCsv(*one));
    CHECK(again->notes == one->notes);
  }
}

}  // namespace
}  // namespace footfall
