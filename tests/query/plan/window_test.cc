#include "query/plan/window.h"

#include <random>
#include <string>

#include "footfall/query.h"
#include "footfall/statement.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

constexpr Unit kDay = footfall::Unit::kDay;

absl::Time Instant(const std::string& text) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) FAIL(error);
  return time;
}

Range DuringOf(const std::string& text) {
  const auto script = Parse("SELECT dau DURING " + text);
  REQUIRE(script.ok());
  return *std::get<Select>((*script)[0].node).during;
}

TEST_CASE("LAST n units ends with the unit that holds now", "[plan]") {
  struct Case {
    std::string range;
    std::string now;
    std::string zone;
    std::string window;
  };
  const auto c = GENERATE(values<Case>({
      {"LAST 1 day", "2025-02-11T00:00:00Z", "UTC", "2025-02-11"},
      {"LAST 30 days", "2025-02-11T12:00:00Z", "UTC", "2025-01-13..2025-02-11"},
      {"LAST 30 days COMPLETE", "2025-02-11T12:00:00Z", "UTC",
       "2025-01-12..2025-02-10"},
      // The zone of the metric says which day it is.
      {"LAST 1 day", "2025-02-10T16:00:00Z", "Asia/Shanghai", "2025-02-11"},
      {"LAST 1 day", "2025-02-10T15:59:59Z", "Asia/Shanghai", "2025-02-10"},
      {"LAST 2 weeks", "2025-01-01T00:00:00Z", "UTC", "2024-W52..2025-W01"},
      {"LAST 3 months COMPLETE", "2025-02-11T00:00:00Z", "UTC",
       "2024-11..2025-01"},
      {"LAST 2 quarters", "2025-02-11T00:00:00Z", "UTC", "2024-Q4..2025-Q1"},
      {"LAST 1 year COMPLETE", "2025-02-11T00:00:00Z", "UTC", "2024"},
      // Below a day with its offset: this hour occurs twice.
      {"LAST 2 hours", "2024-10-27T01:30:00Z", "Europe/Berlin",
       "2024-10-27T02:00:00+02:00..2024-10-27T02:59:59+01:00"},
  }));
  INFO(c.range << " at " << c.now << " in " << c.zone);
  const Grid grid = *Grid::Create(Period{kDay, 1}, c.zone);
  const auto window =
      ResolveWindow(DuringOf(c.range), grid, {}, Instant(c.now), "");
  REQUIRE(window.ok());
  CHECK(FormatWindow(*window) == c.window);
}

TEST_CASE("LAST needs a now, and stays within the years", "[plan]") {
  const Grid grid;
  CHECK_FALSE(ResolveWindow(DuringOf("LAST 1 day"), grid, {},
                            absl::InfiniteFuture(), "")
                  .ok());
  const auto long_ago = ResolveWindow(DuringOf("LAST 9000000 days"), grid, {},
                                      Instant("2025-02-11T00:00:00Z"), "");
  CHECK(absl::IsInvalidArgument(long_ago.status()));
}

TEST_CASE("LAST counts weeks from the day on which they begin", "[plan]") {
  const Grid grid;
  struct Case {
    absl::Weekday start;
    const char* range;
    const char* window;
  };
  // 2025-02-12 is a Wednesday.
  for (const Case& c : {
           Case{absl::Weekday::monday, "LAST 2 weeks", "2025-W06..2025-W07"},
           {absl::Weekday::sunday, "LAST 2 weeks", "2025-02-02..2025-02-15"},
           {absl::Weekday::sunday, "LAST 1 week COMPLETE",
            "2025-02-02..2025-02-08"},
           {absl::Weekday::wednesday, "LAST 1 week", "2025-02-12..2025-02-18"},
           {absl::Weekday::thursday, "LAST 1 week", "2025-02-06..2025-02-12"},
           {absl::Weekday::sunday, "LAST 2 days", "2025-02-11..2025-02-12"},
       }) {
    INFO(c.range << " from " << WeekdayName(c.start));
    const auto window = ResolveWindow(DuringOf(c.range), grid, {c.start},
                                      Instant("2025-02-12T10:00:00Z"), "");
    REQUIRE(window.ok());
    CHECK(FormatWindow(*window) == c.window);
  }
}

