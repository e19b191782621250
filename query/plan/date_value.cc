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
  return Date{grid.period().unit, grid.CivilStart(step), {}};
}

int64_t StepHolding(const Grid& grid, const Date& date) {
  if (!date.utc_offset_s.has_value()) return grid.StepAt(date.start);
  return grid.StepAt(absl::FromCivil(date.start, absl::UTCTimeZone()) -
                     absl::Seconds(*date.utc_offset_s));
}

absl::CivilSecond CivilIn(const Date& date, const absl::TimeZone& zone) {
  if (!date.utc_offset_s.has_value()) return date.start;
  const absl::Time instant = absl::FromCivil(date.start, absl::UTCTimeZone()) -
                             absl::Seconds(*date.utc_offset_s);
  return absl::ToCivilSecond(instant, zone);
}

}  // namespace footfall::query
