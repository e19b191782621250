// Buckets: whole steps, no gap, no overlap, and the calendar's own shifts.

#include <random>

#include "footfall/period.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using Civil = absl::CivilSecond;

Grid MakeGrid(const Period& period, absl::string_view zone) {
  const auto grid = Grid::Create(period, zone);
  INFO(grid.status());
  REQUIRE(grid.ok());
  return *grid;
}

absl::StatusOr<Buckets> Cut(const Period& step, const Period& bucket,
                            absl::string_view zone) {
  const Grid grid = MakeGrid(step, zone);
  return Buckets::Create(grid, bucket, grid.zone(), zone);
}

Buckets MakeBuckets(const Period& step, const Period& bucket,
                    absl::string_view zone) {
  const auto buckets = Cut(step, bucket, zone);
  INFO(buckets.status());
  REQUIRE(buckets.ok());
  return *buckets;
}

// The bucket that starts at a civil time.
int64_t BucketAt(const Buckets& buckets, const Grid& grid,
                 absl::CivilSecond civil) {
  return buckets.BucketOf(grid.StepAt(civil));
}

struct Pair {
  Period step;
  Period bucket;
};

const Pair kPairs[] = {
    {{Unit::kHour, 1}, {Unit::kHour, 5}},
    {{Unit::kMinute, 10}, {Unit::kMinute, 50}},
    {{Unit::kDay, 1}, {Unit::kDay, 1}},
    {{Unit::kDay, 1}, {Unit::kDay, 3}},
    {{Unit::kDay, 1}, {Unit::kWeek, 1}},
    {{Unit::kDay, 1}, {Unit::kWeek, 2}},
    {{Unit::kDay, 1}, {Unit::kMonth, 1}},
    {{Unit::kDay, 1}, {Unit::kMonth, 5}},
    {{Unit::kDay, 1}, {Unit::kQuarter, 1}},
    {{Unit::kDay, 1}, {Unit::kYear, 1}},
    {{Unit::kDay, 3}, {Unit::kDay, 6}},
    {{Unit::kDay, 3}, {Unit::kWeek, 3}},
    {{Unit::kWeek, 1}, {Unit::kWeek, 4}},
    {{Unit::kMonth, 1}, {Unit::kQuarter, 1}},
    {{Unit::kMonth, 2}, {Unit::kYear, 1}},
    {{Unit::kQuarter, 1}, {Unit::kYear, 1}},
    {{Unit::kYear, 1}, {Unit::kYear, 10}},
    {{Unit::kHour, 1}, {Unit::kHour, 1}},
    {{Unit::kHour, 1}, {Unit::kHour, 2}},
    {{Unit::kHour, 1}, {Unit::kHour, 6}},
    {{Unit::kHour, 1}, {Unit::kHour, 24}},
    {{Unit::kHour, 1}, {Unit::kDay, 1}},
    {{Unit::kHour, 1}, {Unit::kDay, 7}},
    {{Unit::kHour, 1}, {Unit::kWeek, 1}},
    {{Unit::kHour, 1}, {Unit::kMonth, 1}},
    {{Unit::kMinute, 1}, {Unit::kMinute, 45}},
    {{Unit::kMinute, 15}, {Unit::kHour, 1}},
    {{Unit::kMinute, 15}, {Unit::kHour, 3}},
    {{Unit::kMinute, 15}, {Unit::kDay, 1}},
    {{Unit::kSecond, 1}, {Unit::kMinute, 1}},
};

