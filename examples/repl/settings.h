// What the program's commands and options set.

#ifndef FOOTFALL_EXAMPLES_REPL_SETTINGS_H_
#define FOOTFALL_EXAMPLES_REPL_SETTINGS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/answer.h"

namespace footfall::repl {

// How answers are printed.
enum class Mode {
  kTable,
  kBox,
  kMarkdown,
  kVertical,
  kCsv,
  kTsv,
  kJson,
  kJsonLines,
  kPlot,   // a chart, of answers by time
  kSpark,  // a line a group
};

// "table", "box", "markdown", "vertical", "csv", "tsv", "json", "jsonl",
// "plot", "spark", in the order of Mode.
absl::Span<const absl::string_view> ModeNames();
absl::string_view ModeName(Mode mode);
std::optional<Mode> ParseMode(absl::string_view word);
// "table, box, .. or spark"
std::string ModeList();

struct Settings {
  Mode mode = Mode::kTable;
  bool values = false;          // answers without kinds and coverage
  bool headers = true;          // of csv and tsv
  bool echo = false;            // each statement before its answer
  bool bail = true;             // a script ends at its first error
  bool timer = false;           // how long each statement took
  bool pager = true;            // for answers longer than the window
  std::string missing = "-";    // in tables, where there is no value
  NumberStyle numbers;          // of tables
  std::optional<size_t> width;  // of tables; 0: any; else the window's
};

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_SETTINGS_H_
