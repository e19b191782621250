// Which columns are dimensions, notes or parts of events.

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "engine/exchange/classifier.h"
#include "engine/exchange/column_words.h"
#include "engine/exchange/csv_fields.h"
#include "footfall/hash_table.h"

namespace footfall::engine {
namespace {

// Fewer rows say nothing about how texts repeat.
constexpr size_t kFewRows = 20;
constexpr uint64_t kLongText = 40;
constexpr size_t kLeastWide = 3;

}  // namespace

namespace {

// Whether a number beside a date may be a part of it: of the year, the quarter,
// the month, the week or the day.
bool MayBePart(int64_t number, const absl::CivilSecond& start) {
  const int64_t month = start.month();
  const int64_t yearday = absl::GetYearDay(absl::CivilDay(start));
  const int64_t weekday =
      static_cast<int64_t>(absl::GetWeekday(start));  // Monday is 0
  const int64_t week = (yearday - weekday + 9) / 7;   // ISO, but at the ends
  const int64_t parts[] = {start.year(),
                           start.year() % 100,
                           start.year() * 100 + month,
                           (start.year() * 100 + month) * 100 + start.day(),
                           (month + 2) / 3,
                           month,
                           start.day(),
                           start.hour(),
                           start.minute(),
                           yearday,
                           (yearday + 6) / 7,
                           week,
                           week - 1,
                           week < 1 ? 52 : week,
                           week < 1 ? 53 : week,
                           week > 52 ? 1 : week,
                           weekday,
                           weekday + 1,
                           (weekday + 1) % 7,
                           (weekday + 1) % 7 + 1};
  return std::find(std::begin(parts), std::end(parts), number) !=
         std::end(parts);
}

}  // namespace

absl::StatusOr<Date> Classifier::DateAt(size_t row) const {
  const std::string& field = sample_.rows[row][class_.times[0]];
  return time_format_ == 0 ? ParseFileDate(field)
                           : DateFormats()[time_format_ - 1].Parse(field);
}

bool Classifier::IsPartOfTime(size_t column) const {
  for (size_t row = 0; row < sample_.rows.size(); ++row) {
    const auto date = DateAt(row);
    const std::string& field = sample_.rows[row][column];
    int64_t number = 0;
    if (!date.ok() || field.empty()) continue;
    if (!ReadDigits(field, &number) || !MayBePart(number, date->start)) {
      return false;
    }
  }
  return true;
}

// Named for a part of the calendar, and the same wherever the time is. Where
// each date is there once, all are: numbers have to be a part of it.
bool Classifier::FollowsFromTime(size_t column) const {
  const std::string& name = header(column);
  if (!IsWord(name, WordKind::kTime) && !HasWord(name, WordKind::kWeekday)) {
    return false;
  }
  FlatHashMap<std::string, std::string> known;
  for (const auto& row : sample_.rows) {
    const auto [found, is_new] =
        known.try_emplace(row[class_.times[0]], row[column]);
    if (!is_new && found->second != row[column]) return false;
  }
  const bool once = known.size() == sample_.rows.size();
  return !once || class_.times.size() > 1 || !IsNumeric(column) ||
         IsPartOfTime(column);
}

bool Classifier::LooksLikeNote(size_t column) const {
  const ColumnFacts& facts = this->facts(column);
  const uint64_t rows = sample_.rows.size();
  if (HasWord(header(column), WordKind::kNote)) return true;
  if (HasLongText(column)) return true;
  if (rows < kFewRows) return false;
  const bool rare = facts.filled() * 20 < rows;
  const bool all_different = facts.distinct() * 2 > facts.filled();
  const bool is_long = facts.text_bytes() > kLongText * facts.filled();
  return rare ||
         (all_different && (is_long || facts.distinct() * 10 > rows * 9));
}

void Classifier::FindTexts() {
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (!IsOpen(i) || NamesHour(i)) continue;
    if (facts(i).all_percents()) {
      LeaveOut(i, "percentages");
    } else if (facts(i).all_durations()) {
      LeaveOut(i, "durations, no numbers");
    } else if (FollowsFromTime(i)) {
      LeaveOut(i, "it follows from the date");
    } else {
      class_.roles[i] = ColumnRole::kDimension;
    }
  }
}

