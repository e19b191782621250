// Steps of every unit, in zones with and without clock changes.

#include <random>

#include "footfall/period.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr const char* kZones[] = {
    "UTC",
    "Europe/Berlin",        // changes in March and October
    "America/New_York",     // west of UTC
    "Asia/Shanghai",        // no changes now; mean time +08:05:43 once
    "Asia/Kathmandu",       // +05:45
    "Australia/Lord_Howe",  // changes by half an hour
    "Pacific/Apia",         // skipped 2011-12-30
};

constexpr Period kPeriods[] = {
    {Unit::kSecond, 1},  {Unit::kSecond, 30}, {Unit::kMinute, 1},
    {Unit::kMinute, 15}, {Unit::kHour, 1},    {Unit::kHour, 6},
    {Unit::kDay, 1},     {Unit::kDay, 10},    {Unit::kWeek, 1},
    {Unit::kWeek, 2},    {Unit::kMonth, 1},   {Unit::kMonth, 2},
    {Unit::kQuarter, 1}, {Unit::kQuarter, 2}, {Unit::kYear, 1},
    {Unit::kYear, 5},
};

Grid MakeGrid(const Period& period, absl::string_view zone) {
  const auto grid = Grid::Create(period, zone);
  INFO(grid.status());
  REQUIRE(grid.ok());
  return *grid;
}

Date MakeDate(absl::string_view text) {
  const auto date = ParseDate(text);
  INFO(date.status());
  REQUIRE(date.ok());
  return *date;
}

bool IsRepeated(const absl::TimeZone& zone, absl::CivilSecond civil) {
  return zone.At(civil).kind == absl::TimeZone::TimeInfo::REPEATED;
}

TEST_CASE("a step holds its start and ends where the next begins", "[grid]") {
  const uint32_t seed = 20250208;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const char* zone : kZones) {
    for (const Period& period : kPeriods) {
      const Grid grid = MakeGrid(period, zone);
      const StepRange limits = grid.Limits();
      INFO(zone << ", " << FormatPeriod(period));
      std::uniform_int_distribution<int64_t> any(limits.begin, limits.end - 1);
      // Where zones change their clocks, and around the epoch.
      const int64_t low = grid.StepAt(absl::CivilSecond(1960, 1, 1));
      const int64_t high = grid.StepAt(absl::CivilSecond(2030, 1, 1));
      std::uniform_int_distribution<int64_t> recent(low, high);
      for (int i = 0; i < 2000; ++i) {
        int64_t step = i % 2 == 0 ? any(random) : recent(random);
        if (i == 0) step = limits.begin;
        if (i == 1) step = limits.end - 1;
        if (i == 2) step = 0;
        if (i == 3) step = -1;
        const absl::Time start = grid.Start(step);
        const absl::CivilSecond civil = grid.CivilStart(step);
        const bool whole = grid.Start(step) < grid.Start(step + 1);
        if (whole) {  // not a day that the zone skipped
          REQUIRE(grid.StepAt(start) == step);
          REQUIRE(grid.StepAt(grid.Start(step + 1) - absl::Nanoseconds(1)) ==
                  step);
        }
        if (!period.below_day() || !IsRepeated(grid.zone(), civil)) {
          REQUIRE(grid.StepAt(civil) == step);
        }
        const auto named = ParseDate(grid.Format(step));
        REQUIRE(named.ok());
        if (period.count == 1 || period.below_day()) {
          REQUIRE(grid.StepNamed(*named).value() == step);
        }
        REQUIRE(civil.year() >= 1);
        REQUIRE(civil.year() <= 9999);
      }
    }
  }
}

