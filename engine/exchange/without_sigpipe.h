// Writing to a pipe that nobody reads any more: an error, and no signal, which
// would end the host.

#ifndef FOOTFALL_ENGINE_EXCHANGE_WITHOUT_SIGPIPE_H_
#define FOOTFALL_ENGINE_EXCHANGE_WITHOUT_SIGPIPE_H_

#include <signal.h>
#include <time.h>

#include <cerrno>

namespace footfall::engine {

// As long as it lives, this thread gets EPIPE alone. A SIGPIPE that was sent
// before stays; the thread's mask is as it was afterwards, and errno stays.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    was_pending_ =
        sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &mask_);
  }
  ~WithoutSigpipe() {
    const int error = errno;
    const timespec now = {};
    if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
    errno = error;
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t sigpipe_;
  sigset_t mask_;
  bool was_pending_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_EXCHANGE_WITHOUT_SIGPIPE_H_
