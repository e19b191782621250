// Passing errors up, for the sources of query/ (storage's own are out of
// sight here). Not for public headers.

#ifndef FOOTFALL_QUERY_LANG_STATUS_MACROS_H_
#define FOOTFALL_QUERY_LANG_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expression` from this function unless it is OK.
#define FOOTFALL_RETURN_IF_ERROR(expression)                            \
  do {                                                                  \
    if (absl::Status status_or_ok = (expression); !status_or_ok.ok()) { \
      return status_or_ok;                                              \
    }                                                                   \
  } while (false)

// FOOTFALL_ASSIGN_OR_RETURN(const Expr expr, ParseExpression());
#define FOOTFALL_ASSIGN_OR_RETURN(left, expression) \
  FOOTFALL_ASSIGN_OR_RETURN_2_(                     \
      FOOTFALL_QUERY_JOIN_(value_or_status_, __LINE__), left, expression)
#define FOOTFALL_ASSIGN_OR_RETURN_2_(name, left, expression) \
  auto name = (expression);                                  \
  if (!name.ok()) return std::move(name).status();           \
  left = std::move(name).value()
#define FOOTFALL_QUERY_JOIN_(a, b) FOOTFALL_QUERY_JOIN_AGAIN_(a, b)
#define FOOTFALL_QUERY_JOIN_AGAIN_(a, b) a##b

#endif  // FOOTFALL_QUERY_LANG_STATUS_MACROS_H_
