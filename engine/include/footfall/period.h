// Calendar arithmetic: the only place where times, dates and steps turn into
// each other.
//
// A *step* is the index of a period: days since 1970-01-01, months since
// 1970-01, ISO weeks since the week of 1970-01-01, minutes since the epoch. A
// week that begins on another day has the number of the ISO week that it shares
// most of its days with. A year that begins in another month has the number of
// the one that it begins in.
// An n-fold period counts groups of n, from the same origin. Periods of a day
// and more are civil: a day step is a date, whatever the zone. Shorter ones
// are stretches of absolute time.
//
// Years 1 to 9999. Nothing here reads a clock.
//
// Threads: plain values and functions of them; LoadZone() and Grid::Create()
// read the machine's zone data, once a zone.

#ifndef FOOTFALL_PERIOD_H_
#define FOOTFALL_PERIOD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

#pragma GCC visibility push(default)
namespace footfall {

// What periods are counted in.
enum class Unit : uint8_t {
  kSecond = 1,
  kMinute,
  kHour,
  kDay,
  kWeek,  // ISO 8601: Monday to Sunday
  kMonth,
  kQuarter,
  kYear,
};

// "second" .. "year".
absl::string_view UnitName(Unit unit);
// Of "day" and "days", in any case; nullopt for other words.
std::optional<Unit> ParseUnit(absl::string_view word);

// n-fold unit; count >= 1.
struct Period {
  Unit unit = Unit::kDay;
  int32_t count = 1;
  // The day that weeks begin on; of other units kMonday.
  absl::Weekday week_start = absl::Weekday::monday;
  // The month that years and quarters begin in, 1 to 12; of other units 1. Of
  // buckets: the steps of a metric begin in January.
  int32_t first_month = 1;

  bool below_day() const { return unit < Unit::kDay; }
  friend bool operator==(const Period&, const Period&) = default;
};

// "day", "2 weeks", "15 minutes", "week from sunday", "year from 4".
std::string FormatPeriod(const Period& period);
// "monday" .. "sunday".
absl::string_view WeekdayName(absl::Weekday day);
// Of such a name in any case; nullopt for other words.
std::optional<absl::Weekday> ParseWeekday(absl::string_view word);
// How long the date is that names a step of a period of a day and more: as its
// unit. Weeks that do not begin on Monday have no name in ISO 8601, and go by
// their first day; years and quarters that begin in another month by that.
Unit NamePrecision(const Period& period);

// A stretch of the calendar, as long as it is written: 2025, 2025-Q1, 2025-01,
// 2025-W06, 2025-02-08, 2025-02-08T13, T13:05, T13:05:30, the last three with
// an optional Z or +08:00.
struct Date {
  Unit precision = Unit::kDay;
  absl::CivilSecond start = {};  // first civil second of the stretch
  std::optional<int32_t> utc_offset_s = {};  // as written; only below a day

  friend bool operator==(const Date&, const Date&) = default;
};

// INVALID_ARGUMENT names what is wrong and what would be right.
absl::StatusOr<Date> ParseDate(absl::string_view text);
// As it would be written; ParseDate(FormatDate(d)) == d.
std::string FormatDate(const Date& date);
// First civil second after the stretch.
absl::CivilSecond DateEnd(const Date& date);
// An instant as a date: to the second, with the zone's offset at it.
Date InstantDate(absl::Time time, const absl::TimeZone& zone);

// Whether a time without an offset names one instant in the zone.
// INVALID_ARGUMENT, with the two instants that it may mean, where clocks skip
// it or show it twice.
absl::Status CheckLocalTime(const Date& date, const absl::TimeZone& zone,
                            absl::string_view zone_name);

// The zone of that name (`Area/City`, UTC). INVALID_ARGUMENT: as Grid::Create.
absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name);

// Steps [begin, end).
struct StepRange {
  int64_t begin = 0;
  int64_t end = 0;

  bool empty() const { return end <= begin; }
  int64_t size() const { return empty() ? 0 : end - begin; }
  friend bool operator==(const StepRange&, const StepRange&) = default;
};

// The steps of one period in one zone. A value; cheap to copy, immutable.
class Grid {
 public:
  Grid() = default;  // days, UTC

  // INVALID_ARGUMENT: count < 1 or too large; a week_start of other units than
  // weeks, a first_month of others than quarters and years; a count of seconds,
  // minutes or hours that does not divide a day; an unknown zone (the message
  // gives the form `Area/City`, and says when the machine has no zone data at
  // all).
  static absl::StatusOr<Grid> Create(const Period& period,
                                     absl::string_view zone_name);

  const Period& period() const { return period_; }
  const std::string& zone_name() const { return zone_name_; }
  const absl::TimeZone& zone() const { return zone_; }
  // Length of a step below a day; 0 for civil periods.
  int64_t step_seconds() const { return step_s_; }

  // The steps that start in the years 1 to 9999.
  StepRange Limits() const { return limits_; }

  // The step that holds an instant (a civil period: that holds its civil time
  // in the grid's zone).
  int64_t StepAt(absl::Time time) const;
  // The step that holds a civil time. Below a day it is read in the zone; a
  // time that a clock change skips counts as the first after the jump, one
  // that occurs twice as its first occurrence.
  int64_t StepAt(absl::CivilSecond civil) const;
  // The step that holds a day's first second; the day counts from 1970-01-01.
  int64_t StepAtDay(int64_t days) const;

  // The civil time, in the zone, at which a step starts.
  absl::CivilSecond CivilStart(int64_t step) const;
  // The instant at which a step starts. A civil period starts at midnight in
  // the zone (or at the first instant of that day).
  absl::Time Start(int64_t step) const;

