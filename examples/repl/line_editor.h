// One line at a time from a terminal, edited with libedit.

#ifndef FOOTFALL_EXAMPLES_REPL_LINE_EDITOR_H_
#define FOOTFALL_EXAMPLES_REPL_LINE_EDITOR_H_

#include <histedit.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footfall::repl {

// What may stand in place of the word before the cursor.
struct Completion {
  size_t replaced_bytes = 0;  // of the line, before the cursor
  std::vector<std::string> candidates;
};

// Threads: one. Owns the terminal while ReadLine() runs.
class LineEditor {
 public:
  // `complete` is handed the line up to the cursor.
  using Completer = std::function<Completion(absl::string_view line)>;

  // Reads stdin, draws on stdout. Null where the terminal cannot be used.
  static std::unique_ptr<LineEditor> Create(Completer complete);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  enum class Read { kLine, kInterrupted, kEnd };

  // The next line, without its end.
  Read ReadLine(const std::string& prompt, std::string* line);

  // Offers the entry to the keys that go back in the history.
  void AddHistory(const std::string& entry);

 private:
  explicit LineEditor(Completer complete);
  bool Start();
  unsigned char Complete();
  void List(const std::vector<std::string>& candidates);

  static char* Prompt(EditLine* edit);
  static int ReadCharacter(EditLine* edit, wchar_t* character);
  static unsigned char CompleteKey(EditLine* edit, int key);

  Completer complete_;
  std::string prompt_;
  EditLine* edit_ = nullptr;
  History* history_ = nullptr;
};

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_LINE_EDITOR_H_
