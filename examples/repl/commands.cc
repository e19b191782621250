#include "examples/repl/commands.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "examples/repl/dump.h"
#include "footfall/metric.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/version.h"

namespace footfall::repl {
namespace {

// Takes a word from the front: up to a blank, or in quotes, which stand for
// themselves where they are doubled. False where quotes are left open.
bool TakeWord(absl::string_view* line, std::string* word) {
  *line = absl::StripLeadingAsciiWhitespace(*line);
  word->clear();
  const char quote = (*line)[0];
  if (quote != '\'' && quote != '"') {
    const size_t end = std::min(line->find_first_of(" \t"), line->size());
    *word = std::string(line->substr(0, end));
    line->remove_prefix(end);
    return true;
  }
  size_t at = 1;
  for (; at < line->size(); ++at) {
    if ((*line)[at] == quote && line->substr(at + 1, 1) != line->substr(0, 1)) {
      line->remove_prefix(at + 1);
      return true;
    }
    if ((*line)[at] == quote) ++at;
    word->push_back((*line)[at]);
  }
  return false;
}

std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

}  // namespace

absl::Span<const Commands::Entry> Commands::All() {
  static constexpr Entry kEntries[] = {
      {".help", "[COMMAND]", "this list, or one of it", CommandWord::kCommand,
       &Commands::Help},
      {".metrics", "", "the metrics that are declared; also .tables",
       CommandWord::kNothing, &Commands::Metrics},
      {".series", "METRIC", "the series of a metric", CommandWord::kMetric,
       &Commands::Series},
      {".schema", "[METRIC]", "the DEFINE of a metric, or of all",
       CommandWord::kMetric, &Commands::Schema},
      {".members", "DIMENSION", "the members of a dimension",
       CommandWord::kDimension, &Commands::Members},
      {".events", "", "what happened: releases, outages, campaigns",
       CommandWord::kNothing, &Commands::Events},
      {".aliases", "", "members that are read as others", CommandWord::kNothing,
       &Commands::Aliases},
      {".open", "DIR", "another database, in place of this one",
       CommandWord::kFile, &Commands::Open},
      {".refresh", "", "show what others have written; which commit it is",
       CommandWord::kNothing, &Commands::Refresh},
      {".read", "FILE", "run the script in a file", CommandWord::kFile,
       &Commands::Read},
      {".dump", "FOLDER", "write the whole database into a folder",
       CommandWord::kFile, &Commands::Dump},
      {".export", "METRIC FILE", "write a metric's samples as CSV",
       CommandWord::kMetric, &Commands::Export},
      {".once", "FILE..", "write the next answer to a file, or | COMMAND",
       CommandWord::kFile, &Commands::SetOnce},
      {".output", "[FILE..]",
       "write answers to a file, or | COMMAND; alone: here again",
       CommandWord::kFile, &Commands::SetOutput},
      {".shell", "COMMAND..", "run a command of the system",
       CommandWord::kNothing, &Commands::Shell},
      {".mode", "[MODE]",
       "table, box, markdown, vertical, csv, tsv, json, jsonl, plot or spark",
       CommandWord::kMode, &Commands::SetMode},
      {".plot", "[FILE.svg]",
       "draw the last answer with its events; or write it as SVG",
       CommandWord::kFile, &Commands::Plot},
      {".format", "[raw|wan|si] [DIGITS] [cut]",
       "how tables write large numbers: 1.1979亿, 119.8 M",
       CommandWord::kFormat, &Commands::SetFormat},
      {".values", "[on|off]", "one column an item, without kind and coverage",
       CommandWord::kOnOff, &Commands::SetValues},
      {".headers", "[on|off]", "the first line of csv and tsv",
       CommandWord::kOnOff, &Commands::SetHeaders},
      {".nullvalue", "[TEXT]", "what tables show where there is no value",
       CommandWord::kNothing, &Commands::SetMissing},
      {".width", "[COLUMNS|auto]", "how wide tables may be; 0: any",
       CommandWord::kWidth, &Commands::SetWidth},
      {".pager", "[on|off]", "show long answers a page at a time, by $PAGER",
       CommandWord::kOnOff, &Commands::SetPager},
      {".echo", "[on|off]", "print each statement before its answer",
       CommandWord::kOnOff, &Commands::SetEcho},
      {".bail", "[on|off]", "end a script at its first error",
       CommandWord::kOnOff, &Commands::SetBail},
      {".timer", "[on|off]", "say how long each statement took",
       CommandWord::kOnOff, &Commands::SetTimer},
      {".version", "", "the program's version", CommandWord::kNothing,
       &Commands::Version},
      {".quit", "", "leave; also .exit and Ctrl-D", CommandWord::kNothing,
       &Commands::Quit},
  };
  return kEntries;
}

bool Commands::Run(absl::string_view line) {
  // What others call them.
  static constexpr std::pair<absl::string_view, absl::string_view> kOthers[] = {
      {".tables", ".metrics"}, {".exit", ".quit"}, {".system", ".shell"}};
  line = absl::StripAsciiWhitespace(line);
  if (line.empty()) return true;
  const std::string written(
      line.substr(0, std::min(line.find_first_of(" \t"), line.size())));
  line = absl::StripLeadingAsciiWhitespace(line.substr(written.size()));
  absl::string_view name = written;
  for (const auto& [other, ours] : kOthers) {
    if (name == other) name = ours;
  }
  for (const Entry& entry : All()) {
    if (name != entry.name) continue;
    const std::vector<absl::string_view> takes =
        absl::StrSplit(entry.arguments, ' ', absl::SkipEmpty());
    const bool takes_rest = absl::StrContains(entry.arguments, "..");
    Words arguments;
    bool closed = true;
    while (closed && !line.empty()) {
      const bool quoted = line[0] == '\'' || line[0] == '"';
      if (takes_rest && arguments.size() + 1 == takes.size() && !quoted) {
        arguments.emplace_back(line);
        break;
      }
      closed = TakeWord(&line, &arguments.emplace_back());
      line = absl::StripLeadingAsciiWhitespace(line);
    }
    const auto needed = static_cast<size_t>(
        std::count_if(takes.begin(), takes.end(),
                      [](absl::string_view word) { return word[0] != '['; }));
    if (!closed || arguments.size() > takes.size() ||
        arguments.size() < needed) {
      absl::FPrintF(stderr, "write %s%s%s%s\n", entry.name,
                    entry.arguments.empty() ? "" : " ",
                    absl::StrReplaceAll(entry.arguments, {{"..", ""}}),
                    closed ? "" : ", with the quote closed");
      return false;
    }
    return (this->*entry.run)(arguments);
  }
  absl::FPrintF(stderr, "there is no command %s; .help lists them\n", written);
  return false;
}

bool Commands::Say(absl::string_view line) {
  absl::FPrintF(session_.output_.stream(), "%s\n", line);
  return session_.FinishOutput();
}

bool Commands::Dump(const Words& arguments) {
  return PrintDump(session_.folder_.database(), arguments[0]);
}

bool Commands::Help(const Words& arguments) {
  FILE* const out = session_.output_.stream();
  bool found = false;
  for (const Entry& entry : All()) {
    const absl::string_view bare = entry.name.substr(1);
    if (!arguments.empty() && arguments[0] != entry.name &&
        arguments[0] != bare) {
      continue;
    }
    found = true;
    absl::FPrintF(
        out, "%-35s %s\n",
        absl::StrCat(entry.name, entry.arguments.empty() ? "" : " ",
                     absl::StrReplaceAll(entry.arguments, {{"..", ""}})),
        entry.help);
  }
  if (!found) {
    absl::FPrintF(stderr, "there is no command %s; .help lists them\n",
                  arguments[0]);
    return false;
  }
  if (arguments.empty()) {
    absl::FPrintF(out,
                  "Anything else is a statement and ends with ; as in\n"
                  "  SELECT dau WHERE app = 'DeepSeek' BY platform DURING LAST "
                  "30 days;\n"
                  "  SELECT avg(dau) BY app DURING 2025-01 TOP 20;\n"
                  "  SELECT share(avg(dau)) BY app EVERY month;\n"
                  "  SELECT growth(avg(dau), 1 week) BY app EVERY week;\n"
                  "  SELECT first_time(dau >= 1000000) BY app;\n");
  }
  return session_.FinishOutput();
}

bool Commands::Metrics(const Words&) { return session_.RunOwn("SHOW METRICS"); }

bool Commands::Series(const Words& arguments) {
  return session_.RunOwn(absl::StrCat("SHOW SERIES ", arguments[0]));
}

bool Commands::Members(const Words& arguments) {
  return session_.RunOwn(absl::StrCat("SHOW MEMBERS OF ", arguments[0]));
}

bool Commands::Events(const Words&) { return session_.RunOwn("SHOW EVENTS"); }

bool Commands::Aliases(const Words&) { return session_.RunOwn("SHOW ALIASES"); }

bool Commands::Export(const Words& arguments) {
  return session_.RunOwn(absl::StrCat("EXPORT METRIC ", arguments[0], " TO ",
                                      Quoted(arguments[1])));
}

bool Commands::Open(const Words& arguments) {
  DatabaseFolder& folder = session_.folder_;
  const absl::Status status = folder.Change(arguments[0]);
  if (!status.ok()) {
    absl::FPrintF(stderr, "cannot open %s\n", status.message());
    return false;
  }
  session_.last_answer_ = Answer();  // of the other database, with its events
  if (folder.database() == nullptr) {
    absl::FPrintF(stderr,
                  "there is no database in %s yet; the first DEFINE METRIC "
                  "creates it\n",
                  folder.path());
  }
  return true;
}

bool Commands::Refresh(const Words&) {
  Database* const database = session_.folder_.database();
  if (database == nullptr) return Say("there is no database yet");
  if (session_.folder_.read_only()) {
    const auto state = database->Refresh();
    if (!state.ok()) return session_.Told(state.status());
  }
  return Say(absl::StrCat("commit ", database->TakeSnapshot()->commit()));
}

bool Commands::Schema(const Words& arguments) {
  const std::shared_ptr<const Snapshot> snapshot =
      session_.folder_.TakeSnapshot();
  std::vector<std::shared_ptr<const Metric>> metrics;
  if (snapshot != nullptr) metrics = snapshot->Metrics();
  bool found = false;
  for (const std::shared_ptr<const Metric>& metric : metrics) {
    if (!arguments.empty() && metric->spec.name != arguments[0]) continue;
    found = true;
    Statement statement;
    statement.node = Define{metric->spec, {}};
    absl::FPrintF(session_.output_.stream(), "%s;\n", Print(statement));
  }
  if (!found && !arguments.empty()) {
    absl::FPrintF(stderr, "there is no metric %s; .metrics lists them\n",
                  arguments[0]);
    return false;
  }
  return session_.FinishOutput();
}

bool Commands::Plot(const Words& arguments) {
  return session_.Told(
      session_.PlotLast(arguments.empty() ? "" : arguments[0]));
}

bool Commands::Read(const Words& arguments) {
  return session_.RunFile(arguments[0]);
}

bool Commands::Shell(const Words& arguments) {
  std::fflush(nullptr);
  const int status = std::system(arguments[0].c_str());
  if (status == 0) return true;
  if (status == -1) {
    absl::FPrintF(stderr, "cannot run it: %s\n", std::strerror(errno));
  } else if (WIFEXITED(status)) {
    absl::FPrintF(stderr, "exit code %d\n", WEXITSTATUS(status));
  } else {
    absl::FPrintF(stderr, "ended by signal %d\n", WTERMSIG(status));
  }
  return false;
}

bool Commands::Version(const Words&) {
  return Say(absl::StrCat("footfall ", footfall::Version()));
}

bool Commands::Quit(const Words&) {
  session_.quit_ = true;
  return true;
}

}  // namespace footfall::repl
