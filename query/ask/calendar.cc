#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "footfall/ask_calendar.h"

namespace footfall::ask {
namespace {

Range Between(std::optional<DateArgument> first,
              std::optional<DateArgument> last) {
  Range range;
  range.form = RangeBetween{std::move(first), std::move(last), false};
  return range;
}

Range LastOf(const Duration& duration, RangeLast::End end) {
  Range range;
  range.form = RangeLast{duration.count, duration.unit, end};
  return range;
}

}  // namespace

Parameter Param(std::string name) { return {std::move(name), {}}; }

std::string HourOfDay() { return "hour(time)"; }
std::string DayOfWeek() { return "weekday(time)"; }
std::string DayOfMonth() { return "day(time)"; }
std::string MonthOfYear() { return "month(time)"; }
std::string QuarterOfYear() { return "quarter(time)"; }

Date Year(int64_t year) {
  return {Unit::kYear, absl::CivilSecond(year), std::nullopt};
}
Date Quarter(int64_t year, int quarter) {
  return {Unit::kQuarter, absl::CivilSecond(year, 3 * quarter - 2),
          std::nullopt};
}
Date Month(int64_t year, int month) {
  return {Unit::kMonth, absl::CivilSecond(year, month), std::nullopt};
}
Date Week(int64_t iso_year, int week) {
  // The first ISO week is the one that holds 4 January.
  const absl::CivilDay first =
      absl::PrevWeekday(absl::CivilDay(iso_year, 1, 5), absl::Weekday::monday);
  return {Unit::kWeek, absl::CivilSecond(first + 7 * (week - 1)), std::nullopt};
}
Date Day(int64_t year, int month, int day) {
  return {Unit::kDay, absl::CivilSecond(year, month, day), std::nullopt};
}
Date Hour(int64_t year, int month, int day, int hour) {
  return {Unit::kHour, absl::CivilSecond(year, month, day, hour), std::nullopt};
}
Date Minute(int64_t year, int month, int day, int hour, int minute) {
  return {Unit::kMinute, absl::CivilSecond(year, month, day, hour, minute),
          std::nullopt};
}
Date Second(int64_t year, int month, int day, int hour, int minute,
            int second) {
  return {Unit::kSecond,
          absl::CivilSecond(year, month, day, hour, minute, second),
          std::nullopt};
}

Date At(Date date, absl::Duration utc_offset) {
  if (date.precision < Unit::kDay) {
    date.utc_offset_s =
        static_cast<int32_t>(60 * absl::ToInt64Minutes(utc_offset));
  }
  return date;
}

Duration Seconds(int64_t count) { return {count, Unit::kSecond}; }
Duration Minutes(int64_t count) { return {count, Unit::kMinute}; }
Duration Hours(int64_t count) { return {count, Unit::kHour}; }
Duration Days(int64_t count) { return {count, Unit::kDay}; }
Duration Weeks(int64_t count) { return {count, Unit::kWeek}; }
Duration Months(int64_t count) { return {count, Unit::kMonth}; }
Duration Quarters(int64_t count) { return {count, Unit::kQuarter}; }
Duration Years(int64_t count) { return {count, Unit::kYear}; }

Bucket::Bucket(const Duration& duration) : period(PeriodOf(duration)) {}

Bucket WeeksFrom(absl::Weekday day, int64_t count) {
  Bucket bucket = Weeks(count);
  bucket.period.week_start = day;
  bucket.from = true;
  return bucket;
}

Bucket QuartersFrom(int month, int64_t count) {
  Bucket bucket = Quarters(count);
  bucket.period.first_month = month;
  bucket.from = true;
  return bucket;
}

Bucket YearsFrom(int month, int64_t count) {
  Bucket bucket = Years(count);
  bucket.period.first_month = month;
  bucket.from = true;
  return bucket;
}

Period PeriodOf(const Duration& duration) {
  const int64_t most = std::numeric_limits<int32_t>::max();
  return {duration.unit, static_cast<int32_t>(
                             std::clamp<int64_t>(duration.count, -most, most))};
}

OffsetRange Offsets(int64_t first, int64_t last) { return {first, last}; }

Range During(When date) {
  Range range;
  range.form = RangeBetween{std::move(date.date), std::nullopt, true};
  return range;
}
Range During(When first, When last) {
  return Between(std::move(first.date), std::move(last.date));
}
Range From(When first) { return Between(std::move(first.date), std::nullopt); }
Range Until(When last) { return Between(std::nullopt, std::move(last.date)); }
Range Always() { return Between(std::nullopt, std::nullopt); }

Range Last(const Duration& duration) {
  return LastOf(duration, RangeLast::End::kUnitOfNow);
}
Range LastComplete(const Duration& duration) {
  return LastOf(duration, RangeLast::End::kComplete);
}
Range LastToDate(const Duration& duration) {
  return LastOf(duration, RangeLast::End::kToDate);
}

Range During(const OffsetRange& offsets, Unit unit) {
  Range range;
  range.form = RangeOffsets{offsets.first, offsets.last, unit};
  return range;
}

}  // namespace footfall::ask
