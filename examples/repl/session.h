// Runs scripts on a database and prints what comes of them.

#ifndef FOOTFALL_EXAMPLES_REPL_SESSION_H_
#define FOOTFALL_EXAMPLES_REPL_SESSION_H_

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "examples/repl/arguments.h"
#include "examples/repl/chart.h"
#include "examples/repl/database_folder.h"
#include "examples/repl/output.h"
#include "examples/repl/settings.h"
#include "footfall/query.h"

namespace footfall::repl {

// All that is left of a file, into `text`. False, with errno, where it cannot
// be read.
bool ReadWhole(FILE* stream, std::string* text);

// Answers go to stdout, or where .output says; everything else to stderr.
// Whatever fails is printed where it happens. Threads: one.
class Session {
 public:
  // `folder` and `arguments` must outlive the session.
  Session(DatabaseFolder& folder, const Arguments& arguments);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Runs statements and commands up to the first error; false if there was
  // one. Both messages about a statement and --echo show the script's own
  // lines.
  bool RunScript(absl::string_view script);

  // Runs the script in a file. Messages about a statement begin with
  // FILE:LINE:COLUMN.
  bool RunFile(const std::string& file);

  // One line that begins with `.`.
  bool RunCommand(absl::string_view line);

  // True once .quit was run.
  bool quit() const { return quit_; }

  // Lines are typed from now on: long answers are shown a page at a time.
  void BeInteractive() { interactive_ = true; }

  DatabaseFolder& folder() { return folder_; }

  // Ends what a command prints, as an answer ends. False, after a message,
  // where it could not be written.
  bool FinishOutput();
  // The same at the end: whether all answers could be.
  bool FinishAll() { return FinishOutput() && !output_.has_failed(); }

 private:
  friend class Commands;

  // As far as the first error; without Settings::bail, each by itself.
  bool RunStatements(absl::string_view script, size_t begin, size_t end);
  bool RunTogether(absl::string_view script, size_t begin, size_t end);
  // A statement that a command stands for: it is in no file.
  bool RunOwn(const std::string& statement);
  // Creates the database first where the text needs one.
  absl::Status RunText(absl::string_view text, const ExecuteHooks& hooks);
  absl::Status PrintOutcome(const Outcome& outcome);
  absl::Status PrintAnswer(const Answer& answer);
  // In the mode; `max_rows` of a table are shown, 0: all.
  std::string FormatAnswer(const Answer& answer, size_t max_rows) const;
  // With the events of the database.
  absl::StatusOr<Chart> ChartOf(const Answer& answer) const;
  // Draws the last answer, or writes it to a file as SVG.
  absl::Status PlotLast(const std::string& file);
  size_t TextWidth() const;  // of answers; 0: any
  bool IsForPeople() const;  // the mode: a table of some form
  bool UsesPager() const;
  // Prints a status of the output; false where it is none.
  bool Told(const absl::Status& status) const;
  // Of the script, of which `done` statements were run.
  void PrintError(const absl::Status& status, absl::string_view script,
                  size_t done);
  std::string ErrorText(const absl::Status& status, absl::string_view script,
                        size_t done) const;
  // The file that is run, and where in it a byte of its script stands.
  std::string InFile(absl::string_view script, size_t byte) const;
  void PrintProgress(const ImportProgress& progress);
  void ClearProgress();

  DatabaseFolder& folder_;
  const Arguments& arguments_;
  QueryOptions query_options_;
  Settings settings_;
  Answer last_answer_;
  std::optional<Period> bucket_;  // of the last answer
  Output output_;
  bool stderr_is_terminal_;
  bool interactive_ = false;  // a prompt, not a script
  bool quit_ = false;
  int depth_ = 0;     // of .read within .read
  std::string file_;  // that is run; empty: none
  bool progress_shown_ = false;
  absl::Time progress_since_;
};

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_SESSION_H_
