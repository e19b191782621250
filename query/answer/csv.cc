// Answers as RFC 4180, with \n for the end of a line; with a TAB for the comma,
// too.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "query/answer/number_text.h"

namespace footfall {
namespace {

void AppendCsvText(absl::string_view text, char delimiter, std::string* out) {
  const bool plain = text.find_first_of("\"\r\n") == absl::string_view::npos &&
                     text.find(delimiter) == absl::string_view::npos;
  if (plain) {
    out->append(text.data(), text.size());
    return;
  }
  out->push_back('"');
  for (const char c : text) {
    if (c == '"') out->push_back('"');
    out->push_back(c);
  }
  out->push_back('"');
}

void AppendCsvCell(const Column& column, size_t row, char delimiter,
                   std::string* out) {
  if (column.is_missing(row)) return;
  switch (column.type) {
    case ColumnType::kInteger:
      query::AppendInteger(column.integers[row], out);
      break;
    case ColumnType::kDecimal:
      query::AppendDecimal(column.decimals[row], out);
      break;
    case ColumnType::kText:
      AppendCsvText(column.text(row), delimiter, out);
      break;
    case ColumnType::kBoolean:
      out->append(column.integers[row] != 0 ? "true" : "false");
      break;
  }
}

std::string FormatDelimited(const Answer& answer, char delimiter,
                            bool with_header) {
  std::string out;
  for (size_t i = 0; with_header && i < answer.columns.size(); ++i) {
    if (i > 0) out.push_back(delimiter);
    AppendCsvText(answer.columns[i].name, delimiter, &out);
  }
  if (with_header) out.push_back('\n');
  for (size_t row = 0; row < answer.row_count(); ++row) {
    const size_t begin = out.size();
    for (size_t i = 0; i < answer.columns.size(); ++i) {
      if (i > 0) out.push_back(delimiter);
      AppendCsvCell(answer.columns[i], row, delimiter, &out);
    }
    // A line without a character would read as no row.
    if (out.size() == begin) out.append("\"\"");
    out.push_back('\n');
  }
  return out;
}

}  // namespace

std::string FormatCsv(const Answer& answer, bool with_header) {
  return FormatDelimited(answer, ',', with_header);
}

std::string FormatTsv(const Answer& answer, bool with_header) {
  return FormatDelimited(answer, '\t', with_header);
}

}  // namespace footfall
