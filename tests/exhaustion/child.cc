#include "tests/exhaustion/child.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace footfall::testing {

std::string InChild(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child < 0) return "no process";
  if (child == 0) {
    close(ends[0]);
    // The test program's own handlers would report a failed test.
    for (const int ends_process : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
      signal(ends_process, SIG_DFL);
    }
    const rlimit no_dump = {0, 0};
    setrlimit(RLIMIT_CORE, &no_dump);
    alarm(20);
    std::string answer;
    try {
      answer = work();
    } catch (...) {
      _exit(99);
    }
    size_t at = 0;
    while (at < answer.size()) {
      const ssize_t written =
          write(ends[1], answer.data() + at, answer.size() - at);
      if (written <= 0) _exit(1);
      at += static_cast<size_t>(written);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string answer;
  char block[4096];
  ssize_t got = 0;
  while ((got = read(ends[0], block, sizeof(block))) > 0) {
    answer.append(block, static_cast<size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    return WTERMSIG(status) == SIGALRM
               ? "hung"
               : absl::StrCat("killed by signal ", WTERMSIG(status));
  }
  return WEXITSTATUS(status) == 0
             ? answer
             : absl::StrCat("exit code ", WEXITSTATUS(status));
}

}  // namespace footfall::testing
