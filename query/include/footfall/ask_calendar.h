// Dates, stretches of time and ranges, to build statements from: what the
// language writes as 2025-01-10, 30 days and 2025-01-10..2025-02-08.
//
// All of these are functions that return plain values of the tree
// (footfall/statement.h); threads may share them. Nothing is checked here: a
// statement is checked when it is asked, with the language's own messages.

#ifndef FOOTFALL_ASK_CALENDAR_H_
#define FOOTFALL_ASK_CALENDAR_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "footfall/period.h"
#include "footfall/statement.h"

#pragma GCC visibility push(default)
namespace footfall::ask {

// $name: its value comes with QueryOptions::parameters. Stands where a text, a
// number, a date or a range may.
Parameter Param(std::string name);

// Dates, each as long as it is said. Fields beyond their range are carried
// over as absl's civil times do: Day(2025, 1, 32) is 2025-02-01.
Date Year(int64_t year);
Date Quarter(int64_t year, int quarter);  // quarters from 1
Date Month(int64_t year, int month);
Date Week(int64_t iso_year, int week);  // ISO 8601, Monday to Sunday
Date Day(int64_t year, int month, int day);
Date Hour(int64_t year, int month, int day, int hour);
Date Minute(int64_t year, int month, int day, int hour, int minute);
Date Second(int64_t year, int month, int day, int hour, int minute, int second);
// A date of an hour or less with its offset from UTC, whole minutes:
// At(Minute(2025, 2, 8, 13, 5), absl::Hours(8)). Longer dates have none.
Date At(Date date, absl::Duration utc_offset);

// Parts of the calendar, where a dimension may stand: weekday(time) and so on.
// .By(DayOfWeek(), "app"), NotIn(DayOfWeek(), {"sat", "sun"}).
std::string HourOfDay();      // '00' .. '23'
std::string DayOfWeek();      // 'mon' .. 'sun'
std::string DayOfMonth();     // '01' .. '31'
std::string MonthOfYear();    // '01' .. '12'
std::string QuarterOfYear();  // 'Q1' .. 'Q4'

// Where a date stands: Day(..), a civil time of Abseil, whose type says how
// long it is, or a parameter.
class When {
 public:
  // NOLINTBEGIN(google-explicit-constructor): it is what they are.
  When(Date stretch) : date(stretch) {}
  When(Parameter parameter) : date(std::move(parameter)) {}
  When(absl::CivilYear at) : When(Date{Unit::kYear, at, {}}) {}
  When(absl::CivilMonth at) : When(Date{Unit::kMonth, at, {}}) {}
  When(absl::CivilDay at) : When(Date{Unit::kDay, at, {}}) {}
  When(absl::CivilHour at) : When(Date{Unit::kHour, at, {}}) {}
  When(absl::CivilMinute at) : When(Date{Unit::kMinute, at, {}}) {}
  When(absl::CivilSecond at) : When(Date{Unit::kSecond, at, {}}) {}
  // NOLINTEND(google-explicit-constructor)

  DateArgument date;
};

// Stretches of time: EVERY, LAST, lag. count >= 1.
Duration Seconds(int64_t count = 1);
Duration Minutes(int64_t count = 1);
Duration Hours(int64_t count = 1);
Duration Days(int64_t count = 1);
Duration Weeks(int64_t count = 1);
Duration Months(int64_t count = 1);
Duration Quarters(int64_t count = 1);
Duration Years(int64_t count = 1);

// What EVERY cuts: Weeks(2), or units that begin elsewhere, Weeks FROM sunday.
class Bucket {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): it is what it is.
  Bucket(const Duration& duration);

  Period period;
  bool from = false;  // FROM is said
};
Bucket WeeksFrom(absl::Weekday day, int64_t count = 1);
// From that month on, 1 to 12; a quarter begins every third month from it.
Bucket QuartersFrom(int month, int64_t count = 1);
Bucket YearsFrom(int month, int64_t count = 1);

// As the grid of a metric and the buckets of EVERY count it. A count beyond
// int32 becomes the largest, which the language refuses.
Period PeriodOf(const Duration& duration);

// -14..28, both included.
OffsetRange Offsets(int64_t first, int64_t last);

// Ranges. Both ends are included, as long as they are said.
Range During(When date);
Range During(When first, When last);
Range From(When first);  // to the last sample
Range Until(When last);  // from the first sample
Range Always();          // DURING ..
// The last `count` units, the one that holds *now* included; those that are
// over; those that end with the last step that is over. (ask_value.h has a Last
// of values, the function `last`.)
Range Last(const Duration& duration);
Range LastComplete(const Duration& duration);
Range LastToDate(const Duration& duration);
// In braces under ALIGN, -28..-1 days: During(Offsets(-28, -1), Unit::kDay).
Range During(const OffsetRange& offsets, Unit unit);

}  // namespace footfall::ask
#pragma GCC visibility pop

#endif  // FOOTFALL_ASK_CALENDAR_H_
