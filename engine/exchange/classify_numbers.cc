// Which columns are numbers, with which marks, and which of them are measures.

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/exchange/classifier.h"
#include "engine/exchange/column_words.h"
#include "engine/exchange/csv_fields.h"

namespace footfall::engine {
namespace {

// With more measures, none is compared with all others.
constexpr size_t kMaxCompared = 50;

std::string Mark(char mark) {
  return mark == '\'' ? "''''"
                      : absl::StrCat("'", absl::string_view(&mark, 1), "'");
}

}  // namespace

bool Classifier::IsNumeric(size_t column) const {
  for (size_t f = 0; f < NumberFormats().size(); ++f) {
    if (facts(column).all_numbers(f)) return true;
  }
  return false;
}

// Of a column of numbers: the format in which they are meant.
absl::Status Classifier::ChooseMarks(size_t column, size_t* format,
                                     std::string* check) {
  const ColumnFacts& facts = this->facts(column);
  std::vector<size_t> fits;
  for (size_t f = 0; f < NumberFormats().size(); ++f) {
    if (facts.all_numbers(f)) fits.push_back(f);
  }
  *format = fits[0];
  const ColumnFacts::Numbers& numbers = facts.numbers(fits[0]);
  const NumberFormat& first = NumberFormats()[fits[0]];
  // A plain number has no mark, or one that cannot be between thousands.
  const char mark = first.thousands != '\0' ? first.thousands : first.decimal;
  const auto two_ways = [&] {
    return std::find_if(fits.begin() + 1, fits.end(), [&](size_t f) {
      const NumberFormat& other = NumberFormats()[f];
      return (first.thousands == '\0' && other.thousands == first.decimal) ||
             (first.thousands != '\0' && other.decimal == first.thousands);
    });
  };
  const auto other = two_ways();
  if (other == fits.end() || numbers.first_marked.empty()) {
    return absl::OkStatus();
  }
  const bool first_is_decimal = first.thousands == '\0';
  const size_t thousands = first_is_decimal ? *other : fits[0];
  const size_t decimals = first_is_decimal ? fits[0] : *other;
  const bool counts = HasWord(header(column), WordKind::kPeople) ||
                      HasWord(header(column), WordKind::kEvents);
  const bool level = HasWord(header(column), WordKind::kLevel) ||
                     HasWord(header(column), WordKind::kShare);
  const bool comma_in_commas =
      mark == ',' && sample_.sniffed.dialect.delimiter == ',';
  const bool regular = facts.numbers(thousands).long_plain == 0;
  if (regular && !level && (counts || comma_in_commas)) {
    *format = thousands;
    *check =
        absl::StrCat("every ", Mark(mark), " of ", QuoteField(header(column)),
                     " stands before three digits: thousands?");
    return absl::OkStatus();
  }
  // Between commas a point is no German mark.
  if (level && mark == '.' && sample_.sniffed.dialect.delimiter == ',') {
    *format = decimals;
    *check =
        absl::StrCat("every ", Mark(mark), " of ", QuoteField(header(column)),
                     " stands before three digits: decimals?");
    return absl::OkStatus();
  }
  uint64_t line = 0;
  for (size_t row = 0; row < sample_.rows.size() && line == 0; ++row) {
    if (absl::StrContains(sample_.rows[row][column], numbers.first_marked)) {
      line = sample_.lines[row];
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      sample_.Place(line, column), ": ", QuoteField(numbers.first_marked),
      " can be read in two ways: by DECIMAL ", Mark(mark), " and by THOUSANDS ",
      Mark(mark), "; write the IMPORT with the one that is meant"));
}

absl::Status Classifier::FindNumbers() {
  std::optional<size_t> chosen;  // the format of the file
  std::vector<size_t> plain;     // columns that every format reads alike
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (!IsOpen(i) || !IsNumeric(i)) continue;
    size_t format = 0;
    std::string check;
    const absl::Status choice = ChooseMarks(i, &format, &check);
    if (!choice.ok()) return choice;
    formats_[i] = format;
    const ColumnFacts::Numbers& numbers = facts(i).numbers(format);
    const bool is_plain =
        format == 0 && numbers.whole == numbers.count &&
        facts(i).all_numbers(2);  // with a comma before decimals as well
    if (is_plain) {
      plain.push_back(i);
      class_.roles[i] = ColumnRole::kMeasure;
      continue;
    }
    if (chosen.has_value() && *chosen != format) {
      const NumberFormat& a = NumberFormats()[*chosen];
      const NumberFormat& b = NumberFormats()[format];
      if (a.decimal == b.decimal &&
          (a.thousands == '\0' || b.thousands == '\0')) {
        if (a.thousands == '\0') chosen = format;
      } else {
        LeaveOut(i, absl::StrCat("its numbers have other marks: DECIMAL ",
                                 Mark(b.decimal)));
        continue;
      }
    }
    if (!chosen.has_value()) chosen = format;
    if (!check.empty()) class_.number_checks.push_back(check);
    class_.roles[i] = ColumnRole::kMeasure;
  }
  class_.numbers = NumberFormats()[chosen.value_or(0)];
  // Nearly numbers: "<1", "12 users".
  for (size_t i = 0; i < sample_.columns(); ++i) {
    const ColumnFacts::Numbers& numbers = facts(i).numbers(0);
    if (!IsOpen(i) || facts(i).values() == 0 || numbers.count == 0 ||
        numbers.count * 2 < facts(i).values()) {
      continue;
    }
    if (HasWord(header(i), WordKind::kCode) ||
        HasWord(header(i), WordKind::kId)) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        sample_.Place(numbers.first_other.line, i), ": ",
        QuoteField(numbers.first_other.field), " is no number, as ",
        numbers.count, " of ", facts(i).values(),
        " are; correct it, or declare a word that means no value: NULL ('",
        numbers.first_other.field, "')"));
  }
  LeaveOutNumbers();
  return absl::OkStatus();
}

