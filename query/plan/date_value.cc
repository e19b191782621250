#include "query/plan/date_value.h"

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace footfall::query {
namespace {

constexpr int64_t kOffsetShift = 4;
constexpr int64_t kSecondShift = 21;
constexpr int64_t kOffsetBias = 64'801;  // 18 hours, and 1

}  // namespace

int64_t PackDate(const Date& date) {
  const int64_t second = date.start - absl::CivilSecond();
  const int64_t offset =
      date.utc_offset_s.has_value() ? *date.utc_offset_s + kOffsetBias : 0;
  return second * (int64_t{1} << kSecondShift) + (offset << kOffsetShift) +
         static_cast<int64_t>(date.precision);
}

Date UnpackDate(int64_t number) {
  Date date;
  // An arithmetic shift rounds towards the past.
  date.start = absl::CivilSecond() + (number >> kSecondShift);
  const int64_t rest = number & ((int64_t{1} << kSecondShift) - 1);
  date.precision =
      static_cast<footfall::Unit>(rest & ((int64_t{1} << kOffsetShift) - 1));
  const int64_t offset = rest >> kOffsetShift;
  if (offset != 0) {
    date.utc_offset_s = static_cast<int32_t>(offset - kOffsetBias);
  }
  return date;
}

Date DateOfStep(const Grid& grid, int64_t step) {
  if (grid.period().below_day()) {
    return InstantDate(grid.Start(step), grid.zone());
  }
  return Date{NamePrecision(grid.period()), grid.CivilStart(step), {}};
}

int64_t StepHolding(const Grid& grid, const Date& date) {
  if (!date.utc_offset_s.has_value()) return grid.StepAt(date.start);
  return grid.StepAt(absl::FromCivil(date.start, absl::UTCTimeZone()) -
                     absl::Seconds(*date.utc_offset_s));
}

absl::Time BeginOf(const Date& date, const absl::TimeZone& zone) {
  if (!date.utc_offset_s.has_value()) return absl::FromCivil(date.start, zone);
  return absl::FromCivil(date.start, absl::UTCTimeZone()) -
         absl::Seconds(*date.utc_offset_s);
}

bool TestDates(Comparison comparison, const Date& a, const Date& b,
               const absl::TimeZone& zone) {
  const absl::Time left = BeginOf(a, zone);
  const absl::Time right = BeginOf(b, zone);
  const bool left_longer = a.precision > b.precision;
  const Date& longer = left_longer ? a : b;
  const Date end = {longer.precision, DateEnd(longer), longer.utc_offset_s};
  const absl::Time begin = left_longer ? left : right;
  const absl::Time inside = left_longer ? right : left;
  const bool equal = a.precision == b.precision
                         ? left == right
                         : inside >= begin && inside < BeginOf(end, zone);
  switch (comparison) {
    case Comparison::kEqual:
      return equal;
    case Comparison::kNotEqual:
      return !equal;
    case Comparison::kLess:
      return left < right;
    case Comparison::kLessEqual:
      return left < right || equal;
    case Comparison::kGreater:
      return left > right;
    case Comparison::kGreaterEqual:
      return left > right || equal;
    case Comparison::kIsMissing:
    case Comparison::kIsNotMissing:
      break;  // of cells, not of dates
  }
  return false;
}

absl::CivilSecond CivilIn(const Date& date, const absl::TimeZone& zone) {
  if (!date.utc_offset_s.has_value()) return date.start;
  const absl::Time instant = absl::FromCivil(date.start, absl::UTCTimeZone()) -
                             absl::Seconds(*date.utc_offset_s);
  return absl::ToCivilSecond(instant, zone);
}

}  // namespace footfall::query
