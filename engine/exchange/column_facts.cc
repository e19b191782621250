#include "engine/exchange/column_facts.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "engine/model/calendar.h"

namespace footfall::engine {
namespace {

constexpr absl::string_view kNullWords[] = {
    "na",           "n/a", "n.a.", "#n/a", "nan",  "-nan",    "null",
    "none",         "nil", "\\n",  "-",    "--",   "---",     "\xE2\x80\x93",
    "\xE2\x80\x94", "?",   "inf",  "-inf", "+inf", "infinity"};

// A date format fits a column while no more than half of its first fields are
// none: after them, what has failed is not tried again.
constexpr uint64_t kTries = 64;

bool IsPercent(absl::string_view field) {
  field = absl::StripAsciiWhitespace(field);
  if (field.empty() || field.back() != '%') return false;
  field.remove_suffix(1);
  for (const NumberFormat& format : NumberFormats()) {
    if (ReadNumber(field, format).kind != NumberKind::kNone) return true;
  }
  return false;
}

// 0:00:16, 12:30
bool IsDuration(absl::string_view field) {
  size_t colons = 0;
  for (const char c : field) {
    if (c == ':') {
      ++colons;
    } else if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) &&
               c != '.') {
      return false;
    }
  }
  return (colons == 1 || colons == 2) && field.size() >= 3;
}

Period GuessBelowDay(const std::set<absl::CivilSecond>& starts) {
  // What all distances and all times of day have in common.
  int64_t common_s = kSecondsPerDay;
  const absl::CivilSecond* before = nullptr;
  for (const absl::CivilSecond& start : starts) {
    const absl::CivilSecond midnight(absl::CivilDay{start});
    common_s = std::gcd(common_s, start - midnight);
    if (before != nullptr) common_s = std::gcd(common_s, start - *before);
    before = &start;
  }
  if (common_s == kSecondsPerDay) return {Unit::kDay, 1};
  for (const Unit unit : {Unit::kHour, Unit::kMinute}) {
    const int64_t unit_s = SecondsOf(unit);
    if (common_s % unit_s != 0) continue;
    // A few samples have much in common by chance.
    const int64_t count = starts.size() < 10 ? 1 : common_s / unit_s;
    return {unit, static_cast<int32_t>(count)};
  }
  return {Unit::kSecond, 1};
}

bool IsMonthEnd(const absl::CivilSecond& start) {
  return (absl::CivilDay(start) + 1).day() == 1;
}

}  // namespace

const std::vector<NumberFormat>& NumberFormats() {
  static const auto* const formats = new std::vector<NumberFormat>{
      {'.', '\0'}, {'.', ','}, {',', '\0'}, {',', '.'},
      {'.', ' '},  {',', ' '}, {'.', '\''}};
  return *formats;
}

const std::vector<DateFormat>& DateFormats() {
  static const auto* const formats = [] {
    auto* const made = new std::vector<DateFormat>;
    for (const absl::string_view day :
         {"%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y",
          "%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y", "%b %d, %Y", "%b %d %Y",
          "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d. %b %Y", "%a, %d %b %Y",
          "%a, %b %d, %Y", "%a %b %d %Y",
          "%Y\xE5\xB9\xB4%m\xE6\x9C\x88%d\xE6\x97\xA5"}) {
      for (const absl::string_view clock :
           {"", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M",
            ", %I:%M %p", ", %H:%M:%S", ", %I:%M:%S %p"}) {
        made->push_back(
            *DateFormat::Create(std::string(day) + std::string(clock)));
      }
    }
    for (const absl::string_view format :
         {"%b %Y", "%b-%Y", "%b-%y", "%b, %Y", "%m/%Y", "%m.%Y", "%Y/%m",
          "%Y %b", "Q%q %Y", "%Y Q%q", "Q%q-%Y", "%YQ%q",
          "%Y\xE5\xB9\xB4%m\xE6\x9C\x88", "%a, %d %b %Y %H:%M:%S %z",
          "%a %b %d %H:%M:%S %Y", "%Y%m", "epoch", "epoch_ms", "epoch_us"}) {
      made->push_back(*DateFormat::Create(format));
    }
    return made;
  }();
  return *formats;
}

bool IsNullWord(absl::string_view field) {
  const std::string lower =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(field));
  return std::find(std::begin(kNullWords), std::end(kNullWords), lower) !=
         std::end(kNullWords);
}

ColumnFacts::ColumnFacts()
    : numbers_(NumberFormats().size()),
      dates_(1 + DateFormats().size()),
      last_was_date_(dates_.size()) {}

uint64_t ColumnFacts::CountOf(const std::string& field) const {
  const auto found = distinct_.find(field);
  return found == distinct_.end() ? 0 : found->second;
}

void ColumnFacts::Add(absl::string_view field, uint64_t line) {
  field = absl::StripAsciiWhitespace(field);
  if (field.empty()) {
    ++empty_;
    return;
  }
  ++filled_;
  text_bytes_ += field.size();
  const auto found = distinct_.find(std::string(field));
  if (found != distinct_.end()) {
    ++found->second;
  } else if (distinct_.size() < kMaxDistinct) {
    distinct_.emplace(field, 1);
  }
  AddDate(field, line);
  if (IsNullWord(field)) {
    ++null_;
    null_words_.emplace(field);
    return;
  }
  AddNumber(field, line);
  percents_ += IsPercent(field) ? 1 : 0;
  durations_ += IsDuration(field) ? 1 : 0;
}

