// What may change of a declaration, and from which step on samples are kept.

#include <string>

#include "absl/time/clock.h"
#include "footfall/metric.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

absl::Time At(const char* text) {
  absl::Time time;
  std::string error;
  REQUIRE(absl::ParseTime(absl::RFC3339_full, text, &time, &error));
  return time;
}

TEST_CASE("samples are kept by the calendar, in whole steps", "[metric]") {
  struct Case {
    Period period;
    const char* zone;
    Period keep;
    const char* now;
    const char* first;
  };
  const auto c = GENERATE(values<Case>({
      // days: the day of now, and so many before it
      {{Unit::kDay, 1},
       "UTC",
       {Unit::kDay, 1},
       "2025-02-11T00:00:00Z",
       "2025-02-10"},
      {{Unit::kDay, 1},
       "UTC",
       {Unit::kDay, 90},
       "2025-02-11T23:59:59Z",
       "2024-11-13"},
      // a day that a month does not have is its last
      {{Unit::kDay, 1},
       "UTC",
       {Unit::kMonth, 1},
       "2025-03-31T12:00:00Z",
       "2025-02-28"},
      {{Unit::kDay, 1},
       "UTC",
       {Unit::kYear, 1},
       "2024-02-29T12:00:00Z",
       "2023-02-28"},
      // which day it is, the zone says
      {{Unit::kDay, 1},
       "Asia/Shanghai",
       {Unit::kDay, 1},
       "2025-02-10T20:00:00Z",
       "2025-02-10"},
      // a month that lies partly before is not kept
      {{Unit::kMonth, 1},
       "UTC",
       {Unit::kDay, 90},
       "2025-02-11T00:00:00Z",
       "2024-12"},
      // less than a step: the present one
      {{Unit::kYear, 1},
       "UTC",
       {Unit::kDay, 1},
       "2025-02-11T00:00:00Z",
       "2025"},
      {{Unit::kMinute, 15},
       "UTC",
       {Unit::kHour, 1},
       "2025-02-11T10:05:00Z",
       "2025-02-11T09:00:00Z"},
      // the same time of day, though the clocks were changed between
      {{Unit::kHour, 1},
       "Europe/Berlin",
       {Unit::kDay, 1},
       "2025-03-30T10:00:00Z",
       "2025-03-29T12:00:00+01:00"},
      // before all samples there can be
      {{Unit::kDay, 1},
       "UTC",
       {Unit::kYear, kMaxKeep},
       "2025-02-11T00:00:00Z",
       "0001-01-01"},
  }));
  const auto grid = Grid::Create(c.period, c.zone);
  REQUIRE(grid.ok());
  CHECK(grid->Format(FirstStepKept(*grid, c.keep, At(c.now))) == c.first);
}

TEST_CASE("a clock that says nothing overflows nothing", "[metric]") {
  const auto period = GENERATE(
      values<Period>({{Unit::kSecond, 1}, {Unit::kDay, 1}, {Unit::kYear, 1}}));
  const auto grid = *Grid::Create(period, "UTC");
  const Period keep = {Unit::kDay, 1};
  CHECK(FirstStepKept(grid, keep, absl::InfinitePast()) == grid.Limits().begin);
  CHECK(FirstStepKept(grid, keep, absl::InfiniteFuture()) < grid.Limits().end);
  CHECK(FirstStepKept(grid, {Unit::kYear, kMaxKeep}, absl::InfinitePast()) ==
        grid.Limits().begin);
}

MetricSpec Spec() {
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app"}, {"region"}};
  return spec;
}

TEST_CASE("changes leave what they do not name", "[metric]") {
  MetricChanges changes;
  CHECK(*WithChanges(Spec(), changes) == Spec());
  changes.unit = "users";
  changes.rules = {{"region", Additivity::kOverlaps}};
  changes.keep = Period{Unit::kDay, 90};
  MetricSpec expected = Spec();
  expected.unit = "users";
  expected.dimensions[1].rule = Additivity::kOverlaps;
  expected.keep = Period{Unit::kDay, 90};
  CHECK(*WithChanges(Spec(), changes) == expected);
  changes.keep = std::optional<Period>();  // forever
  CHECK(!WithChanges(expected, changes)->keep.has_value());
}

TEST_CASE("changes that make no metric are refused", "[metric]") {
  struct Case {
    MetricChanges changes;
    const char* message;
  };
  const auto c = GENERATE(values<Case>({
      {{.name = "No"},
       "metric \"No\": a name is [a-z][a-z0-9_]*, at most 63 "
       "long"},
      {{.rules = {{"shop"}}}, "metric dau has no dimension shop"},
      {{.late = -1}, "metric dau: late: 0 to 1000 are possible, found -1"},
      {{.keep = Period{Unit::kDay, 0}},
       "metric dau: keep: 1 to 100000 units are possible, found 0"},
      {{.keep = Period{Unit::kHour, 3}},
       "metric dau: keep: found 3 hours; samples of every day are kept for "
       "days or longer units"},
  }));
  CHECK(WithChanges(Spec(), c.changes).status().message() == c.message);
}

}  // namespace
}  // namespace footfall
