// FOOTFALL_DCHECK: a promise of our own code that a debug build enforces.
//
// For what the program itself guarantees, never for input: input answers with a
// status. A release build does not evaluate the condition.

#ifndef FOOTFALL_STORAGE_BASE_CHECK_H_
#define FOOTFALL_STORAGE_BASE_CHECK_H_

#include <cassert>

#ifdef NDEBUG
#define FOOTFALL_DCHECK(condition) \
  do {                             \
    if (false) {                   \
      (void)(condition);           \
    }                              \
  } while (false)
#else
#define FOOTFALL_DCHECK(condition) assert(condition)
#endif

#endif  // FOOTFALL_STORAGE_BASE_CHECK_H_
