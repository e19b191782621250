// DateFormat: dates by the words of strptime.

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/csv_fields.h"
#include "engine/exchange/file_dates.h"
#include "engine/exchange/numbers.h"
#include "engine/model/calendar.h"

namespace footfall::engine {
namespace {

constexpr absl::string_view kMonths[] = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr absl::string_view kWeekdays[] = {"monday",   "tuesday", "wednesday",
                                           "thursday", "friday",  "saturday",
                                           "sunday"};
constexpr absl::string_view kKnownWords = "YymdejbBhaAHkIlMSfpzZsqGVuFTR%nt";
// Seconds since 1970 that lie in the years 1 to 9999.
constexpr int64_t kMinEpoch = -62135596800;
constexpr int64_t kMaxEpoch = 253402300799;
constexpr int64_t kNanos = 1'000'000'000;

// What the words of a format have given so far.
struct DateWords {
  std::optional<int> year, month, day, day_of_year, quarter;
  std::optional<int> iso_year, week, weekday;
  std::optional<int> hour, minute, second;
  std::optional<bool> afternoon;
  std::optional<int32_t> offset;
  std::optional<int64_t> epoch;
  int32_t nanoseconds = 0;
};

// Reads one field by one format.
class FormatParser {
 public:
  explicit FormatParser(absl::string_view field) : rest_(field) {}

  bool Take(absl::string_view format) {
    for (size_t i = 0; i < format.size(); ++i) {
      const char c = format[i];
      if (c == '%') {
        if (!TakeWord(format[++i])) return false;
      } else if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
        SkipBlanks();
      } else if (rest_.empty() || rest_[0] != c) {
        return false;
      } else {
        rest_.remove_prefix(1);
      }
    }
    SkipBlanks();
    return rest_.empty();
  }

  int32_t nanoseconds() const { return found_.nanoseconds; }

  bool Make(Date* date) const {
    if (found_.epoch.has_value()) {
      if (*found_.epoch < kMinEpoch || *found_.epoch > kMaxEpoch) return false;
      *date = InstantDate(absl::FromUnixSeconds(*found_.epoch),
                          absl::UTCTimeZone());
      return true;
    }
    if (!MakeDay(date)) return false;
    if (!found_.hour.has_value()) return true;
    int hour = *found_.hour;
    if (found_.afternoon.has_value()) {
      if (hour < 1 || hour > 12) return false;
      hour = hour % 12 + (*found_.afternoon ? 12 : 0);
    }
    if (date->precision != Unit::kDay) return false;
    date->start += hour * 3600 + found_.minute.value_or(0) * 60 +
                   found_.second.value_or(0);
    date->precision = found_.second.has_value()   ? Unit::kSecond
                      : found_.minute.has_value() ? Unit::kMinute
                                                  : Unit::kHour;
    date->utc_offset_s = found_.offset;
    return true;
  }

 private:
  void SkipBlanks() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  // Digits, at most `width`, within [low, high].
  bool TakeNumber(size_t width, int low, int high, std::optional<int>* out,
                  size_t least = 1) {
    size_t count = 0;
    int value = 0;
    while (count < width && count < rest_.size() && IsDigit(rest_[count])) {
      value = value * 10 + (rest_[count++] - '0');
    }
    if (count < least || value < low || value > high) return false;
    rest_.remove_prefix(count);
    *out = value;
    return true;
  }

  // A name of at least three letters, whole or cut to three.
  template <size_t N>
  bool TakeName(const absl::string_view (&names)[N], std::optional<int>* out) {
    for (size_t i = 0; i < N; ++i) {
      // "Sept" is written, too.
      for (const size_t size : {names[i].size(), size_t{4}, size_t{3}}) {
        const absl::string_view name = names[i].substr(0, size);
        if (size == 4 && name != "sept") continue;
        if (!absl::StartsWithIgnoreCase(rest_, name)) continue;
        rest_.remove_prefix(name.size());
        if (size < names[i].size() && !rest_.empty() && rest_[0] == '.') {
          rest_.remove_prefix(1);
        }
        *out = static_cast<int>(i) + 1;
        return true;
      }
    }
    return false;
  }