TEST_CASE("steps are counted from 1970", "[grid]") {
  struct Case {
    Period period;
    const char* date;
    int64_t step;
  };
  const Case cases[] = {
      {{Unit::kDay, 1}, "1970-01-01", 0},
      {{Unit::kDay, 1}, "1969-12-31", -1},
      {{Unit::kDay, 1}, "2025-02-08", 20127},
      {{Unit::kDay, 1}, "0001-01-01", -719162},
      {{Unit::kDay, 1}, "9999-12-31", 2932896},
      {{Unit::kDay, 2}, "1970-01-02", 0},
      {{Unit::kDay, 2}, "1969-12-31", -1},
      {{Unit::kDay, 2}, "1969-12-29", -2},
      {{Unit::kWeek, 1}, "1969-12-29", 0},
      {{Unit::kWeek, 1}, "1969-12-28", -1},
      {{Unit::kWeek, 1}, "2020-W53", 2661},
      {{Unit::kWeek, 2}, "1970-01-05", 0},
      {{Unit::kWeek, 2}, "1970-01-12", 1},
      {{Unit::kWeek, 2}, "1969-12-28", -1},
      {{Unit::kMonth, 1}, "1970-01", 0},
      {{Unit::kMonth, 1}, "1969-12", -1},
      {{Unit::kMonth, 1}, "2025-02-08", 661},
      {{Unit::kMonth, 2}, "1970-02", 0},
      {{Unit::kMonth, 2}, "1969-11", -1},
      {{Unit::kQuarter, 1}, "2025-Q1", 220},
      {{Unit::kQuarter, 1}, "1969-12-31", -1},
      {{Unit::kYear, 1}, "1969", -1},
      {{Unit::kYear, 1}, "0001", -1969},
      {{Unit::kYear, 10}, "1969", -1},
      {{Unit::kHour, 1}, "1970-01-01T01", 1},
      {{Unit::kHour, 1}, "1970-01-01T01:59:59", 1},
      {{Unit::kHour, 6}, "1969-12-31T23", -1},
      {{Unit::kMinute, 15}, "1970-01-01T00:15", 1},
      {{Unit::kSecond, 1}, "1969-12-31T23:59:59", -1},
      {{Unit::kSecond, 1}, "1970-01-01T00:00:00+00:01", -60},
  };
  for (const Case& c : cases) {
    INFO(FormatPeriod(c.period) << " " << c.date);
    const auto step = MakeGrid(c.period, "UTC").StepNamed(MakeDate(c.date));
    INFO(step.status());
    REQUIRE(step.ok());
    CHECK(*step == c.step);
  }
}

TEST_CASE("a day is the zone's own, an hour is the world's", "[grid]") {
  const absl::Time noon =
      absl::FromCivil(absl::CivilSecond(2025, 2, 8, 20), absl::UTCTimeZone());
  const Period day = {Unit::kDay, 1};
  CHECK(MakeGrid(day, "UTC").Format(MakeGrid(day, "UTC").StepAt(noon)) ==
        "2025-02-08");
  const Grid shanghai = MakeGrid(day, "Asia/Shanghai");
  CHECK(shanghai.Format(shanghai.StepAt(noon)) == "2025-02-09");
  CHECK(
      shanghai.Start(shanghai.StepAt(noon)) ==
      absl::FromCivil(absl::CivilSecond(2025, 2, 8, 16), absl::UTCTimeZone()));
  const Grid hours = MakeGrid({Unit::kHour, 1}, "Asia/Shanghai");
  CHECK(hours.StepAt(noon) == absl::ToUnixSeconds(noon) / 3600);
  CHECK(hours.Format(hours.StepAt(noon)) == "2025-02-09T04:00:00+08:00");
}

TEST_CASE("clock changes skip and repeat hours", "[grid]") {
  const Grid hours = MakeGrid({Unit::kHour, 1}, "Europe/Berlin");
  const int64_t before = hours.StepAt(absl::CivilSecond(2025, 3, 30, 1));
  // 02:00 to 03:00 does not exist: it counts as the first after the jump.
  CHECK(hours.StepAt(absl::CivilSecond(2025, 3, 30, 2, 30)) == before + 1);
  CHECK(hours.StepAt(absl::CivilSecond(2025, 3, 30, 3)) == before + 1);
  CHECK(hours.Format(before + 1) == "2025-03-30T03:00:00+02:00");
  // 02:00 to 03:00 comes twice: it counts as its first occurrence.
  const int64_t first = hours.StepAt(absl::CivilSecond(2025, 10, 26, 2));
  CHECK(hours.Format(first) == "2025-10-26T02:00:00+02:00");
  CHECK(hours.Format(first + 1) == "2025-10-26T02:00:00+01:00");
  // A date that somebody writes must say which it means.
  CHECK(hours.StepNamed(MakeDate("2025-10-26T02+02:00")).value() == first);
  CHECK(hours.StepNamed(MakeDate("2025-10-26T02+01:00")).value() == first + 1);
  CHECK(hours.StepAt(absl::CivilSecond(2025, 10, 26, 3)) == first + 2);

  const Grid days = MakeGrid({Unit::kDay, 1}, "Pacific/Apia");
  const int64_t skipped = days.StepAt(absl::CivilSecond(2011, 12, 30));
  CHECK(days.Format(skipped) == "2011-12-30");
  CHECK(days.Start(skipped) == days.Start(skipped + 1));
}

