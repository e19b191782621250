// What tells rows of one date apart, and what becomes of rows that nothing
// does.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/exchange/classifier.h"
#include "engine/exchange/column_words.h"
#include "engine/exchange/csv_fields.h"
#include "footfall/hash_table.h"

namespace footfall::engine {
namespace {

// Fewer rises may be by chance, or growth.
constexpr size_t kLeastRises = 10;

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

bool Classifier::IsLineNumber(size_t column) const {
  const std::string& first = sample_.rows.front()[column];
  return class_.roles[column] == ColumnRole::kLeftOut &&
         facts(column).counts_rows() && (first == "0" || first == "1") &&
         !HeadIsOne(header(column), WordKind::kId);
}

std::string Classifier::MembersAt(size_t row,
                                  const std::vector<size_t>& columns) const {
  std::string fields;
  for (const size_t i : columns) {
    absl::StrAppend(&fields, sample_.rows[row][i].size(), ":",
                    sample_.rows[row][i]);
  }
  return fields;
}

Classifier::Clashes Classifier::CountClashes(const std::vector<size_t>& keys,
                                             size_t rows) const {
  std::vector<size_t> measures;
  std::vector<size_t> others;
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (std::find(keys.begin(), keys.end(), i) != keys.end()) continue;
    if (class_.roles[i] == ColumnRole::kMeasure) {
      measures.push_back(i);
    } else if (!IsLineNumber(i)) {
      others.push_back(i);
    }
  }
  Clashes clashes;
  FlatHashMap<std::string, size_t> known;
  rows = std::min(sample_.rows.size(), rows);
  for (size_t row = 0; row < rows; ++row) {
    if (IsDropped(row)) continue;
    const auto [found, is_new] = known.try_emplace(MembersAt(row, keys), row);
    if (is_new) continue;
    const size_t first = found->second;
    const auto differs = [&](size_t column) {
      return sample_.rows[row][column] != sample_.rows[first][column];
    };
    std::optional<size_t> measure;
    bool unequal = false;
    for (const size_t m : measures) {
      if (!NumberAt(row, m) || !NumberAt(first, m)) continue;
      unequal = differs(m);
      if (unequal || !measure.has_value()) measure = m;
      if (unequal) break;
    }
    if (!measure.has_value()) continue;  // no two values of one sample
    std::optional<size_t> apart;
    if (!unequal) {
      const auto other = std::find_if(others.begin(), others.end(), differs);
      if (other == others.end()) {
        if (clashes.equal++ == 0) {
          clashes.equal_first = first;
          clashes.equal_second = row;
        }
        continue;
      }
      apart = *other;
    }
    if (clashes.count++ > 0) continue;
    clashes.first = first;
    clashes.second = row;
    clashes.measure = *measure;
    clashes.apart = apart;
  }
  return clashes;
}

bool Classifier::HasLongText(size_t column) const {
  const auto& fields = facts(column).fields();
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) {
    return field.first.size() > kMaxMemberBytes;
  });
}

bool Classifier::RepeatsByDate(size_t column) const {
  FlatHashSet<std::string> dates;
  for (const auto& row : sample_.rows) {
    std::string date;
    for (const size_t time : class_.times)
      absl::StrAppend(&date, row[time], ";");
    dates.insert(std::move(date));
  }
  return facts(column).distinct() * dates.size() <= 2 * sample_.rows.size();
}

Classifier::Clashes Classifier::AddKeys(size_t rows) {
  Clashes clashes = CountClashes(KeyColumns(), rows);
  while (clashes.count > 0) {
    // The column that tells most rows apart, and of equals has the fewest
    // different fields.
    std::optional<size_t> best;
    Clashes left = clashes;
    for (size_t i = 0; i < sample_.columns(); ++i) {
      const bool measure = class_.roles[i] == ColumnRole::kMeasure;
      const bool may =
          (measure && !NamesMeasure(header(i)) && RepeatsByDate(i) &&
           ColumnsOf(ColumnRole::kMeasure).size() > 1) ||
          (class_.roles[i] == ColumnRole::kLeftOut && !header(i).empty() &&
           !facts(i).counts_rows() && facts(i).filled() > 0 && !HasLongText(i));
      if (!may || facts(i).distinct() * 2 > sample_.rows.size()) continue;
      std::vector<size_t> keys = KeyColumns();
      keys.push_back(i);
      const Clashes now = CountClashes(keys, rows);
      const bool better = now.count < left.count ||
                          (now.count == left.count && best.has_value() &&
                           facts(i).distinct() < facts(*best).distinct());
      if (!better) continue;
      best = i;
      left = now;
    }
    if (!best.has_value()) break;
    class_.roles[*best] = ColumnRole::kDimension;
    clashes = CountClashes(KeyColumns(), rows);
  }
  return clashes;
}

bool Classifier::Adds(size_t measure) const {
  const bool negative = facts(measure).numbers(formats_[measure]).negative;
  return GuessRule(header(measure), sample_.Stem(), negative) ==
         Additivity::kAdds;
}

std::optional<size_t> Classifier::NotAdding() const {
  for (const size_t i : ColumnsOf(ColumnRole::kMeasure)) {
    if (!Adds(i)) return i;
  }
  return std::nullopt;
}

