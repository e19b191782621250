// Buckets: what EVERY cuts, made of whole steps of a grid.
//
// Three kinds. Buckets equal to the steps are the steps. Buckets of a day and
// more are numbered like the steps of their own period. Buckets below a day
// are numbered by their first step; they start where a clock in the zone shows
// a multiple of their length since midnight; the last of a day ends with it,
// shorter where the length does not divide a day. Where the clock goes forward
// over such a time, the bucket starts at the jump. Where it goes back, a time
// of day that comes twice starts a bucket at its first occurrence, and also at
// its second if the change is a multiple of the bucket's length (so hours stay
// hours on the long day).

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/model/calendar.h"
#include "footfall/period.h"

namespace footfall {
namespace {

using engine::CeilDivide;
using engine::FloorDivide;
using engine::kSecondsPerDay;
using engine::MonthsIn;

// Beyond any shift between two dates of years 1 to 9999, and far from overflow.
constexpr int64_t kMaxShift = int64_t{1} << 40;

// No clock has been changed by more, but for whole days.
constexpr int64_t kLongestChangeSeconds = 3 * 3600;

// Days of a day or week period, months of a longer one; 0 where it is not.
int64_t DaysIn(const Period& period) {
  if (period.unit == Unit::kDay) return period.count;
  return period.unit == Unit::kWeek ? int64_t{7} * period.count : 0;
}
int64_t MonthsIn(const Period& period) {
  return MonthsIn(period.unit) * period.count;
}
// Where a day or week period's count starts.
int64_t OriginDay(const Period& period) { return engine::StepStart(period, 0); }
// Roughly, for comparing lengths.
double SecondsIn(const Period& period) {
  if (period.below_day()) {
    return static_cast<double>(engine::SecondsOf(period.unit) * period.count);
  }
  const double days = DaysIn(period) > 0
                          ? static_cast<double>(DaysIn(period))
                          : static_cast<double>(MonthsIn(period)) * 30.436875;
  return days * kSecondsPerDay;
}

// Whether every civil bucket is made of whole civil steps.
bool IsWhole(const Period& step, const Period& bucket) {
  const int64_t bucket_days = DaysIn(bucket);
  const int64_t step_days = DaysIn(step);
  if (step_days > 0 && bucket_days > 0) {
    return bucket_days % step_days == 0 &&
           (OriginDay(bucket) - OriginDay(step)) % step_days == 0;
  }
  if (step_days > 0) return step_days == 1;
  const int64_t step_months = MonthsIn(step);
  return bucket_days == 0 && step_months > 0 &&
         MonthsIn(bucket) % step_months == 0 &&
         (bucket.first_month - step.first_month) % step_months == 0;
}

// Whether the zone's days begin where steps of `step_s` seconds do, at every
// offset that it has had since 1973 or has announced. (Before there was
// standard time hardly any zone's do; a bucket then takes the steps that start
// in it.)
bool DaysStartOnSteps(const absl::TimeZone& zone, int64_t step_s) {
  absl::Time time = absl::FromCivil(absl::CivilSecond(1973, 1, 1), zone);
  const absl::Time end = absl::FromCivil(absl::CivilSecond(2100, 1, 1), zone);
  while (time < end) {
    if (zone.At(time).offset % step_s != 0) return false;
    absl::TimeZone::CivilTransition change;
    if (!zone.NextTransition(time, &change)) return true;
    time = zone.At(change.to).trans;
  }
  return true;
}

// The start of a clock bucket after `start`, which is one, on a clock that is
// never changed; and the one before.
absl::CivilSecond StartAfter(const absl::CivilSecond& start, int64_t bucket_s) {
  return std::min(start + bucket_s,
                  absl::CivilSecond(absl::CivilDay(start) + 1));
}
absl::CivilSecond StartBefore(const absl::CivilSecond& start,
                              int64_t bucket_s) {
  const absl::CivilSecond last = start - 1;
  const absl::CivilSecond midnight{absl::CivilDay(last)};
  return midnight + (last - midnight) / bucket_s * bucket_s;
}

}  // namespace

absl::StatusOr<Buckets> Buckets::Create(const Grid& grid, const Period& bucket,
                                        const absl::TimeZone& zone,
                                        absl::string_view zone_name) {
  const Period& step = grid.period();
  if (!step.below_day() && zone_name != grid.zone_name()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "steps of ", FormatPeriod(step),
        " are dates, which no zone cuts anew: found zone ", zone_name));
  }
  Buckets buckets;
  buckets.grid_ = grid;
  buckets.bucket_ = bucket;
  buckets.zone_ = zone;
  buckets.zone_name_ = std::string(zone_name);
  if (bucket == step) {
    buckets.kind_ = Kind::kSteps;
    return buckets;
  }

  const std::string bucket_text = FormatPeriod(bucket);
  const std::string step_text = FormatPeriod(step);
  if (bucket.unit < Unit::kSecond || bucket.unit > Unit::kYear ||
      bucket.count < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("a bucket counts ", bucket.count, " units; 1 or more"));
  }
  if (SecondsIn(bucket) < SecondsIn(step)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "buckets of ", bucket_text, " are finer than the metric's steps of ",
        step_text, "; take ", step_text, " or longer"));
  }
  const auto cut_steps = [&](absl::string_view hint) {
    return absl::InvalidArgumentError(absl::StrCat(
        "buckets of ", bucket_text, " would cut steps of ", step_text, hint));
  };
  if (!bucket.below_day()) {
    const absl::StatusOr<Grid> own =
        Grid::Create(bucket, step.below_day() ? "UTC" : grid.zone_name());
    if (!own.ok()) return own.status();
    buckets.kind_ = Kind::kCivil;
    if (!step.below_day()) {
      if (!IsWhole(step, bucket)) return cut_steps(" in two");
      return buckets;
    }
  } else {
    buckets.kind_ = Kind::kClock;
    buckets.bucket_s_ = engine::SecondsOf(bucket.unit) * bucket.count;
    if (buckets.bucket_s_ > kSecondsPerDay) {
      return absl::InvalidArgumentError(
          absl::StrCat("buckets of ", bucket_text,
                       " are counted from midnight, and are longer than a day; "
                       "write them in days"));
    }
    if (buckets.bucket_s_ % grid.step_seconds() != 0)
      return cut_steps(" in two");
  }
  if (!DaysStartOnSteps(zone, grid.step_seconds())) {
    return cut_steps(absl::StrCat(
        ": days in zone ", zone_name,
        " do not begin where these steps do, which are counted in UTC; define "
        "the metric EVERY 30 minutes, or 15, and days and hours can be made "
        "of them"));
  }
  return buckets;
}

