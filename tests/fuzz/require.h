// What a fuzz target holds a decoder to, and what it does when a promise is
// broken: stop at once, in any build.

#ifndef FOOTFALL_TESTS_FUZZ_REQUIRE_H_
#define FOOTFALL_TESTS_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"

#define FUZZ_REQUIRE(condition)                                            \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)

namespace footfall {

// Whether bytes may be refused so: as damaged, or as those of a later release.
inline bool IsRefusal(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsUnimplemented(status);
}

}  // namespace footfall

#endif  // FOOTFALL_TESTS_FUZZ_REQUIRE_H_
