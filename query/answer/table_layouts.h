// Where the cells of a table stand on the page.

#ifndef FOOTFALL_QUERY_ANSWER_TABLE_LAYOUTS_H_
#define FOOTFALL_QUERY_ANSWER_TABLE_LAYOUTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace footfall::query {

// One column as it is shown.
struct ShownColumn {
  std::string header;
  bool right = false;              // numbers stand right
  std::vector<std::string> cells;  // [rows]
};

// Columns with two blanks between them, a line under the headers.
std::string LayOutPlain(absl::Span<const ShownColumn> columns, size_t rows);
// Lines around every column.
std::string LayOutBox(absl::Span<const ShownColumn> columns, size_t rows);
// A table of Markdown; a | in a cell has a backslash before it.
std::string LayOutMarkdown(absl::Span<const ShownColumn> columns, size_t rows);
// A cell a line, `header  cell`; a line with its number before each row.
std::string LayOutVertical(absl::Span<const ShownColumn> columns, size_t rows);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_ANSWER_TABLE_LAYOUTS_H_
