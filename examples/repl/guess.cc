#include "examples/repl/guess.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "footfall/csv_import.h"

namespace footfall::repl {
namespace {

// The guess as a script; false, after a message, where the file says too
// little.
bool MakeScript(const std::string& file, std::string* script) {
  const absl::StatusOr<ImportGuess> guess = GuessImport(file);
  if (!guess.ok()) {
    absl::FPrintF(stderr, "%s\n", guess.status().message());
    return false;
  }
  // Each text ends with its `;`, but for a comment that may follow it.
  *script = guess->define_text;
  if (!script->empty()) script->push_back('\n');
  absl::StrAppend(script, guess->import_text, "\n");
  return true;
}

}  // namespace

bool PrintGuess(const std::string& file, const std::string& directory) {
  std::string script;
  if (!MakeScript(file, &script)) return false;
  absl::PrintF("%s", script);
  absl::FPrintF(stderr,
                "note: a guess from the first rows. Correct it, then run it: "
                "footfall -f FILE %s\n",
                directory.empty() ? "DIR" : directory);
  return true;
}

bool AskAndImport(Session& session, const std::string& file) {
  std::string script;
  if (!MakeScript(file, &script)) return false;
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
    absl::FPrintF(stderr,
                  "%s is only imported after asking, at a terminal; elsewhere "
                  "write --guess %s, and run what it prints with -f\n",
                  file, file);
    return false;
  }
  absl::PrintF("%simport as this? [Y/n/e] ", script);
  std::fflush(stdout);
  std::string answer;
  if (!std::getline(std::cin, answer)) return false;
  answer = absl::AsciiStrToLower(absl::StripAsciiWhitespace(answer));
  if (answer.empty() || answer == "y" || answer == "yes") {
    return session.RunScript(script);
  }
  if (answer != "e") return true;
  // To be edited: the script in a file, and how to run it.
  const std::string path = absl::StrCat(file, ".sql");
  std::FILE* const out = std::fopen(path.c_str(), "wx");
  const bool written =
      out != nullptr &&
      std::fwrite(script.data(), 1, script.size(), out) == script.size();
  if (out != nullptr) std::fclose(out);
  if (written) {
    absl::FPrintF(stderr, "edit %s, then run it: footfall -f %s DIR\n", path,
                  path);
  } else {
    absl::FPrintF(stderr,
                  "%s cannot be written, or is there; --guess prints the "
                  "script of %s\n",
                  path, file);
  }
  return written;
}

}  // namespace footfall::repl
