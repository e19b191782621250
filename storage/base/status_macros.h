// Passing errors up: the two statements that every fallible call needs.

#ifndef FOOTFALL_STORAGE_BASE_STATUS_MACROS_H_
#define FOOTFALL_STORAGE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expression` from this function unless it is OK.
#define FOOTFALL_RETURN_IF_ERROR(expression)                                  \
  do {                                                                        \
    if (absl::Status footfall_status = (expression); !footfall_status.ok()) { \
      return footfall_status;                                                 \
    }                                                                         \
  } while (false)

// FOOTFALL_ASSIGN_OR_RETURN(const Tile tile, OpenTile(bytes));
// Returns the status of the StatusOr unless it holds a value; else moves the
// value into the declaration (or variable) on the left. A comma in the left
// side needs parentheses around no part of it: name the type first.
#define FOOTFALL_ASSIGN_OR_RETURN(left, expression) \
  FOOTFALL_ASSIGN_OR_RETURN_(                       \
      FOOTFALL_STATUS_JOIN_(footfall_statusor_, __LINE__), left, expression)

#define FOOTFALL_ASSIGN_OR_RETURN_(statusor, left, expression) \
  auto statusor = (expression);                                \
  if (!statusor.ok()) {                                        \
    return std::move(statusor).status();                       \
  }                                                            \
  left = std::move(statusor).value()

#define FOOTFALL_STATUS_JOIN_(a, b) FOOTFALL_STATUS_JOIN_AGAIN_(a, b)
#define FOOTFALL_STATUS_JOIN_AGAIN_(a, b) a##b

#endif  // FOOTFALL_STORAGE_BASE_STATUS_MACROS_H_