absl::Status Classifier::CheckSums() {
  FlatHashMap<std::string, size_t> known;
  for (size_t row = 0; row < sample_.rows.size(); ++row) {
    if (IsDropped(row)) continue;
    std::string all;
    for (size_t i = 0; i < sample_.columns(); ++i) {
      const std::string& field = sample_.rows[row][i];
      if (!IsLineNumber(i)) absl::StrAppend(&all, field.size(), ":", field);
    }
    const auto [found, is_new] = known.try_emplace(std::move(all), row);
    if (is_new || class_.equal_rows++ > 0) continue;
    class_.equal_lines = {sample_.lines[found->second], sample_.lines[row]};
  }
  for (const size_t i : ColumnsOf(ColumnRole::kLeftOut)) {
    const bool is_id = HeadIsOne(header(i), WordKind::kId) &&
                       facts(i).distinct() * 10 > sample_.rows.size() * 9;
    if (class_.equal_rows == 0 || !is_id) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        sample_.path, ": line ", class_.equal_lines.second, " is line ",
        class_.equal_lines.first, " again, with the same ",
        QuoteField(header(i)),
        ", and DUPLICATES SUM, which the rows of one date need, would count it "
        "twice; leave out what is there twice"));
  }
  return absl::OkStatus();
}

absl::Status Classifier::TellRowsApart() {
  for (const size_t i : ColumnsOf(ColumnRole::kDimension)) {
    // A series for each row would say no more than their sum.
    if (HeadIsOne(header(i), WordKind::kId) && IsUnique(i) && !NotAdding()) {
      LeaveOut(i, "an id");
    }
    // Notes go where nothing needs them.
    if (class_.roles[i] == ColumnRole::kLeftOut || !LooksLikeNote(i)) continue;
    std::vector<size_t> keys = KeyColumns();
    const size_t with = CountClashes(keys).count;
    keys.erase(std::find(keys.begin(), keys.end(), i));
    if (CountClashes(keys).count == with) {
      LeaveOut(i, "notes, which tell no rows apart");
    } else if (HasLongText(i)) {
      LeaveOut(i, absl::StrCat("texts of more than ", kMaxMemberBytes,
                               " bytes, no members"));
    }
  }
  const std::vector<ColumnRole> before = class_.roles;
  Clashes clashes = AddKeys(kComparedRows);
  if (clashes.count == 0) clashes = AddKeys(sample_.rows.size());
  if (clashes.count > 0) {
    class_.roles = before;
    clashes = CountClashes(KeyColumns(), sample_.rows.size());
    class_.sums = !NotAdding().has_value();
    if (!class_.sums) return RefuseClash(clashes);
    for (const size_t i : ColumnsOf(ColumnRole::kDimension)) {
      if (LooksLikeNote(i)) LeaveOut(i, "notes");
    }
    return CheckSums();
  }
  if (clashes.equal > 0) {
    class_.equal_rows = clashes.equal;
    class_.equal_lines = {sample_.lines[clashes.equal_first],
                          sample_.lines[clashes.equal_second]};
  }
  return absl::OkStatus();
}

std::vector<size_t> Classifier::RowsByTime() const {
  using Time = std::pair<absl::CivilSecond, std::vector<double>>;
  std::vector<std::pair<Time, size_t>> rows;
  for (size_t row = 0; row < sample_.rows.size(); ++row) {
    if (IsDropped(row)) continue;
    Time time;
    const auto date = DateAt(row);
    if (date.ok()) time.first = date->start;
    for (size_t n = 1; n < class_.times.size(); ++n) {
      time.second.push_back(NumberAt(row, class_.times[n]).value_or(0));
    }
    rows.emplace_back(std::move(time), row);
  }
  std::sort(rows.begin(), rows.end());
  std::vector<size_t> sorted;
  for (const auto& [time, row] : rows) sorted.push_back(row);
  return sorted;
}

bool Classifier::NeverFalls(size_t column,
                            const std::vector<size_t>& rows) const {
  const std::vector<size_t> dimensions = ColumnsOf(ColumnRole::kDimension);
  FlatHashMap<std::string, double> last;
  size_t rises = 0;
  for (const size_t row : rows) {
    const std::optional<double> value = NumberAt(row, column);
    if (!value.has_value()) continue;
    const auto [found, is_new] =
        last.try_emplace(MembersAt(row, dimensions), *value);
    if (*value < found->second) return false;
    rises += *value > found->second ? 1 : 0;
    found->second = *value;
  }
  return rises >= kLeastRises;
}

void Classifier::FindSumsSoFar() {
  std::vector<size_t> rows;
  for (const size_t i : ColumnsOf(ColumnRole::kMeasure)) {
    if (class_.sums || (!class_.wide && !Adds(i))) continue;
    if (rows.empty()) rows = RowsByTime();
    class_.never_falls[i] = NeverFalls(i, rows);
  }
}

absl::Status Classifier::RefuseClash(const Clashes& clashes) const {
  const size_t m = clashes.measure;
  const uint64_t line = sample_.lines[clashes.first];
  const std::string place =
      absl::StrCat(sample_.Place(sample_.lines[clashes.second], m), ": ",
                   QuoteField(sample_.rows[clashes.second][m]));
  if (clashes.apart.has_value()) {
    const size_t apart = *clashes.apart;
    return absl::InvalidArgumentError(absl::StrCat(
        place, ", as line ", line,
        " has for the same date and members; the "
        "two differ in ",
        QuoteField(header(apart)), ", ",
        QuoteField(sample_.rows[clashes.first][apart]), " and ",
        QuoteField(sample_.rows[clashes.second][apart]),
        ", which is no dimension here, and ", QuoteField(header(*NotAdding())),
        " is not known to add: write the IMPORT with that column as a "
        "dimension, or, if it adds, with DUPLICATES SUM"));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      place, ", where line ", line, " has ",
      QuoteField(sample_.rows[clashes.first][m]),
      " for the same date and members; no column tells the two apart, and ",
      QuoteField(header(*NotAdding())),
      " is not known to add: write the IMPORT with DUPLICATES FIRST, LAST, MAX "
      "or SUM"));
}

}  // namespace footfall::engine