  // The one step that a date names: it holds the whole stretch. A time with an
  // offset lies in the step that holds that instant in the grid's zone, also
  // where steps are days and longer. INVALID_ARGUMENT where the stretch is
  // longer than a step (`2025-01` for days), does not lie inside one, carries
  // an offset that cannot be, or (below a day) where the zone's clocks skip it
  // or show it twice.
  absl::StatusOr<int64_t> StepNamed(const Date& date) const;

  // The steps that lie wholly inside [start of first, end of last]; nullopt
  // leaves that side at Limits().
  StepRange StepsInside(const std::optional<Date>& first,
                        const std::optional<Date>& last) const;

  // The steps that lie wholly in a stretch counted by the calendar from the
  // start of step `origin`: from `first` units after it (below 0: before it) to
  // before `end` units after it. A day that a month does not have is its last:
  // a month after 01-31 begins on 02-28 or 29. Stretches that meet leave no
  // step out, but one that both cut. Requires: units below a day for periods
  // below a day alone.
  StepRange StepsFrom(int64_t origin, int64_t first, int64_t end,
                      Unit unit) const;

  // The step as section 6 of the language prints it: 2025-02-08, 2025-W06 (of
  // weeks that begin on another day than Monday their first, 2025-02-02),
  // 2025-01, 2025-Q1, 2025; below a day the start with its offset,
  // 2025-02-08T13:00:00+08:00; n-fold: its first unit.
  std::string Format(int64_t step) const;

  friend bool operator==(const Grid& a, const Grid& b) {
    return a.period_ == b.period_ && a.zone_name_ == b.zone_name_;
  }

 private:
  StepRange FindLimits() const;
  // First day of a civil step.
  int64_t StartDay(int64_t step) const;
  // Where a period below a day lies `count` units after the start of a step.
  absl::Time InstantAfter(int64_t step, int64_t count, Unit unit) const;
  absl::Time InstantOf(const absl::CivilSecond& civil,
                       const std::optional<int32_t>& utc_offset_s) const;
  absl::Status DoesNotFit(const Date& date, int64_t distance) const;

  Period period_;
  std::string zone_name_ = "UTC";
  absl::TimeZone zone_ = absl::UTCTimeZone();
  int64_t step_s_ = 0;
  StepRange limits_ = {-719162, 2932897};  // of days
};

// Calendar buckets made of whole steps of a grid: what EVERY cuts.
//
// A bucket is counted like a step of its own period: units of a day and more
// from 1970; those below from local midnight, so that a clock change, or a day
// that they do not divide, makes a bucket longer or shorter, and never shifts
// those of the next day. Buckets of the grid's own period are its steps.
class Buckets {
 public:
  Buckets() = default;  // the steps of days
  // INVALID_ARGUMENT: the bucket is finer than the grid's period, in units
  // below a day longer than it, or cuts steps in two (months out of weeks, 3
  // days out of 2 days, days of a zone at +05:45 out of hours); the message
  // names both periods. `zone` cuts the buckets of grids below a day; it must
  // be the grid's own for civil ones.
  static absl::StatusOr<Buckets> Create(const Grid& grid, const Period& bucket,
                                        const absl::TimeZone& zone,
                                        absl::string_view zone_name);

  const Period& period() const { return bucket_; }

  // The bucket that holds a step. Buckets of a day and more are numbered from
  // 1970 without gaps; below a day a bucket has the number of its first step.
  int64_t BucketOf(int64_t step) const;

  // All steps of a bucket.
  StepRange StepsOf(int64_t bucket) const;

  // The bucket after this one.
  int64_t Next(int64_t bucket) const;

  // Whether a shift by `count` units can lead from a bucket to another (weeks
  // by months cannot). INVALID_ARGUMENT says why not.
  absl::Status CheckShift(int64_t count, Unit unit) const;

  // The bucket `count` units (may be negative) away by the calendar; nullopt
  // where that date does not exist (1 month before 03-31), no bucket starts
  // there, or it is out of range. Weeks by years: the week of the same number
  // in that ISO year (that of the ISO week which shares most of its days).
  std::optional<int64_t> Shift(int64_t bucket, int64_t count, Unit unit) const;

  // As Grid::Format, for a bucket.
  std::string Format(int64_t bucket) const;

  // The bucket's first civil second in the zone.
  absl::CivilSecond CivilStart(int64_t bucket) const;

 private:
  enum class Kind : uint8_t {
    kSteps,  // the grid's own steps
    kCivil,  // of a day and more
    kClock,  // below a day
  };
  struct Stretch {  // seconds since the epoch, [begin, end)
    int64_t begin_s;
    int64_t end_s;
  };

  int64_t StartDay(int64_t bucket) const;
  int64_t DaysOfStep(int64_t step) const;
  int64_t FirstStepFrom(int64_t day) const;
  Stretch ClockBucketAt(int64_t at_s) const;
  std::optional<int64_t> ShiftCivil(int64_t bucket, int64_t count,
                                    Unit unit) const;
  std::optional<int64_t> ShiftClock(int64_t bucket, int64_t count,
                                    Unit unit) const;
  static std::optional<int64_t> ShiftDayByMonths(int64_t day, int64_t months);

  Grid grid_;  // of the steps
  Period bucket_;
  absl::TimeZone zone_;
  std::string zone_name_;
  Kind kind_ = Kind::kSteps;
  int64_t bucket_s_ = 0;  // kClock: length in seconds
};

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_PERIOD_H_
