#include "examples/repl/session.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "examples/repl/commands.h"
#include "examples/repl/progress.h"
#include "examples/repl/script.h"
#include "examples/repl/signals.h"

namespace footfall::repl {

namespace {

// Rows of an answer shown on a terminal; the rest is counted.
constexpr size_t kTerminalRows = 200;
// .read within .read, at most.
constexpr int kMaxDepth = 16;

}  // namespace

bool ReadWhole(FILE* stream, std::string* text) {
  char piece[1 << 16];
  size_t size = 0;
  while ((size = std::fread(piece, 1, sizeof(piece), stream)) > 0) {
    text->append(piece, size);
  }
  return std::ferror(stream) == 0;
}

Session::Session(DatabaseFolder& folder, const Arguments& arguments)
    : folder_(folder),
      arguments_(arguments),
      mode_(arguments.mode),
      values_(arguments.values),
      stdout_is_terminal_(isatty(STDOUT_FILENO) != 0),
      stderr_is_terminal_(isatty(STDERR_FILENO) != 0) {
  query_options_.parameters = arguments.parameters;
  query_options_.cancelled = &interrupted;
  query_options_.threads =
      std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Session::~Session() {
  if (output_ != stdout) std::fclose(output_);
}

bool Session::RunScript(absl::string_view script) {
  for (const ScriptPart& part : SplitScript(script)) {
    if (quit_) break;
    const bool ok =
        part.is_command
            ? RunCommand(script.substr(part.begin, part.end - part.begin))
            : RunStatements(script, part.begin, part.end);
    if (ok) continue;
    if (part.is_command && !file_.empty()) {
      absl::FPrintF(stderr, "%s: in %s\n", InFile(script, part.begin),
                    script.substr(part.begin, part.end - part.begin));
    }
    return false;
  }
  return true;
}

bool Session::RunFile(const std::string& file) {
  if (depth_ >= kMaxDepth) {
    absl::FPrintF(stderr, "%s: .read inside .read more than %d deep\n", file,
                  kMaxDepth);
    return false;
  }
  FILE* const stream = std::fopen(file.c_str(), "rb");
  std::string script;
  const bool read = stream != nullptr && ReadWhole(stream, &script);
  const int error = errno;
  if (stream != nullptr) std::fclose(stream);
  if (!read) {
    absl::FPrintF(stderr, "cannot read %s: %s\n", file, std::strerror(error));
    return false;
  }
  ++depth_;
  const std::string outer = std::exchange(file_, file);
  const bool ok = RunScript(script);
  file_ = outer;
  --depth_;
  return ok;
}

bool Session::RunOwn(const std::string& statement) {
  const std::string file = std::exchange(file_, "");
  const bool ok = RunStatements(statement, 0, statement.size());
  file_ = file;
  return ok;
}

bool Session::RunCommand(absl::string_view line) {
  return Commands(*this).Run(line);
}

bool Session::RunStatements(absl::string_view script, size_t begin,
                            size_t end) {
  // The part alone, moved to where it stands in the script, so that messages
  // count the script's lines.
  std::string text(static_cast<size_t>(std::count(
                       script.begin(),
                       script.begin() + static_cast<ptrdiff_t>(begin), '\n')),
                   '\n');
  absl::StrAppend(&text, script.substr(begin, end - begin));

  query_options_.now = arguments_.now.value_or(absl::Now());
  // The limit guards against strangers' texts; this one is the user's own.
  query_options_.limits.max_text_bytes =
      std::max(QueryLimits().max_text_bytes, text.size());
  size_t echoed = 0;
  absl::Time since = absl::Now();
  size_t done = 0;  // statements
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome& outcome) {
    ClearProgress();
    if (arguments_.echo && outcome.statement != nullptr) {
      const size_t upto = outcome.statement->source.end;
      const absl::string_view shown = absl::StripAsciiWhitespace(
          absl::string_view(text).substr(echoed, upto - echoed));
      absl::FPrintF(output_, "%s%s;\n\n", answers_ > 0 ? "\n" : "", shown);
      answers_ = 0;
      echoed = std::min(text.find(';', upto), text.size() - 1) + 1;
    }
    const absl::Status status = PrintOutcome(outcome);
    if (status.ok()) ++done;
    if (timer_) {
      absl::FPrintF(stderr, "time: %s\n",
                    absl::FormatDuration(absl::Trunc(absl::Now() - since,
                                                     absl::Microseconds(1))));
    }
    since = absl::Now();
    return status;
  };
  hooks.on_progress = [this](const ImportProgress& progress) {
    PrintProgress(progress);
  };
  const absl::Status status = RunText(text, hooks);
  ClearProgress();
  if (!status.ok()) PrintError(status, text, done);
  return status.ok();
}

// "load.sql:12:3"
std::string Session::InFile(absl::string_view script, size_t byte) const {
  const absl::string_view before = script.substr(0, byte);
  const size_t newline = before.rfind('\n');
  const absl::string_view line =
      before.substr(newline == absl::string_view::npos ? 0 : newline + 1);
  const auto begins_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  };
  return absl::StrCat(
      file_, ":", 1 + std::count(before.begin(), before.end(), '\n'), ":",
      1 + std::count_if(line.begin(), line.end(), begins_character));
}

