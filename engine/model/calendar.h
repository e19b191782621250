// The proleptic Gregorian calendar as integers: days since 1970-01-01, and the
// index of each calendar unit. All O(1), any int64 that stands for years -9999
// to 19999.

#ifndef FOOTFALL_ENGINE_MODEL_CALENDAR_H_
#define FOOTFALL_ENGINE_MODEL_CALENDAR_H_

#include <cstdint>

#include "absl/time/civil_time.h"
#include "footfall/period.h"

namespace footfall::engine {

inline constexpr int64_t kSecondsPerDay = 86400;
inline constexpr int64_t kMinYear = 1;
inline constexpr int64_t kMaxYear = 9999;

// Rounds towards minus infinity. Requires: divisor > 0.
constexpr int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return quotient - (value % divisor < 0 ? 1 : 0);
}
// Rounds towards plus infinity. Requires: divisor > 0.
constexpr int64_t CeilDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return quotient + (value % divisor > 0 ? 1 : 0);
}

struct YearMonthDay {
  int64_t year;
  int month;  // [1, 12]
  int day;    // [1, 31]
};

// Days from 1970-01-01 to a date that exists.
//
// Both ways count from 1 March of year 0, so that the leap day is the last of
// its year and the months have the lengths 31 30 31 30 31 | 31 30 31 30 31 | 31
// 28: (153 m + 2) / 5 is the sum of those before month m. The idea is from H.
// Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.
constexpr int64_t DaysOf(int64_t year, int month, int day) {
  const int64_t march_year = month <= 2 ? year - 1 : year;
  const int march_month = month <= 2 ? month + 9 : month - 3;
  const int64_t leap_days = FloorDivide(march_year, 4) -
                            FloorDivide(march_year, 100) +
                            FloorDivide(march_year, 400);
  const int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
  return march_year * 365 + leap_days + day_of_year - 719468;
}

constexpr YearMonthDay DateOf(int64_t days) {
  const int64_t since_march = days + 719468;
  const int64_t cycle = FloorDivide(since_march, 146097);  // of 400 years
  const int64_t day_of_cycle = since_march - cycle * 146097;
  // Take out the leap days, but for the one that ends the cycle.
  const int64_t year_of_cycle = (day_of_cycle - day_of_cycle / 1460 +
                                 day_of_cycle / 36524 - day_of_cycle / 146096) /
                                365;
  const int64_t day_of_year =
      day_of_cycle -
      (year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100);
  const int64_t march_month = (5 * day_of_year + 2) / 153;
  const int64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {cycle * 400 + year_of_cycle + (month <= 2 ? 1 : 0),
          static_cast<int>(month), static_cast<int>(day)};
}

// Days in a month. Requires: month in [1, 12].
constexpr int MonthLength(int64_t year, int month) {
  if (month == 2) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return leap ? 29 : 28;
  }
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

struct IsoWeek {
  int64_t year;
  int week;  // [1, 53]
};

// The ISO week that holds a day.
IsoWeek IsoWeekOf(int64_t days);
// Monday of an ISO week; a week that the year does not have runs into the next.
int64_t MondayOf(int64_t iso_year, int week);
// 52 or 53.
int WeeksIn(int64_t iso_year);

// Index, from 1970, of the unit of a day or more that holds a day: 0 is
// 1970-01-01, the week of 1969-12-29, 1970-01, 1970-Q1, 1970.
int64_t UnitIndex(Unit unit, int64_t days);
// First day of a unit. Its inverse: UnitIndex(u, UnitStart(u, i)) == i.
int64_t UnitStart(Unit unit, int64_t index);

// The same of weeks that begin on another day: the week has the number of the
// ISO week that it shares most days with; and of years and quarters that begin
// in another month: quarters count on from the one that begins in 1970 in that
// month. (Of others as above.)
int64_t StepIndex(const Period& period, int64_t days);  // of its unit, count 1
int64_t StepStart(const Period& period, int64_t index);
// Days from Monday to the day that weeks begin on: -3 to 3.
int64_t WeekShift(const Period& period);

// Months in a month, quarter or year; 0 in shorter units.
int64_t MonthsIn(Unit unit);

// The day `count` units of a day or more after another (below 0: before); where
// its month has no such day, the last that it has. Beyond the years 1 to 9999
// it stops at the nearest day of the years 0 to 10000.
int64_t DayAfter(int64_t days, int64_t count, Unit unit);

// Seconds of a second, minute or hour; 0 for longer units.
int64_t SecondsOf(Unit unit);

// Days of a civil time's date; far years are cut to -1 and 10001, beyond all
// that a grid holds.
int64_t DaysOf(const absl::CivilSecond& civil);
// Midnight of a day.
absl::CivilSecond CivilOf(int64_t days);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_MODEL_CALENDAR_H_
