#include "examples/repl/settings.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace footfall::repl {

absl::Span<const absl::string_view> ModeNames() {
  static constexpr absl::string_view kNames[] = {
      "table", "box",  "markdown", "vertical", "csv",
      "tsv",   "json", "jsonl",    "plot",     "spark"};
  return kNames;
}

absl::string_view ModeName(Mode mode) {
  return ModeNames()[static_cast<size_t>(mode)];
}

std::optional<Mode> ParseMode(absl::string_view word) {
  for (size_t i = 0; i < ModeNames().size(); ++i) {
    if (word == ModeNames()[i]) return static_cast<Mode>(i);
  }
  return std::nullopt;
}

std::string ModeList() {
  const auto names = ModeNames();
  return absl::StrCat(absl::StrJoin(names.first(names.size() - 1), ", "),
                      " or ", names.back());
}

}  // namespace footfall::repl
