// Answers as JSON: an object a row, numbers with all their digits.

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "query/answer/number_text.h"

namespace footfall {
namespace {

void AppendString(absl::string_view text, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  out->push_back('"');
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        out->append("\\\"");
        break;
      case '\\':
        out->append("\\\\");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\t':
        out->append("\\t");
        break;
      default:
        if (byte < 0x20) {
          out->append("\\u00");
          out->push_back(kHex[byte >> 4]);
          out->push_back(kHex[byte & 15]);
        } else {
          out->push_back(c);
        }
    }
  }
  out->push_back('"');
}

void AppendJsonCell(const Column& column, size_t row, std::string* out) {
  if (column.is_missing(row)) {
    out->append("null");
    return;
  }
  switch (column.type) {
    case ColumnType::kInteger:
      query::AppendInteger(column.integers[row], out);
      break;
    case ColumnType::kDecimal: {
      // JSON has no number for nan, inf and -inf.
      const bool quoted = !std::isfinite(column.decimals[row]);
      if (quoted) out->push_back('"');
      query::AppendDecimal(column.decimals[row], out);
      if (quoted) out->push_back('"');
      break;
    }
    case ColumnType::kText:
      AppendString(column.text(row), out);
      break;
    case ColumnType::kBoolean:
      out->append(column.integers[row] != 0 ? "true" : "false");
      break;
  }
}

// Appends the objects of all rows with `between` between them.
void AppendRows(const Answer& answer, absl::string_view between,
                std::string* out) {
  std::vector<std::string> keys;  // as they stand before each value
  for (const Column& column : answer.columns) {
    std::string key(keys.empty() ? "{" : ",");
    AppendString(column.name, &key);
    key.push_back(':');
    keys.push_back(std::move(key));
  }
  for (size_t row = 0; row < answer.row_count(); ++row) {
    if (row > 0) out->append(between.data(), between.size());
    if (keys.empty()) out->push_back('{');
    for (size_t i = 0; i < answer.columns.size(); ++i) {
      out->append(keys[i]);
      AppendJsonCell(answer.columns[i], row, out);
    }
    out->push_back('}');
  }
}

}  // namespace

std::string FormatJson(const Answer& answer) {
  std::string out = "[";
  AppendRows(answer, ",\n", &out);
  out.append("]\n");
  return out;
}

std::string FormatJsonLines(const Answer& answer) {
  std::string out;
  AppendRows(answer, "\n", &out);
  if (answer.row_count() > 0) out.push_back('\n');
  return out;
}

}  // namespace footfall