int64_t Buckets::BucketOf(int64_t step) const {
  switch (kind_) {
    case Kind::kSteps:
      return step;
    case Kind::kCivil:
      return FloorDivide(engine::StepIndex(bucket_, DaysOfStep(step)),
                         bucket_.count);
    case Kind::kClock:
      return CeilDivide(ClockBucketAt(step * grid_.step_seconds()).begin_s,
                        grid_.step_seconds());
  }
  return step;
}

StepRange Buckets::StepsOf(int64_t bucket) const {
  if (kind_ == Kind::kSteps) return {bucket, bucket + 1};
  if (kind_ == Kind::kCivil) {
    return {FirstStepFrom(StartDay(bucket)),
            FirstStepFrom(StartDay(bucket + 1))};
  }
  const int64_t step_s = grid_.step_seconds();
  const Stretch stretch = ClockBucketAt(bucket * step_s);
  return {CeilDivide(stretch.begin_s, step_s),
          CeilDivide(stretch.end_s, step_s)};
}

int64_t Buckets::Next(int64_t bucket) const {
  return kind_ == Kind::kClock ? StepsOf(bucket).end : bucket + 1;
}

absl::CivilSecond Buckets::CivilStart(int64_t bucket) const {
  if (kind_ == Kind::kCivil) return engine::CivilOf(StartDay(bucket));
  if (!grid_.period().below_day()) return grid_.CivilStart(bucket);
  return zone_.At(grid_.Start(bucket)).cs;
}

std::string Buckets::Format(int64_t bucket) const {
  Date date;
  if (bucket_.below_day()) {
    date = InstantDate(grid_.Start(bucket), zone_);
  } else {
    date.precision = NamePrecision(bucket_);
    date.start = CivilStart(bucket);
  }
  return FormatDate(date);
}

int64_t Buckets::StartDay(int64_t bucket) const {
  return engine::StepStart(bucket_, bucket * bucket_.count);
}

int64_t Buckets::DaysOfStep(int64_t step) const {
  if (!grid_.period().below_day()) {
    return engine::StepStart(grid_.period(), step * grid_.period().count);
  }
  return engine::DaysOf(zone_.At(grid_.Start(step)).cs);
}

