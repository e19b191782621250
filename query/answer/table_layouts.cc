#include "query/answer/table_layouts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "query/answer/display_width.h"

namespace footfall::query {
namespace {

std::vector<size_t> WidthsOf(absl::Span<const ShownColumn> columns) {
  std::vector<size_t> widths;
  for (const ShownColumn& column : columns) {
    size_t width = DisplayWidth(column.header);
    for (const std::string& cell : column.cells) {
      width = std::max(width, DisplayWidth(cell));
    }
    widths.push_back(width);
  }
  return widths;
}

void AppendPadded(absl::string_view text, size_t width, bool right,
                  std::string* line) {
  const size_t own = DisplayWidth(text);
  const std::string padding(width > own ? width - own : 0, ' ');
  if (right) line->append(padding);
  line->append(text.data(), text.size());
  if (!right) line->append(padding);
}

void AppendLine(std::string line, std::string* out) {
  line.erase(line.find_last_not_of(' ') + 1);
  out->append(line);
  out->push_back('\n');
}

std::string Repeated(absl::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out.append(text.data(), text.size());
  return out;
}

}  // namespace

std::string LayOutPlain(absl::Span<const ShownColumn> columns, size_t rows) {
  const std::vector<size_t> widths = WidthsOf(columns);
  std::string out;
  // Appends the line whose part in column i is text(i).
  const auto append = [&](const auto& text) {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line.append("  ");
      AppendPadded(text(i), widths[i], columns[i].right, &line);
    }
    AppendLine(std::move(line), &out);
  };
  append([&](size_t i) { return columns[i].header; });
  append([&](size_t i) { return std::string(widths[i], '-'); });
  for (size_t row = 0; row < rows; ++row) {
    append([&](size_t i) { return columns[i].cells[row]; });
  }
  return out;
}

std::string LayOutBox(absl::Span<const ShownColumn> columns, size_t rows) {
  const std::vector<size_t> widths = WidthsOf(columns);
  std::string out;
  const auto append_rule = [&](absl::string_view left, absl::string_view middle,
                               absl::string_view right) {
    for (size_t i = 0; i < columns.size(); ++i) {
      absl::StrAppend(&out, i == 0 ? left : middle,
                      Repeated("─", widths[i] + 2));
    }
    absl::StrAppend(&out, right, "\n");
  };
  const auto append = [&](const auto& text) {
    for (size_t i = 0; i < columns.size(); ++i) {
      out.append("│ ");
      AppendPadded(text(i), widths[i], columns[i].right, &out);
      out.push_back(' ');
    }
    out.append("│\n");
  };
  append_rule("┌", "┬", "┐");
  append([&](size_t i) { return columns[i].header; });
  append_rule("├", "┼", "┤");
  for (size_t row = 0; row < rows; ++row) {
    append([&](size_t i) { return columns[i].cells[row]; });
  }
  append_rule("└", "┴", "┘");
  return out;
}

std::string LayOutMarkdown(absl::Span<const ShownColumn> columns, size_t rows) {
  std::string out;
  const auto append = [&](const auto& text) {
    out.push_back('|');
    for (size_t i = 0; i < columns.size(); ++i) {
      absl::StrAppend(&out, " ", text(i), " |");
    }
    out.push_back('\n');
  };
  const auto escaped = [](absl::string_view text) {
    return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"|", "\\|"}});
  };
  append([&](size_t i) { return escaped(columns[i].header); });
  append([&](size_t i) -> std::string {
    return columns[i].right ? "---:" : "---";
  });
  for (size_t row = 0; row < rows; ++row) {
    append([&](size_t i) { return escaped(columns[i].cells[row]); });
  }
  return out;
}

std::string LayOutVertical(absl::Span<const ShownColumn> columns, size_t rows) {
  size_t width = 0;
  for (const ShownColumn& column : columns) {
    width = std::max(width, DisplayWidth(column.header));
  }
  std::string out;
  for (size_t row = 0; row < rows; ++row) {
    absl::StrAppend(&out, "-- row ", row + 1, "\n");
    for (const ShownColumn& column : columns) {
      std::string line;
      AppendPadded(column.header, width, /*right=*/false, &line);
      AppendLine(absl::StrCat(line, "  ", column.cells[row]), &out);
    }
  }
  return out;
}

}  // namespace footfall::query