TEST_CASE("buckets part the steps without gap or overlap", "[buckets]") {
  const uint32_t seed = 41;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const char* zone :
       {"UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai",
        "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"}) {
    for (const Pair& pair : kPairs) {
      const auto made = Cut(pair.step, pair.bucket, zone);
      if (!made.ok()) continue;  // hours in a zone of half hours: see below
      const Buckets& buckets = *made;
      const Grid grid = MakeGrid(pair.step, zone);
      INFO(zone << ": " << FormatPeriod(pair.step) << " into "
                << FormatPeriod(pair.bucket));
      const int64_t low = grid.StepAt(absl::CivilSecond(1965, 1, 1));
      const int64_t high = grid.StepAt(absl::CivilSecond(2030, 1, 1));
      std::uniform_int_distribution<int64_t> any(low, high);
      std::vector<int64_t> starts;
      for (int i = 0; i < 15; ++i) starts.push_back(any(random));
      // Weeks with a clock change, the date line, leap days, a long ISO year.
      for (const absl::CivilSecond& civil :
           {absl::CivilSecond(2025, 3, 29, 20),
            absl::CivilSecond(2025, 10, 25, 20),
            absl::CivilSecond(2025, 3, 8, 20), absl::CivilSecond(2025, 11, 1),
            absl::CivilSecond(2025, 4, 5, 20), absl::CivilSecond(2025, 10, 4),
            absl::CivilSecond(2011, 12, 29), absl::CivilSecond(2024, 2, 28),
            absl::CivilSecond(2020, 12, 27), absl::CivilSecond(1969, 12, 28),
            absl::CivilSecond(1700, 2, 27)}) {
        starts.push_back(grid.StepAt(civil));
      }
      for (const int64_t start : starts) {
        int64_t bucket = buckets.BucketOf(start);
        REQUIRE(buckets.StepsOf(bucket).begin <= start);
        REQUIRE(buckets.StepsOf(bucket).end > start);
        for (int i = 0; i < 12; ++i) {
          const StepRange steps = buckets.StepsOf(bucket);
          const int64_t next = buckets.Next(bucket);
          REQUIRE(next > bucket);
          REQUIRE(buckets.StepsOf(next).begin == steps.end);
          if (!steps.empty()) {
            REQUIRE(buckets.BucketOf(steps.begin) == bucket);
            REQUIRE(buckets.BucketOf(steps.end - 1) == bucket);
            REQUIRE(buckets.BucketOf(steps.begin + steps.size() / 2) == bucket);
          }
          bucket = next;
        }
      }
    }
  }
}

TEST_CASE("every day of 9,999 years lies in its bucket", "[buckets]") {
  for (const Period& period :
       {Period{Unit::kWeek, 1}, Period{Unit::kWeek, 3}, Period{Unit::kMonth, 1},
        Period{Unit::kMonth, 7}, Period{Unit::kQuarter, 1},
        Period{Unit::kYear, 1}}) {
    const Buckets buckets = MakeBuckets({Unit::kDay, 1}, period, "UTC");
    const StepRange limits = Grid().Limits();
    INFO(FormatPeriod(period));
    int64_t mismatches = 0;
    int64_t bucket = buckets.BucketOf(limits.begin);
    StepRange steps = buckets.StepsOf(bucket);
    for (int64_t day = limits.begin; day < limits.end; ++day) {
      if (day == steps.end) {
        bucket = buckets.Next(bucket);
        steps = buckets.StepsOf(bucket);
        mismatches += steps.begin != day;
      }
      mismatches += buckets.BucketOf(day) != bucket;
    }
    CHECK(mismatches == 0);
  }
}