TEST_CASE("a date that names no single step is refused", "[grid]") {
  struct Case {
    Period period;
    const char* zone;
    const char* date;
    const char* reason;
  };
  const Case cases[] = {
      {{Unit::kDay, 1},
       "UTC",
       "2025-01",
       "2025-01 is longer than one step of day; write one as 2025-01-01"},
      {{Unit::kDay, 1}, "UTC", "2025-W06", "write one as 2025-02-03"},
      {{Unit::kHour, 1}, "UTC", "2025-02-08", "write one as 2025-02-08T00"},
      {{Unit::kMonth, 1}, "UTC", "2025", "write one as 2025-01"},
      {{Unit::kMonth, 1}, "UTC", "2025-W05", "lies across two steps of month"},
      {{Unit::kQuarter, 1}, "UTC", "2025", "write one as 2025-Q1"},
      {{Unit::kYear, 1},
       "UTC",
       "2025-W01",
       "lies across two steps of year: 2024 and the next"},
      {{Unit::kHour, 1},
       "Asia/Kathmandu",
       "2025-02-08T13",
       "lies across two steps of hour"},
      {{Unit::kHour, 1}, "UTC", "2025-02-08T13+05:45", "lies across two"},
      {{Unit::kYear, 2}, "UTC", "0001", "outside the years 1 to 9999"},
      {{Unit::kHour, 1},
       "Europe/Berlin",
       "2025-10-26T02",
       "occurs twice in Europe/Berlin, where clocks are set then: "
       "2025-10-26T02+02:00 or 2025-10-26T02+01:00?"},
      {{Unit::kMinute, 1},
       "Europe/Berlin",
       "2025-03-30T02:30",
       "does not exist in Europe/Berlin"},
  };
  for (const Case& c : cases) {
    INFO(FormatPeriod(c.period) << " " << c.date);
    const auto step = MakeGrid(c.period, c.zone).StepNamed(MakeDate(c.date));
    REQUIRE(step.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(step.status().message()),
               ContainsSubstring(c.reason));
  }
  Date date = MakeDate("2025-02-08");
  date.utc_offset_s = 0;
  CHECK_FALSE(MakeGrid({Unit::kDay, 1}, "UTC").StepNamed(date).ok());
  date.utc_offset_s.reset();
  date.start = absl::CivilSecond(12025, 2, 8);
  CHECK_FALSE(MakeGrid({Unit::kDay, 1}, "UTC").StepNamed(date).ok());
}

TEST_CASE("a civil step holds the day that a time is in its zone", "[grid]") {
  const Grid days = MakeGrid({Unit::kDay, 1}, "Asia/Shanghai");
  CHECK(days.StepNamed(MakeDate("2025-02-08T23+00:00")).value() ==
        days.StepNamed(MakeDate("2025-02-09")).value());
  CHECK(days.StepNamed(MakeDate("2025-02-08T23")).value() ==
        days.StepNamed(MakeDate("2025-02-08")).value());
  // An hour that midnight cuts in two is in neither day.
  CHECK_FALSE(days.StepNamed(MakeDate("2025-02-08T15-00:30")).ok());
  const Grid months = MakeGrid({Unit::kMonth, 1}, "America/New_York");
  CHECK(months.StepNamed(MakeDate("2025-03-01T02:00Z")).value() ==
        months.StepNamed(MakeDate("2025-02")).value());
  CHECK(days.StepNamed(MakeDate("2025-02-08T13+08:00")).value() ==
        days.StepNamed(MakeDate("2025-02-08")).value());
}

