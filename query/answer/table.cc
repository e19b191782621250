// Answers for people: aligned columns, thousands marks, and what is known about
// a value written around it.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "query/answer/display_width.h"
#include "query/answer/number_text.h"
#include "query/answer/scaled_number.h"
#include "query/answer/table_layouts.h"

namespace footfall {
namespace {

using Role = Column::Role;

// The empty member: a whole that was not split by the dimension.
constexpr absl::string_view kNotSplit = "(not split)";

using Shown = query::ShownColumn;

std::string Digits(int64_t number) {
  std::string text;
  query::AppendInteger(number, &text);
  return query::GroupThousands(text);
}

// Ratios are written as percent: -0.55 is -55, though its double times 100 is
// not.
double Scaled(const Column& column, double number) {
  if (!column.ratio) return number;
  std::string text;
  query::AppendDecimal(number, &text);
  double percent = 0;
  return absl::SimpleAtod(absl::StrCat(text, "e2"), &percent) ? percent
                                                              : number * 100;
}

// Digits behind the point for a whole column: few beside large numbers, none
// where all are whole.
int FractionDigits(const Column& column, size_t rows) {
  double largest = 0;
  int needed = 0;
  const auto look = [&](double number) {
    if (!std::isfinite(number)) return;
    number = Scaled(column, number);
    largest = std::max(largest, std::fabs(number));
    std::string text;
    query::AppendDecimal(number, &text);
    const size_t point = text.find('.');
    if (text.find('e') != std::string::npos) {
      needed = std::numeric_limits<int>::max();
    } else if (point != std::string::npos) {
      needed = std::max(needed, static_cast<int>(text.size() - point - 1));
    }
  };
  for (size_t row = 0; row < rows; ++row) {
    if (column.is_missing(row)) continue;
    look(column.decimals[row]);
    if (column.kinds.empty() || column.kinds[row] != CellKind::kRange) continue;
    look(column.low[row]);
    look(column.high[row]);
  }
  if (column.ratio) return std::min(largest >= 1000 ? 0 : 2, needed);
  const int wanted = largest >= 1000  ? 1
                     : largest >= 100 ? 2
                     : largest >= 1   ? 4
                                      : 6;
  return std::min(wanted, needed);
}

// What stands in a cell for its value or for one of its bounds.
class CellText {
 public:
  CellText(const Column& column, size_t rows, const NumberStyle& style)
      : column_(column),
        style_(column.role == Role::kPlain || column.role == Role::kOffset
                   ? NumberStyle()
                   : style),
        fraction_digits_(column.type == ColumnType::kDecimal
                             ? FractionDigits(column, rows)
                             : 0) {}

  std::string Value(size_t row) const {
    switch (column_.type) {
      case ColumnType::kInteger:
        return Integer(column_.integers[row], AsSaid());
      case ColumnType::kDecimal:
        return Decimal(column_.decimals[row], AsSaid());
      case ColumnType::kText:
        return std::string(column_.text(row));
      case ColumnType::kBoolean:
        return column_.integers[row] != 0 ? "true" : "false";
    }
    return "";
  }

  // Empty where the side is open.
  std::string Low(size_t row) const {
    return Bound(row, column_.low, column_.low_integers, column_.low_texts,
                 query::Rounding::kDown);
  }
  std::string High(size_t row) const {
    return Bound(row, column_.high, column_.high_integers, column_.high_texts,
                 query::Rounding::kUp);
  }

 private:
  query::Rounding AsSaid() const {
    return style_.cut ? query::Rounding::kTowardZero
                      : query::Rounding::kNearest;
  }

  std::string Integer(int64_t number, query::Rounding rounding) const {
    std::string text;
    query::AppendInteger(number, &text);
    return query::ScaleForPeople(text, style_, rounding)
        .value_or(query::GroupThousands(text));
  }
  std::string Decimal(double number, query::Rounding rounding) const {
    number = Scaled(column_, number);
    if (column_.ratio) return ForPeople(number, rounding);
    std::string text;
    query::AppendDecimal(number, &text);
    return query::ScaleForPeople(text, style_, rounding)
        .value_or(ForPeople(number, rounding));
  }
  // A bound is printed no closer than it is: a low not above it, a high not
  // below.
  std::string ForPeople(double number, query::Rounding rounding) const {
    std::string text = query::FormatForPeople(number, fraction_digits_);
    const bool down = rounding == query::Rounding::kDown;
    if (!down && rounding != query::Rounding::kUp) return text;
    double printed = 0;
    if (!absl::SimpleAtod(absl::StrReplaceAll(text, {{",", ""}}), &printed) ||
        (down ? printed <= number : printed >= number)) {
      return text;
    }
    const size_t point = text.find('.');
    const double half =
        0.5 *
        std::pow(10.0, point == std::string::npos
                           ? 0
                           : -static_cast<double>(text.size() - point - 1));
    return query::FormatForPeople(down ? number - half : number + half,
                                  fraction_digits_);
  }

