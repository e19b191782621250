// The edge of the library: what is thrown inside comes out as a status.
//
// Our own code throws nothing, but allocating, starting a thread and what we
// call may. Every public entry point runs its work through Guarded().

#ifndef FOOTFALL_GUARD_H_
#define FOOTFALL_GUARD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#pragma GCC visibility push(default)
namespace footfall {

// The status of the exception that is being handled, never OK. It throws
// nothing: where memory does not even hold the message, that is left out.
//
//   RESOURCE_EXHAUSTED  std::bad_alloc, std::length_error: memory ran out, or a
//                       container past its limit; std::system_error that says
//                       that no thread, file or memory is left
//   UNAVAILABLE         any other std::system_error
//   INTERNAL            everything else
//
// Requires: called inside a catch block.
absl::Status StatusOfException() noexcept;

// Runs `call`, which returns an absl::Status or absl::StatusOr, and answers
// what it does or what it threw.
template <typename Call>
auto Guarded(Call&& call) noexcept -> decltype(call()) {
  try {
    return call();
  } catch (...) {
    return StatusOfException();
  }
}

// `status` with `before` in front of its message; as it is where there is no
// memory for more words. The code never changes.
absl::Status Prefixed(absl::string_view before,
                      const absl::Status& status) noexcept;

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_GUARD_H_
