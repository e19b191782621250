#include "query/answer/table_layouts.h"

#include <algorithm>
#include <optional>
#include <utility>

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

constexpr absl::string_view kBold = "\x1b[1m";
constexpr absl::string_view kDim = "\x1b[2m";
constexpr absl::string_view kPlain = "\x1b[0m";

void AppendStyled(absl::string_view style, absl::string_view text, bool styled,
                  std::string* line) {
  if (!styled || style.empty()) {
    line->append(text.data(), text.size());
    return;
  }
  absl::StrAppend(line, style, text, kPlain);
}

// The padded cell of a column, or its header where `row` is none.
std::string CellOf(const ShownColumn& column, size_t width,
                   std::optional<size_t> row, bool styled) {
  std::string padded;
  AppendPadded(row.has_value() ? column.cells[*row] : column.header, width,
               column.right, &padded);
  std::string cell;
  AppendStyled(!row.has_value() ? kBold
               : column.dim     ? kDim
                                : "",
               padded, styled, &cell);
  return cell;
}

std::string Repeated(absl::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out.append(text.data(), text.size());
  return out;
}

}  // namespace

Fitted FitColumns(size_t width, size_t between, size_t around,
                  std::vector<ShownColumn>* columns) {
  constexpr size_t kLeastText = 12;  // to which texts are cut
  constexpr absl::string_view kCut = "…";
  Fitted fitted;
  std::vector<size_t> widths = WidthsOf(*columns);
  const auto total = [&] {
    size_t sum = around;
    for (size_t i = 0; i < widths.size(); ++i) {
      sum += widths[i] + (i > 0 ? between : 0);
    }
    return sum;
  };
  // The widest text first, and no further than its header is wide.
  while (total() > width) {
    std::optional<size_t> widest;
    for (size_t i = 0; i < widths.size(); ++i) {
      const size_t least =
          std::max(kLeastText, DisplayWidth((*columns)[i].header));
      if ((*columns)[i].right || widths[i] <= least) continue;
      if (!widest.has_value() || widths[i] > widths[*widest]) widest = i;
    }
    if (!widest.has_value()) break;
    --widths[*widest];
  }
  while (columns->size() > 1 && total() > width) {
    fitted.left_out.insert(fitted.left_out.begin(), columns->back().header);
    columns->pop_back();
    widths.pop_back();
  }
  for (size_t i = 0; i < widths.size(); ++i) {
    if ((*columns)[i].right) continue;
    for (std::string& cell : (*columns)[i].cells) {
      if (DisplayWidth(cell) <= widths[i]) continue;
      ++fitted.cut;
      cell = absl::StrCat(CutToWidth(cell, widths[i] - 1), kCut);
    }
  }
  return fitted;
}

std::string LayOutPlain(absl::Span<const ShownColumn> columns, size_t rows,
                        bool styled) {
  const std::vector<size_t> widths = WidthsOf(columns);
  std::string out;
  // Appends the line whose part in column i is text(i).
  const auto append = [&](const auto& text) {
    std::string line;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) line.append("  ");
      line.append(text(i));
    }
    AppendLine(std::move(line), &out);
  };
  const auto append_row = [&](std::optional<size_t> row) {
    append(
        [&](size_t i) { return CellOf(columns[i], widths[i], row, styled); });
  };
  append_row(std::nullopt);
  append([&](size_t i) { return std::string(widths[i], '-'); });
  for (size_t row = 0; row < rows; ++row) append_row(row);
  return out;
}

std::string LayOutBox(absl::Span<const ShownColumn> columns, size_t rows,
                      bool styled) {
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
  const auto append_row = [&](std::optional<size_t> row) {
    for (size_t i = 0; i < columns.size(); ++i) {
      absl::StrAppend(&out, "│ ", CellOf(columns[i], widths[i], row, styled),
                      " ");
    }
    out.append("│\n");
  };
  append_rule("┌", "┬", "┐");
  append_row(std::nullopt);
  append_rule("├", "┼", "┤");
  for (size_t row = 0; row < rows; ++row) append_row(row);
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

std::string LayOutVertical(absl::Span<const ShownColumn> columns, size_t rows,
                           bool styled) {
  size_t width = 0;
  for (const ShownColumn& column : columns) {
    width = std::max(width, DisplayWidth(column.header));
  }
  std::string out;
  for (size_t row = 0; row < rows; ++row) {
    absl::StrAppend(&out, "-- row ", row + 1, "\n");
    for (const ShownColumn& column : columns) {
      std::string header;
      AppendPadded(column.header, width, /*right=*/false, &header);
      std::string line;
      AppendStyled(kBold, header, styled, &line);
      absl::StrAppend(&line, "  ");
      AppendStyled(column.dim ? kDim : "", column.cells[row], styled, &line);
      AppendLine(std::move(line), &out);
    }
  }
  return out;
}

}  // namespace footfall::query
