// What a fuzz target does when a promise is broken: stop at once, in any build.

#ifndef FOOTFALL_TESTS_FUZZ_REQUIRE_H_
#define FOOTFALL_TESTS_FUZZ_REQUIRE_H_

#include <cstdio>
#include <cstdlib>

#define FUZZ_REQUIRE(condition)                                            \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                        \
    }                                                                      \
  } while (false)

#endif  // FOOTFALL_TESTS_FUZZ_REQUIRE_H_
