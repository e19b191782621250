// Units, periods and dates as people write them.

#include <cstdlib>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/model/calendar.h"
#include "footfall/metric.h"
#include "footfall/period.h"

namespace footfall {
namespace {

constexpr absl::string_view kUnitNames[] = {
    "second", "minute", "hour", "day", "week", "month", "quarter", "year"};
constexpr absl::string_view kForms =
    "a date is written 2025, 2025-Q1, 2025-01, 2025-W06, 2025-02-08, "
    "2025-02-08T13, T13:05 or T13:05:30, the last three with an optional Z or "
    "+08:00";
constexpr int kMaxOffsetHours = 18;

// Letters of any language as they are; what is no text is escaped.
std::string ShownDateText(absl::string_view text) {
  return ValidateText(text, text.size()).ok() ? absl::Utf8SafeCHexEscape(text)
                                              : absl::CHexEscape(text);
}

// Takes a date apart from left to right. A step that fails says why in error().
class DateParser {
 public:
  explicit DateParser(absl::string_view text) : text_(text), rest_(text) {}

  absl::StatusOr<Date> Parse() {
    if (!ParseStretch()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", ShownDateText(text_.substr(0, 64)),
                       "\" is not a date: ", error_.empty() ? kForms : error_));
    }
    return date_;
  }

 private:
  bool Fail(std::string error) {
    error_ = std::move(error);
    return false;
  }

  bool TakeChar(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly `width` digits.
  bool TakeDigits(size_t width, int* value) {
    if (rest_.size() < width) return false;
    int number = 0;
    for (size_t i = 0; i < width; ++i) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(rest_[i]))) {
        return false;
      }
      number = number * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    *value = number;
    return true;
  }

  // Two digits in [low, high]; `what` names them in the error.
  bool TakeField(absl::string_view what, int low, int high, int* value) {
    if (!TakeDigits(2, value)) return false;
    if (*value >= low && *value <= high) return true;
    return Fail(absl::StrFormat("found %s %02d; it is %02d to %02d", what,
                                *value, low, high));
  }

  bool ParseStretch() {
    int year;
    if (!TakeDigits(4, &year)) return false;
    if (year < engine::kMinYear) {
      return Fail("found year 0000; years are 0001 to 9999");
    }
    if (rest_.empty()) return Set(Unit::kYear, year, 1, 1);
    if (!TakeChar('-')) return false;
    if (TakeChar('Q')) {
      int quarter;
      if (!TakeDigits(1, &quarter) || !rest_.empty()) return false;
      if (quarter < 1 || quarter > 4) {
        return Fail(absl::StrCat("found quarter ", quarter, "; it is 1 to 4"));
      }
      return Set(Unit::kQuarter, year, quarter * 3 - 2, 1);
    }
    if (TakeChar('W')) {
      int week;
      const int weeks = engine::WeeksIn(year);
      if (!TakeDigits(2, &week) || !rest_.empty()) return false;
      if (week < 1 || week > weeks) {
        return Fail(absl::StrFormat("found week %02d; %04d has weeks 01 to %d",
                                    week, year, weeks));
      }
      date_.precision = Unit::kWeek;
      date_.start = engine::CivilOf(engine::MondayOf(year, week));
      return true;
    }
    int month;
    if (!TakeField("month", 1, 12, &month)) return false;
    if (rest_.empty()) return Set(Unit::kMonth, year, month, 1);
    int day;
    if (!TakeChar('-') || !TakeDigits(2, &day)) return false;
    const int length = engine::MonthLength(year, month);
    if (day < 1 || day > length) {
      return Fail(absl::StrFormat("found day %02d; %04d-%02d has days 01 to %d",
                                  day, year, month, length));
    }
    if (rest_.empty()) return Set(Unit::kDay, year, month, day);
    return TakeChar('T') && ParseClock(year, month, day);
  }

  bool ParseClock(int year, int month, int day) {
    int hour;
    int minute = 0;
    int second = 0;
    date_.precision = Unit::kHour;
    if (!TakeField("hour", 0, 23, &hour)) return false;
    if (TakeChar(':')) {
      date_.precision = Unit::kMinute;
      if (!TakeField("minute", 0, 59, &minute)) return false;
      if (TakeChar(':')) {
        date_.precision = Unit::kSecond;
        if (!TakeField("second", 0, 59, &second)) return false;
      }
    }
    date_.start = absl::CivilSecond(year, month, day, hour, minute, second);
    if (rest_.empty()) return true;
    if (TakeChar('Z')) {
      date_.utc_offset_s = 0;
      return rest_.empty();
    }
    return ParseOffset();
  }

  // +08:00; with seconds only where local mean time needs them.
  bool ParseOffset() {
    const bool west = TakeChar('-');
    if (!west && !TakeChar('+')) return false;
    int hours;
    int minutes;
    int seconds = 0;
    if (!TakeField("offset hour", 0, kMaxOffsetHours, &hours)) return false;
    if (!TakeChar(':') || !TakeField("offset minute", 0, 59, &minutes)) {
      return false;
    }
    if (TakeChar(':') && !TakeField("offset second", 0, 59, &seconds)) {
      return false;
    }
    const int offset = hours * 3600 + minutes * 60 + seconds;
    date_.utc_offset_s = west ? -offset : offset;
    return rest_.empty();
  }

  bool Set(Unit precision, int year, int month, int day) {
    date_.precision = precision;
    date_.start = absl::CivilSecond(year, month, day);
    return true;
  }

  absl::string_view text_;
  absl::string_view rest_;
  std::string error_;
  Date date_;
};

