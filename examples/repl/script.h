// Cuts a script into statements and commands to the program.
//
// Knows just enough of the language for that: texts in quotes, comments, `;`.
// A text cannot hold the end of a line, so a quote left open ends there, and
// the statement with it: the parser then says what is wrong.

#ifndef FOOTFALL_EXAMPLES_REPL_SCRIPT_H_
#define FOOTFALL_EXAMPLES_REPL_SCRIPT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footfall::repl {

// Where the scan of a text stands at its end.
struct ScriptState {
  // Bytes [0, closed) are whole statements, and what lies between them.
  size_t closed = 0;
  // What follows has more than blanks and comments.
  bool statement_open = false;
  // A quote was left open at the end of a line, after `closed`.
  bool quote_broken = false;
};

ScriptState ScanScript(absl::string_view text);

// The byte after the first `;` that ends a statement; else the text's size.
size_t FirstStatementEnd(absl::string_view text);

// The text on one line and without comments, for the history.
std::string OneLine(absl::string_view text);

// A stretch of a script: statements, or one command to the program.
struct ScriptPart {
  bool is_command = false;
  size_t begin = 0;  // bytes [begin, end) of the script; a command without its
  size_t end = 0;    // end of line
};

// In order; statements between two commands are one part.
std::vector<ScriptPart> SplitScript(absl::string_view text);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_SCRIPT_H_
