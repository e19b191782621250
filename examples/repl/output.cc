#include "examples/repl/output.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace footfall::repl {
namespace {

// A command that is gone before it has read all makes a write fail, and does
// not end the program. Not by SIG_IGN, which the commands would inherit.
void LetWritesFail() {
  std::signal(SIGPIPE, [](int) {});
}

}  // namespace

Output::Output() : stdout_is_terminal_(isatty(STDOUT_FILENO) != 0) {}

Output::~Output() { static_cast<void>(Close()); }

absl::Status Output::Close() {
  absl::Status status = Flush();
  if (stream_ == stdout) return status;
  FILE* const stream = std::exchange(stream_, stdout);
  const std::string name = std::exchange(name_, "stdout");
  const bool is_command = std::exchange(is_command_, false);
  once_ = false;
  answers_ = 0;
  const int closed = is_command ? pclose(stream) : std::fclose(stream);
  if (!status.ok() || closed == 0) return status;
  has_failed_ = true;
  if (!is_command || closed < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot write to ", name, ": ", std::strerror(errno)));
  }
  return absl::UnavailableError(absl::StrCat(
      name, " ended with ",
      WIFEXITED(closed) ? absl::StrCat("exit code ", WEXITSTATUS(closed))
                        : absl::StrCat("signal ", WTERMSIG(closed))));
}

absl::Status Output::Redirect(absl::string_view target, bool once) {
  if (absl::Status status = Close(); !status.ok()) return status;
  answers_ = 0;
  target = absl::StripAsciiWhitespace(target);
  if (target.empty()) return absl::OkStatus();
  absl::string_view command = target;
  const bool is_command = absl::ConsumePrefix(&command, "|");
  const std::string place(absl::StripAsciiWhitespace(command));
  if (is_command) {
    LetWritesFail();
    // What stands in stdout comes before what the command prints.
    std::fflush(stdout);
  }
  FILE* const stream =
      is_command ? popen(place.c_str(), "w") : std::fopen(place.c_str(), "wb");
  if (stream == nullptr) {
    return absl::UnavailableError(
        absl::StrCat("cannot write ", target, ": ", std::strerror(errno)));
  }
  stream_ = stream;
  name_ = std::string(target);
  is_command_ = is_command;
  once_ = once;
  return absl::OkStatus();
}

absl::Status Output::EndAnswer() {
  absl::Status status = Flush();
  // What does not take one answer takes no other.
  if (!once_ && status.ok()) return status;
  const absl::Status closed = Close();
  return status.ok() ? closed : status;
}

absl::Status Output::Flush() {
  if (std::fflush(stream_) == 0 && std::ferror(stream_) == 0) {
    return absl::OkStatus();
  }
  has_failed_ = true;
  return absl::UnavailableError(
      absl::StrCat("cannot write to ", name_, ": ", std::strerror(errno)));
}

bool ShowByPager(const std::string& text) {
  const char* const chosen = std::getenv("PAGER");
  const std::string pager =
      chosen == nullptr || chosen[0] == '\0' ? "less" : chosen;
  if (pager == "less" && std::system("command -v less >/dev/null 2>&1") != 0) {
    return false;
  }
  // It leaves at once where all fits, keeps colours, and leaves the text there.
  setenv("LESS", "FRX", /*overwrite=*/0);
  LetWritesFail();
  std::fflush(stdout);
  FILE* const stream = popen(pager.c_str(), "w");
  if (stream == nullptr) return false;
  // A reader who has seen enough leaves before the end.
  std::fwrite(text.data(), 1, text.size(), stream);
  pclose(stream);
  return true;
}

}  // namespace footfall::repl