  std::string Bound(size_t row, const std::vector<double>& decimals,
                    const std::vector<int64_t>& integers,
                    const std::vector<std::string>& texts,
                    query::Rounding rounding) const {
    if (column_.type == ColumnType::kText) {
      return row < texts.size() ? texts[row] : "";
    }
    if (row >= decimals.size() || std::isinf(decimals[row])) return "";
    if (column_.type == ColumnType::kInteger && row < integers.size()) {
      return Integer(integers[row], rounding);
    }
    return Decimal(decimals[row], rounding);
  }

  const Column& column_;
  NumberStyle style_;
  int fraction_digits_;
};

// A cell as it is shown: the value with what is known about it, and behind it
// its range, where it has one.
struct CellParts {
  std::string value;
  std::string range;
};

// "[-55 .. +121]"; an open end is empty. Where signs differ, both are shown.
std::string RangeText(const std::string& low, const std::string& high) {
  const bool plus = !low.empty() && low[0] == '-' && !high.empty() &&
                    high[0] != '-' && high != "0";
  return absl::StrCat("[", low, low.empty() ? ".." : " ..",
                      high.empty() ? ""
                      : plus       ? " +"
                                   : " ",
                      high, "]");
}

CellParts Marked(const Column& column, const CellText& text, size_t row,
                 const std::string& missing) {
  const CellKind kind =
      column.is_missing(row)
          ? CellKind::kNone
          : (column.kinds.empty() ? CellKind::kExact : column.kinds[row]);
  if (kind == CellKind::kNone) return {missing, ""};
  const std::string value =
      absl::StrCat(text.Value(row), column.ratio ? " %" : "");
  switch (kind) {
    case CellKind::kFilled:
      return {absl::StrCat("~", value), ""};
    case CellKind::kUpper:
      return {absl::StrCat("<= ", value), ""};
    case CellKind::kLower:
      return {absl::StrCat(">= ", value), ""};
    case CellKind::kRange:
      return {value, RangeText(text.Low(row), text.High(row))};
    default:
      return {value, ""};
  }
}

Shown ShowValues(const Column& column, size_t rows,
                 const TableOptions& options) {
  Shown shown;
  shown.header = column.unit.empty()
                     ? column.name
                     : absl::StrCat(column.name, " (", column.unit, ")");
  shown.right = column.type == ColumnType::kInteger ||
                column.type == ColumnType::kDecimal;
  const CellText text(column, rows, options.numbers);
  std::vector<CellParts> parts;
  size_t width = 0;  // of the ranges, so that values stand below each other
  for (size_t row = 0; row < rows; ++row) {
    parts.push_back(Marked(column, text, row, options.missing));
    width = std::max(width, query::DisplayWidth(parts.back().range));
  }
  for (CellParts& part : parts) {
    if (column.role == Role::kMember && part.value.empty()) {
      part.value = std::string(kNotSplit);
    }
    if (width > 0 && (shown.right || !part.range.empty())) {
      const size_t own = query::DisplayWidth(part.range);
      absl::StrAppend(&part.value, " ", part.range,
                      std::string(width - own, ' '));
    }
    shown.cells.push_back(std::move(part.value));
  }
  return shown;
}

// Steps present and expected of one item.
struct ItemCoverage {
  std::string item;
  const Column* present = nullptr;
  const Column* expected = nullptr;