// The first step that starts on a day or after it.
int64_t Buckets::FirstStepFrom(int64_t day) const {
  if (!grid_.period().below_day()) return grid_.StepAt(engine::CivilOf(day));
  return CeilDivide(
      absl::ToUnixSeconds(absl::FromCivil(engine::CivilOf(day), zone_)),
      grid_.step_seconds());
}

// The clock bucket that holds an instant.
Buckets::Stretch Buckets::ClockBucketAt(int64_t at_s) const {
  const absl::TimeZone::CivilInfo info = zone_.At(absl::FromUnixSeconds(at_s));
  const int64_t clock_s = info.cs - absl::CivilSecond(absl::CivilDay(info.cs));
  const int64_t into_s = clock_s % bucket_s_;
  const absl::CivilSecond civil = info.cs - into_s;
  const int64_t left_of_day_s = kSecondsPerDay - (clock_s - into_s);
  const Stretch plain = {at_s - into_s,
                         at_s - into_s + std::min(bucket_s_, left_of_day_s)};
  if (zone_.At(civil).kind == absl::TimeZone::TimeInfo::UNIQUE &&
      zone_.At(absl::FromUnixSeconds(plain.begin_s)).offset == info.offset &&
      zone_.At(absl::FromUnixSeconds(plain.end_s)).offset == info.offset) {
    return plain;
  }

  // A clock change is near: the last start not after `at_s` and the first
  // after it, out of those around.
  Stretch stretch = {std::numeric_limits<int64_t>::min(),
                     std::numeric_limits<int64_t>::max()};
  const auto add_start = [&](absl::Time start) {
    const int64_t start_s = absl::ToUnixSeconds(start);
    if (start_s <= at_s) {
      stretch.begin_s = std::max(stretch.begin_s, start_s);
    } else {
      stretch.end_s = std::min(stretch.end_s, start_s);
    }
  };
  // Each day counts anew: the starts before and behind one are not all a
  // multiple away.
  const int64_t reach = kLongestChangeSeconds / bucket_s_ + 2;
  absl::CivilSecond candidate = civil;
  for (int64_t i = 0; i < reach; ++i)
    candidate = StartBefore(candidate, bucket_s_);
  for (int64_t i = -reach; i <= reach;
       ++i, candidate = StartAfter(candidate, bucket_s_)) {
    const absl::TimeZone::TimeInfo start = zone_.At(candidate);
    switch (start.kind) {
      case absl::TimeZone::TimeInfo::UNIQUE:
        add_start(start.pre);
        break;
      case absl::TimeZone::TimeInfo::SKIPPED:
        add_start(start.trans);
        break;
      case absl::TimeZone::TimeInfo::REPEATED:
        add_start(start.pre);
        if (absl::ToInt64Seconds(start.post - start.pre) % bucket_s_ == 0) {
          add_start(start.post);
        }
        break;
    }
  }
  // A whole day that comes twice (islands that moved the date line).
  absl::TimeZone::CivilTransition change;
  if (zone_.NextTransition(absl::FromUnixSeconds(at_s), &change) &&
      std::abs(change.to - change.from) == kSecondsPerDay) {
    add_start(zone_.At(change.to).trans);
  }
  return stretch;
}

absl::Status Buckets::CheckShift(int64_t count, Unit unit) const {
  if (count > kMaxShift || count < -kMaxShift) {
    return absl::InvalidArgumentError(
        absl::StrCat("a shift by ", count, " ", UnitName(unit),
                     "s leaves the years 1 to 9999"));
  }
  const int64_t clock_s = engine::SecondsOf(unit) * count;
  const int64_t days = DaysIn({unit, 1}) * count;
  const int64_t months = MonthsIn(unit) * count;
  bool fits;
  if (bucket_.below_day()) {
    const int64_t bucket_s = engine::SecondsOf(bucket_.unit) * bucket_.count;
    // Where the day's last bucket is shorter, only days lead to like ones.
    fits =
        kSecondsPerDay % bucket_s == 0 ? clock_s % bucket_s == 0 : clock_s == 0;
  } else if (clock_s != 0) {
    fits = false;
  } else if (DaysIn(bucket_) > 0) {
    fits = days % DaysIn(bucket_) == 0 && (months == 0 || bucket_.count == 1) &&
           (months == 0 || bucket_.unit == Unit::kDay || unit == Unit::kYear);
  } else {
    const int64_t bucket_months = MonthsIn(bucket_);
    fits = days == 0 && bucket_months > 0 && months % bucket_months == 0;
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "a shift by ", count, " ", UnitName(unit), count == 1 ? "" : "s",
      " does not lead from one bucket of ", FormatPeriod(bucket_),
      " to another; take whole ",
      UnitName(bucket_.below_day() &&
                       kSecondsPerDay % (engine::SecondsOf(bucket_.unit) *
                                         bucket_.count) !=
                           0
                   ? Unit::kDay
                   : bucket_.unit),
      "s"));
}

