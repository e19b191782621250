// The proleptic Gregorian calendar as integers.

#include "engine/model/calendar.h"

#include <algorithm>

namespace footfall::engine {
namespace {

// Monday 1969-12-29, the week that holds 1970-01-01.
constexpr int64_t kFirstMonday = -3;

}  // namespace

IsoWeek IsoWeekOf(int64_t days) {
  // A week belongs to the year of its Thursday.
  const int64_t monday = FloorDivide(days - kFirstMonday, 7) * 7 + kFirstMonday;
  const int64_t thursday = monday + 3;
  const int64_t year = DateOf(thursday).year;
  const int64_t week = (thursday - DaysOf(year, 1, 1)) / 7 + 1;
  return {year, static_cast<int>(week)};
}

int64_t MondayOf(int64_t iso_year, int week) {
  // 4 January always lies in week 1.
  const int64_t fourth = DaysOf(iso_year, 1, 4);
  const int64_t monday =
      FloorDivide(fourth - kFirstMonday, 7) * 7 + kFirstMonday;
  return monday + 7 * (int64_t{week} - 1);
}

int WeeksIn(int64_t iso_year) {
  return static_cast<int>((MondayOf(iso_year + 1, 1) - MondayOf(iso_year, 1)) /
                          7);
}

int64_t UnitIndex(Unit unit, int64_t days) {
  if (unit == Unit::kDay) return days;
  if (unit == Unit::kWeek) return FloorDivide(days - kFirstMonday, 7);
  const YearMonthDay date = DateOf(days);
  if (unit == Unit::kYear) return date.year - 1970;
  const int64_t month = (date.year - 1970) * 12 + date.month - 1;
  return unit == Unit::kQuarter ? FloorDivide(month, 3) : month;
}

int64_t UnitStart(Unit unit, int64_t index) {
  if (unit == Unit::kDay) return index;
  if (unit == Unit::kWeek) return index * 7 + kFirstMonday;
  if (unit == Unit::kYear) return DaysOf(1970 + index, 1, 1);
  const int64_t month = unit == Unit::kQuarter ? index * 3 : index;
  const int64_t year = FloorDivide(month, 12);
  return DaysOf(1970 + year, static_cast<int>(month - year * 12) + 1, 1);
}

int64_t WeekShift(const Period& period) {
  if (period.unit != Unit::kWeek) return 0;
  const int64_t behind = static_cast<int64_t>(period.week_start) -
                         static_cast<int64_t>(absl::Weekday::monday);
  return behind > 3 ? behind - 7 : behind;
}

int64_t MonthsIn(Unit unit) {
  switch (unit) {
    case Unit::kMonth:
      return 1;
    case Unit::kQuarter:
      return 3;
    case Unit::kYear:
      return 12;
    default:
      return 0;
  }
}

int64_t StepIndex(const Period& period, int64_t days) {
  if (period.first_month != 1) {
    return FloorDivide(UnitIndex(Unit::kMonth, days) - (period.first_month - 1),
                       MonthsIn(period.unit));
  }
  return UnitIndex(period.unit, days - WeekShift(period));
}

int64_t StepStart(const Period& period, int64_t index) {
  if (period.first_month != 1) {
    return UnitStart(Unit::kMonth,
                     index * MonthsIn(period.unit) + (period.first_month - 1));
  }
  return UnitStart(period.unit, index) + WeekShift(period);
}

int64_t DayAfter(int64_t days, int64_t count, Unit unit) {
  constexpr int64_t kFirst = DaysOf(kMinYear - 1, 1, 1);
  constexpr int64_t kLast = DaysOf(kMaxYear + 1, 12, 31);
  if (unit == Unit::kDay || unit == Unit::kWeek) {
    return std::clamp(days + (unit == Unit::kDay ? 1 : 7) * count, kFirst,
                      kLast);
  }
  const YearMonthDay date = DateOf(days);
  const int64_t month =
      date.year * 12 + date.month - 1 + MonthsIn(unit) * count;
  const int64_t year = FloorDivide(month, 12);
  if (year < kMinYear - 1) return kFirst;
  if (year > kMaxYear + 1) return kLast;
  const int of_year = static_cast<int>(month - year * 12) + 1;
  return DaysOf(year, of_year, std::min(date.day, MonthLength(year, of_year)));
}

int64_t SecondsOf(Unit unit) {
  switch (unit) {
    case Unit::kSecond:
      return 1;
    case Unit::kMinute:
      return 60;
    case Unit::kHour:
      return 3600;
    default:
      return 0;
  }
}

int64_t DaysOf(const absl::CivilSecond& civil) {
  if (civil.year() < kMinYear - 2) return DaysOf(kMinYear - 2, 1, 1);
  if (civil.year() > kMaxYear + 2) return DaysOf(kMaxYear + 2, 1, 1);
  return DaysOf(civil.year(), civil.month(), civil.day());
}

absl::CivilSecond CivilOf(int64_t days) {
  const YearMonthDay date = DateOf(days);
  return absl::CivilSecond(date.year, date.month, date.day);
}

}  // namespace footfall::engine
