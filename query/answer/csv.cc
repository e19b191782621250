// Answers as RFC 4180, with \n for the end of a line.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "query/answer/number_text.h"

namespace footfall {
namespace {

void AppendField(absl::string_view text, std::string* out) {
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) {
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

void AppendCsvCell(const Column& column, size_t row, std::string* out) {
  if (column.is_missing(row)) return;
  switch (column.type) {
    case ColumnType::kInteger:
      query::AppendInteger(column.integers[row], out);
      break;
    case ColumnType::kDecimal:
      query::AppendDecimal(column.decimals[row], out);
      break;
    case ColumnType::kText:
      AppendField(column.text(row), out);
      break;
    case ColumnType::kBoolean:
      out->append(column.integers[row] != 0 ? "true" : "false");
      break;
  }
}

}  // namespace

std::string FormatCsv(const Answer& answer) {
  std::string out;
  for (size_t i = 0; i < answer.columns.size(); ++i) {
    if (i > 0) out.push_back(',');
    AppendField(answer.columns[i].name, &out);
  }
  out.push_back('\n');
  for (size_t row = 0; row < answer.row_count(); ++row) {
    const size_t begin = out.size();
    for (size_t i = 0; i < answer.columns.size(); ++i) {
      if (i > 0) out.push_back(',');
      AppendCsvCell(answer.columns[i], row, &out);
    }
    // A line without a character would read as no row.
    if (out.size() == begin) out.append("\"\"");
    out.push_back('\n');
  }
  return out;
}

}  // namespace footfall