// Answers print a date for each row: no format string is read for them.
void AppendTwo(int64_t number, std::string* text) {
  text->push_back(static_cast<char>('0' + number / 10));
  text->push_back(static_cast<char>('0' + number % 10));
}
void AppendTwo(char before, int64_t number, std::string* text) {
  text->push_back(before);
  AppendTwo(number, text);
}
// Years of calculations beside the calendar may have more digits, or a sign.
void AppendYear(int64_t year, std::string* text) {
  if (year < 0 || year > engine::kMaxYear) {
    absl::StrAppendFormat(text, "%04d", year);
    return;
  }
  AppendTwo(year / 100, text);
  AppendTwo(year % 100, text);
}

void AppendOffset(int32_t offset, std::string* text) {
  if (offset == 0) {
    text->push_back('Z');
    return;
  }
  const int32_t size = std::abs(offset);
  AppendTwo(offset < 0 ? '-' : '+', size / 3600, text);
  AppendTwo(':', size / 60 % 60, text);
  if (size % 60 != 0) AppendTwo(':', size % 60, text);
}

}  // namespace

absl::string_view UnitName(Unit unit) {
  return kUnitNames[static_cast<size_t>(unit) - 1];
}

std::optional<Unit> ParseUnit(absl::string_view word) {
  for (size_t i = 0; i < std::size(kUnitNames); ++i) {
    const absl::string_view name = kUnitNames[i];
    if (absl::StartsWithIgnoreCase(word, name) &&
        (word.size() == name.size() ||
         absl::EqualsIgnoreCase(word.substr(name.size()), "s"))) {
      return static_cast<Unit>(i + 1);
    }
  }
  return std::nullopt;
}

std::string FormatPeriod(const Period& period) {
  std::string text(UnitName(period.unit));
  if (period.count != 1) text = absl::StrCat(period.count, " ", text, "s");
  if (period.week_start != absl::Weekday::monday) {
    absl::StrAppend(&text, " from ", WeekdayName(period.week_start));
  }
  if (period.first_month != 1) {
    absl::StrAppend(&text, " from ", period.first_month);
  }
  return text;
}

absl::string_view WeekdayName(absl::Weekday day) {
  static constexpr absl::string_view kNames[] = {
      "monday", "tuesday",  "wednesday", "thursday",
      "friday", "saturday", "sunday"};
  const size_t number = static_cast<size_t>(day);
  return number < std::size(kNames) ? kNames[number] : "?";
}

std::optional<absl::Weekday> ParseWeekday(absl::string_view word) {
  for (int number = 0; number < 7; ++number) {
    const auto day = static_cast<absl::Weekday>(number);
    if (absl::EqualsIgnoreCase(word, WeekdayName(day))) return day;
  }
  return std::nullopt;
}

Unit NamePrecision(const Period& period) {
  if (period.unit == Unit::kWeek) {
    const bool iso = period.week_start == absl::Weekday::monday;
    return iso ? Unit::kWeek : Unit::kDay;
  }
  // April begins a quarter, but no year.
  const int months = period.unit == Unit::kQuarter ? 3 : 12;
  return (period.first_month - 1) % months == 0 ? period.unit : Unit::kMonth;
}

absl::StatusOr<Date> ParseDate(absl::string_view text) {
  return DateParser(text).Parse();
}

std::string FormatDate(const Date& date) {
  const absl::CivilSecond& at = date.start;
  std::string text;
  if (date.precision == Unit::kWeek) {
    const engine::IsoWeek week = engine::IsoWeekOf(engine::DaysOf(at));
    AppendYear(week.year, &text);
    text.push_back('-');
    AppendTwo('W', week.week, &text);
    return text;
  }
  AppendYear(at.year(), &text);
  if (date.precision == Unit::kYear) return text;
  if (date.precision == Unit::kQuarter) {
    absl::StrAppend(&text, "-Q", (at.month() + 2) / 3);
    return text;
  }
  AppendTwo('-', at.month(), &text);
  if (date.precision == Unit::kMonth) return text;
  AppendTwo('-', at.day(), &text);
  if (date.precision == Unit::kDay) return text;
  AppendTwo('T', at.hour(), &text);
  if (date.precision <= Unit::kMinute) AppendTwo(':', at.minute(), &text);
  if (date.precision == Unit::kSecond) AppendTwo(':', at.second(), &text);
  if (date.utc_offset_s.has_value()) AppendOffset(*date.utc_offset_s, &text);
  return text;
}

absl::CivilSecond DateEnd(const Date& date) {
  const absl::CivilSecond& at = date.start;
  switch (date.precision) {
    case Unit::kSecond:
      return at + 1;
    case Unit::kMinute:
      return at + 60;
    case Unit::kHour:
      return at + 3600;
    case Unit::kDay:
      return absl::CivilSecond(absl::CivilDay(at) + 1);
    case Unit::kWeek:
      return absl::CivilSecond(absl::CivilDay(at) + 7);
    case Unit::kMonth:
      return absl::CivilSecond(absl::CivilMonth(at) + 1);
    case Unit::kQuarter:
      return absl::CivilSecond(absl::CivilMonth(at) + 3);
    case Unit::kYear:
      return absl::CivilSecond(absl::CivilYear(at) + 1);
  }
  return at;
}

}  // namespace footfall