  bool TakeWord(char word) {
    std::optional<int> ignored;
    switch (word) {
      case 'Y':
        return TakeNumber(4, 1, 9999, &found_.year, 4);
      case 'y':
        if (!TakeNumber(2, 0, 99, &found_.year, 2)) return false;
        *found_.year += *found_.year < 69 ? 2000 : 1900;
        return true;
      case 'm':
        return TakeNumber(2, 1, 12, &found_.month);
      case 'e':
        SkipBlanks();
        [[fallthrough]];
      case 'd':
        return TakeNumber(2, 1, 31, &found_.day);
      case 'j':
        return TakeNumber(3, 1, 366, &found_.day_of_year);
      case 'q':
        return TakeNumber(1, 1, 4, &found_.quarter);
      case 'b':
      case 'B':
      case 'h':
        return TakeName(kMonths, &found_.month);
      case 'a':
      case 'A':
        return TakeName(kWeekdays, &ignored);
      case 'G':
        return TakeNumber(4, 1, 9999, &found_.iso_year, 4);
      case 'V':
        return TakeNumber(2, 1, 53, &found_.week);
      case 'u':
        return TakeNumber(1, 1, 7, &found_.weekday);
      case 'k':
      case 'l':
        SkipBlanks();
        [[fallthrough]];
      case 'H':
      case 'I':
        return TakeNumber(2, 0, 23, &found_.hour);
      case 'M':
        return TakeNumber(2, 0, 59, &found_.minute, 2);
      case 'S':
        return TakeNumber(2, 0, 59, &found_.second, 2);
      case 'f':
        return TakeFraction();
      case 'p':
        return TakeHalf();
      case 'z':
      case 'Z':
        return TakeUtcOffset(&rest_, &found_.offset) &&
               found_.offset.has_value();
      case 's':
        return TakeEpoch();
      case 'F':
        return Part("%Y-%m-%d");
      case 'T':
        return Part("%H:%M:%S");
      case 'R':
        return Part("%H:%M");
      case 'n':
      case 't':
        SkipBlanks();
        return true;
      default:
        if (rest_.empty() || rest_[0] != '%') return false;
        rest_.remove_prefix(1);
        return true;
    }
  }

  bool Part(absl::string_view format) {
    for (size_t i = 0; i < format.size(); ++i) {
      if (format[i] == '%') {
        if (!TakeWord(format[++i])) return false;
      } else if (rest_.empty() || rest_[0] != format[i]) {
        return false;
      } else {
        rest_.remove_prefix(1);
      }
    }
    return true;
  }

  bool TakeFraction() {
    size_t count = 0;
    while (count < 9 && count < rest_.size() && IsDigit(rest_[count])) ++count;
    found_.nanoseconds = NanosOf(rest_.substr(0, count));
    rest_.remove_prefix(count);
    return count > 0;
  }

  bool TakeHalf() {
    SkipBlanks();
    for (const bool afternoon : {false, true}) {
      for (const absl::string_view form :
           {afternoon ? "pm" : "am", afternoon ? "p.m." : "a.m."}) {
        if (!absl::StartsWithIgnoreCase(rest_, form)) continue;
        rest_.remove_prefix(form.size());
        found_.afternoon = afternoon;
        return true;
      }
    }
    return false;
  }

  bool TakeEpoch() {
    const bool minus = !rest_.empty() && rest_[0] == '-';
    if (minus) rest_.remove_prefix(1);
    int64_t value = 0;
    size_t count = 0;
    for (; count < rest_.size() && count < 12 && IsDigit(rest_[count]);
         ++count) {
      value = value * 10 + (rest_[count] - '0');
    }
    rest_.remove_prefix(count);
    found_.epoch = minus ? -value : value;
    return count > 0;
  }