TEST_CASE("a range takes the steps that lie wholly inside", "[grid]") {
  struct Case {
    Period period;
    const char* zone;
    const char* first;
    const char* last;
    const char* begin;  // printed; "" for none
    const char* final;
  };
  const Case cases[] = {
      {{Unit::kDay, 1},
       "UTC",
       "2025-01-10",
       "2025-02-08",
       "2025-01-10",
       "2025-02-08"},
      {{Unit::kDay, 1},
       "UTC",
       "2025-02",
       "2025-02",
       "2025-02-01",
       "2025-02-28"},
      {{Unit::kDay, 1},
       "UTC",
       "2025-02-01T12",
       "2025-02-03T12",
       "2025-02-02",
       "2025-02-02"},
      {{Unit::kWeek, 1}, "UTC", "2025-02", "2025-02", "2025-W06", "2025-W08"},
      {{Unit::kWeek, 1}, "UTC", "2025-W06", "2025-W06", "2025-W06", "2025-W06"},
      {{Unit::kMonth, 1},
       "UTC",
       "2025-01-02",
       "2025-03-30",
       "2025-02",
       "2025-02"},
      {{Unit::kMonth, 1}, "UTC", "2025", "2025", "2025-01", "2025-12"},
      {{Unit::kMonth, 1}, "UTC", "2025-01-02", "2025-02-27", "", ""},
      {{Unit::kQuarter, 1}, "UTC", "2025", "2025", "2025-Q1", "2025-Q4"},
      {{Unit::kDay, 1}, "UTC", "2025-02-08", "2025-02-07", "", ""},
      {{Unit::kHour, 1},
       "Europe/Berlin",
       "2025-03-30",
       "2025-03-30",
       "2025-03-30T00:00:00+01:00",
       "2025-03-30T23:00:00+02:00"},
      {{Unit::kHour, 1},
       "Europe/Berlin",
       "2025-10-26T02",
       "2025-10-26T02",
       "2025-10-26T02:00:00+02:00",
       "2025-10-26T02:00:00+01:00"},
      {{Unit::kHour, 1},
       "Asia/Kathmandu",
       "2025-02-08",
       "2025-02-08",
       "2025-02-08T00:45:00+05:45",
       "2025-02-08T22:45:00+05:45"},
      {{Unit::kHour, 1},
       "UTC",
       "2025-02-08T00:30",
       "2025-02-08T03:30",
       "2025-02-08T01:00:00Z",
       "2025-02-08T02:00:00Z"},
  };
  for (const Case& c : cases) {
    INFO(FormatPeriod(c.period) << " " << c.first << ".." << c.last);
    const Grid grid = MakeGrid(c.period, c.zone);
    const StepRange range =
        grid.StepsInside(MakeDate(c.first), MakeDate(c.last));
    if (c.begin[0] == '\0') {
      CHECK(range.empty());
      continue;
    }
    REQUIRE_FALSE(range.empty());
    CHECK(grid.Format(range.begin) == c.begin);
    CHECK(grid.Format(range.end - 1) == c.final);
  }
  const Grid days = MakeGrid({Unit::kDay, 1}, "UTC");
  CHECK(days.StepsInside(std::nullopt, std::nullopt) == days.Limits());
  CHECK(days.StepsInside(std::nullopt, MakeDate("1969")).end == 0);
  CHECK(days.StepsInside(MakeDate("1970"), std::nullopt).begin == 0);
  CHECK(days.StepsInside(MakeDate("9999"), MakeDate("9999")).end ==
        days.Limits().end);
}

