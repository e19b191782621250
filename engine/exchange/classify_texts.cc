// Which columns are dimensions, notes or parts of events, and what tells rows
// of one date apart.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/exchange/classifier.h"
#include "engine/exchange/column_words.h"
#include "engine/exchange/csv_fields.h"
#include "footfall/hash_table.h"

namespace footfall::engine {
namespace {

// Rows in which those of one sample are looked for; what clashes after them is
// found when the guess is tried out.
constexpr size_t kComparedRows = 20'000;
// Fewer rows say nothing about how texts repeat.
constexpr size_t kFewRows = 20;
constexpr uint64_t kLongText = 40;
constexpr size_t kLeastWide = 3;

bool NamesMeasure(absl::string_view header) {
  for (const WordKind kind :
       {WordKind::kPeople, WordKind::kEvents, WordKind::kLevel,
        WordKind::kValue, WordKind::kShare}) {
    if (HasWord(header, kind)) return true;
  }
  return false;
}

}  // namespace

bool Classifier::IsDropped(size_t row) const {
  for (const ImportCondition& condition : class_.where) {
    size_t column = 0;
    while (header(column) != condition.header) ++column;
    const auto& texts = condition.texts;
    const bool found = std::find(texts.begin(), texts.end(),
                                 sample_.rows[row][column]) != texts.end();
    if (found == condition.negated) return true;
  }
  return false;
}

std::vector<size_t> Classifier::KeyColumns() const {
  std::vector<size_t> keys = class_.times;
  for (const size_t i : ColumnsOf(ColumnRole::kDimension)) keys.push_back(i);
  return keys;
}

Classifier::Clashes Classifier::CountClashes(
    const std::vector<size_t>& keys) const {
  const std::vector<size_t> measures = ColumnsOf(ColumnRole::kMeasure);
  Clashes clashes;
  FlatHashMap<std::string, size_t> first;
  const size_t rows = std::min(sample_.rows.size(), kComparedRows);
  for (size_t row = 0; row < rows; ++row) {
    if (IsDropped(row)) continue;
    std::string key;
    for (const size_t i : keys) {
      absl::StrAppend(&key, sample_.rows[row][i].size(), ":",
                      sample_.rows[row][i]);
    }
    const auto [found, is_new] = first.try_emplace(std::move(key), row);
    if (is_new) continue;
    for (const size_t m : measures) {
      if (sample_.rows[row][m] == sample_.rows[found->second][m] ||
          !NumberAt(row, m) || !NumberAt(found->second, m)) {
        continue;
      }
      if (clashes.count++ == 0) {
        clashes.first = found->second;
        clashes.second = row;
        clashes.measure = m;
      }
      break;
    }
  }
  return clashes;
}

// Named for a part of the calendar, and the same wherever the time is.
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
  return true;
}

bool Classifier::LooksLikeNote(size_t column) const {
  const ColumnFacts& facts = this->facts(column);
  const uint64_t rows = sample_.rows.size();
  if (HasWord(header(column), WordKind::kNote)) return true;
  for (const auto& [field, count] : facts.fields()) {
    if (field.size() > kMaxMemberBytes) return true;
  }
  if (rows < kFewRows) return false;
  const bool rare = facts.filled() * 20 < rows;
  const bool all_different = facts.distinct() * 2 > facts.filled();
  const bool is_long = facts.text_bytes() > kLongText * facts.filled();
  return rare ||
         (all_different && (is_long || facts.distinct() * 10 > rows * 9));
}

void Classifier::FindTexts() {
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (!IsOpen(i) || HasWord(header(i), WordKind::kHour)) continue;
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

// Date and hour in two columns.
void Classifier::TakeHour() {
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (!IsOpen(i)) continue;
    const bool clock = facts(i).all_durations();
    const bool within = std::all_of(
        facts(i).fields().begin(), facts(i).fields().end(),
        [&](const auto& field) {
          int64_t hour = 0;
          return clock || (ReadDigits(field.first, &hour) && hour <= 23);
        });
    const bool day =
        class_.period == Period{Unit::kDay, 1} &&
        facts(class_.times[0]).dates(time_format_).finest == Unit::kDay;
    if (class_.times.size() == 1 && within && day &&
        CountClashes(KeyColumns()).count > 0) {
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

absl::Status Classifier::TellRowsApart() {
  // Notes go where nothing needs them.
  for (const size_t i : ColumnsOf(ColumnRole::kDimension)) {
    if (!LooksLikeNote(i)) continue;
    std::vector<size_t> keys = KeyColumns();
    const size_t with = CountClashes(keys).count;
    keys.erase(std::find(keys.begin(), keys.end(), i));
    if (CountClashes(keys).count == with) {
      LeaveOut(i, "notes, which tell no rows apart");
    }
  }
  Clashes clashes = CountClashes(KeyColumns());
  const std::vector<ColumnRole> before = class_.roles;
  while (clashes.count > 0) {
    // The column that tells most rows apart, and of equals has the fewest
    // different fields.
    std::optional<size_t> best;
    Clashes left = clashes;
    for (size_t i = 0; i < sample_.columns(); ++i) {
      const bool measure = class_.roles[i] == ColumnRole::kMeasure;
      const bool may =
          (measure && !NamesMeasure(header(i)) &&
           ColumnsOf(ColumnRole::kMeasure).size() > 1) ||
          (class_.roles[i] == ColumnRole::kLeftOut && !header(i).empty() &&
           !facts(i).counts_rows() && facts(i).filled() > 0);
      if (!may || facts(i).distinct() * 2 > sample_.rows.size()) continue;
      std::vector<size_t> keys = KeyColumns();
      keys.push_back(i);
      const Clashes now = CountClashes(keys);
      const bool better = now.count < left.count ||
                          (now.count == left.count && best.has_value() &&
                           facts(i).distinct() < facts(*best).distinct());
      if (!better) continue;
      best = i;
      left = now;
    }
    if (!best.has_value()) break;
    class_.roles[*best] = ColumnRole::kDimension;
    clashes = CountClashes(KeyColumns());
  }
  if (clashes.count == 0) return absl::OkStatus();
  class_.roles = before;
  clashes = CountClashes(KeyColumns());
  const std::vector<size_t> measures = ColumnsOf(ColumnRole::kMeasure);
  class_.sums = std::all_of(measures.begin(), measures.end(), [&](size_t i) {
    return GuessRule(header(i), sample_.path,
                     facts(i).numbers(formats_[i]).negative) ==
           Additivity::kAdds;
  });
  if (class_.sums) return absl::OkStatus();
  const size_t m = clashes.measure;
  return absl::InvalidArgumentError(absl::StrCat(
      sample_.Place(sample_.lines[clashes.second], m), ": ",
      QuoteField(sample_.rows[clashes.second][m]), ", where line ",
      sample_.lines[clashes.first], " has ",
      QuoteField(sample_.rows[clashes.first][m]),
      " for the same date and members; no column tells the two apart, and ",
      QuoteField(header(m)),
      " is not known to add: write the IMPORT with DUPLICATES FIRST, LAST, MAX "
      "or SUM"));
}

}  // namespace footfall::engine
