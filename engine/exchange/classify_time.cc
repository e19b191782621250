// Which columns are the time, and in which format.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/classifier.h"
#include "engine/exchange/column_words.h"
#include "engine/exchange/csv_fields.h"

namespace footfall::engine {
namespace {

// The earliest that digits alone may mean, where they count from 1970.
constexpr int64_t kFirstEpochYear = 1990;

std::string FormatText(size_t format) {
  return format == 0 ? "" : DateFormats()[format - 1].text();
}

// Whether one has the day before the month, and the other after it.
bool SwapsDayAndMonth(const std::string& one, const std::string& other) {
  const auto day_first = [](const std::string& format) {
    return format.find("%d") < format.find("%m");
  };
  for (const std::string& format : {one, other}) {
    for (const absl::string_view word : {"%d", "%m"}) {
      if (!absl::StrContains(format, word)) return false;
    }
  }
  return day_first(one) != day_first(other);
}

bool IsEpoch(size_t format) {
  return absl::StartsWith(FormatText(format), "epoch");
}

}  // namespace

// 0: no time. Higher is better.
int Classifier::TimeScore(size_t column, size_t format, bool whole) const {
  const bool may_be =
      IsOpen(column) || class_.roles[column] == ColumnRole::kTime;
  if (!may_be) return 0;
  const ColumnFacts& facts = this->facts(column);
  const ColumnFacts::Dates& dates = facts.dates(format);
  if (whole ? !facts.all_dates(format)
            : dates.count * 2 < facts.filled() || dates.count == 0) {
    return 0;
  }
  const bool named = HasWord(header(column), WordKind::kTime);
  if (dates.only_digits) {
    if (!dates.plausible) return 0;
    if (dates.finest == Unit::kYear) {
      // 2024 may be any number; only a name, or the want of anything else,
      // makes it a year. A column of 12 alone has not even four digits.
      return HasWord(header(column), WordKind::kYear) ? 2 : 0;
    }
    if (!named) return 0;
    if (IsEpoch(format) && dates.starts.begin()->year() < kFirstEpochYear) {
      return 0;
    }
    return 5;
  }
  if (dates.finest == Unit::kYear) return 0;
  return (named ? 6 : 4) + (format == 0 ? 1 : 0);
}

std::optional<Classifier::TimeChoice> Classifier::BestTime(bool whole) const {
  std::optional<TimeChoice> best;
  for (size_t i = 0; i < sample_.columns(); ++i) {
    for (size_t f = 0; f < facts(i).date_formats(); ++f) {
      const int score = TimeScore(i, f, whole);
      if (score > 0 && (!best.has_value() || score > best->score)) {
        best = TimeChoice{i, f, score};
      }
    }
  }
  return best;
}

absl::Status Classifier::FindTime() {
  std::optional<TimeChoice> best = BestTime(/*whole=*/true);
  const std::optional<TimeChoice> partly = BestTime(/*whole=*/false);
  // A column of dates with a "Total" is better than a year beside it.
  const bool is_year = best.has_value() && best->score == 2;
  if (partly.has_value() && (!best.has_value() || is_year) &&
      partly->score > 2) {
    best = partly;
  }
  if (best.has_value() && best->score > 2) return TakeTime(*best);
  if (TakeYearAndMonth()) return absl::OkStatus();
  if (best.has_value()) {
    const absl::Status alone = RefuseYearAlone(best->column);
    return alone.ok() ? TakeTime(*best) : alone;
  }
  return NoTime();
}

absl::Status Classifier::TakeTime(const TimeChoice& choice) {
  const size_t column = choice.column;
  if (!facts(column).all_dates(choice.format)) {
    const absl::Status dropped = DropTotals(column, choice.format);
    if (!dropped.ok()) return dropped;
  }
  DropLastWithout(column);
  const absl::Status one = CheckOneReading(column, choice.format);
  if (!one.ok()) return one;
  class_.roles[column] = ColumnRole::kTime;
  class_.times = {column};
  time_format_ = choice.format;
  class_.has_offset = facts(column).dates(choice.format).offset;
  if (choice.format > 0) {
    class_.time_format = FormatText(choice.format);
    if (IsEpoch(choice.format)) {
      class_.time_checks.push_back("these count from 1970, in UTC");
    }
  }
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (i == column || !IsOpen(i)) continue;
    for (size_t f = 0; f < facts(i).date_formats(); ++f) {
      const ColumnFacts::Dates& dates = facts(i).dates(f);
      if (facts(i).all_dates(f) && !dates.only_digits) {
        LeaveOut(i, "a second date");
        break;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Classifier::DropTotals(size_t column, size_t format) {
  ImportCondition condition;
  condition.header = header(column);
  condition.negated = true;
  for (const auto& [field, count] : facts(column).fields()) {
    const bool is_date = format == 0
                             ? ParseFileDate(field).ok()
                             : DateFormats()[format - 1].Parse(field).ok();
    if (is_date) continue;
    if (!IsWord(field, WordKind::kTotal)) {
      const ColumnFacts::Dates& dates = facts(column).dates(format);
      return absl::InvalidArgumentError(absl::StrCat(
          sample_.Place(dates.first_other.line, column), ": ",
          QuoteField(dates.first_other.field), " is no date, as ", dates.count,
          " of ", facts(column).filled(),
          " are; correct it, or leave such rows out: WHERE \"", header(column),
          "\" != '", dates.first_other.field, "'"));
    }
    condition.texts.push_back(field);
  }
  class_.where.push_back(std::move(condition));
  return absl::OkStatus();
}

// Rows without a date at the end of the file are sums of the others; elsewhere
// they are for the import to refuse.
void Classifier::DropLastWithout(size_t column) {
  const size_t rows = sample_.rows.size();
  const uint64_t empty = facts(column).empty();
  if (empty == 0 || empty >= rows) return;
  for (size_t row = rows - empty; row < rows; ++row) {
    if (!sample_.rows[row][column].empty()) return;
  }
  for (ImportCondition& condition : class_.where) {
    if (condition.header != header(column)) continue;
    condition.texts.emplace_back();
    return;
  }
  class_.where.push_back(
      {.header = header(column), .texts = {""}, .negated = true});
}

// Two formats that both fit, and mean different days.
absl::Status Classifier::CheckOneReading(size_t column, size_t format) const {
  const ColumnFacts& facts = this->facts(column);
  if (format == 0) return absl::OkStatus();
  const ColumnFacts::Dates& dates = facts.dates(format);
  for (size_t f = 1; f < facts.date_formats(); ++f) {
    const ColumnFacts::Dates& other = facts.dates(f);
    // 02/02/2025 is the same day by both, but tomorrow's is not.
    const bool same = other.starts == dates.starts &&
                      !SwapsDayAndMonth(FormatText(format), FormatText(f));
    if (f == format || other.count < dates.count || same ||
        TimeScore(column, f, facts.all_dates(f)) == 0) {
      continue;
    }
    const std::string& field = facts.fields().begin()->first;
    std::string shown = field;
    for (const auto& [text, count] : facts.fields()) {
      const auto one = DateFormats()[format - 1].Parse(text);
      const auto two = DateFormats()[f - 1].Parse(text);
      if (one.ok() && two.ok() && !(*one == *two)) {
        shown = text;
        break;
      }
    }
    return absl::InvalidArgumentError(absl::StrCat(
        sample_.path, ": column ", QuoteField(header(column)),
        " can be read in two ways: ", QuoteField(shown), " by FORMAT '",
        FormatText(format), "' and by FORMAT '", FormatText(f),
        "'; write the IMPORT with the one that is meant"));
  }
  return absl::OkStatus();
}

bool Classifier::IsWithin(size_t column, int64_t low, int64_t high) const {
  const auto& fields = facts(column).fields();
  return facts(column).all_numbers(0) &&
         std::all_of(fields.begin(), fields.end(), [&](const auto& field) {
           int64_t value = 0;
           return ReadDigits(field.first, &value) && value >= low &&
                  value <= high;
         });
}

// Quarters are 1 to 4, or Q1 to Q4.
bool Classifier::TakeYearAndQuarter(size_t year, size_t quarter) {
  const auto& fields = facts(quarter).fields();
  const bool marked =
      std::all_of(fields.begin(), fields.end(), [](const auto& field) {
        return field.first.size() == 2 && field.first[0] == 'Q' &&
               field.first[1] >= '1' && field.first[1] <= '4';
      });
  if (!marked && !IsWithin(quarter, 1, 4)) return false;
  class_.times = {year, quarter};
  class_.time_format = marked ? "%Y Q%q" : "%Y %q";
  class_.period = {Unit::kQuarter, 1};
  for (const size_t column : class_.times) {
    class_.roles[column] = ColumnRole::kTime;
  }
  return true;
}

absl::Status Classifier::RefuseYearAlone(size_t year) const {
  if (facts(year).distinct() == sample_.rows.size()) return absl::OkStatus();
  for (size_t i = 0; i < sample_.columns(); ++i) {
    const std::string& first = sample_.rows[0][i];
    // A "tag" is a day in German, and a text elsewhere.
    const bool has_digit = std::any_of(first.begin(), first.end(), [](char c) {
      return absl::ascii_isdigit(static_cast<unsigned char>(c));
    });
    const bool is_part = IsWord(header(i), WordKind::kMonth) ||
                         (has_digit && (IsWord(header(i), WordKind::kQuarter) ||
                                        IsWord(header(i), WordKind::kWeek) ||
                                        IsWord(header(i), WordKind::kDay)));
    if (i == year || !IsOpen(i) || !is_part) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        sample_.Place(sample_.lines.front(), i), ": ", QuoteField(first),
        " is no date, nor with ", QuoteField(sample_.rows[0][year]), " of ",
        QuoteField(header(year)), "; write a column with the date",
        HasWord(header(i), WordKind::kWeek)
            ? absl::StrCat(", or, where both are of ISO weeks, the IMPORT with "
                           "TIME (\"",
                           header(year), "\", \"", header(i),
                           "\") and FORMAT '%G ",
                           absl::StartsWith(first, "W") ? "W" : "", "%V'")
            : ""));
  }
  return absl::OkStatus();
}

bool Classifier::TakeYearAndMonth() {
  std::optional<size_t> quarter;
  std::optional<size_t> year;
  std::optional<size_t> month;
  std::optional<size_t> day;
  bool names = false;
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (!IsOpen(i)) continue;
    if (!year && IsWord(header(i), WordKind::kYear) &&
        IsWithin(i, 1900, 2100)) {
      year = i;
    } else if (!month && IsWord(header(i), WordKind::kMonth)) {
      static const auto* const by_name =
          new DateFormat(*DateFormat::Create("%Y %b"));
      names = std::all_of(
          facts(i).fields().begin(), facts(i).fields().end(),
          [](const auto& field) {
            return by_name->Parse(absl::StrCat("2000 ", field.first)).ok();
          });
      if (names || IsWithin(i, 1, 12)) month = i;
    } else if (!day && IsWord(header(i), WordKind::kDay) &&
               IsWithin(i, 1, 31)) {
      day = i;
    } else if (!quarter && IsWord(header(i), WordKind::kQuarter)) {
      quarter = i;
    }
  }
  if (year && quarter && !month) return TakeYearAndQuarter(*year, *quarter);
  if (!year || !month) return false;
  class_.times = {*year, *month};
  class_.time_format = names ? "%Y %b" : "%Y %m";
  class_.period = {Unit::kMonth, 1};
  if (day) {
    class_.times.push_back(*day);
    absl::StrAppend(&*class_.time_format, " %d");
    class_.period = {Unit::kDay, 1};
  }
  for (const size_t column : class_.times) {
    class_.roles[column] = ColumnRole::kTime;
  }
  return true;
}

void Classifier::FindPeriod() {
  if (class_.times.size() > 1) return;
  const size_t column = class_.times[0];
  const ColumnFacts::Dates& dates = facts(column).dates(time_format_);
  class_.period = GuessPeriod(dates);
  if (class_.period.unit != Unit::kWeek || dates.finest >= Unit::kWeek) return;
  // Where the dates are last days, weeks begin on the day after.
  const absl::Weekday same = class_.period.week_start;
  const absl::Weekday next =
      absl::GetWeekday(absl::NextWeekday(absl::CivilDay(), same) + 1);
  const bool ends = HasWord(header(column), WordKind::kEnd);
  if (ends) class_.period.week_start = next;
  if (!ends && same == absl::Weekday::monday) return;
  class_.time_checks.push_back(absl::StrCat(
      "the dates are a week apart, taken as the ", ends ? "last" : "first",
      " days of their weeks; if they are the ", ends ? "first" : "last",
      ", write EVERY week FROM ", WeekdayName(ends ? same : next)));
}

absl::Status Classifier::NoTime() const {
  // The column that comes nearest: named for it, or with some dates.
  for (const bool named : {true, false}) {
    for (size_t i = 0; i < sample_.columns(); ++i) {
      if (named != HasWord(header(i), WordKind::kTime)) continue;
      const ColumnFacts::Dates& dates = facts(i).dates(0);
      if (facts(i).filled() == 0 || (!named && dates.count == 0)) continue;
      const std::string& field = dates.first_other.line > 0
                                     ? dates.first_other.field
                                     : facts(i).fields().begin()->first;
      const uint64_t line =
          std::max(dates.first_other.line, sample_.lines.front());
      if (!IsOpen(i)) {
        return absl::InvalidArgumentError(
            absl::StrCat(sample_.path, ": column ", QuoteField(header(i)),
                         " cannot be the time: ", class_.reasons[i]));
      }
      const absl::Status status = ParseFileDate(field).status();
      return absl::InvalidArgumentError(absl::StrCat(
          sample_.Place(line, i), ": ",
          status.ok() ? absl::StrCat(QuoteField(field),
                                     " is hardly a date; if it is one, write "
                                     "the IMPORT with it")
                      : std::string(status.message())));
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      sample_.path,
      ": no column holds dates; one is written 2025-02-08, 2025-02, 2025-Q1, "
      "2025-W06 or 2025-02-08T13:05:30, or otherwise with FORMAT; the first "
      "is ",
      QuoteField(header(0)), " with ", QuoteField(sample_.rows[0][0])));
}

}  // namespace footfall::engine
