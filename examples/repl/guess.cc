#include "examples/repl/guess.h"

#include <cstdio>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "footfall/csv_import.h"

namespace footfall::repl {

bool PrintGuess(const std::string& file, const std::string& directory) {
  const absl::StatusOr<ImportGuess> guess = GuessImport(file);
  if (!guess.ok()) {
    absl::FPrintF(stderr, "%s\n", guess.status().message());
    return false;
  }
  // Both texts end with their `;`, but for a comment that may follow it.
  absl::PrintF("%s\n%s\n",
               absl::StripTrailingAsciiWhitespace(guess->define_text),
               absl::StripTrailingAsciiWhitespace(guess->import_text));
  absl::FPrintF(stderr,
                "note: a guess from the first rows. Correct it, then run it: "
                "footfall -f FILE %s\n",
                directory.empty() ? "DIR" : directory);
  return true;
}

}  // namespace footfall::repl