TEST_CASE("a bucket has the steps that the calendar gives it", "[buckets]") {
  struct Case {
    Period step;
    Period bucket;
    const char* zone;
    absl::CivilSecond at;
    const char* name;
    int64_t size;
  };
  const Case cases[] = {
      {{Unit::kDay, 1},
       {Unit::kMonth, 1},
       "UTC",
       Civil(2024, 2, 10),
       "2024-02",
       29},
      {{Unit::kDay, 1},
       {Unit::kMonth, 1},
       "UTC",
       Civil(2025, 2, 10),
       "2025-02",
       28},
      {{Unit::kDay, 1},
       {Unit::kYear, 1},
       "UTC",
       Civil(1900, 2, 10),
       "1900",
       365},
      {{Unit::kDay, 1},
       {Unit::kYear, 1},
       "UTC",
       Civil(2000, 2, 10),
       "2000",
       366},
      {{Unit::kDay, 1},
       {Unit::kWeek, 1},
       "UTC",
       Civil(2021, 1, 1),
       "2020-W53",
       7},
      {{Unit::kDay, 1},
       {Unit::kWeek, 2},
       "UTC",
       Civil(1970, 1, 11),
       "1970-W01",
       14},
      {{Unit::kMonth, 1},
       {Unit::kQuarter, 1},
       "UTC",
       Civil(2025, 5, 1),
       "2025-Q2",
       3},
      // Days of 23, 24 and 25 hours.
      {{Unit::kHour, 1},
       {Unit::kDay, 1},
       "Europe/Berlin",
       Civil(2025, 3, 30, 12),
       "2025-03-30",
       23},
      {{Unit::kHour, 1},
       {Unit::kDay, 1},
       "Europe/Berlin",
       Civil(2025, 3, 31, 12),
       "2025-03-31",
       24},
      {{Unit::kHour, 1},
       {Unit::kDay, 1},
       "Europe/Berlin",
       Civil(2025, 10, 26, 12),
       "2025-10-26",
       25},
      {{Unit::kMinute, 15},
       {Unit::kDay, 1},
       "Australia/Lord_Howe",
       Civil(2025, 4, 6, 12),
       "2025-04-06",
       98},
      {{Unit::kHour, 1},
       {Unit::kDay, 1},
       "Pacific/Apia",
       Civil(2011, 12, 29, 12),
       "2011-12-29",
       24},
      {{Unit::kHour, 1},
       {Unit::kWeek, 1},
       "Pacific/Apia",
       Civil(2011, 12, 29, 12),
       "2011-W52",
       6 * 24},
      // Six hours from local midnight, whatever the clock did in between.
      {{Unit::kHour, 1},
       {Unit::kHour, 6},
       "Europe/Berlin",
       Civil(2025, 3, 30, 4),
       "2025-03-30T00:00:00+01:00",
       5},
      {{Unit::kHour, 1},
       {Unit::kHour, 6},
       "Europe/Berlin",
       Civil(2025, 3, 30, 7),
       "2025-03-30T06:00:00+02:00",
       6},
      {{Unit::kHour, 1},
       {Unit::kHour, 6},
       "Europe/Berlin",
       Civil(2025, 10, 26, 4),
       "2025-10-26T00:00:00+02:00",
       7},
      {{Unit::kHour, 1},
       {Unit::kHour, 2},
       "Europe/Berlin",
       Civil(2025, 10, 26, 3),
       "2025-10-26T02:00:00+02:00",
       3},
      {{Unit::kHour, 1},
       {Unit::kHour, 2},
       "Europe/Berlin",
       Civil(2025, 3, 30, 3),
       "2025-03-30T03:00:00+02:00",
       1},
      {{Unit::kHour, 1},
       {Unit::kHour, 24},
       "Europe/Berlin",
       Civil(2025, 10, 26, 3),
       "2025-10-26T00:00:00+02:00",
       25},
      // An hour stays an hour where it comes twice.
      {{Unit::kMinute, 15},
       {Unit::kHour, 1},
       "Europe/Berlin",
       Civil(2025, 10, 26, 2, 30),
       "2025-10-26T02:00:00+02:00",
       4},
      // Half an hour more in the hour that the clock partly repeats.
      {{Unit::kMinute, 15},
       {Unit::kHour, 1},
       "Australia/Lord_Howe",
       Civil(2025, 4, 6, 1, 15),
       "2025-04-06T01:00:00+11:00",
       6},
  };
  for (const Case& c : cases) {
    INFO(FormatPeriod(c.step) << " into " << FormatPeriod(c.bucket) << ", "
                              << c.zone << " " << c.at);
    const Grid grid = MakeGrid(c.step, c.zone);
    const Buckets buckets = MakeBuckets(c.step, c.bucket, c.zone);
    const int64_t bucket = BucketAt(buckets, grid, c.at);
    CHECK(buckets.Format(bucket) == c.name);
    CHECK(buckets.StepsOf(bucket).size() == c.size);
  }
  // The second 02:00 of the long day is an hour of its own.
  const Grid grid = MakeGrid({Unit::kMinute, 15}, "Europe/Berlin");
  const Buckets hours =
      MakeBuckets({Unit::kMinute, 15}, {Unit::kHour, 1}, "Europe/Berlin");
  const int64_t first =
      BucketAt(hours, grid, absl::CivilSecond(2025, 10, 26, 2));
  CHECK(hours.Format(hours.Next(first)) == "2025-10-26T02:00:00+01:00");
  CHECK(hours.StepsOf(hours.Next(first)).size() == 4);
}