  bool MakeDay(Date* date) const {
    if (found_.iso_year.has_value()) {
      const int year = *found_.iso_year;
      if (!found_.week.has_value() || *found_.week > WeeksIn(year)) {
        return false;
      }
      date->precision = found_.weekday.has_value() ? Unit::kDay : Unit::kWeek;
      date->start = CivilOf(MondayOf(year, *found_.week) +
                            found_.weekday.value_or(1) - 1);
      return true;
    }
    const int year = found_.year.value_or(0);
    if (found_.day_of_year.has_value()) {
      date->precision = Unit::kDay;
      date->start = CivilOf(DaysOf(year, 1, 1) + *found_.day_of_year - 1);
      return date->start.year() == year;
    }
    if (found_.quarter.has_value()) {
      date->precision = Unit::kQuarter;
      date->start = absl::CivilSecond(year, *found_.quarter * 3 - 2, 1);
      return true;
    }
    const int month = found_.month.value_or(1);
    const int day = found_.day.value_or(1);
    if (day > MonthLength(year, month)) return false;
    date->precision = found_.day.has_value()     ? Unit::kDay
                      : found_.month.has_value() ? Unit::kMonth
                                                 : Unit::kYear;
    date->start = absl::CivilSecond(year, month, day);
    return true;
  }

  absl::string_view rest_;
  DateWords found_;
};

}  // namespace

absl::StatusOr<DateFormat> DateFormat::Create(absl::string_view format) {
  DateFormat made;
  made.text_ = std::string(format);
  for (const auto& [name, parts] :
       {std::pair<absl::string_view, int64_t>{"epoch", 1},
        {"epoch_ms", 1000},
        {"epoch_us", 1'000'000}}) {
    if (!absl::EqualsIgnoreCase(format, name)) continue;
    made.epoch_parts_ = parts;
    return made;
  }
  std::string words;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    const char word = i + 1 < format.size() ? format[i + 1] : '\0';
    if (word == '\0' || kKnownWords.find(word) == absl::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          "FORMAT ", QuoteField(format), " has %",
          absl::string_view(&word, word == '\0' ? 0 : 1),
          ", which is no word of a format; write such as '%d/%m/%Y %H:%M', or "
          "'epoch'"));
    }
    words += word;
    ++i;
  }
  if (words.find_first_of("YyGsF") == std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("FORMAT ", QuoteField(format),
                     " has no year: %Y, or %y for two digits; or say 'epoch'"));
  }
  const auto has = [&words](absl::string_view any) {
    return words.find_first_of(any.data(), 0, any.size()) != std::string::npos;
  };
  if (has("deHkIlT") && !has("mbBhFs") && has("de")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "FORMAT ", QuoteField(format), " has a day and no month: %m or %b"));
  }
  if (has("Il") != has("p")) {
    return absl::InvalidArgumentError(
        absl::StrCat("FORMAT ", QuoteField(format),
                     ": %I and %p go together; hours to 23 are %H"));
  }
  return made;
}

absl::StatusOr<Date> DateFormat::Parse(absl::string_view field,
                                       int32_t* nanoseconds) const {
  absl::string_view text = absl::StripAsciiWhitespace(field);
  int64_t nanos = 0;
  Date date;
  bool ok = false;
  if (epoch_parts_ > 0) {
    const size_t point = text.find('.');
    const absl::string_view fraction =
        point == absl::string_view::npos ? "" : text.substr(point + 1);
    ok = fraction.find_first_not_of("0123456789") == absl::string_view::npos;
    text = text.substr(0, point);
    int64_t count = 0;
    ok = ok && ReadDigits(text, &count);
    const int64_t seconds = FloorDivide(count, epoch_parts_);
    if (ok && (seconds < kMinEpoch || seconds > kMaxEpoch)) ok = false;
    if (ok) {
      date = InstantDate(absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
      nanos = (count - seconds * epoch_parts_) * (kNanos / epoch_parts_) +
              NanosOf(fraction) / epoch_parts_;
    }
  } else {
    FormatParser parser(text);
    ok = parser.Take(text_) && parser.Make(&date);
    nanos = parser.nanoseconds();
  }
  if (ok && nanoseconds != nullptr) *nanoseconds = static_cast<int32_t>(nanos);
  if (ok) return date;
  return absl::InvalidArgumentError(absl::StrCat(QuoteField(field),
                                                 " is not a date as FORMAT ",
                                                 QuoteField(text_), " says"));
}

}  // namespace footfall::engine
