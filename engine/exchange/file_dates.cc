// ISO 8601 and its near relatives. Formats are in date_format.cc.

#include "engine/exchange/file_dates.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/exchange/numbers.h"
#include "engine/model/calendar.h"

namespace footfall::engine {
namespace {

constexpr int kMaxOffsetHours = 18;

// Takes a date apart from left to right; false where it is none of the forms.
class IsoParser {
 public:
  explicit IsoParser(absl::string_view text) : rest_(text) {}

  bool Parse(Date* date) {
    if (!TakeDay()) return false;
    if (!rest_.empty() && !TakeClock()) return false;
    *date = date_;
    return true;
  }
  int32_t nanoseconds() const { return nanoseconds_; }

 private:
  bool TakeChar(char wanted) {
    if (rest_.empty() || rest_[0] != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  size_t DigitCount() const {
    size_t count = 0;
    while (count < rest_.size() && IsDigit(rest_[count])) ++count;
    return count;
  }

  bool TakeNumber(size_t width, int* value) {
    if (DigitCount() < width) return false;
    *value = 0;
    for (size_t i = 0; i < width; ++i) *value = *value * 10 + (rest_[i] - '0');
    rest_.remove_prefix(width);
    return true;
  }

  // One or two digits.
  bool TakeShort(int* value) {
    const size_t count = DigitCount();
    return (count == 1 || count == 2) && TakeNumber(count, value);
  }

  bool SetDay(int year, int month, int day) {
    if (year < kMinYear || month < 1 || month > 12 || day < 1 ||
        day > MonthLength(year, month)) {
      return false;
    }
    date_.precision = Unit::kDay;
    date_.start = absl::CivilSecond(year, month, day);
    return true;
  }

  bool SetWeek(int year, int week, std::optional<int> weekday) {
    if (year < kMinYear || week < 1 || week > WeeksIn(year)) return false;
    if (weekday.has_value() && (*weekday < 1 || *weekday > 7)) return false;
    date_.precision = weekday.has_value() ? Unit::kDay : Unit::kWeek;
    date_.start = CivilOf(MondayOf(year, week) + weekday.value_or(1) - 1);
    return true;
  }

  // A day, or a week; what is longer is read by ParseDate().
  bool TakeDay() {
    int year = 0;
    int month = 0;
    int day = 0;
    if (DigitCount() == 8) {
      return TakeNumber(4, &year) && TakeNumber(2, &month) &&
             TakeNumber(2, &day) && SetDay(year, month, day);
    }
    if (DigitCount() != 4 || !TakeNumber(4, &year)) return false;
    const bool dash = absl::StartsWith(rest_, "-");
    if (absl::StartsWith(rest_, dash ? "-W" : "W")) {
      rest_.remove_prefix(dash ? 2 : 1);
      int week = 0;
      if (!TakeNumber(2, &week)) return false;
      int weekday = 0;
      if (rest_.empty()) return SetWeek(year, week, std::nullopt);
      if (dash && !TakeChar('-')) return false;
      return TakeNumber(1, &weekday) && SetWeek(year, week, weekday);
    }
    for (const char mark : {'-', '/', '.'}) {
      if (!TakeChar(mark)) continue;
      if (mark == '-' && DigitCount() == 3) {
        int day_of_year = 0;
        TakeNumber(3, &day_of_year);
        const int64_t first = DaysOf(year, 1, 1);
        const int64_t next = DaysOf(year + 1, 1, 1);
        if (day_of_year < 1 || day_of_year > next - first) return false;
        date_.precision = Unit::kDay;
        date_.start = CivilOf(first + day_of_year - 1);
        return year >= kMinYear;
      }
      return TakeShort(&month) && TakeChar(mark) && TakeShort(&day) &&
             SetDay(year, month, day);
    }
    return false;
  }

  bool TakeClock() {
    if (date_.precision != Unit::kDay) return false;
    if (!TakeChar('T') && !TakeChar('t') && !TakeChar(' ')) return false;
    rest_ = absl::StripLeadingAsciiWhitespace(rest_);
    int hour = 0;
    int minute = 0;
    int second = 0;
    Unit precision = Unit::kHour;
    const size_t digits = DigitCount();
    if (digits == 4 || digits == 6) {
      TakeNumber(2, &hour);
      TakeNumber(2, &minute);
      if (digits == 6) TakeNumber(2, &second);
      precision = digits == 6 ? Unit::kSecond : Unit::kMinute;
    } else {
      if (!TakeShort(&hour)) return false;
      if (TakeChar(':')) {
        precision = Unit::kMinute;
        if (!TakeNumber(2, &minute)) return false;
        if (TakeChar(':')) {
          precision = Unit::kSecond;
          if (!TakeNumber(2, &second)) return false;
        }
      }
    }
    if (hour > 23 || minute > 59 || second > 59) return false;
    if (precision == Unit::kSecond && (TakeChar('.') || TakeChar(','))) {
      const size_t fraction = DigitCount();
      if (fraction == 0) return false;
      nanoseconds_ = NanosOf(rest_.substr(0, fraction));
      rest_.remove_prefix(fraction);
    }
    date_.precision = precision;
    const absl::CivilDay day(date_.start);
    date_.start = absl::CivilSecond(day.year(), day.month(), day.day(), hour,
                                    minute, second);
    return TakeOffset(&rest_, &date_.utc_offset_s) && rest_.empty();
  }

 public:
  // Nothing, or an offset from UTC.
  static bool TakeOffset(absl::string_view* rest,
                         std::optional<int32_t>* offset) {
    *rest = absl::StripLeadingAsciiWhitespace(*rest);
    if (rest->empty()) return true;
    bool found = false;
    if ((*rest)[0] == '+' || (*rest)[0] == '-') {
      IsoParser parser(rest->substr(1));
      int hours = 0;
      int minutes = 0;
      int seconds = 0;
      if (parser.DigitCount() == 4) {
        parser.TakeNumber(2, &hours);
        parser.TakeNumber(2, &minutes);
      } else {
        if (!parser.TakeNumber(2, &hours)) return false;
        if (parser.TakeChar(':') && !parser.TakeNumber(2, &minutes)) {
          return false;
        }
        if (parser.TakeChar(':') && !parser.TakeNumber(2, &seconds)) {
          return false;
        }
      }
      if (hours > kMaxOffsetHours || minutes > 59 || seconds > 59) return false;
      const int32_t size = hours * 3600 + minutes * 60 + seconds;
      *offset = (*rest)[0] == '-' ? -size : size;
      *rest = absl::StripLeadingAsciiWhitespace(parser.rest_);
      found = true;
    }
    // Go and BigQuery write "+0000 UTC".
    for (const absl::string_view word : {"UTC", "GMT", "Z", "z"}) {
      if (found && offset->value_or(0) != 0) break;
      if (!absl::ConsumePrefix(rest, word)) continue;
      *offset = 0;
      found = true;
      break;
    }
    return found;
  }

 private:
  absl::string_view rest_;
  Date date_;
  int32_t nanoseconds_ = 0;
};

// What to declare for a text with the shape of a known format.
absl::string_view FormatHint(absl::string_view text) {
  size_t digits = 0;
  size_t slashes = 0;
  size_t letters = 0;
  for (const char c : text) {
    digits += IsDigit(c) ? 1 : 0;
    slashes += c == '/' || c == '.' ? 1 : 0;
    letters += absl::ascii_isalpha(static_cast<unsigned char>(c)) ? 1 : 0;
  }
  if (digits == text.size() && (digits == 10 || digits == 13)) {
    return digits == 10 ? "; if it counts seconds since 1970, say FORMAT "
                          "'epoch'"
                        : "; if it counts milliseconds since 1970, say FORMAT "
                          "'epoch_ms'";
  }
  if (slashes == 2 && digits >= 4 && letters == 0) {
    return "; say which is the month: FORMAT '%m/%d/%Y' or FORMAT '%d/%m/%Y'";
  }
  if (letters >= 3 && digits >= 3) {
    return "; other forms are declared: FORMAT '%b %d, %Y'";
  }
  return "";
}

}  // namespace

int32_t NanosOf(absl::string_view digits) {
  int32_t nanoseconds = 0;
  for (size_t i = 0; i < 9; ++i) {
    nanoseconds = nanoseconds * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  return nanoseconds;
}

absl::StatusOr<Date> ParseFileDate(absl::string_view text,
                                   int32_t* nanoseconds) {
  if (nanoseconds != nullptr) *nanoseconds = 0;
  const absl::string_view field = absl::StripAsciiWhitespace(text);
  absl::StatusOr<Date> date = ParseDate(field);
  if (date.ok()) return date;
  Date found;
  IsoParser parser(field);
  if (parser.Parse(&found)) {
    if (nanoseconds != nullptr) *nanoseconds = parser.nanoseconds();
    return found;
  }
  // ParseDate() knows best what is wrong with a time of a day.
  if (field.size() > 10 && field[4] == '-' && field[10] == ' ') {
    std::string with_t(field);
    with_t[10] = 'T';
    date = ParseDate(with_t);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(date.status().message(), FormatHint(field)));
}

bool TakeUtcOffset(absl::string_view* rest, std::optional<int32_t>* offset) {
  return IsoParser::TakeOffset(rest, offset);
}

}  // namespace footfall::engine