TEST_CASE("another zone cuts buckets below a day and their days", "[buckets]") {
  const Grid grid = MakeGrid({Unit::kHour, 1}, "UTC");
  absl::TimeZone shanghai;
  REQUIRE(absl::LoadTimeZone("Asia/Shanghai", &shanghai));
  const auto days =
      Buckets::Create(grid, {Unit::kDay, 1}, shanghai, "Asia/Shanghai");
  REQUIRE(days.ok());
  const int64_t bucket =
      days->BucketOf(grid.StepAt(absl::CivilSecond(2025, 2, 8, 20)));
  CHECK(days->Format(bucket) == "2025-02-09");
  CHECK(grid.Format(days->StepsOf(bucket).begin) == "2025-02-08T16:00:00Z");
  CHECK(days->CivilStart(bucket) == absl::CivilSecond(2025, 2, 9));

  const auto same =
      Buckets::Create(grid, {Unit::kHour, 1}, shanghai, "Asia/Shanghai");
  REQUIRE(same.ok());
  CHECK(same->Format(0) == "1970-01-01T08:00:00+08:00");
  const Grid civil = MakeGrid({Unit::kDay, 1}, "UTC");
  const auto refused =
      Buckets::Create(civil, {Unit::kMonth, 1}, shanghai, "Asia/Shanghai");
  CHECK_THAT(std::string(refused.status().message()),
             ContainsSubstring("steps of day are dates"));
}