TEST_CASE("a stretch is counted from a step by the calendar", "[grid]") {
  struct Case {
    Period period;
    const char* zone;
    const char* origin;
    int64_t first;
    int64_t end;
    Unit unit;
    const char* begin;  // printed; "" for none
    const char* final;
  };
  const Case cases[] = {
      // Days, before and behind.
      {{Unit::kDay, 1},
       "UTC",
       "2025-01-20",
       0,
       1,
       Unit::kDay,
       "2025-01-20",
       "2025-01-20"},
      {{Unit::kDay, 1},
       "UTC",
       "2025-01-20",
       -14,
       29,
       Unit::kDay,
       "2025-01-06",
       "2025-02-17"},
      // Weeks of its own, which begin on its day of the week.
      {{Unit::kDay, 1},
       "UTC",
       "2025-01-22",
       -1,
       0,
       Unit::kWeek,
       "2025-01-15",
       "2025-01-21"},
      // A day that the month does not have is its last.
      {{Unit::kDay, 1},
       "UTC",
       "2024-01-31",
       0,
       1,
       Unit::kMonth,
       "2024-01-31",
       "2024-02-28"},
      {{Unit::kDay, 1},
       "UTC",
       "2024-01-31",
       1,
       2,
       Unit::kMonth,
       "2024-02-29",
       "2024-03-30"},
      {{Unit::kDay, 1},
       "UTC",
       "2024-02-29",
       1,
       2,
       Unit::kYear,
       "2025-02-28",
       "2026-02-27"},
      {{Unit::kDay, 1},
       "UTC",
       "2024-01-31",
       -1,
       0,
       Unit::kQuarter,
       "2023-10-31",
       "2024-01-30"},
      // Steps of more than a day, and what cuts them.
      {{Unit::kMonth, 1},
       "UTC",
       "2025-01",
       -1,
       2,
       Unit::kMonth,
       "2024-12",
       "2025-02"},
      {{Unit::kMonth, 1},
       "UTC",
       "2025-01",
       1,
       2,
       Unit::kQuarter,
       "2025-04",
       "2025-06"},
      {{Unit::kDay, 2},
       "UTC",
       "2025-01-20",
       -1,
       4,
       Unit::kDay,
       "2025-01-20",
       "2025-01-22"},
      {{Unit::kDay, 2}, "UTC", "2025-01-20", 0, 1, Unit::kDay, "", ""},
      // Hours of the world; days of the zone, 23 hours long when clocks go
      // forward.
      {{Unit::kHour, 1},
       "Europe/Berlin",
       "2025-03-29T20",
       0,
       1,
       Unit::kDay,
       "2025-03-29T20:00:00+01:00",
       "2025-03-30T19:00:00+02:00"},
      {{Unit::kHour, 1},
       "Europe/Berlin",
       "2025-03-29T20",
       0,
       24,
       Unit::kHour,
       "2025-03-29T20:00:00+01:00",
       "2025-03-30T20:00:00+02:00"},
      // 02:30 is skipped on that day.
      {{Unit::kMinute, 30},
       "Europe/Berlin",
       "2025-03-29T02:30",
       1,
       2,
       Unit::kDay,
       "2025-03-30T03:00:00+02:00",
       "2025-03-31T02:00:00+02:00"},
  };
  for (const Case& c : cases) {
    INFO(FormatPeriod(c.period)
         << " " << c.origin << " " << c.first << " to " << c.end);
    const Grid grid = MakeGrid(c.period, c.zone);
    const int64_t origin = grid.StepAt(MakeDate(c.origin).start);
    const StepRange range = grid.StepsFrom(origin, c.first, c.end, c.unit);
    if (c.begin[0] == '\0') {
      CHECK(range.empty());
      continue;
    }
    REQUIRE_FALSE(range.empty());
    CHECK(grid.Format(range.begin) == c.begin);
    CHECK(grid.Format(range.end - 1) == c.final);
  }
}

TEST_CASE("stretches from a step meet, and end with the years", "[grid]") {
  for (const char* const zone : kZones) {
    for (const Period& period : {Period{Unit::kHour, 1}, Period{Unit::kDay, 1},
                                 Period{Unit::kMonth, 1}}) {
      const Grid grid = MakeGrid(period, zone);
      for (const Unit unit :
           {Unit::kHour, Unit::kDay, Unit::kWeek, Unit::kMonth, Unit::kYear}) {
        if (unit < period.unit) continue;
        const int64_t origin = grid.StepAt(MakeDate("2024-01-31T02").start);
        INFO(zone << " " << FormatPeriod(period) << " " << UnitName(unit));
        CHECK(grid.StepsFrom(origin, 0, 1, unit).begin == origin);
        StepRange before = grid.StepsFrom(origin, -40, -39, unit);
        for (int64_t count = -39; count < 40; ++count) {
          const StepRange next = grid.StepsFrom(origin, count, count + 1, unit);
          // Zones that are not whole hours from UTC cut hours in two.
          const bool cut = period.below_day() &&
                           (absl::string_view(zone) == "Australia/Lord_Howe" ||
                            absl::string_view(zone) == "Asia/Kathmandu");
          CHECK(next.begin >= before.end);
          CHECK(next.begin <= before.end + (cut ? 1 : 0));
          before = next;
        }
        constexpr int64_t kFar = int64_t{400} * 1000 * 1000 * 1000;
        CHECK(grid.StepsFrom(origin, -kFar, kFar, unit) == grid.Limits());
      }
    }
  }
}

