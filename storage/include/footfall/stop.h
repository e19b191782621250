// Ending a long call early.

#ifndef FOOTFALL_STOP_H_
#define FOOTFALL_STOP_H_

#include <functional>

#include "absl/status/status.h"

#pragma GCC visibility push(default)
namespace footfall {

// Asked again and again while a call works: OK to go on, or the error that the
// call shall end with (CANCELLED, DEADLINE_EXCEEDED). It must be quick, as the
// load of a flag is. Asked in the caller's thread where nothing else is said.
// Empty: the call goes on.
using StopCheck = std::function<absl::Status()>;

inline absl::Status AskStop(const StopCheck& stop) {
  return stop ? stop() : absl::OkStatus();
}

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_STOP_H_
