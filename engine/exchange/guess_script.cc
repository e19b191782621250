#include "engine/exchange/guess_script.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "engine/exchange/csv_fields.h"
#include "footfall/metric.h"

namespace footfall::engine {
namespace {

using Role = ImportColumn::Role;

std::string TextInQuotes(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

// In quotes where it is no name, or might be read as a word.
std::string Header(absl::string_view header) {
  for (const absl::string_view word :
       {"as", "empty", "value", "values", "time", "trim", "fold", "into"}) {
    if (header != word) continue;
    return absl::StrCat("\"", header, "\"");
  }
  if (IsValidName(header)) return std::string(header);
  return absl::StrCat("\"", absl::StrReplaceAll(header, {{"\"", "\"\""}}),
                      "\"");
}

// Lines of a statement, each with what a person should check.
class Lines {
 public:
  void Add(absl::string_view text, absl::string_view check = "") {
    absl::StrAppend(&text_, text_.empty() ? "" : "\n", text,
                    check.empty() ? "" : "  -- check: ", check);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string DefineOne(const TableClass& found, const MetricSpec& metric,
                      bool never_falls) {
  Lines lines;
  lines.Add(absl::StrCat(
      "DEFINE METRIC ", metric.name, " ",
      metric.value_type == ValueType::kInteger ? "INTEGER" : "DECIMAL"));
  lines.Add(
      absl::StrCat("  EVERY ", absl::StrReplaceAll(FormatPeriod(metric.period),
                                                   {{" from ", " FROM "}})),
      absl::StrJoin(found.time_checks, "; "));
  const absl::string_view rule = AdditivityName(metric.over_time);
  lines.Add(absl::StrCat("  OVER TIME ", rule),
            never_falls
                ? "its values never fall, as sums so far do; if each counts "
                  "its own step, write ADDS"
                : "ADDS for counts of events, OVERLAPS for users, LEVEL for "
                  "prices and ranks");
  std::vector<std::string> names;
  for (const Dimension& dimension : metric.dimensions) {
    names.push_back(dimension.name);
  }
  if (!names.empty()) {
    const absl::string_view other =
        metric.over_time == Additivity::kAdds
            ? "OVERLAPS after one whose members overlap, as EU and its states"
            : "ADDS after one whose members sum to the whole";
    lines.Add(absl::StrCat("  BY ", absl::StrJoin(names, ", ")),
              absl::StrCat(found.wide ? "call it what the columns are; " : "",
                           "each is ", rule, "; write ", other));
  }
  lines.Add("  IN ZONE 'UTC';", found.has_offset
                                    ? "whose days are they? The times carry "
                                      "their own offsets"
                                    : "whose days are they?");
  return lines.text();
}

std::string ColumnText(const ImportColumn& column, bool events) {
  const std::string named =
      column.header == column.dimension
          ? Header(column.header)
          : absl::StrCat(Header(column.header), " AS ", column.dimension);
  switch (column.role) {
    case Role::kValue:
      return absl::StrCat("VALUE ", Header(column.header),
                          column.metric.empty() ? "" : " INTO ", column.metric);
    case Role::kValuesOf: {
      std::vector<std::string> except;
      for (const std::string& header : column.headers) {
        except.push_back(Header(header));
      }
      return absl::StrCat(
          "VALUES OF *",
          except.empty()
              ? ""
              : absl::StrCat(" EXCEPT (", absl::StrJoin(except, ", "), ")"),
          " AS ", column.dimension);
    }
    case Role::kKind:
      return absl::StrCat("KIND ", Header(column.header));
    case Role::kName:
      return absl::StrCat("NAME ", Header(column.header));
    case Role::kNote:
      return absl::StrCat("NOTE ", Header(column.header));
    case Role::kSource:
      return absl::StrCat("SOURCE ", Header(column.header));
    default:
      return absl::StrCat(
          events ? "FOR " : "", named,
          column.member.empty()
              ? ""
              : absl::StrCat(" EMPTY ", TextInQuotes(column.member)));
  }
}

std::string ColumnsText(const ImportSpec& import) {
  std::vector<std::string> times;
  std::vector<std::string> columns;
  for (const ImportColumn& column : import.columns) {
    if (column.role == Role::kTime) {
      times.push_back(Header(column.header));
    } else {
      columns.push_back(ColumnText(column, import.events));
    }
  }
  const std::string time = absl::StrJoin(times, ", ");
  columns.insert(columns.begin(), times.size() == 1
                                      ? absl::StrCat("TIME ", time)
                                      : absl::StrCat("TIME (", time, ")"));
  return absl::StrCat("  (", absl::StrJoin(columns, ", "), ")");
}

std::string MarkText(char mark) {
  return mark == '\t' ? "'tab'" : TextInQuotes(absl::string_view(&mark, 1));
}

std::string Texts(const std::vector<std::string>& texts) {
  return absl::StrCat(
      "(",
      absl::StrJoin(texts, ", ",
                    [](std::string* out, const std::string& text) {
                      absl::StrAppend(out, TextInQuotes(text));
                    }),
      ")");
}

// What a comment can hold: on one line.
std::string InComment(absl::string_view text) {
  std::string plain = absl::CHexEscape(text.substr(0, 64));
  return IsValidName(text) ? plain : absl::StrCat("\"", plain, "\"");
}

}  // namespace

std::string DefineText(const TableSample&, const TableClass& found,
                       const ImportGuess& guess) {
  // [metric], in the order of their columns; all of a wide file's are of one.
  std::vector<bool> never_fall;
  for (size_t i = 0; i < found.roles.size(); ++i) {
    if (found.roles[i] != ColumnRole::kMeasure) continue;
    never_fall.push_back(found.never_falls[i]);
  }
  if (found.wide) {
    const bool any = std::count(never_fall.begin(), never_fall.end(), true) > 0;
    never_fall = {any};
  }
  std::vector<std::string> texts;
  for (size_t n = 0; n < guess.metrics.size(); ++n) {
    texts.push_back(DefineOne(found, guess.metrics[n], never_fall[n]));
  }
  return absl::StrJoin(texts, "\n");
}

std::string ImportText(const TableSample& sample, const TableClass& found,
                       const ImportGuess& guess) {
  const ImportSpec& import = guess.import;
  std::string first = absl::StrCat("IMPORT ", TextInQuotes(import.path));
  if (import.events) {
    absl::StrAppend(&first, " INTO EVENTS");
  } else if (!import.metric.empty()) {
    absl::StrAppend(&first, " INTO ", import.metric);
  }
  std::vector<std::pair<std::string, std::string>> parts = {{first, ""}};
  std::vector<std::string> mixed;
  for (const ImportColumn& column : import.columns) {
    if (column.role != Role::kDimension || import.events) continue;
    if (!column.member.empty()) continue;
    for (size_t i = 0; i < sample.columns(); ++i) {
      if (sample.header(i) == column.header && sample.facts[i].empty() > 0) {
        mixed.push_back(column.dimension);
      }
    }
  }
  parts.emplace_back(
      ColumnsText(import),
      mixed.empty()
          ? ""
          : absl::StrCat("an empty ", absl::StrJoin(mixed, " or "),
                         " means the whole; if it means unknown, write ",
                         mixed[0], " EMPTY 'unknown'"));
  for (const ImportCondition& condition : import.where) {
    parts.emplace_back(
        absl::StrCat(&condition == &import.where[0] ? "  WHERE " : "    AND ",
                     Header(condition.header),
                     condition.negated ? " NOT IN " : " IN ",
                     Texts(condition.texts)),
        "these rows hold sums of the others");
  }
  if (import.time_format.has_value()) {
    parts.emplace_back(
        absl::StrCat("  FORMAT ", TextInQuotes(*import.time_format)), "");
  }
  const CsvDialect& dialect = import.dialect;
  std::string written;
  if (dialect.delimiter.has_value()) {
    absl::StrAppend(&written, " DELIMITER ", MarkText(*dialect.delimiter));
  }
  if (dialect.quote.has_value()) {
    absl::StrAppend(&written, " QUOTE ", MarkText(*dialect.quote));
  }
  if (dialect.skip.has_value()) {
    absl::StrAppend(&written, " SKIP ", *dialect.skip);
  }
  if (dialect.encoding.has_value()) {
    absl::StrAppend(
        &written, " ENCODING ",
        TextInQuotes(absl::AsciiStrToLower(EncodingName(*dialect.encoding))));
  }
  if (!written.empty()) {
    parts.emplace_back(
        absl::StrCat(" ", written),
        sample.is_latin1 ? "it is not UTF-8; are its accents right so?" : "");
  }
  std::string marks;
  if (import.decimal != '.') {
    absl::StrAppend(&marks, " DECIMAL ", MarkText(import.decimal));
  }
  if (import.thousands != '\0') {
    absl::StrAppend(&marks, " THOUSANDS ", MarkText(import.thousands));
  }
  const std::string mark_check = absl::StrJoin(found.number_checks, "; ");
  if (marks.empty() && !mark_check.empty()) marks = " DECIMAL '.'";
  if (!marks.empty()) {
    parts.emplace_back(absl::StrCat(" ", marks), mark_check);
  }
  if (!import.null_words.empty()) {
    parts.emplace_back(absl::StrCat("  NULL ", Texts(import.null_words)),
                       "such a value is none");
  }
  if (import.same_sample == SameSample::kSum) {
    parts.emplace_back(
        "  DUPLICATES SUM",
        absl::StrCat("several rows of one date and the same members are added "
                     "up",
                     found.equal_rows == 0
                         ? ""
                         : absl::StrCat(", and ", found.equal_rows,
                                        " that are equal to one before, as "
                                        "line ",
                                        found.equal_lines.second, " to line ",
                                        found.equal_lines.first)));
  }
  parts.back().first += ";";
  Lines lines;
  for (const auto& [text, check] : parts) lines.Add(text, check);
  if (found.equal_rows > 0 && !found.sums) {
    const bool one = found.equal_rows == 1;
    lines.Add(absl::StrCat(
        "-- check: ", found.equal_rows, one ? " row is" : " rows are",
        " equal to one before, as line ", found.equal_lines.second, " to line ",
        found.equal_lines.first, ", and ", one ? "counts" : "count",
        " once; if each is an event of its own, write DUPLICATES SUM"));
  }
  if (!sample.has_all_rows) {
    lines.Add(absl::StrCat("-- check: only the first ", sample.rows.size(),
                           " rows were looked at"));
  }
  std::vector<std::string> left_out;
  for (size_t i = 0; i < sample.columns(); ++i) {
    if (found.roles[i] != ColumnRole::kLeftOut) continue;
    left_out.push_back(
        absl::StrCat(InComment(sample.header(i)), " (", found.reasons[i], ")"));
  }
  if (!left_out.empty()) {
    lines.Add(absl::StrCat("-- left out: ", absl::StrJoin(left_out, ", ")));
  }
  return lines.text();
}

}  // namespace footfall::engine