TEST_CASE("the limits are the steps that start in years 1 to 9999", "[grid]") {
  CHECK(Grid().Limits() == MakeGrid({Unit::kDay, 1}, "UTC").Limits());
  for (const char* zone : kZones) {
    for (const Period& period : kPeriods) {
      const Grid grid = MakeGrid(period, zone);
      INFO(zone << ", " << FormatPeriod(period));
      const StepRange limits = grid.Limits();
      CHECK(grid.CivilStart(limits.begin) >= absl::CivilSecond(1, 1, 1));
      CHECK(grid.CivilStart(limits.begin - 1) < absl::CivilSecond(1, 1, 1));
      CHECK(grid.CivilStart(limits.end - 1) < absl::CivilSecond(10000, 1, 1));
      CHECK(grid.CivilStart(limits.end) >= absl::CivilSecond(10000, 1, 1));
    }
  }
}

TEST_CASE("times beyond all years fall outside the limits", "[grid]") {
  for (const Period& period : kPeriods) {
    const Grid grid = MakeGrid(period, "Europe/Berlin");
    CHECK(grid.StepAt(absl::InfiniteFuture()) >= grid.Limits().end);
    CHECK(grid.StepAt(absl::InfinitePast()) < grid.Limits().begin);
    CHECK(grid.StepAt(absl::CivilSecond(300000000, 1, 1)) >= grid.Limits().end);
    CHECK(grid.StepAt(absl::CivilSecond(-300000000, 1, 1)) <
          grid.Limits().begin);
  }
}

