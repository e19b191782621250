// Every day of the years 1 to 9999 against Abseil's civil time, which computes
// in another way.

#include "engine/model/calendar.h"

#include "absl/time/civil_time.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

TEST_CASE("every day of 9,999 years has its date and its unit", "[calendar]") {
  // Walks the calendar day by day; indexes are counted, not computed.
  absl::CivilDay civil(1, 1, 1);
  int64_t day = civil - absl::CivilDay(1970, 1, 1);
  int64_t month = -1969 * 12;
  int64_t quarter = -1969 * 4;
  int64_t year = -1969;
  // 0001-01-01 is a Monday.
  REQUIRE(absl::GetWeekday(civil) == absl::Weekday::monday);
  int64_t week = (day + 3) / 7;
  int64_t mismatches = 0;
  for (; civil.year() <= 9999; ++civil, ++day) {
    if (civil != absl::CivilDay(1, 1, 1)) {
      if (absl::GetWeekday(civil) == absl::Weekday::monday) ++week;
      if (civil.day() == 1) {
        ++month;
        if (civil.month() % 3 == 1) ++quarter;
        if (civil.month() == 1) ++year;
      }
    }
    const YearMonthDay date = DateOf(day);
    const bool fits = DaysOf(civil.year(), civil.month(), civil.day()) == day &&
                      date.year == civil.year() &&
                      date.month == civil.month() && date.day == civil.day() &&
                      UnitIndex(Unit::kDay, day) == day &&
                      UnitIndex(Unit::kWeek, day) == week &&
                      UnitIndex(Unit::kMonth, day) == month &&
                      UnitIndex(Unit::kQuarter, day) == quarter &&
                      UnitIndex(Unit::kYear, day) == year;
    if (!fits && ++mismatches < 5) {
      UNSCOPED_INFO("day " << day << ", " << civil);
    }
  }
  CHECK(mismatches == 0);
  CHECK(year == 9999 - 1970);
}

TEST_CASE("a unit's first day is where its index begins", "[calendar]") {
  for (const Unit unit :
       {Unit::kDay, Unit::kWeek, Unit::kMonth, Unit::kQuarter, Unit::kYear}) {
    const int64_t first = UnitIndex(unit, DaysOf(1, 1, 1));
    const int64_t last = UnitIndex(unit, DaysOf(9999, 12, 31));
    int64_t mismatches = 0;
    for (int64_t index = first; index <= last; ++index) {
      const int64_t start = UnitStart(unit, index);
      mismatches += UnitIndex(unit, start) != index;
      mismatches += UnitIndex(unit, start - 1) != index - 1;
    }
    INFO(UnitName(unit));
    CHECK(mismatches == 0);
  }
}

TEST_CASE("ISO weeks follow their definition", "[calendar]") {
  struct Case {
    int year, month, day;
    int iso_year, week;
  };
  const Case cases[] = {
      {1970, 1, 1, 1970, 1},     // the epoch
      {1969, 12, 29, 1970, 1},   // its Monday, a year before
      {1969, 12, 28, 1969, 52},  // the day before
      {2020, 12, 31, 2020, 53},  // a year of 53 weeks
      {2021, 1, 3, 2020, 53},    // whose last days lie in the next
      {2021, 1, 4, 2021, 1},    {2025, 2, 8, 2025, 6},
      {2024, 12, 30, 2025, 1},  // a first week that begins in December
      {1, 1, 1, 1, 1},          {9999, 12, 31, 9999, 52},
  };
  for (const Case& c : cases) {
    const IsoWeek week = IsoWeekOf(DaysOf(c.year, c.month, c.day));
    INFO(c.year << "-" << c.month << "-" << c.day);
    CHECK(week.year == c.iso_year);
    CHECK(week.week == c.week);
  }
}

TEST_CASE("a year has 53 weeks if it has 53 Thursdays", "[calendar]") {
  int64_t mismatches = 0;
  for (int year = 1; year <= 9999; ++year) {
    const absl::CivilDay first(year, 1, 1);
    const absl::CivilDay last(year, 12, 31);
    const bool long_year = absl::GetWeekday(first) == absl::Weekday::thursday ||
                           absl::GetWeekday(last) == absl::Weekday::thursday;
    mismatches += WeeksIn(year) != (long_year ? 53 : 52);
    const IsoWeek week = IsoWeekOf(MondayOf(year, 1));
    mismatches += week.year != year || week.week != 1;
  }
  CHECK(mismatches == 0);
}

TEST_CASE("division rounds to the side it says", "[calendar]") {
  CHECK(FloorDivide(-1, 7) == -1);
  CHECK(FloorDivide(-7, 7) == -1);
  CHECK(FloorDivide(-8, 7) == -2);
  CHECK(FloorDivide(6, 7) == 0);
  CHECK(CeilDivide(-1, 7) == 0);
  CHECK(CeilDivide(-7, 7) == -1);
  CHECK(CeilDivide(1, 7) == 1);
  CHECK(CeilDivide(7, 7) == 1);
}

}  // namespace
}  // namespace footfall::engine
