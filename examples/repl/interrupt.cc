#include "examples/repl/interrupt.h"

#include <csignal>

namespace footfall::repl {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void CatchInterrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted.store(true); };
  sigemptyset(&action.sa_mask);
  action.sa_flags = 0;  // no SA_RESTART: a read that waits shall end
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace footfall::repl
