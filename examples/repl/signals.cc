#include "examples/repl/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <initializer_list>

namespace footfall::repl {

std::atomic<bool> interrupted{false};
std::atomic<bool> resized{false};
std::atomic<bool> continued{false};
static_assert(std::atomic<bool>::is_always_lock_free);

namespace {

// A byte in the pipe wakes the thread that waits for input.
int wake_pipe[2] = {-1, -1};

void OnSignal(int signal) {
  const int saved_errno = errno;
  if (signal == SIGINT) interrupted.store(true);
  if (signal == SIGWINCH) resized.store(true);
  if (signal == SIGCONT) continued.store(true);
  const char byte = 0;
  [[maybe_unused]] const ssize_t written = write(wake_pipe[1], &byte, 1);
  errno = saved_errno;
}

}  // namespace

bool CatchSignals() {
  if (wake_pipe[0] < 0 && pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
    return false;
  }
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGWINCH, SIGCONT}) {
    if (sigaction(signal, &action, nullptr) != 0) return false;
  }
  return true;
}

bool WaitForInput(int descriptor) {
  pollfd waits[2] = {{descriptor, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}};
  if (poll(waits, 2, -1) < 0) return false;  // EINTR: a flag was set
  char bytes[64];
  while (waits[1].revents != 0 &&
         read(wake_pipe[0], bytes, sizeof(bytes)) > 0) {
  }
  return waits[0].revents != 0;
}

}  // namespace footfall::repl