TEST_CASE("LAST counts years from the month in which they begin", "[plan]") {
  struct Case {
    int32_t month;
    const char* range;
    const char* window;
  };
  for (const Case& c : {
           Case{1, "LAST 2 years", "2024..2025"},
           {4, "LAST 2 years", "2023-04..2025-03"},
           {4, "LAST 1 year COMPLETE", "2023-04..2024-03"},
           {2, "LAST 1 year", "2025-02..2026-01"},
           {3, "LAST 1 year", "2024-03..2025-02"},
           {4, "LAST 1 quarter", "2025-Q1"},
           {5, "LAST 2 quarters", "2024-11..2025-04"},
           {4, "LAST 2 months", "2025-01..2025-02"},
           {4, "LAST 1 year TO DATE", "2024-04..2025-02-11"},
       }) {
    INFO(c.range << " from " << c.month);
    const auto window = ResolveWindow(DuringOf(c.range), Grid(),
                                      {absl::Weekday::monday, c.month},
                                      Instant("2025-02-12T10:00:00Z"), "");
    REQUIRE(window.ok());
    CHECK(FormatWindow(*window) == c.window);
  }
}

TEST_CASE("a side left out stays open", "[plan]") {
  const Grid grid;
  const absl::Time now = absl::InfiniteFuture();
  const auto until = ResolveWindow(DuringOf("..2025-01"), grid, {}, now, "");
  REQUIRE(until.ok());
  CHECK_FALSE(until->first.has_value());
  CHECK(FormatWindow(*until) == "..2025-01");
  const auto one = ResolveWindow(DuringOf("2025-Q1"), grid, {}, now, "");
  REQUIRE(one.ok());
  CHECK(one->first == one->last);
}

TEST_CASE("a range lies earlier by what it covers, not by how it is written",
          "[plan]") {
  std::mt19937 random(8);
  const auto pick = [&random](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  const Grid grid = *Grid::Create(Period{kDay, 1}, "Asia/Shanghai");
  size_t moved = 0;
  for (int round = 0; round < 2000; ++round) {
    const Unit written = static_cast<Unit>(pick(5, 8));  // week to year
    const auto units = Grid::Create(Period{written, 1}, "UTC");
    const int64_t first =
        units->StepAt(absl::CivilSecond(2024, pick(1, 12), pick(1, 28)));
    TimeWindow window;
    window.said = true;
    window.first = Date{written, units->CivilStart(first), {}};
    window.last = Date{written, units->CivilStart(first + pick(0, 3)), {}};
    TimeWindow days = window;
    days.last = Date{
        kDay, absl::CivilSecond(absl::CivilDay(DateEnd(*window.last)) - 1), {}};
    days.first->precision = kDay;
    const Unit by = static_cast<Unit>(pick(4, 8));
    const int64_t count = pick(1, 3);
    std::string missing;
    const auto a = ShiftWindow(window, grid, count, by, &missing);
    const auto b = ShiftWindow(days, grid, count, by, &missing);
    INFO(FormatWindow(window)
         << " by " << count << " " << std::string(UnitName(by)));
    REQUIRE(a.has_value() == b.has_value());
    CHECK(a.has_value() == missing.empty());
    if (!a.has_value()) continue;
    const StepRange left = grid.StepsInside(a->first, a->last);
    const StepRange right = grid.StepsInside(b->first, b->last);
    CHECK(left.begin == right.begin);
    CHECK(left.end == right.end);
    ++moved;
  }
  CHECK(moved > 1000);
}

TEST_CASE("a step is unfinished until its end has come", "[plan]") {
  const Grid grid = *Grid::Create(Period{kDay, 1}, "Asia/Shanghai");
  const int64_t day = grid.StepAt(absl::CivilSecond(2025, 2, 10));
  CHECK(FirstUnfinishedStep(grid, Instant("2025-02-10T15:59:59Z")) == day);
  CHECK(FirstUnfinishedStep(grid, Instant("2025-02-10T16:00:00Z")) == day + 1);
  CHECK(FirstUnfinishedStep(grid, absl::InfiniteFuture()) == grid.Limits().end);
  CHECK(FirstUnfinishedStep(grid, absl::InfinitePast()) == grid.Limits().begin);
}

}  // namespace
}  // namespace footfall::query
