// The program `footfall`: asks questions of a database. `--help` says how.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "examples/repl/arguments.h"
#include "examples/repl/care.h"
#include "examples/repl/copies.h"
#include "examples/repl/database_folder.h"
#include "examples/repl/dump.h"
#include "examples/repl/guess.h"
#include "examples/repl/prompt.h"
#include "examples/repl/session.h"
#include "footfall/metrics.h"
#include "footfall/version.h"

namespace footfall::repl {
namespace {

constexpr int kOk = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kCannotOpen = 3;
constexpr int kCannotPrint = 4;

// The files that a database opens must not get the numbers of the standard
// streams: answers would go into them. A stream that is closed is /dev/null.
void OpenStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest number that is free: this one.
    static_cast<void>(open("/dev/null", O_RDWR));
  }
}

// kOk where all that was printed has been taken.
int FlushStdout() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return kOk;
  std::perror("cannot write to stdout");
  return kCannotPrint;
}

// Of a database that is not there yet, all zero.
bool PrintMetrics(const Database* database) {
  absl::PrintF("%s",
               OpenMetricsText(database == nullptr ? DatabaseMetrics()
                                                   : database->Metrics()));
  return FlushStdout() == kOk;
}

// Runs what the arguments ask for; false after the first failure.
bool RunAll(Session& session, const Arguments& arguments) {
  for (const ScriptSource& script : arguments.scripts) {
    if (session.quit()) break;
    const bool ok = script.is_file ? session.RunFile(script.text)
                                   : session.RunScript(script.text);
    if (!ok) return false;
  }
  if (!arguments.scripts.empty() || arguments.metrics) return true;
  if (!arguments.csv_file.empty()) {
    return AskAndImport(session, arguments.csv_file);
  }
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) {
    if (RunPrompt(session)) return true;
    absl::FPrintF(stderr,
                  "this terminal cannot show a prompt; pass the "
                  "statements with -c\n");
    return false;
  }
  std::string script;
  if (!ReadWhole(stdin, &script)) {
    std::perror("cannot read stdin");
    return false;
  }
  return session.RunScript(script);
}

int Main(const std::vector<std::string>& words) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(words);
  if (!arguments.ok()) {
    absl::FPrintF(stderr, "footfall: %s\nfootfall --help says more\n",
                  arguments.status().message());
    return kUsage;
  }
  if (arguments->help || arguments->version) {
    if (arguments->help) absl::PrintF("%s", HelpText());
    if (arguments->version) absl::PrintF("footfall %s\n", Version());
    return FlushStdout();
  }
  if (!arguments->guess_file.empty()) {
    return PrintGuess(arguments->guess_file, arguments->directory)
               ? FlushStdout()
               : kFailed;
  }
  if (!arguments->checkpoint.empty()) {
    return PrintCheckpoint(arguments->directory, arguments->checkpoint);
  }
  if (!arguments->backup.empty()) {
    return PrintBackup(arguments->directory, arguments->backup,
                       arguments->kept_backups);
  }
  if (!arguments->restore.empty()) {
    return PrintRestore(arguments->restore, arguments->backup_id,
                        arguments->directory);
  }
  if (!arguments->backups.empty()) {
    const int listed = PrintBackups(arguments->backups, arguments->verify);
    const int printed = FlushStdout();
    return listed == kOk ? printed : listed;
  }
  if (arguments->verify) return PrintVerify(arguments->directory);
  if (arguments->repair) return PrintRepair(arguments->directory);

  DatabaseFolder folder(arguments->directory, arguments->read_only);
  if (const absl::Status opened = folder.Open(); !opened.ok()) {
    absl::FPrintF(stderr, "cannot open %s\n", opened.message());
    return kCannotOpen;
  }
  bool ok = false;
  bool printed = false;
  if (!arguments->dump_folder.empty()) {
    ok = PrintDump(folder.database(), arguments->dump_folder);
    printed = true;
  } else {
    Session session(folder, *arguments);
    ok = RunAll(session, *arguments);
    printed = session.FinishAll();
    if (ok && printed && arguments->metrics) {
      printed = PrintMetrics(folder.database());
    }
  }
  if (const absl::Status closed = folder.Close(); !closed.ok()) {
    absl::FPrintF(stderr, "cannot close %s: %s\n", arguments->directory,
                  closed.message());
    ok = false;
  }
  if (!printed) return kCannotPrint;
  if (ok) return kOk;
  return folder.cannot_open() ? kCannotOpen : kFailed;
}

}  // namespace
}  // namespace footfall::repl

int main(int argc, char** argv) {
  footfall::repl::OpenStandardStreams();
  return footfall::repl::Main(std::vector<std::string>(argv + 1, argv + argc));
}