  bool Differs(size_t rows) const {
    for (size_t row = 0; row < rows; ++row) {
      if (present->integers[row] != expected->integers[row]) return true;
    }
    return false;
  }
  bool SameAs(const ItemCoverage& other, size_t rows) const {
    const auto same = [rows](const Column& a, const Column& b) {
      return std::equal(a.integers.begin(),
                        a.integers.begin() + static_cast<ptrdiff_t>(rows),
                        b.integers.begin());
    };
    return same(*present, *other.present) && same(*expected, *other.expected);
  }
};

std::vector<ItemCoverage> FindCoverages(const Answer& answer) {
  constexpr absl::string_view kSuffix = "_present";
  std::vector<ItemCoverage> coverages;
  for (const Column& column : answer.columns) {
    if (column.role == Role::kPresent) {
      const absl::string_view name = column.name;
      coverages.push_back(
          {std::string(name.substr(
               0, name.size() - std::min(name.size(), kSuffix.size()))),
           &column, nullptr});
    } else if (column.role == Role::kExpected && !coverages.empty()) {
      coverages.back().expected = &column;
    }
  }
  coverages.erase(
      std::remove_if(coverages.begin(), coverages.end(),
                     [](const ItemCoverage& c) { return !c.expected; }),
      coverages.end());
  return coverages;
}

// The coverage columns that some row needs: one for all items where they agree,
// else one for each.
std::vector<Shown> ShowCoverage(const Answer& answer, size_t rows) {
  const std::vector<ItemCoverage> coverages = FindCoverages(answer);
  bool agree = true;
  for (const ItemCoverage& coverage : coverages) {
    agree = agree && coverage.SameAs(coverages[0], rows);
  }
  std::vector<Shown> result;
  for (const ItemCoverage& coverage : coverages) {
    if (agree && !result.empty()) break;
    if (!coverage.Differs(rows)) continue;
    Shown shown;
    shown.header =
        agree ? "coverage" : absl::StrCat(coverage.item, " coverage");
    shown.right = true;
    for (size_t row = 0; row < rows; ++row) {
      shown.cells.push_back(
          absl::StrCat(Digits(coverage.present->integers[row]), "/",
                       Digits(coverage.expected->integers[row])));
    }
    shown.dim = true;
    result.push_back(std::move(shown));
  }
  return result;
}

std::vector<Shown> ShowColumns(const Answer& answer, size_t rows,
                               const TableOptions& options) {
  std::vector<Shown> shown;
  const Column* partial = nullptr;
  for (const Column& column : answer.columns) {
    switch (column.role) {
      case Role::kKind:
      case Role::kPresent:
      case Role::kExpected:
        break;
      case Role::kPartial:
        partial = &column;
        break;
      default:
        shown.push_back(ShowValues(column, rows, options));
    }
  }
  for (Shown& coverage : ShowCoverage(answer, rows)) {
    shown.push_back(std::move(coverage));
  }
  const auto is_partial = [&](size_t row) {
    return partial->integers[row] != 0;
  };
  bool any_partial = false;
  for (size_t row = 0; partial != nullptr && row < rows; ++row) {
    any_partial = any_partial || is_partial(row);
  }
  if (any_partial) {
    Shown flags;
    flags.header = "partial";
    flags.dim = true;
    for (size_t row = 0; row < rows; ++row) {
      flags.cells.push_back(is_partial(row) ? "partial" : "");
    }
    shown.push_back(std::move(flags));
  }
  return shown;
}

}  // namespace

std::string FormatTable(const Answer& answer, const TableOptions& options) {
  using Layout = TableOptions::Layout;
  const size_t all = answer.row_count();
  const size_t rows =
      options.max_rows == 0 ? all : std::min(all, options.max_rows);
  std::vector<Shown> columns = ShowColumns(answer, rows, options);
  // Nothing but the table: it is pasted elsewhere.
  if (options.layout == Layout::kMarkdown) {
    return query::LayOutMarkdown(columns, rows);
  }
  query::Fitted fitted;
  if (options.max_width > 0 && options.layout != Layout::kVertical) {
    const bool box = options.layout == Layout::kBox;
    fitted = query::FitColumns(options.max_width, /*between=*/box ? 3 : 2,
                               /*around=*/box ? 4 : 0, &columns);
  }
  std::string out = options.layout == Layout::kPlain
                        ? query::LayOutPlain(columns, rows, options.styled)
                    : options.layout == Layout::kBox
                        ? query::LayOutBox(columns, rows, options.styled)
                        : query::LayOutVertical(columns, rows, options.styled);
  if (all == 0) {
    out.append("(no rows)\n");
  } else if (rows < all) {
    absl::StrAppend(&out, "... ", Digits(static_cast<int64_t>(all - rows)),
                    " more of ", Digits(static_cast<int64_t>(all)), " rows\n");
  }
  if (!fitted.left_out.empty()) {
    absl::StrAppend(&out, "... not shown, for the width: ",
                    absl::StrJoin(fitted.left_out, ", "), "\n");
  }
  if (fitted.cut > 0) {
    absl::StrAppend(&out, "... ", fitted.cut,
                    fitted.cut == 1 ? " text is cut\n" : " texts are cut\n");
  }
  return out;
}

}  // namespace footfall
