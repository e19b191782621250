#include "examples/repl/commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "examples/repl/dump.h"
#include "footfall/metric.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"

namespace footfall::repl {

absl::Span<const Commands::Entry> Commands::All() {
  static constexpr Entry kEntries[] = {
      {".help", "", "this list", CommandWord::kNothing, &Commands::Help},
      {".metrics", "", "the metrics that are declared", CommandWord::kNothing,
       &Commands::Metrics},
      {".series", "METRIC", "the series of a metric", CommandWord::kMetric,
       &Commands::Series},
      {".schema", "[METRIC]", "the DEFINE of a metric, or of all",
       CommandWord::kMetric, &Commands::Schema},
      {".members", "DIMENSION", "the members of a dimension",
       CommandWord::kDimension, &Commands::Members},
      {".mode", "[MODE]",
       "how answers are printed: table, box, markdown, vertical, csv, tsv, "
       "json, jsonl",
       CommandWord::kMode, &Commands::SetMode},
      {".format", "[raw|wan|si] [DIGITS] [cut]",
       "how tables write large numbers: 1.1979亿, 119.8 M",
       CommandWord::kFormat, &Commands::SetFormat},
      {".values", "[on|off]", "one column an item, without kind and coverage",
       CommandWord::kOnOff, &Commands::SetValues},
      {".timer", "[on|off]", "say how long each statement took",
       CommandWord::kOnOff, &Commands::SetTimer},
      {".read", "FILE", "run the script in a file", CommandWord::kFile,
       &Commands::Read},
      {".dump", "FOLDER", "write the whole database into a folder",
       CommandWord::kFile, &Commands::Dump},
      {".output", "[FILE]", "write answers to a file; alone: here again",
       CommandWord::kFile, &Commands::SetOutput},
      {".quit", "", "leave; so does Ctrl-D", CommandWord::kNothing,
       &Commands::Quit},
  };
  return kEntries;
}

bool Commands::Run(absl::string_view line) {
  const Words words = absl::StrSplit(absl::StripAsciiWhitespace(line),
                                     absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.empty()) return true;
  for (const Entry& entry : All()) {
    if (words[0] != entry.name) continue;
    const Words arguments(words.begin() + 1, words.end());
    const std::vector<absl::string_view> takes =
        absl::StrSplit(entry.arguments, ' ', absl::SkipEmpty());
    const bool needs_one = !takes.empty() && takes[0][0] != '[';
    if (arguments.size() > takes.size() || (needs_one && arguments.empty())) {
      absl::FPrintF(stderr, "write %s%s%s\n", entry.name,
                    entry.arguments.empty() ? "" : " ", entry.arguments);
      return false;
    }
    return (this->*entry.run)(arguments);
  }
  absl::FPrintF(stderr, "there is no command %s; .help lists them\n", words[0]);
  return false;
}

bool Commands::Dump(const Words& arguments) {
  return PrintDump(session_.folder_.database(), std::string(arguments[0]));
}

bool Commands::Help(const Words&) {
  for (const Entry& entry : All()) {
    absl::FPrintF(session_.output_, "%-35s %s\n",
                  absl::StrCat(entry.name, entry.arguments.empty() ? "" : " ",
                               entry.arguments),
                  entry.help);
  }
  absl::FPrintF(session_.output_,
                "Anything else is a statement and ends with ; as in\n"
                "  SELECT dau BY platform DURING LAST 30 days;\n");
  return session_.FinishOutput();
}

bool Commands::Metrics(const Words&) { return session_.RunOwn("SHOW METRICS"); }

bool Commands::Series(const Words& arguments) {
  return session_.RunOwn(absl::StrCat("SHOW SERIES ", arguments[0]));
}

bool Commands::Members(const Words& arguments) {
  return session_.RunOwn(absl::StrCat("SHOW MEMBERS OF ", arguments[0]));
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
    absl::FPrintF(session_.output_, "%s;\n", Print(statement));
  }
  if (!found && !arguments.empty()) {
    absl::FPrintF(stderr, "there is no metric %s; .metrics lists them\n",
                  arguments[0]);
    return false;
  }
  return session_.FinishOutput();
}