// Of a script in a file, as compilers tell it: the language's messages say
// where in the script, all others are of the statement behind those `done`.
std::string Session::ErrorText(const absl::Status& status,
                               absl::string_view script, size_t done) const {
  absl::string_view message = status.message();
  if (file_.empty()) return std::string(message);
  if (absl::ConsumePrefix(&message, "query ")) {
    return absl::StrCat(file_, ":", message);
  }
  absl::ConsumePrefix(&message, "query: ");
  const auto statements = Parse(script, query_options_.limits);
  if (!statements.ok() || done >= statements->size()) {
    return absl::StrCat(file_, ": ", message);
  }
  return absl::StrCat(InFile(script, (*statements)[done].source.begin), ": ",
                      message);
}

absl::Status Session::RunText(absl::string_view text,
                              const ExecuteHooks& hooks) {
  if (folder_.database() == nullptr) {
    const absl::StatusOr<std::vector<Statement>> statements =
        Parse(text, query_options_.limits);
    if (!statements.ok()) return statements.status();
    if (statements->empty()) return absl::OkStatus();
    if (absl::Status status = folder_.OpenFor(*statements); !status.ok()) {
      return status;
    }
  }
  if (folder_.read_only()) {
    // Another program may have written since the last question.
    const auto newest = folder_.database()->Refresh();
    if (!newest.ok()) {
      absl::FPrintF(stderr, "note: this may not be the newest state: %s\n",
                    newest.status().message());
    }
  }
  return Execute(*folder_.database(), text, query_options_, hooks);
}

absl::Status Session::PrintOutcome(const Outcome& outcome) {
  if (outcome.has_answer) {
    if (absl::Status status = PrintAnswer(outcome.answer); !status.ok()) {
      return status;
    }
  }
  for (const std::string& note : outcome.answer.notes) {
    absl::FPrintF(stderr, "note: %s\n", note);
  }
  if (!outcome.summary.empty()) {
    absl::FPrintF(stderr, "%s\n", outcome.summary);
  }
  return absl::OkStatus();
}

std::string Session::FormatAnswer(const Answer& answer, size_t max_rows) const {
  TableOptions options;
  options.numbers = numbers_;
  options.max_rows = max_rows;
  switch (mode_) {
    case Mode::kCsv:
      return FormatCsv(answer);
    case Mode::kTsv:
      return FormatTsv(answer);
    case Mode::kJson:
      return FormatJson(answer);
    case Mode::kJsonLines:
      return FormatJsonLines(answer);
    case Mode::kTable:
      break;
    case Mode::kBox:
      options.layout = TableOptions::Layout::kBox;
      break;
    case Mode::kMarkdown:
      options.layout = TableOptions::Layout::kMarkdown;
      options.max_rows = 0;
      break;
    case Mode::kVertical:
      options.layout = TableOptions::Layout::kVertical;
      break;
  }
  return FormatTable(answer, options);
}

absl::Status Session::PrintAnswer(const Answer& answer) {
  const bool page = output_ == stdout && stdout_is_terminal_ &&
                    (mode_ == Mode::kTable || mode_ == Mode::kBox ||
                     mode_ == Mode::kVertical);
  const bool cut = page && answer.row_count() > kTerminalRows;
  const std::string text = FormatAnswer(values_ ? ValuesOnly(answer) : answer,
                                        page ? kTerminalRows : 0);
  const bool json = mode_ == Mode::kJson || mode_ == Mode::kJsonLines;
  if (!json && answers_ > 0) std::fputc('\n', output_);
  ++answers_;
  std::fwrite(text.data(), 1, text.size(), output_);
  if (std::fflush(output_) != 0 || std::ferror(output_) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write to ", output_name_,
                                               ": ", std::strerror(errno)));
  }
  if (cut) {
    absl::FPrintF(stderr, "note: .output FILE writes all rows to a file\n");
  }
  return absl::OkStatus();
}

void Session::PrintError(const absl::Status& status, absl::string_view script,
                         size_t done) {
  if (absl::IsCancelled(status)) {
    // The terminal has shown ^C without a line end.
    absl::FPrintF(stderr, "%scancelled\n", stderr_is_terminal_ ? "\n" : "");
    return;
  }
  absl::FPrintF(stderr, "%s\n", ErrorText(status, script, done));
}

void Session::PrintProgress(const ImportProgress& progress) {
  if (!stderr_is_terminal_) return;
  if (!progress_shown_) progress_since_ = absl::Now();
  progress_shown_ = true;
  const double seconds =
      std::max(0.1, absl::ToDoubleSeconds(absl::Now() - progress_since_));
  absl::FPrintF(stderr, "\r\x1b[K%s",
                ProgressText(progress, absl::Seconds(seconds)));
  std::fflush(stderr);
}

void Session::ClearProgress() {
  if (progress_shown_) absl::FPrintF(stderr, "\r\x1b[K");
  progress_shown_ = false;
}

bool Session::FinishOutput() {
  if (std::fflush(output_) == 0 && std::ferror(output_) == 0) return true;
  absl::FPrintF(stderr, "cannot write to %s: %s\n", output_name_,
                std::strerror(errno));
  return false;
}

}  // namespace footfall::repl
