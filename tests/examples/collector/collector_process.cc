#include "tests/examples/collector/collector_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/catch.h"

namespace footfall {

CollectorProcess::CollectorProcess(const std::vector<std::string>& arguments) {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  std::vector<char*> words = {const_cast<char*>(FOOTFALL_COLLECTOR),
                              const_cast<char*>("--listen"),
                              const_cast<char*>("127.0.0.1:0")};
  for (const std::string& argument : arguments) {
    words.push_back(const_cast<char*>(argument.c_str()));
  }
  words.push_back(nullptr);
  child_ = fork();
  REQUIRE(child_ >= 0);
  if (child_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // where the test itself is killed
    if (dup2(ends[1], STDERR_FILENO) >= 0 && chdir(FOOTFALL_SOURCE_DIR) == 0) {
      execv(FOOTFALL_COLLECTOR, words.data());
    }
    _exit(127);
  }
  close(ends[1]);
  err_ = ends[0];
  const std::string listens = "listening on http://127.0.0.1:";
  if (!WaitFor(listens) || !WaitFor("/\n")) return;
  const size_t at = said_.rfind(listens) + listens.size();
  port_ = static_cast<uint16_t>(std::atoi(said_.c_str() + at));
}

bool CollectorProcess::WaitFor(const std::string& words) {
  const size_t from = said_.size();
  char c = 0;
  while (said_.find(words, from) == std::string::npos) {
    if (read(err_, &c, 1) != 1) return false;
    said_.push_back(c);
  }
  return true;
}

CollectorProcess::~CollectorProcess() {
  if (child_ > 0) {
    Signal(SIGKILL);
    Wait();
  }
  close(err_);
}

void CollectorProcess::Signal(int signal) const { kill(child_, signal); }

int CollectorProcess::Wait() {
  int status = 0;
  const bool ended = waitpid(child_, &status, 0) == child_;
  child_ = -1;
  return ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char* CollectorScript() {
  return "DEFINE METRIC dau INTEGER UNIT 'users' EVERY day OVER TIME OVERLAPS\n"
         "  BY app OVERLAPS, platform OVERLAPS, region ADDS;\n"
         "DEFINE METRIC clicks INTEGER EVERY minute OVER TIME ADDS BY app;\n"
         "DEFINE METRIC price DECIMAL EVERY day OVER TIME LEVEL BY app;\n";
}

}  // namespace footfall