std::optional<int64_t> Buckets::Shift(int64_t bucket, int64_t count,
                                      Unit unit) const {
  if (!CheckShift(count, unit).ok()) return std::nullopt;
  const std::optional<int64_t> shifted = bucket_.below_day()
                                             ? ShiftClock(bucket, count, unit)
                                             : ShiftCivil(bucket, count, unit);
  if (!shifted.has_value()) return std::nullopt;
  const StepRange steps = StepsOf(*shifted);
  const StepRange limits = grid_.Limits();
  if (steps.begin < limits.begin || steps.begin >= limits.end) {
    return std::nullopt;
  }
  return shifted;
}

std::optional<int64_t> Buckets::ShiftCivil(int64_t bucket, int64_t count,
                                           Unit unit) const {
  const int64_t days = DaysIn({unit, 1}) * count;
  const int64_t months = MonthsIn(unit) * count;
  const int64_t bucket_months = MonthsIn(bucket_);
  if (bucket_months > 0) return bucket + months / bucket_months;
  const int64_t bucket_days = DaysIn(bucket_);
  if (months == 0 && bucket_days > 0) return bucket + days / bucket_days;
  const int64_t start = StartDay(bucket);
  if (bucket_.unit == Unit::kDay) {
    return ShiftDayByMonths(start, months);
  }
  // Weeks by years: the week of the same number.
  const engine::IsoWeek week =
      engine::IsoWeekOf(start - engine::WeekShift(bucket_));
  const int64_t year = week.year + count;
  if (year < engine::kMinYear || year > engine::kMaxYear ||
      week.week > engine::WeeksIn(year)) {
    return std::nullopt;
  }
  return engine::UnitIndex(Unit::kWeek, engine::MondayOf(year, week.week));
}

std::optional<int64_t> Buckets::ShiftClock(int64_t bucket, int64_t count,
                                           Unit unit) const {
  const int64_t step_s = grid_.step_seconds();
  const absl::Time start = grid_.Start(bucket);
  absl::Time shifted;
  if (unit < Unit::kDay) {
    shifted = start + absl::Seconds(engine::SecondsOf(unit) * count);
  } else {
    // The same time of day on another date.
    const absl::CivilSecond civil = zone_.At(start).cs;
    const absl::CivilSecond midnight(absl::CivilDay{civil});
    std::optional<int64_t> day = engine::DaysOf(civil);
    const int64_t months = MonthsIn(unit) * count;
    if (months != 0) {
      day = ShiftDayByMonths(*day, months);
    } else {
      *day += DaysIn({unit, 1}) * count;
    }
    if (!day.has_value() || *day < engine::DaysOf(engine::kMinYear, 1, 1) ||
        *day >= engine::DaysOf(engine::kMaxYear + 1, 1, 1)) {
      return std::nullopt;
    }
    const absl::TimeZone::TimeInfo info =
        zone_.At(engine::CivilOf(*day) + (civil - midnight));
    if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) return std::nullopt;
    shifted = info.pre;
  }
  const int64_t shifted_s = absl::ToUnixSeconds(shifted);
  if (FloorDivide(shifted_s, step_s) * step_s != shifted_s) {
    return std::nullopt;
  }
  const int64_t step = shifted_s / step_s;
  if (BucketOf(step) != step) return std::nullopt;
  return step;
}

// The same day of another month; nullopt where that month has no such day.
std::optional<int64_t> Buckets::ShiftDayByMonths(int64_t day, int64_t months) {
  const engine::YearMonthDay date = engine::DateOf(day);
  const int64_t month = date.year * 12 + date.month - 1 + months;
  const int64_t year = FloorDivide(month, 12);
  const int month_of_year = static_cast<int>(month - year * 12) + 1;
  if (year < engine::kMinYear || year > engine::kMaxYear ||
      date.day > engine::MonthLength(year, month_of_year)) {
    return std::nullopt;
  }
  return engine::DaysOf(year, month_of_year, date.day);
}

}  // namespace footfall
