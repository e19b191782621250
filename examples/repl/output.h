// Where answers go: stdout, a file, or a command that reads them.

#ifndef FOOTFALL_EXAMPLES_REPL_OUTPUT_H_
#define FOOTFALL_EXAMPLES_REPL_OUTPUT_H_

#include <cstddef>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace footfall::repl {

// Threads: one. A command that stops reading ends neither the program nor the
// output: what it did not take is an error of Flush() or Close().
class Output {
 public:
  Output();
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Goes to a file, which is replaced; or with "| command" into what the shell
  // runs; or with "" back to stdout. With `once`, for one answer. The target
  // before is closed first. UNAVAILABLE where one cannot be opened or closed:
  // then it is stdout.
  absl::Status Redirect(absl::string_view target, bool once);

  FILE* stream() { return stream_; }
  const std::string& name() const { return name_; }
  bool is_terminal() const { return stream_ == stdout && stdout_is_terminal_; }
  // Answers since the target was chosen.
  size_t answers() const { return answers_; }
  void CountAnswer() { ++answers_; }
  void CountFromHere() { answers_ = 0; }

  // Ends an answer: goes back to stdout after what `once` was for, and where
  // the answer was not taken.
  absl::Status EndAnswer();
  // UNAVAILABLE where what was written was not taken.
  absl::Status Flush();
  // Whether that ever was so.
  bool has_failed() const { return has_failed_; }

 private:
  absl::Status Close();

  FILE* stream_ = stdout;
  std::string name_ = "stdout";
  bool is_command_ = false;
  bool once_ = false;
  bool has_failed_ = false;
  const bool stdout_is_terminal_;
  size_t answers_ = 0;
};

// Shows `text` by $PAGER, or `less`, which leaves at once where it fits. False
// where there is none, and nothing was shown.
bool ShowByPager(const std::string& text);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_OUTPUT_H_