TEST_CASE("a grid that cannot be is refused with the reason", "[grid]") {
  struct Case {
    Period period;
    const char* zone;
    const char* reason;
  };
  const Case cases[] = {
      {{Unit::kDay, 0}, "UTC", "1 or more"},
      {{Unit::kDay, -1}, "UTC", "1 or more"},
      {{Unit::kDay, 2'000'000'000}, "UTC", "at most 10000"},
      {{Unit::kHour, 5}, "UTC", "5 hours does not divide a day"},
      {{Unit::kMinute, 7}, "UTC", "7 minutes does not divide a day"},
      {{Unit::kHour, 48}, "UTC", "48 hours does not divide a day"},
      {{Unit::kSecond, 2'000'000'000}, "UTC", "does not divide a day"},
      {{static_cast<Unit>(0), 1}, "UTC", "unit number 0"},
      {{static_cast<Unit>(9), 1}, "UTC", "unit number 9"},
      {{Unit::kDay, 1}, "", "Area/City"},
      {{Unit::kDay, 1}, "Shanghai", "Area/City"},
      {{Unit::kDay, 1}, "Asia/Nowhere", "\"Asia/Nowhere\" is not known"},
      {{Unit::kDay, 1}, "/etc/passwd", "Area/City"},
      {{Unit::kDay, 1}, "../../etc/passwd", "Area/City"},
      {{Unit::kDay, 1}, "Asia//Shanghai", "Area/City"},
      {{Unit::kDay, 1}, "Asia/", "Area/City"},
      {{Unit::kDay, 1}, "localtime", "Area/City"},
      {{Unit::kDay, 1}, "libc:UTC", "Area/City"},
      {{Unit::kDay, 1}, "\xff", "\\xff"},
  };
  for (const Case& c : cases) {
    INFO(c.zone);
    const auto grid = Grid::Create(c.period, c.zone);
    REQUIRE(grid.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(grid.status().message()),
               ContainsSubstring(c.reason));
  }
}

}  // namespace

// Days are walked one by one, weeks counted as they begin; the dates at either
// end, the counts and the sums over all names come from another program.
TEST_CASE("weeks from each day, 1990 to 2040, are named by that day",
          "[grid][golden]") {
  struct WeekCase {
    absl::Weekday start;
    int weeks;
    const char* first;
    const char* last;
    uint32_t names;  // h = h * 31 + c over all names, one after the other
  };
  const WeekCase row = GENERATE(values<WeekCase>({
      {absl::Weekday::monday, 2662, "1990-01-01", "2040-12-31", 4254581107u},
      {absl::Weekday::tuesday, 2662, "1989-12-26", "2040-12-25", 1729032525u},
      {absl::Weekday::wednesday, 2662, "1989-12-27", "2040-12-26", 463956094u},
      {absl::Weekday::thursday, 2662, "1989-12-28", "2040-12-27", 1244665502u},
      {absl::Weekday::friday, 2662, "1989-12-29", "2040-12-28", 2991150467u},
      {absl::Weekday::saturday, 2662, "1989-12-30", "2040-12-29", 3189554860u},
      {absl::Weekday::sunday, 2662, "1989-12-31", "2040-12-30", 2667125682u},
  }));
  INFO(WeekdayName(row.start));
  const auto grid = Grid::Create({Unit::kWeek, 1, row.start}, "UTC");
  REQUIRE(grid.ok());
  const auto iso = Grid::Create({Unit::kWeek, 1}, "UTC");
  REQUIRE(iso.ok());
  absl::CivilDay begin = absl::CivilDay(1990, 1, 1);
  while (absl::GetWeekday(begin) != row.start) --begin;
  int64_t step = grid->StepAt(absl::CivilSecond(begin));
  int weeks = 0;
  uint32_t names = 0;
  int mismatches = 0;
  std::string name;
  const std::string first =
      FormatDate({Unit::kDay, absl::CivilSecond(begin), {}});
  const bool by_monday = row.start == absl::Weekday::monday;
  for (absl::CivilDay day = begin; day <= absl::CivilDay(2040, 12, 31); ++day) {
    if (absl::GetWeekday(day) == row.start) {
      if (weeks > 0) ++step;
      ++weeks;
      begin = day;
      name = absl::FormatCivilTime(begin);
      for (const char c : name) names = names * 31 + static_cast<uint8_t>(c);
    }
    const Date date = {Unit::kDay, absl::CivilSecond(day), {}};
    const auto named = grid->StepNamed(date);
    // The number of the ISO week that holds its fourth day.
    const bool fits = grid->StepAt(absl::CivilSecond(day) + 3600) == step &&
                      named.ok() && *named == step &&
                      grid->CivilStart(step) == absl::CivilSecond(begin) &&
                      (by_monday || grid->Format(step) == name) &&
                      iso->StepAt(absl::CivilSecond(begin + 3)) == step;
    if (!fits && ++mismatches < 5) UNSCOPED_INFO(absl::FormatCivilTime(day));
  }
  CHECK(mismatches == 0);
  CHECK(weeks == row.weeks);
  CHECK(first == row.first);
  CHECK(name == row.last);
  CHECK(names == row.names);
}

TEST_CASE("only weeks begin on a day of the week", "[grid]") {
  CHECK(FormatPeriod({Unit::kWeek, 2, absl::Weekday::sunday}) ==
        "2 weeks from sunday");
  CHECK(ParseWeekday("Sunday") == absl::Weekday::sunday);
  CHECK_FALSE(ParseWeekday("sun").has_value());
  const auto month =
      Grid::Create({Unit::kMonth, 1, absl::Weekday::sunday}, "UTC");
  CHECK(month.status().code() == absl::StatusCode::kInvalidArgument);
  const auto weeks =
      Grid::Create({Unit::kWeek, 1, absl::Weekday::sunday}, "UTC");
  REQUIRE(weeks.ok());
  // An ISO week lies across two of them, and cuts them as a bucket.
  const auto named = weeks->StepNamed(*ParseDate("2025-W06"));
  CHECK(named.status().message() ==
        "2025-W06 lies across two steps of week from sunday: 2025-02-02 and "
        "the next");
  CHECK_FALSE(
      Buckets::Create(*weeks, {Unit::kWeek, 1}, weeks->zone(), "UTC").ok());
  CHECK_FALSE(
      Buckets::Create(*weeks, {Unit::kMonth, 1}, weeks->zone(), "UTC").ok());
  // Weeks of days are cut anywhere.
  const auto of_days =
      Buckets::Create(Grid(), {Unit::kWeek, 1, absl::Weekday::sunday},
                      absl::UTCTimeZone(), "UTC");
  REQUIRE(of_days.ok());
  const int64_t bucket =
      of_days->BucketOf(Grid().StepAt(absl::CivilSecond(2025, 2, 5)));
  CHECK(of_days->Format(bucket) == "2025-02-02");
  CHECK(of_days->StepsOf(bucket).size() == 7);
  // A year earlier: the week that shares most days with 2024-W06, which begins
  // on Monday, 5 February.
  const auto earlier = of_days->Shift(bucket, -1, Unit::kYear);
  REQUIRE(earlier.has_value());
  CHECK(of_days->Format(*earlier) == "2024-02-04");
}

// Every first month, by civil time alone.
TEST_CASE("years and quarters may begin in any month", "[grid]") {
  const Unit unit = GENERATE(Unit::kQuarter, Unit::kYear);
  const int count = GENERATE(1, 2, 3);
  const int first_month = GENERATE(range(1, 13));
  const int months = count * (unit == Unit::kYear ? 12 : 3);
  Period period{unit, count};
  period.first_month = first_month;
  INFO(FormatPeriod(period));
  const auto grid = Grid::Create(period, "UTC");
  REQUIRE(grid.ok());
  const auto buckets =
      Buckets::Create(Grid(), period, absl::UTCTimeZone(), "UTC");
  REQUIRE(buckets.ok());
  // The first bucket begins in that month of 1970.
  int64_t bucket = 0;
  absl::CivilMonth begin(1970, first_month);
  while (begin > absl::CivilMonth(1940, 1)) {
    begin -= months;
    --bucket;
  }
  int mismatches = 0;
  for (; begin < absl::CivilMonth(2030, 1); begin += months, ++bucket) {
    const absl::CivilDay first(begin);
    const absl::CivilDay last(absl::CivilDay(begin + months) - 1);
    for (const absl::CivilDay day : {first, first + 45, last}) {
      const absl::CivilSecond noon = absl::CivilSecond(day) + 43200;
      if (grid->StepAt(noon) != bucket ||
          buckets->BucketOf(Grid().StepAt(noon)) != bucket) {
        ++mismatches;
      }
    }
    const StepRange steps = buckets->StepsOf(bucket);
    if (steps.begin != Grid().StepAt(absl::CivilSecond(first)) ||
        steps.size() != last - first + 1 ||
        buckets->CivilStart(bucket) != absl::CivilSecond(first) ||
        grid->CivilStart(bucket) != absl::CivilSecond(first)) {
      ++mismatches;
    }
    // By its first month, where its own unit has no name for it.
    const bool named = (first_month - 1) % (unit == Unit::kYear ? 12 : 3) == 0;
    const Date name = {
        named ? unit : Unit::kMonth, absl::CivilSecond(first), {}};
    if (buckets->Format(bucket) != FormatDate(name)) ++mismatches;
    const auto earlier = buckets->Shift(bucket, -count, unit);
    if (earlier != bucket - 1) ++mismatches;
  }
  CHECK(mismatches == 0);
}

TEST_CASE("only years and quarters begin in a month", "[grid]") {
  Period year{Unit::kYear, 1};
  year.first_month = 4;
  CHECK(FormatPeriod(year) == "year from 4");
  CHECK_FALSE(year == Period{Unit::kYear, 1});
  const auto of_days =
      Buckets::Create(Grid(), year, absl::UTCTimeZone(), "UTC");
  REQUIRE(of_days.ok());
  CHECK(of_days->Format(54) == "2024-04");
  for (const int month : {0, 13, -3}) {
    year.first_month = month;
    CHECK_FALSE(Grid::Create(year, "UTC").ok());
  }
  Period month{Unit::kMonth, 6};
  month.first_month = 4;
  CHECK_FALSE(Grid::Create(month, "UTC").ok());
  // Steps are not cut: quarters by a year from May, years by one from April.
  const auto cut = [](Unit step, Unit bucket, int first) {
    Period period{bucket, 1};
    period.first_month = first;
    const auto grid = Grid::Create({step, 1}, "UTC");
    return !Buckets::Create(*grid, period, grid->zone(), "UTC").ok();
  };
  CHECK(cut(Unit::kQuarter, Unit::kYear, 5));
  CHECK_FALSE(cut(Unit::kQuarter, Unit::kYear, 4));
  CHECK_FALSE(cut(Unit::kMonth, Unit::kYear, 5));
  CHECK_FALSE(cut(Unit::kMonth, Unit::kQuarter, 5));
  CHECK(cut(Unit::kYear, Unit::kYear, 4));
  CHECK(cut(Unit::kWeek, Unit::kYear, 4));
}

}  // namespace footfall
