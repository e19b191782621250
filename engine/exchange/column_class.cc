#include "engine/exchange/column_class.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/classifier.h"
#include "engine/exchange/column_words.h"
#include "engine/exchange/csv_fields.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr size_t kLeastLogRows = 2;
constexpr size_t kMaxMetrics = 50;  // of one import

}  // namespace

Classifier::Classifier(const TableSample& sample)
    : sample_(sample), formats_(sample.columns()) {
  class_.roles.resize(sample.columns(), ColumnRole::kOpen);
  class_.reasons.resize(sample.columns());
  class_.never_falls.resize(sample.columns());
}

std::vector<size_t> Classifier::ColumnsOf(ColumnRole role) const {
  std::vector<size_t> columns;
  for (size_t i = 0; i < class_.roles.size(); ++i) {
    if (class_.roles[i] == role) columns.push_back(i);
  }
  return columns;
}

bool Classifier::IsUnique(size_t column) const {
  if (facts(column).distinct() < ColumnFacts::kMaxDistinct) {
    return facts(column).distinct() == sample_.rows.size();
  }
  std::set<absl::string_view> known;
  for (const auto& row : sample_.rows) known.insert(row[column]);
  return known.size() == sample_.rows.size();
}

void Classifier::LeaveOut(size_t column, absl::string_view reason) {
  class_.roles[column] = ColumnRole::kLeftOut;
  class_.reasons[column] = std::string(reason);
}

absl::StatusOr<TableClass> Classifier::Classify() {
  bool is_answer = false;
  for (size_t i = 0; i < sample_.columns(); ++i) {
    const absl::Status text = ValidateText(header(i), kMaxMemberBytes);
    if (facts(i).filled() == 0) {
      LeaveOut(i, "always empty");
    } else if (!text.ok()) {
      LeaveOut(i, text.message());
    } else if (header(i).empty() && !facts(i).counts_rows() &&
               !facts(i).all_dates(0)) {
      // pandas writes an index of dates without a name.
      LeaveOut(i, "no name");
    }
    for (const absl::string_view ending : {"_kind", "_present", "_expected"}) {
      if (!absl::EndsWith(header(i), ending)) continue;
      const std::string of =
          header(i).substr(0, header(i).size() - ending.size());
      const auto& names = sample_.sniffed.header;
      if (std::find(names.begin(), names.end(), of) == names.end()) continue;
      LeaveOut(i, "a column of an answer");
      is_answer = true;
    }
  }
  for (size_t i = 0; i < sample_.columns() && is_answer; ++i) {
    if (header(i) == "partial") LeaveOut(i, "a column of an answer");
  }
  FOOTFALL_RETURN_IF_ERROR(FindTime());
  FindPeriod();
  FOOTFALL_RETURN_IF_ERROR(FindNumbers());
  FindTexts();
  TakeHour();
  const bool no_numbers = ColumnsOf(ColumnRole::kMeasure).empty();
  std::optional<size_t> id;  // different in every row
  for (size_t i = 0; i < sample_.columns(); ++i) {
    // Beside numbers, one that counts the rows may be a database's own.
    const bool may = no_numbers || !facts(i).counts_rows();
    if (HeadIsOne(header(i), WordKind::kId) && may && IsUnique(i)) id = i;
  }
  if (no_numbers || id.has_value()) {
    if (FindEvents()) return std::move(class_);
    const bool is_log =
        id.has_value() && sample_.rows.size() >= kLeastLogRows &&
        (class_.period.below_day() || ColumnsOf(ColumnRole::kMeasure).empty());
    if (is_log) {
      return absl::InvalidArgumentError(absl::StrCat(
          sample_.path, ": each row has its own ", QuoteField(header(*id)),
          ": it is a log with an event a row, such as ",
          QuoteField(sample_.rows[0][*id]),
          ", and holds no counts; count the rows of each day first, or write "
          "an IMPORT with DUPLICATES SUM"));
    }
    if (ColumnsOf(ColumnRole::kMeasure).empty()) return NoNumbers();
  }
  DropTotalMembers();
  FindWide();
  FOOTFALL_RETURN_IF_ERROR(TellRowsApart());
  FindSumsSoFar();
  const std::vector<size_t> measures = ColumnsOf(ColumnRole::kMeasure);
  for (size_t n = kMaxMetrics; n < measures.size() && !class_.wide; ++n) {
    LeaveOut(measures[n],
             absl::StrCat("after the first ", kMaxMetrics, " measures"));
  }
  for (const size_t i : ColumnsOf(ColumnRole::kMeasure)) {
    for (const std::string& word : facts(i).null_words()) {
      auto& words = class_.null_words;
      if (std::find(words.begin(), words.end(), word) == words.end()) {
        words.push_back(word);
      }
    }
  }
  return std::move(class_);
}

absl::StatusOr<TableClass> ClassifyTable(const TableSample& sample) {
  return Classifier(sample).Classify();
}

Additivity GuessRule(absl::string_view header, absl::string_view file,
                     bool negative) {
  if (negative) return Additivity::kLevel;
  for (const absl::string_view text : {header, file}) {
    for (const WordKind kind : {WordKind::kLevel, WordKind::kShare,
                                WordKind::kRate, WordKind::kCumulative}) {
      if (HasWord(text, kind)) return Additivity::kLevel;
    }
    // "Total downloads" may be all so far.
    for (const WordKind kind :
         {WordKind::kPeople, WordKind::kTotal, WordKind::kStanding}) {
      if (HasWord(text, kind)) return Additivity::kOverlaps;
    }
    if (CountsEvents(text)) return Additivity::kAdds;
    // A header that says something is not overruled by the file's name.
    if (!IsWord(text, WordKind::kValue)) break;
  }
  return Additivity::kOverlaps;
}

}  // namespace footfall::engine
