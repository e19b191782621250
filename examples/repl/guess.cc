#include "examples/repl/guess.h"

#include <cstdio>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "footfall/csv_import.h"

namespace footfall::repl {

namespace {

void PrintStatement(absl::string_view text) {
  text = absl::StripTrailingAsciiWhitespace(text);
  absl::PrintF("%s%s\n", text, absl::EndsWith(text, ";") ? "" : ";");
}

}  // namespace

bool PrintGuess(const std::string& file, const std::string& directory) {
  const absl::StatusOr<ImportGuess> guess = GuessImport(file);
  if (!guess.ok()) {
    absl::FPrintF(stderr, "%s\n", guess.status().message());
    return false;
  }
  PrintStatement(guess->define_text);
  PrintStatement(guess->import_text);
  absl::FPrintF(stderr,
                "note: a guess from the first rows. Correct it, then run it: "
                "footfall -f FILE %s\n",
                directory.empty() ? "DIR" : directory);
  return true;
}

}  // namespace footfall::repl
