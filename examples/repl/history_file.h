// What was asked before, kept over the end of the program.

#ifndef FOOTFALL_EXAMPLES_REPL_HISTORY_FILE_H_
#define FOOTFALL_EXAMPLES_REPL_HISTORY_FILE_H_

#include <string>
#include <vector>

namespace footfall::repl {

// A text file with one entry a line, the newest last, at
// $XDG_STATE_HOME/footfall/history or ~/.local/state/footfall/history. Several
// programs may add to it at once. Without a home nothing is kept. Failures are
// silent: a history is not worth a message.
class HistoryFile {
 public:
  HistoryFile();

  // The newest entries, oldest of them first. Shortens a file grown long.
  std::vector<std::string> Load();

  // Requires: no line end in `entry`.
  void Add(const std::string& entry);

 private:
  std::string path_;  // empty: nothing is kept
};

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_HISTORY_FILE_H_
