// A range moved to an earlier time.
//
// What it covers decides, not how it is written: 2025-04 and
// 2025-04-01..2025-04-30 are one range. Of whole units of the shift (months,
// for a shift by months, quarters or years) the units move: April is compared
// with all of March. Else both ends move, each as the day or the second that it
// is.

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "query/plan/date_value.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

// How many months a unit is; 0: it is none of months.
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

bool InYears(absl::CivilDay day) {
  return day.year() >= 1 && day.year() <= 9999;
}

// A day that much earlier. `missing`, where there is no such date, is how it
// would be written.
std::optional<absl::CivilDay> ShiftDay(absl::CivilDay day, int64_t count,
                                       Unit unit, std::string* missing) {
  if (MonthsIn(unit) == 0) {
    const absl::CivilDay moved = day - count * (unit == Unit::kWeek ? 7 : 1);
    if (InYears(moved)) return moved;
    *missing = "a date before the year 1";
    return std::nullopt;
  }
  const absl::CivilMonth month = absl::CivilMonth(day) - count * MonthsIn(unit);
  const absl::CivilDay moved = absl::CivilDay(month) + (day.day() - 1);
  if (absl::CivilMonth(moved) == month && InYears(moved)) return moved;
  *missing =
      absl::StrFormat("%04d-%02d-%02d", month.year(), month.month(), day.day());
  return std::nullopt;
}

// One end: the first second, or the last.
std::optional<Date> ShiftSecond(absl::Time at, const absl::TimeZone& zone,
                                int64_t count, Unit unit,
                                std::string* missing) {
  if (unit < Unit::kDay) {
    return InstantDate(at - absl::Seconds(SecondsIn(unit) * count), zone);
  }
  // The same time of day on another date.
  const absl::CivilSecond civil = zone.At(at).cs;
  const absl::CivilDay day(civil);
  const auto moved = ShiftDay(day, count, unit, missing);
  if (!moved.has_value()) return std::nullopt;
  const absl::CivilSecond second =
      absl::CivilSecond(*moved) + (civil - absl::CivilSecond(day));
  const Date date = {Unit::kSecond, second, {}};
  if (zone.At(second).kind != absl::TimeZone::TimeInfo::SKIPPED) return date;
  *missing = FormatDate(date);
  return std::nullopt;
}

Date Units(Unit unit, absl::CivilDay day) {
  return Date{unit, absl::CivilSecond(day), {}};
}

}  // namespace

int64_t SecondsIn(Unit unit) {
  return unit == Unit::kHour ? 3600 : unit == Unit::kMinute ? 60 : 1;
}

std::string NoEarlierRange(const TimeWindow& window, const Duration& back,
                           absl::string_view missing) {
  return absl::StrCat(FormatWindow(window), " has no value ", back.count, " ",
                      UnitName(back.unit), back.count == 1 ? "" : "s",
                      " earlier: there is no ", missing);
}

std::optional<TimeWindow> ShiftWindow(const TimeWindow& window,
                                      const Grid& grid, int64_t count,
                                      Unit unit, std::string* missing) {
  const absl::TimeZone& zone = grid.zone();
  // The range from its first second to the one behind it, by the clocks of the
  // zone.
  const absl::CivilSecond begin = CivilIn(*window.first, zone);
  Date behind = *window.last;
  behind.start = DateEnd(behind);
  const absl::CivilSecond end = CivilIn(behind, zone);
  const absl::CivilDay first(begin);
  const absl::CivilDay last = absl::CivilDay(end) - 1;
  const bool days = absl::CivilSecond(first) == begin &&
                    absl::CivilSecond(last + 1) == end && unit >= Unit::kDay;
  TimeWindow shifted = window;
  if (!days) {
    const absl::Time last_second = BeginOf(behind, zone) - absl::Seconds(1);
    shifted.first =
        ShiftSecond(BeginOf(*window.first, zone), zone, count, unit, missing);
    if (!shifted.first.has_value()) return std::nullopt;
    shifted.last = ShiftSecond(last_second, zone, count, unit, missing);
    if (!shifted.last.has_value()) return std::nullopt;
    return shifted;
  }
  const int64_t months = MonthsIn(unit);
  if (months > 0 && first.day() == 1 && (last + 1).day() == 1) {
    const absl::CivilDay from(absl::CivilMonth(first) - count * months);
    const absl::CivilDay to(absl::CivilMonth(last) - count * months);
    if (InYears(from)) {
      shifted.first = Units(Unit::kMonth, from);
      shifted.last = Units(Unit::kMonth, to);
      return shifted;
    }
  }
  // Weeks of a metric that has no days, by years: those of the same number.
  const Grid in_days;
  const Period week{Unit::kWeek, 1, grid.period().week_start};
  const auto weeks = Buckets::Create(in_days, week, absl::UTCTimeZone(), "UTC");
  if (grid.period().unit == Unit::kWeek &&
      absl::GetWeekday(first) == week.week_start &&
      absl::GetWeekday(last + 1) == week.week_start && weeks.ok() &&
      weeks->CheckShift(count, unit).ok()) {
    const auto move = [&](absl::CivilDay day) -> std::optional<absl::CivilDay> {
      const auto moved =
          weeks->Shift(weeks->BucketOf(in_days.StepAt(absl::CivilSecond(day))),
                       -count, unit);
      if (!moved.has_value()) return std::nullopt;
      return absl::CivilDay(weeks->CivilStart(*moved));
    };
    const auto from = move(first);
    const auto to = move(last);
    const Unit name = NamePrecision(week);
    if (from.has_value() && to.has_value()) {
      shifted.first = Units(name, *from);
      shifted.last = Units(name, name == Unit::kDay ? *to + 6 : *to);
      return shifted;
    }
    *missing = "a week of that number";
    return std::nullopt;
  }
  const auto from = ShiftDay(first, count, unit, missing);
  if (!from.has_value()) return std::nullopt;
  const auto to = ShiftDay(last, count, unit, missing);
  if (!to.has_value()) return std::nullopt;
  shifted.first = Units(Unit::kDay, *from);
  shifted.last = Units(Unit::kDay, *to);
  return shifted;
}

}  // namespace footfall::query
