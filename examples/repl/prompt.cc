#include "examples/repl/prompt.h"

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "examples/repl/complete.h"
#include "examples/repl/history_file.h"
#include "examples/repl/line_editor.h"
#include "examples/repl/script.h"
#include "examples/repl/signals.h"

namespace footfall::repl {

namespace {

constexpr char kPrompt[] = "footfall> ";
constexpr char kPromptOpen[] = "     ...> ";

void Greet(const DatabaseFolder& folder) {
  if (folder.database() == nullptr) {
    absl::PrintF(
        "There is no database in %s yet; the first DEFINE METRIC creates it.\n"
        "`footfall --guess FILE` writes the statements that load a CSV file;\n"
        ".help lists the commands.\n",
        folder.path());
    return;
  }
  const DatabaseStats stats = folder.database()->Stats();
  if (stats.metric_count == 0) {
    absl::PrintF(
        "Nothing is declared here yet. `footfall --guess FILE` writes the\n"
        "statements that load a CSV file; .help lists the commands.\n");
    return;
  }
  absl::PrintF("%d metric%s, %d series%s. .metrics lists them, .help more.\n",
               stats.metric_count, stats.metric_count == 1 ? "" : "s",
               stats.series_count, folder.read_only() ? ", to read only" : "");
}

// The command that a line is; empty where it is none. Words that every shell
// takes need no dot.
std::string CommandOf(absl::string_view line) {
  absl::string_view typed = absl::StripAsciiWhitespace(line);
  if (!typed.empty() && typed[0] == '.') return std::string(typed);
  absl::ConsumeSuffix(&typed, ";");
  for (const absl::string_view word : {"help", "exit", "quit"}) {
    if (absl::EqualsIgnoreCase(typed, word)) return absl::StrCat(".", word);
  }
  return "";
}

}  // namespace

bool RunPrompt(Session& session) {
  std::string open;  // lines of the statement that is being typed
  const std::unique_ptr<LineEditor> editor =
      LineEditor::Create([&](absl::string_view line) {
        return Complete(session.folder().TakeSnapshot().get(),
                        absl::StrCat(open, line));
      });
  if (editor == nullptr) return false;
  session.BeInteractive();
  HistoryFile history;
  for (const std::string& entry : history.Load()) editor->AddHistory(entry);
  const auto remember = [&](const std::string& entry) {
    editor->AddHistory(entry);
    history.Add(entry);
  };

  Greet(session.folder());
  while (!session.quit()) {
    std::string line;
    switch (editor->ReadLine(open.empty() ? kPrompt : kPromptOpen, &line)) {
      case LineEditor::Read::kEnd:
        return true;
      case LineEditor::Read::kInterrupted:
        open.clear();
        continue;
      case LineEditor::Read::kLine:
        break;
    }
    const std::string typed = CommandOf(line);
    if (open.empty() && !typed.empty()) {
      remember(std::string(absl::StripAsciiWhitespace(line)));
      session.RunCommand(typed);
      interrupted.store(false);
      continue;
    }
    if (!typed.empty()) {
      absl::FPrintF(stderr,
                    "the statement above is still open: end it with ; or drop "
                    "it with Ctrl-C, then %s\n",
                    typed);
      if (typed == absl::StripAsciiWhitespace(line)) continue;  // with a dot
    }
    absl::StrAppend(&open, line, "\n");
    const ScriptState state = ScanScript(open);
    // A quote left open cannot be closed any more: let the parser say so.
    const size_t ready = state.quote_broken ? open.size() : state.closed;
    const std::string statements = open.substr(0, ready);
    open.erase(0, ready);
    if (!state.statement_open) open.clear();
    if (statements.empty()) continue;
    remember(OneLine(statements));
    session.RunScript(statements);
    interrupted.store(false);
  }
  return true;
}

}  // namespace footfall::repl