void ColumnFacts::AddNumber(absl::string_view field, uint64_t line) {
  for (size_t f = 0; f < numbers_.size(); ++f) {
    const NumberFormat& format = NumberFormats()[f];
    Numbers& numbers = numbers_[f];
    // Once hardly any field is a number, none is looked at.
    if (filled_ > kTries && numbers.count == 0) continue;
    const NumberRead read = ReadNumber(field, format);
    if (read.kind == NumberKind::kNone || read.kind == NumberKind::kTooLarge) {
      if (numbers.first_other.line == 0) {
        numbers.first_other = {line, std::string(field)};
      }
      if (f == 0) counts_rows_ = false;
      continue;
    }
    ++numbers.count;
    numbers.whole += read.kind == NumberKind::kWhole ? 1 : 0;
    numbers.negative = numbers.negative || field[0] == '-';
    if (MayHaveThousands(field, format.decimal)) {
      ++numbers.doubtful;
      if (numbers.first_marked.empty()) {
        numbers.first_marked = std::string(field);
      }
    }
    NumberFormat unmarked = format;
    unmarked.thousands = '\0';
    if (format.thousands != '\0' &&
        ReadNumber(field, unmarked).kind == NumberKind::kNone) {
      ++numbers.marked;
      if (numbers.first_marked.empty()) {
        numbers.first_marked = std::string(field);
      }
    } else if (read.decimal >= 1000 || read.decimal <= -1000) {
      ++numbers.long_plain;
    }
    if (f == 0) {
      counts_rows_ =
          counts_rows_ && read.kind == NumberKind::kWhole &&
          (!last_number_.has_value() || read.whole == *last_number_ + 1);
      last_number_ = read.whole;
    }
  }
}

void ColumnFacts::AddDate(absl::string_view field, uint64_t line) {
  if (field == last_date_) {
    for (size_t f = 0; f < dates_.size(); ++f) {
      dates_[f].count += last_was_date_[f] ? 1 : 0;
    }
    return;
  }
  last_date_ = std::string(field);
  for (size_t f = 0; f < dates_.size(); ++f) {
    Dates& dates = dates_[f];
    last_was_date_[f] = false;
    if (filled_ > kTries && dates.count * 2 < filled_) continue;
    const absl::StatusOr<Date> date =
        f == 0 ? ParseFileDate(field) : DateFormats()[f - 1].Parse(field);
    if (!date.ok()) {
      if (dates.first_other.line == 0) {
        dates.first_other = {line, std::string(field)};
      }
      continue;
    }
    last_was_date_[f] = true;
    ++dates.count;
    dates.finest = std::min(dates.finest, date->precision);
    dates.offset = dates.offset || date->utc_offset_s.has_value();
    dates.only_digits =
        dates.only_digits &&
        ReadNumber(field, NumberFormat()).kind != NumberKind::kNone;
    dates.plausible = dates.plausible && date->start.year() >= 1900 &&
                      date->start.year() <= 2100;
    if (dates.starts.size() < kMaxDates) dates.starts.insert(date->start);
  }
}

namespace {

// Days of one weekday.
Period GuessWeek(const std::set<absl::CivilSecond>& starts) {
  const absl::Weekday weekday = absl::GetWeekday(*starts.begin());
  bool neighbours = false;
  for (auto next = std::next(starts.begin()); next != starts.end(); ++next) {
    neighbours |= DaysOf(*next) - DaysOf(*std::prev(next)) == 7;
  }
  const bool weeks =
      weekday == absl::Weekday::monday || (starts.size() > 2 && neighbours);
  return weeks ? Period{Unit::kWeek, 1, weekday} : Period{Unit::kDay, 1};
}

}  // namespace

Period GuessPeriod(const ColumnFacts::Dates& dates) {
  const std::set<absl::CivilSecond>& starts = dates.starts;
  Unit finest = dates.finest;
  if (finest < Unit::kDay) {
    const Period period = GuessBelowDay(starts);
    if (period.below_day()) return period;
    finest = Unit::kDay;
  }
  if (finest != Unit::kDay || starts.size() < 2) return {finest, 1};
  // Days all of which begin something longer, and more than one of them.
  for (const Unit unit : {Unit::kYear, Unit::kQuarter, Unit::kMonth}) {
    const bool fits =
        std::all_of(starts.begin(), starts.end(), [&](const auto& start) {
          const int64_t day = DaysOf(start);
          return UnitStart(unit, UnitIndex(unit, day)) == day;
        });
    if (fits) return {unit, 1};
  }
  if (std::all_of(starts.begin(), starts.end(), IsMonthEnd)) {
    return {Unit::kMonth, 1};
  }
  const int64_t first = DaysOf(*starts.begin());
  const bool same_weekday = std::all_of(
      starts.begin(), starts.end(),
      [&](const auto& start) { return (DaysOf(start) - first) % 7 == 0; });
  return same_weekday ? GuessWeek(starts) : Period{Unit::kDay, 1};
}

}  // namespace footfall::engine