bool Commands::SetMode(const Words& arguments) {
  if (arguments.empty()) {
    absl::FPrintF(session_.output_, "%s\n", ModeName(session_.mode_));
    return session_.FinishOutput();
  }
  const std::optional<Mode> mode = ParseMode(arguments[0]);
  if (!mode.has_value()) {
    absl::FPrintF(stderr, "write .mode and %s, such as .mode csv\n",
                  ModeList());
    return false;
  }
  session_.mode_ = *mode;
  return true;
}

bool Commands::SetValues(const Words& arguments) {
  return SetOnOff(".values", arguments, &session_.values_);
}

bool Commands::SetFormat(const Words& arguments) {
  using Scale = NumberStyle::Scale;
  static constexpr std::pair<absl::string_view, Scale> kScales[] = {
      {"raw", Scale::kRaw}, {"wan", Scale::kWan}, {"si", Scale::kSi}};
  if (arguments.empty()) {
    const NumberStyle& style = session_.numbers_;
    for (const auto& [name, scale] : kScales) {
      if (scale == style.scale) absl::FPrintF(session_.output_, "%s", name);
    }
    if (style.fraction_digits >= 0) {
      absl::FPrintF(session_.output_, " %d", style.fraction_digits);
    }
    absl::FPrintF(session_.output_, "%s\n", style.cut ? " cut" : "");
    return session_.FinishOutput();
  }
  NumberStyle style;
  bool known = false;
  for (const auto& [name, scale] : kScales) {
    if (arguments[0] != name) continue;
    style.scale = scale;
    known = true;
  }
  for (size_t i = 1; i < arguments.size(); ++i) {
    const bool last = i + 1 == arguments.size();
    if (arguments[i] == "cut" && last) {
      style.cut = true;
    } else if (arguments[i].size() == 1 &&
               absl::ascii_isdigit(
                   static_cast<unsigned char>(arguments[i][0])) &&
               i == 1) {
      style.fraction_digits = arguments[i][0] - '0';
    } else {
      known = false;
    }
  }
  if (!known) {
    absl::FPrintF(stderr,
                  "write .format raw, .format wan or .format si, with 0 to 9 "
                  "digits and cut if you like: .format wan 2 cut\n");
    return false;
  }
  session_.numbers_ = style;
  return true;
}

bool Commands::SetOnOff(absl::string_view command, const Words& arguments,
                        bool* setting) {
  if (arguments.empty()) {
    absl::FPrintF(session_.output_, "%s\n", *setting ? "on" : "off");
    return session_.FinishOutput();
  }
  if (arguments[0] != "on" && arguments[0] != "off") {
    absl::FPrintF(stderr, "write %s on or %s off\n", command, command);
    return false;
  }
  *setting = arguments[0] == "on";
  return true;
}

bool Commands::SetTimer(const Words& arguments) {
  return SetOnOff(".timer", arguments, &session_.timer_);
}

bool Commands::Read(const Words& arguments) {
  return session_.RunFile(arguments[0]);
}

bool Commands::SetOutput(const Words& arguments) {
  if (!session_.FinishOutput()) return false;
  if (session_.output_ != stdout) std::fclose(session_.output_);
  session_.output_ = stdout;
  session_.output_name_ = "stdout";
  session_.answers_ = 0;
  if (arguments.empty()) return true;
  FILE* const file = std::fopen(arguments[0].c_str(), "wb");
  if (file == nullptr) {
    absl::FPrintF(stderr, "cannot write %s: %s\n", arguments[0],
                  std::strerror(errno));
    return false;
  }
  session_.output_ = file;
  session_.output_name_ = arguments[0];
  return true;
}

bool Commands::Quit(const Words&) {
  session_.quit_ = true;
  return true;
}

}  // namespace footfall::repl
