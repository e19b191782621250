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
  bool dim = false;                // where styles are asked for
  std::vector<std::string> cells;  // [rows]
};

// What FitColumns() took away.
struct Fitted {
  std::vector<std::string> left_out;  // headers of columns
  size_t cut = 0;                     // cells
};
// Makes lines no wider than `width`, with `between` two columns and `around`
// them: cuts texts to what is left, then leaves columns out from the right, all
// but the first.
Fitted FitColumns(size_t width, size_t between, size_t around,
                  std::vector<ShownColumn>* columns);

// `styled`: with the escape sequences of a terminal, headers bold, `dim`
// columns dim.
//
// Columns with two blanks between them, a line under the headers.
std::string LayOutPlain(absl::Span<const ShownColumn> columns, size_t rows,
                        bool styled);
// Lines around every column.
std::string LayOutBox(absl::Span<const ShownColumn> columns, size_t rows,
                      bool styled);
// A table of Markdown; a | in a cell has a backslash before it.
std::string LayOutMarkdown(absl::Span<const ShownColumn> columns, size_t rows);
// A cell a line, `header  cell`; a line with its number before each row.
std::string LayOutVertical(absl::Span<const ShownColumn> columns, size_t rows,
                           bool styled);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_ANSWER_TABLE_LAYOUTS_H_
