#include "examples/repl/complete_command.h"

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "examples/repl/arguments.h"
#include "examples/repl/commands.h"

namespace footfall::repl {

std::vector<std::shared_ptr<const Metric>> MetricsOf(const Snapshot* snapshot) {
  if (snapshot == nullptr) return {};
  return snapshot->Metrics();
}

Completion CompleteCommand(const Snapshot* snapshot, absl::string_view line) {
  const std::vector<std::string> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"));
  const std::string& begun = words.back();
  Completion completion;
  completion.replaced_bytes = begun.size();
  const auto add = [&](absl::string_view word) {
    if (!absl::StartsWith(word, begun)) return;
    completion.candidates.emplace_back(word);
  };
  if (words.size() == 1) {
    for (const Commands::Entry& entry : Commands::All()) {
      add(entry.arguments.empty() ? std::string(entry.name)
                                  : absl::StrCat(entry.name, " "));
    }
  } else if (words.size() == 2) {
    for (const Commands::Entry& entry : Commands::All()) {
      if (words[0] != entry.name) continue;
      switch (entry.word) {
        case CommandWord::kNothing:
          break;
        case CommandWord::kCommand:
          for (const Commands::Entry& other : Commands::All()) add(other.name);
          break;
        case CommandWord::kWidth:
          add("auto");
          break;
        case CommandWord::kMetric:
          for (const auto& metric : MetricsOf(snapshot)) {
            add(metric->spec.name);
          }
          break;
        case CommandWord::kDimension:
          for (const auto& metric : MetricsOf(snapshot)) {
            for (const Dimension& dimension : metric->spec.dimensions) {
              add(dimension.name);
            }
          }
          break;
        case CommandWord::kMode:
          for (const absl::string_view word : ModeNames()) add(word);
          break;
        case CommandWord::kFormat:
          for (const absl::string_view word : {"raw", "si", "wan"}) add(word);
          break;
        case CommandWord::kOnOff:
          for (const absl::string_view word : {"on", "off"}) add(word);
          break;
        case CommandWord::kFile:
          return Complete(snapshot, absl::StrCat("IMPORT '", begun));
      }
    }
  }
  std::vector<std::string>& candidates = completion.candidates;
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()),
                   candidates.end());
  return completion;
}

}  // namespace footfall::repl