bool Classifier::NamesHour(size_t column) const {
  return IsWord(header(column), WordKind::kHour) ||
         HeadIsOne(header(column), WordKind::kHour);
}

bool Classifier::AreHours(size_t column) const {
  const auto& fields = facts(column).fields();
  return facts(column).all_durations() ||
         std::all_of(fields.begin(), fields.end(), [](const auto& field) {
           int64_t hour = 0;
           return ReadDigits(field.first, &hour) && hour >= 0 && hour <= 23;
         });
}

// Date and hour in two columns.
void Classifier::TakeHour() {
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (!IsOpen(i)) continue;
    const bool clock = facts(i).all_durations();
    const bool within = AreHours(i);
    const bool day =
        class_.period == Period{Unit::kDay, 1} &&
        facts(class_.times[0]).dates(time_format_).finest == Unit::kDay;
    std::vector<size_t> keys = KeyColumns();
    const size_t without = CountClashes(keys).count;
    keys.push_back(i);
    if (class_.times.size() == 1 && within && day &&
        CountClashes(keys).count < without) {
      class_.roles[i] = ColumnRole::kTime;
      class_.times.push_back(i);
      class_.period = {Unit::kHour, 1};
      if (class_.time_format.has_value()) {
        absl::StrAppend(&*class_.time_format, clock ? " %H:%M" : " %H");
      }
    } else {
      class_.roles[i] =
          within && !clock ? ColumnRole::kMeasure : ColumnRole::kDimension;
    }
  }
}

bool Classifier::FindEvents() {
  std::optional<size_t> kind;
  std::optional<size_t> name;
  for (const size_t i : ColumnsOf(ColumnRole::kDimension)) {
    if (!kind && HasWord(header(i), WordKind::kEventKind)) {
      kind = i;
    } else if (!name && HasWord(header(i), WordKind::kEventName)) {
      name = i;
    }
  }
  const auto whole = [this](size_t column) {
    return facts(column).empty() == 0;
  };
  if (!kind || !name || !whole(*kind) || !whole(*name)) return false;
  class_.events = true;
  class_.roles[*kind] = ColumnRole::kKind;
  class_.roles[*name] = ColumnRole::kName;
  bool has_note = false;
  bool has_source = false;
  for (const size_t i : ColumnsOf(ColumnRole::kDimension)) {
    if (!has_source && HasWord(header(i), WordKind::kSource)) {
      class_.roles[i] = ColumnRole::kSource;
      has_source = true;
    } else if (!has_note && LooksLikeNote(i)) {
      class_.roles[i] = ColumnRole::kNote;
      has_note = true;
    } else if (LooksLikeNote(i)) {
      LeaveOut(i, "a second note");
    }
  }
  return true;
}

void Classifier::FindWide() {
  const std::vector<size_t> measures = ColumnsOf(ColumnRole::kMeasure);
  if (measures.size() < kLeastWide ||
      !ColumnsOf(ColumnRole::kDimension).empty()) {
    return;
  }
  class_.wide = std::none_of(measures.begin(), measures.end(), [&](size_t i) {
    return NamesMeasure(header(i)) && !IsWord(header(i), WordKind::kTotal);
  });
  if (!class_.wide) return;
  for (const size_t i : measures) {
    if (IsWord(header(i), WordKind::kTotal)) LeaveOut(i, "the sum of the rest");
  }
}

// Rows whose member is a word for sums, in a column that has other members.
void Classifier::DropTotalMembers() {
  for (const size_t i : ColumnsOf(ColumnRole::kDimension)) {
    ImportCondition condition;
    condition.header = header(i);
    condition.negated = true;
    for (const auto& [field, count] : facts(i).fields()) {
      if (IsWord(field, WordKind::kTotal)) condition.texts.push_back(field);
    }
    if (condition.texts.empty() ||
        condition.texts.size() == facts(i).distinct()) {
      continue;
    }
    class_.where.push_back(std::move(condition));
  }
}

}  // namespace footfall::engine
