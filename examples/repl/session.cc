#include "examples/repl/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "examples/bucket_of.h"
#include "examples/repl/commands.h"
#include "examples/repl/progress.h"
#include "examples/repl/script.h"
#include "examples/repl/signals.h"

namespace footfall::repl {

namespace {

// Rows of an answer shown on a terminal; the rest is counted.
constexpr size_t kTerminalRows = 200;
// And by a pager.
constexpr size_t kPagerRows = 100'000;
// .read within .read, at most.
constexpr int kMaxDepth = 16;

// The library names what a program sets; whoever reads this has its options.
std::string ForTheProgram(absl::string_view message) {
  return absl::StrReplaceAll(
      message, {{"QueryLimits::max_rows", "--limit-rows"},
                {"QueryLimits::max_memory_bytes", "--limit-memory"},
                {"QueryOptions::parameters", "--param"},
                {" (QueryLimits::max_text_bytes)", ""},
                {" (QueryLimits::max_nesting)", ""},
                {" (QueryLimits::max_list)", ""}});
}

// Of UTF-8.
size_t CharactersIn(absl::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Lines of a chart for its values.
constexpr size_t kChartHeight = 16;

// Columns of a chart where the text may have so many; 0: any.
size_t ChartWidth(size_t text_width) {
  return text_width == 0 ? 80 : std::min<size_t>(text_width, 160);
}

// The size of the terminal's window; 0 where it is unknown.
winsize WindowSize() {
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

// Whether the terminal does more than show lines.
bool TerminalIsAble() {
  const char* const term = std::getenv("TERM");
  return term != nullptr && absl::string_view(term) != "dumb";
}

bool TerminalTakesStyles() {
  const char* const no_color = std::getenv("NO_COLOR");  // no-color.org
  return TerminalIsAble() && (no_color == nullptr || no_color[0] == '\0');
}

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
      settings_(arguments.settings),
      stderr_is_terminal_(isatty(STDERR_FILENO) != 0) {
  query_options_.parameters = arguments.parameters;
  query_options_.limits = arguments.limits;
  query_options_.cancelled = &interrupted;
  query_options_.threads =
      std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

bool Session::RunScript(absl::string_view script) {
  bool all_ok = true;
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
    all_ok = false;
    if (settings_.bail) break;
  }
  return all_ok;
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
  if (settings_.bail) return RunTogether(script, begin, end);
  bool all_ok = true;
  while (begin < end) {
    const size_t first =
        FirstStatementEnd(script.substr(begin, end - begin)) + begin;
    all_ok = RunTogether(script, begin, first) && all_ok;
    begin = first;
  }
  return all_ok;
}

bool Session::RunTogether(absl::string_view script, size_t begin, size_t end) {
  // The part alone, moved to where it stands in the script, so that messages
  // count the script's lines and columns.
  const absl::string_view before = script.substr(0, begin);
  const size_t line = before.rfind('\n') + 1;  // npos + 1 is 0
  std::string text(
      static_cast<size_t>(std::count(before.begin(), before.end(), '\n')),
      '\n');
  text.append(CharactersIn(before.substr(line)), ' ');
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
    if (settings_.echo && outcome.statement != nullptr) {
      const size_t upto = outcome.statement->source.end;
      const absl::string_view shown = absl::StripAsciiWhitespace(
          absl::string_view(text).substr(echoed, upto - echoed));
      absl::FPrintF(output_.stream(), "%s%s;\n\n",
                    output_.answers() > 0 ? "\n" : "", shown);
      output_.CountFromHere();
      echoed = std::min(text.find(';', upto), text.size() - 1) + 1;
    }
    const absl::Status status = PrintOutcome(outcome);
    if (status.ok()) ++done;
    if (settings_.timer) {
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
  return absl::StrCat(file_, ":",
                      1 + std::count(before.begin(), before.end(), '\n'), ":",
                      1 + CharactersIn(line));
}

// Of a script in a file, as compilers tell it: the language's messages say
// where in the script, all others are of the statement behind those `done`.
std::string Session::ErrorText(const absl::Status& status,
                               absl::string_view script, size_t done) const {
  const std::string text = ForTheProgram(status.message());
  absl::string_view message = text;
  if (file_.empty()) return text;
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
    const std::shared_ptr<const Snapshot> snapshot = folder_.TakeSnapshot();
    bucket_ = snapshot != nullptr && outcome.statement != nullptr
                  ? BucketOf(*snapshot, *outcome.statement)
                  : std::nullopt;
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

bool Session::IsForPeople() const {
  return settings_.mode == Mode::kTable || settings_.mode == Mode::kBox ||
         settings_.mode == Mode::kVertical;
}

bool Session::UsesPager() const {
  return interactive_ && settings_.pager && output_.is_terminal() &&
         TerminalIsAble();
}

size_t Session::TextWidth() const {
  return settings_.width.value_or(output_.is_terminal() ? WindowSize().ws_col
                                                        : 0);
}

absl::StatusOr<Chart> Session::ChartOf(const Answer& answer) const {
  const std::shared_ptr<const Snapshot> snapshot = folder_.TakeSnapshot();
  if (snapshot == nullptr) return MakeChart(answer, {});
  return MakeChart(answer, snapshot->Events(), bucket_);
}

absl::Status Session::PlotLast(const std::string& file) {
  if (last_answer_.columns.empty()) {
    return absl::FailedPreconditionError(
        "there is no answer to draw yet, or it was too long to be kept");
  }
  const absl::StatusOr<Chart> chart = ChartOf(last_answer_);
  if (!chart.ok()) return chart.status();
  if (file.empty()) {
    const std::string text =
        DrawText(*chart, ChartWidth(TextWidth()), kChartHeight,
                 output_.is_terminal() && TerminalTakesStyles());
    std::fwrite(text.data(), 1, text.size(), output_.stream());
    return output_.EndAnswer();
  }
  if (!absl::EndsWith(file, ".svg")) {
    return absl::InvalidArgumentError(
        absl::StrCat(".plot writes SVG: expected FILE.svg, found ", file));
  }
  Output written;
  if (absl::Status status = written.Redirect(file, /*once=*/true);
      !status.ok()) {
    return status;
  }
  const std::string text = DrawSvg(*chart);
  std::fwrite(text.data(), 1, text.size(), written.stream());
  return written.EndAnswer();
}

std::string Session::FormatAnswer(const Answer& answer, size_t max_rows) const {
  TableOptions options;
  options.numbers = settings_.numbers;
  options.missing = settings_.missing;
  options.max_rows = max_rows;
  options.max_width =
      settings_.width.value_or(output_.is_terminal() ? WindowSize().ws_col : 0);
  options.styled = output_.is_terminal() && TerminalTakesStyles();
  switch (settings_.mode) {
    case Mode::kCsv:
      return FormatCsv(answer, settings_.headers);
    case Mode::kTsv:
      return FormatTsv(answer, settings_.headers);
    case Mode::kJson:
      return FormatJson(answer);
    case Mode::kJsonLines:
      return FormatJsonLines(answer);
    case Mode::kPlot:
    case Mode::kSpark: {
      // What has no time is a table.
      const absl::StatusOr<Chart> chart = ChartOf(answer);
      if (!chart.ok()) break;
      const size_t width = ChartWidth(options.max_width);
      return settings_.mode == Mode::kPlot
                 ? DrawText(*chart, width, kChartHeight, options.styled)
                 : DrawSparks(*chart, width);
    }
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
  const bool page = output_.is_terminal() && IsForPeople();
  const size_t most = !page ? 0 : UsesPager() ? kPagerRows : kTerminalRows;
  const std::string text =
      FormatAnswer(settings_.values ? ValuesOnly(answer) : answer, most);
  const bool json =
      settings_.mode == Mode::kJson || settings_.mode == Mode::kJsonLines;
  if (!json && output_.answers() > 0) std::fputc('\n', output_.stream());
  output_.CountAnswer();
  last_answer_ = answer.row_count() <= kPagerRows ? answer : Answer();
  const auto lines =
      static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  const bool paged =
      page && UsesPager() && lines >= WindowSize().ws_row && ShowByPager(text);
  if (!paged) std::fwrite(text.data(), 1, text.size(), output_.stream());
  if (absl::Status status = output_.EndAnswer(); !status.ok()) return status;
  if (most > 0 && answer.row_count() > most) {
    absl::FPrintF(stderr, "note: .once FILE writes all rows to a file\n");
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

bool Session::Told(const absl::Status& status) const {
  if (!status.ok()) absl::FPrintF(stderr, "%s\n", status.message());
  return status.ok();
}

bool Session::FinishOutput() { return Told(output_.EndAnswer()); }

}  // namespace footfall::repl
