// What the C functions return: codes, and the errors that they leave behind.

#ifndef FOOTFALL_QUERY_C_ERROR_H_
#define FOOTFALL_QUERY_C_ERROR_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "footfall/footfall.h"
#include "footfall/guard.h"

struct footfall_error {
  int code;
  std::string message;
  std::string refusal;
};

namespace footfall::query {

// The status as a code, and as *error where that is asked for.
int CodeOf(const absl::Status& status, footfall_error** error) noexcept;

// Runs the work of a C function, which returns an absl::Status.
template <typename Call>
int InC(footfall_error** error, Call&& call) noexcept {
  return CodeOf(Guarded(std::forward<Call>(call)), error);
}

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_C_ERROR_H_