void Classifier::LeaveOutNumbers() {
  const auto measures = [this] {
    return ColumnsOf(ColumnRole::kMeasure).size();
  };
  for (const size_t i : ColumnsOf(ColumnRole::kMeasure)) {
    const std::string& name = header(i);
    if (FollowsFromTime(i)) {
      LeaveOut(i, "it follows from the date");
      continue;
    }
    // "", "#"
    const bool wordless = std::none_of(name.begin(), name.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return absl::ascii_isalnum(byte) || byte >= 0x80;
    });
    const bool counter = wordless || IsWord(name, WordKind::kCounter) ||
                         absl::StartsWithIgnoreCase(name, "unnamed");
    if (HeadIsOne(name, WordKind::kId)) {
      LeaveOut(i, "an id");
    } else if (counter && facts(i).counts_rows()) {
      LeaveOut(i, "it counts the rows");
    } else if (HeadIsOne(name, WordKind::kCode)) {
      class_.roles[i] = ColumnRole::kDimension;
    } else if (NamesHour(i) && AreHours(i)) {
      class_.roles[i] = ColumnRole::kOpen;
    }
  }
  for (const size_t i : ColumnsOf(ColumnRole::kMeasure)) {
    if (measures() < 2) break;
    // Of share_button_clicks, clicks are counted.
    const bool counts = HeadIs(header(i), WordKind::kEvents) ||
                        HeadIs(header(i), WordKind::kPeople);
    if ((HasWord(header(i), WordKind::kShare) && !counts) ||
        absl::StrContains(header(i), "%")) {
      LeaveOut(i, "a share of the rest");
    }
  }
  const bool compare = measures() <= kMaxCompared;
  for (const size_t i : ColumnsOf(ColumnRole::kMeasure)) {
    if (!compare) break;
    for (const size_t of : ColumnsOf(ColumnRole::kMeasure)) {
      if (i == of || !IsRunningSum(i, of)) continue;
      LeaveOut(i,
               absl::StrCat("the sum of ", QuoteField(header(of)), " so far"));
      break;
    }
  }
  // Where there are others.
  const std::vector<size_t> left = ColumnsOf(ColumnRole::kMeasure);
  const auto so_far = [this](size_t i) {
    return HasWord(header(i), WordKind::kCumulative);
  };
  if (std::all_of(left.begin(), left.end(), so_far)) return;
  for (const size_t i : left) {
    if (so_far(i)) LeaveOut(i, "a sum so far");
  }
}

std::optional<double> Classifier::NumberAt(size_t row, size_t column) const {
  const NumberRead read =
      ReadNumber(sample_.rows[row][column], NumberFormats()[formats_[column]]);
  if (read.kind == NumberKind::kNone || read.kind == NumberKind::kTooLarge) {
    return std::nullopt;
  }
  return read.decimal;
}

// Whether a column rises from row to row by what another says there, in all
// rows but the first, and by more than 0 in most.
bool Classifier::IsRunningSum(size_t column, size_t of) const {
  size_t rises = 0;
  for (size_t row = 1; row < sample_.rows.size(); ++row) {
    const std::optional<double> before = NumberAt(row - 1, column);
    const std::optional<double> now = NumberAt(row, column);
    const std::optional<double> step = NumberAt(row, of);
    if (!before || !now || !step || *now - *before != *step) return false;
    rises += *step > 0 ? 1 : 0;
  }
  return rises >= 2 && rises * 2 > sample_.rows.size();
}

absl::Status Classifier::NoNumbers() const {
  for (size_t i = 0; i < sample_.columns(); ++i) {
    if (facts(i).values() == 0 || class_.roles[i] == ColumnRole::kTime) {
      continue;
    }
    const bool odd = facts(i).all_durations() || facts(i).all_percents();
    if (!odd) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(sample_.Place(sample_.lines.front(), i), ": ",
                     QuoteField(facts(i).fields().begin()->first), " is ",
                     facts(i).all_percents() ? "a percentage" : "a duration",
                     ", no number; write the numbers alone"));
  }
  std::string names;
  for (size_t i = 0; i < sample_.columns() && i < 10; ++i) {
    if (class_.roles[i] == ColumnRole::kTime) continue;
    absl::StrAppend(&names, names.empty() ? "" : ", ", QuoteField(header(i)),
                    " begins with ", QuoteField(sample_.rows[0][i]));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      sample_.path, ": no column but ", QuoteField(header(class_.times[0])),
      " holds numbers that could be samples",
      names.empty() ? "" : absl::StrCat(": ", names)));
}

}  // namespace footfall::engine
