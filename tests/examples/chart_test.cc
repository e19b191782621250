// Charts say no more than the answer: gaps, bounds and partial buckets show.

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "examples/repl/chart.h"
#include "tests/support/catch.h"

namespace footfall::repl {
namespace {

using absl::StrContains;
using absl::StrSplit;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Row {
  int day;  // after 2025-01-01
  const char* app;
  double value;
  double low;
  double high;
  bool partial = false;
};

Answer AnswerOf(const std::vector<Row>& rows, bool grouped) {
  Answer answer;
  Column app;
  app.name = "app";
  app.role = Column::Role::kMember;
  Column time;
  time.name = "time";
  time.role = Column::Role::kTime;
  Column value;
  value.name = "dau";
  value.role = Column::Role::kValue;
  value.type = ColumnType::kDecimal;
  Column partial;
  partial.name = "partial";
  partial.role = Column::Role::kPartial;
  partial.type = ColumnType::kBoolean;
  for (const Row& row : rows) {
    app.texts.emplace_back(row.app);
    const absl::CivilDay day = absl::CivilDay(2025, 1, 1) + row.day;
    time.texts.push_back(absl::FormatCivilTime(day));
    time.starts.emplace_back(day);
    value.decimals.push_back(row.value);
    value.low.push_back(row.low);
    value.high.push_back(row.high);
    value.kinds.push_back(row.low == row.high ? CellKind::kExact
                                              : CellKind::kRange);
    value.missing.push_back(false);
    partial.integers.push_back(row.partial ? 1 : 0);
  }
  if (grouped) answer.columns.push_back(app);
  answer.columns.insert(answer.columns.end(), {time, value, partial});
  answer.set_row_count(rows.size());
  return answer;
}

std::vector<Row> Ten() {
  std::vector<Row> rows;
  for (int day = 0; day < 10; ++day) {
    const double value = 100.0 * (day + 1);
    rows.push_back({day, "A", value, value, value});
  }
  return rows;
}

Chart ChartOf(const std::vector<Row>& rows, bool grouped = false,
              const std::vector<std::shared_ptr<const Event>>& events = {}) {
  auto chart = MakeChart(AnswerOf(rows, grouped), events);
  INFO(chart.status());
  REQUIRE(chart.ok());
  return *std::move(chart);
}

size_t Count(absl::string_view text, absl::string_view part) {
  return std::vector<std::string>(StrSplit(text, part)).size() - 1;
}

TEST_CASE("a chart has axes, labels and a point a bucket", "[chart]") {
  const std::string text = DrawText(ChartOf(Ten()), 60, 11, false);
  const std::vector<std::string> lines = StrSplit(text, '\n');
  INFO(text);
  CHECK(absl::StartsWith(lines[0], "1000 ┤"));
  CHECK(absl::StartsWith(lines[10], "   0 ┤"));
  CHECK(absl::EndsWith(lines[0], "●"));
  CHECK(Count(text, "●") == 11);  // one in the legend
  CHECK(absl::StartsWith(lines[12], "      2025-01-01"));
  CHECK(absl::EndsWith(lines[12], "2025-01-10"));
  CHECK(StrContains(text, "  ● dau\n"));
}

TEST_CASE("a gap is drawn as a gap", "[chart]") {
  const auto dots = [](const std::vector<Row>& rows) {
    return Count(DrawText(ChartOf(rows), 60, 11, false), "·");
  };
  std::vector<Row> rows = Ten();
  const size_t whole = dots(rows);
  rows.erase(rows.begin() + 4, rows.begin() + 6);
  CHECK(dots(rows) < whole);
  const std::string svg = DrawSvg(ChartOf(rows));
  CHECK(Count(svg, "<polyline") == 2);
  CHECK(Count(DrawSvg(ChartOf(Ten())), "<polyline") == 1);
  const std::string spark = DrawSparks(ChartOf(rows), 80);
  CHECK(absl::StartsWith(spark, "dau ▁▂▃▃  ▆▆▇█  100 .. 1000\n"));
  // A point alone is no line, and is seen.
  CHECK(Count(DrawSvg(ChartOf({rows[0]})), "<circle") == 1);
}

TEST_CASE("a gap between the only two points is a gap", "[chart]") {
  std::vector<Row> rows = Ten();
  rows.erase(rows.begin() + 1, rows.end() - 1);
  const Answer answer = AnswerOf(rows, /*grouped=*/false);
  const auto chart = MakeChart(answer, {}, Period{Unit::kDay, 1});
  REQUIRE(chart.ok());
  CHECK(Count(DrawText(*chart, 60, 11, false), "·") == 0);
  CHECK(Count(DrawSvg(*chart), "<polyline") == 2);  // a point each
  CHECK(absl::StartsWith(DrawSparks(*chart, 80), "dau ▁        █  "));
  const auto joined = MakeChart(answer, {}, Period{Unit::kDay, 9});
  REQUIRE(joined.ok());
  CHECK(Count(DrawText(*joined, 60, 11, false), "·") > 0);
  CHECK(Count(DrawSvg(*joined), "<polyline") == 1);
}

TEST_CASE("bounds are a band, and open ends reach the edge", "[chart]") {
  std::vector<Row> rows = Ten();
  CHECK(!StrContains(DrawText(ChartOf(rows), 60, 11, false), "░"));
  CHECK(!StrContains(DrawSvg(ChartOf(rows)), "<polygon"));
  rows[3].low = 200;
  rows[3].high = kInfinity;
  const std::string text = DrawText(ChartOf(rows), 60, 11, false);
  const std::vector<std::string> lines = StrSplit(text, '\n');
  INFO(text);
  CHECK(StrContains(lines[0], "░"));
  CHECK(StrContains(lines[8], "░"));
  CHECK(!StrContains(lines[9], "░"));
  CHECK(StrContains(text, "where the value may lie"));
  CHECK(StrContains(DrawSvg(ChartOf(rows)), "<polygon class=\"bounds\""));
  CHECK(StrContains(DrawSparks(ChartOf(rows), 80), ", bounds\n"));
}

TEST_CASE("bounds(x) has no value: no line is drawn between its ends",
          "[chart]") {
  Answer answer = AnswerOf(Ten(), false);
  Column& low = answer.columns[1];
  low.role = Column::Role::kLow;
  Column high = low;
  high.role = Column::Role::kHigh;
  for (double& value : high.decimals) value += 100;
  high.missing[9] = true;  // open
  answer.columns.insert(answer.columns.begin() + 2, high);
  const auto chart = MakeChart(answer, {});
  REQUIRE(chart.ok());
  const std::string text = DrawText(*chart, 60, 11, false);
  INFO(text);
  CHECK(Count(text, "●") == 20);  // 19 ends, and the legend
  CHECK(!StrContains(text, "·"));
  CHECK(StrContains(text, "░"));
  const std::string svg = DrawSvg(*chart);
  CHECK(StrContains(svg, "<polygon"));
  CHECK(!StrContains(svg, "<polyline"));
}

TEST_CASE("a bucket that is not whole looks so", "[chart]") {
  std::vector<Row> rows = Ten();
  rows[9].partial = true;
  CHECK(Count(DrawText(ChartOf(rows), 60, 11, false), "◌") == 2);
  CHECK(StrContains(DrawSvg(ChartOf(rows)), "not a whole bucket"));
}

TEST_CASE("events are marked where they happened", "[chart]") {
  const auto event = [](absl::CivilSecond date, const char* name) {
    Event made;
    made.kind = "release";
    made.name = name;
    made.date.start = date;
    return std::make_shared<const Event>(made);
  };
  const Chart chart = ChartOf(Ten(), false,
                              {event(absl::CivilSecond(2024, 12, 1), "before"),
                               event(absl::CivilSecond(2025, 1, 5), "R<1>"),
                               event(absl::CivilSecond(2025, 3, 1), "after")});
  REQUIRE(chart.marks.size() == 1);
  const std::string text = DrawText(chart, 60, 11, false);
  CHECK(StrContains(text, "┊"));
  CHECK(StrContains(text, "release R<1>\n"));
  const std::string svg = DrawSvg(chart);
  CHECK(StrContains(svg, "class=\"event\""));
  CHECK(StrContains(svg, "release R&lt;1&gt;"));
  CHECK(!StrContains(svg, "R<1>"));
}

TEST_CASE("each group is a series, as many as can be told apart", "[chart]") {
  std::vector<Row> rows;
  const char* const apps[] = {"A", "B", "C", "D", "E", "F", "G", ""};
  for (const char* const app : apps) {
    for (int day = 0; day < 3; ++day) rows.push_back({day, app, 1, 1, 1});
  }
  const Chart chart = ChartOf(rows, /*grouped=*/true);
  CHECK(chart.series.size() == kMaxChartSeries);
  CHECK(chart.series_left_out == 2);
  CHECK(StrContains(DrawText(chart, 60, 11, false), "2 more series"));
  CHECK(StrContains(DrawSvg(chart), "2 more series"));
  const Chart whole = ChartOf({{0, "", 1, 1, 1}}, /*grouped=*/true);
  CHECK(whole.series[0].name == "(not split)");
}

TEST_CASE("charts of any size stay in their window", "[chart]") {
  for (const size_t width : {0, 1, 30, 200}) {
    for (const size_t height : {0, 1, 7, 40}) {
      const std::string text =
          DrawText(ChartOf(Ten()), width, height, /*styled=*/false);
      for (const std::string& line :
           std::vector<std::string>(StrSplit(text, '\n'))) {
        CHECK(DisplayWidth(line) <= std::max<size_t>(width, 32));
      }
    }
  }
  CHECK(StrContains(DrawText(ChartOf(Ten()), 60, 11, true), "\x1b["));
}

TEST_CASE("what has no time or no number is refused", "[chart]") {
  Answer answer = AnswerOf(Ten(), false);
  answer.columns[0].role = Column::Role::kPlain;
  CHECK(StrContains(MakeChart(answer, {}).status().message(), "EVERY"));
  answer = AnswerOf(Ten(), false);
  answer.columns[1].type = ColumnType::kText;
  CHECK(absl::IsInvalidArgument(MakeChart(answer, {}).status()));
  CHECK(absl::IsInvalidArgument(MakeChart(AnswerOf({}, false), {}).status()));
}

TEST_CASE("the axis begins at zero unless values lie close together",
          "[chart]") {
  CHECK(ScaleOf(ChartOf(Ten())).low == 0);
  const Chart close =
      ChartOf({{0, "", 1000, 1000, 1000}, {1, "", 1010, 1010, 1010}});
  CHECK(ScaleOf(close).low == 1000);
  const Chart same = ChartOf({{0, "", 0, 0, 0}, {1, "", 0, 0, 0}});
  CHECK(ScaleOf(same).high > ScaleOf(same).low);
}

}  // namespace
}  // namespace footfall::repl