TEST_CASE("a bucket that cuts steps is refused with both periods",
          "[buckets]") {
  struct Case {
    Period step;
    Period bucket;
    const char* zone;
    const char* reason;
  };
  const Case cases[] = {
      {{Unit::kDay, 1},
       {Unit::kHour, 1},
       "UTC",
       "buckets of hour are finer than the metric's steps of day"},
      {{Unit::kMonth, 1}, {Unit::kDay, 1}, "UTC", "finer"},
      {{Unit::kMonth, 1}, {Unit::kWeek, 1}, "UTC", "finer"},
      {{Unit::kWeek, 1},
       {Unit::kMonth, 1},
       "UTC",
       "buckets of month would cut steps of week in two"},
      {{Unit::kWeek, 1}, {Unit::kYear, 1}, "UTC", "cut steps of week"},
      {{Unit::kWeek, 1}, {Unit::kDay, 7}, "UTC", "cut steps of week"},
      {{Unit::kDay, 2}, {Unit::kDay, 3}, "UTC", "cut steps of 2 days"},
      {{Unit::kDay, 2}, {Unit::kMonth, 1}, "UTC", "cut steps of 2 days"},
      {{Unit::kDay, 7}, {Unit::kWeek, 1}, "UTC", "cut steps of 7 days"},
      {{Unit::kWeek, 2}, {Unit::kWeek, 3}, "UTC", "cut steps of 2 weeks"},
      {{Unit::kMonth, 2}, {Unit::kQuarter, 1}, "UTC", "cut steps of 2 months"},
      {{Unit::kMonth, 1}, {Unit::kDay, 60}, "UTC", "cut steps of month"},
      {{Unit::kHour, 2}, {Unit::kHour, 3}, "UTC", "cut steps of 2 hours"},
      {{Unit::kHour, 1}, {Unit::kHour, 48}, "UTC", "write them in days"},
      {{Unit::kHour, 1},
       {Unit::kDay, 1},
       "Asia/Kathmandu",
       "days in zone Asia/Kathmandu do not begin where these steps do"},
      {{Unit::kHour, 2}, {Unit::kDay, 1}, "Europe/Berlin", "do not begin"},
      {{Unit::kHour, 1},
       {Unit::kDay, 1},
       "Australia/Lord_Howe",
       "do not begin"},
      {{Unit::kDay, 1}, {Unit::kDay, 0}, "UTC", "1 or more"},
      {{Unit::kDay, 1}, {Unit::kYear, 20'000}, "UTC", "at most 10000"},
  };
  for (const Case& c : cases) {
    INFO(FormatPeriod(c.step) << " into " << FormatPeriod(c.bucket));
    const auto buckets = Cut(c.step, c.bucket, c.zone);
    REQUIRE(buckets.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(buckets.status().message()),
               ContainsSubstring(c.reason));
  }
}

TEST_CASE("shifts go by the calendar", "[buckets]") {
  struct Case {
    Period step;
    Period bucket;
    const char* zone;
    absl::CivilSecond from;
    int64_t count;
    Unit unit;
    const char* to;  // "" where there is none
  };
  const Period day = {Unit::kDay, 1};
  const Period week = {Unit::kWeek, 1};
  const Period month = {Unit::kMonth, 1};
  const Period hour = {Unit::kHour, 1};
  const Case cases[] = {
      {day, day, "UTC", Civil(2025, 3, 31), -1, Unit::kDay, "2025-03-30"},
      {day, day, "UTC", Civil(2025, 3, 31), -1, Unit::kWeek, "2025-03-24"},
      {day, day, "UTC", Civil(2025, 3, 31), -1, Unit::kMonth, ""},
      {day, day, "UTC", Civil(2025, 3, 28), -1, Unit::kMonth, "2025-02-28"},
      {day, day, "UTC", Civil(2025, 1, 15), -13, Unit::kMonth, "2023-12-15"},
      {day, day, "UTC", Civil(2024, 2, 29), -1, Unit::kYear, ""},
      {day, day, "UTC", Civil(2024, 2, 29), -4, Unit::kYear, "2020-02-29"},
      {day, day, "UTC", Civil(2024, 5, 31), -1, Unit::kQuarter, ""},
      {day, day, "UTC", Civil(2024, 5, 31), 2, Unit::kQuarter, ""},
      {day, day, "UTC", Civil(2024, 5, 30), 2, Unit::kQuarter, "2024-11-30"},
      {day, day, "UTC", Civil(1, 1, 1), -1, Unit::kDay, ""},
      {day, day, "UTC", Civil(9999, 12, 31), 1, Unit::kDay, ""},
      {day, day, "UTC", Civil(2025, 1, 1), int64_t{1} << 62, Unit::kDay, ""},
      {day, day, "UTC", Civil(2025, 1, 1), -(int64_t{1} << 39), Unit::kYear,
       ""},
      {day, day, "UTC", Civil(2025, 1, 1), 24, Unit::kHour, ""},
      {day, week, "UTC", Civil(2025, 2, 8), -1, Unit::kWeek, "2025-W05"},
      {day, week, "UTC", Civil(2025, 2, 8), 7, Unit::kDay, "2025-W07"},
      {day, week, "UTC", Civil(2025, 2, 8), 6, Unit::kDay, ""},
      {day, week, "UTC", Civil(2025, 2, 8), -1, Unit::kMonth, ""},
      {day, week, "UTC", Civil(2025, 2, 8), -1, Unit::kYear, "2024-W06"},
      {day, week, "UTC", Civil(2020, 12, 31), 1, Unit::kYear, ""},
      {day, week, "UTC", Civil(2020, 12, 31), 6, Unit::kYear, "2026-W53"},
      {day, {Unit::kWeek, 2}, "UTC", Civil(2025, 2, 8), 1, Unit::kWeek, ""},
      {day,
       {Unit::kWeek, 2},
       "UTC",
       Civil(1970, 1, 8),
       2,
       Unit::kWeek,
       "1970-W03"},
      {day, {Unit::kWeek, 2}, "UTC", Civil(1970, 1, 8), 1, Unit::kYear, ""},
      {day, month, "UTC", Civil(2025, 3, 31), -1, Unit::kMonth, "2025-02"},
      {day, month, "UTC", Civil(2025, 3, 31), -1, Unit::kQuarter, "2024-12"},
      {day, month, "UTC", Civil(2025, 3, 31), -1, Unit::kYear, "2024-03"},
      {day, month, "UTC", Civil(2025, 3, 31), -30, Unit::kDay, ""},
      {day,
       {Unit::kQuarter, 1},
       "UTC",
       Civil(2025, 3, 31),
       -3,
       Unit::kMonth,
       "2024-Q4"},
      {day,
       {Unit::kQuarter, 1},
       "UTC",
       Civil(2025, 3, 31),
       -1,
       Unit::kMonth,
       ""},
      {month,
       {Unit::kYear, 1},
       "UTC",
       Civil(2025, 3, 1),
       -12,
       Unit::kMonth,
       "2024"},
      {hour, hour, "Europe/Berlin", Civil(2025, 3, 30, 3), -1, Unit::kHour,
       "2025-03-30T01:00:00+01:00"},
      {hour, hour, "Europe/Berlin", Civil(2025, 3, 31, 2), -1, Unit::kDay, ""},
      {hour, hour, "Europe/Berlin", Civil(2025, 3, 31, 3), -1, Unit::kDay,
       "2025-03-30T03:00:00+02:00"},
      {hour, hour, "Europe/Berlin", Civil(2025, 10, 27, 2), -1, Unit::kDay,
       "2025-10-26T02:00:00+02:00"},
      {hour, hour, "Europe/Berlin", Civil(2025, 3, 31, 5), -1, Unit::kMonth,
       ""},
      {hour,
       {Unit::kHour, 6},
       "Europe/Berlin",
       Civil(2025, 3, 31, 7),
       -1,
       Unit::kDay,
       "2025-03-30T06:00:00+02:00"},
      {hour,
       {Unit::kHour, 6},
       "Europe/Berlin",
       Civil(2025, 3, 31, 7),
       -6,
       Unit::kHour,
       "2025-03-31T00:00:00+02:00"},
      {hour,
       {Unit::kHour, 6},
       "Europe/Berlin",
       Civil(2025, 3, 31, 7),
       -3,
       Unit::kHour,
       ""},
      {hour, day, "Europe/Berlin", Civil(2025, 3, 31, 7), -1, Unit::kWeek,
       "2025-03-24"},
  };
  for (const Case& c : cases) {
    const Grid grid = MakeGrid(c.step, c.zone);
    const Buckets buckets = MakeBuckets(c.step, c.bucket, c.zone);
    const int64_t from = BucketAt(buckets, grid, c.from);
    INFO(buckets.Format(from) << " by " << c.count << " " << UnitName(c.unit));
    const std::optional<int64_t> to = buckets.Shift(from, c.count, c.unit);
    CHECK((to.has_value() ? buckets.Format(*to) : "") == c.to);
    if (to.has_value()) {
      CHECK(buckets.CheckShift(c.count, c.unit).ok());
      CHECK(buckets.Shift(from, 0, c.unit) == from);
    }
  }
  const Buckets weeks = MakeBuckets(day, week, "UTC");
  CHECK_THAT(
      std::string(weeks.CheckShift(1, Unit::kMonth).message()),
      ContainsSubstring("a shift by 1 month does not lead from one bucket of "
                        "week to another; take whole weeks"));
}

}  // namespace
}  // namespace footfall
