/* What the tests of the C API share, in C99. A check that fails ends the test.
 */

#ifndef FOOTFALL_TESTS_QUERY_C_CHECK_H_
#define FOOTFALL_TESTS_QUERY_C_CHECK_H_

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "footfall/footfall.h"

#define CHECK(condition)                                              \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                        \
    }                                                                 \
  } while (0)

/* A call that must succeed, with `error` last; its message where it does not.
 */
#define CHECK_OK(call)                                   \
  do {                                                   \
    footfall_error* error = NULL;                        \
    if ((call) != FOOTFALL_OK) {                         \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
              footfall_error_message(error));            \
      exit(1);                                           \
    }                                                    \
    footfall_error_free(error);                          \
  } while (0)

/* A call that must fail with that code, refusal, and words in its message. */
#define CHECK_FAILS(call, expected, its_refusal, words)                    \
  do {                                                                     \
    footfall_error* error = NULL;                                          \
    const int code = (call);                                               \
    if (code != (expected) || footfall_error_code(error) != code ||        \
        strcmp(footfall_error_refusal(error), its_refusal) != 0 ||         \
        strstr(footfall_error_message(error), words) == NULL) {            \
      fprintf(stderr, "%s:%d: %s, refusal '%s': %s\n", __FILE__, __LINE__, \
              footfall_code_name(code), footfall_error_refusal(error),     \
              footfall_error_message(error));                              \
      exit(1);                                                             \
    }                                                                      \
    footfall_error_free(error);                                            \
  } while (0)

/* A database in memory with dau BY app: A 5 and 7, B 9, and price in decimals.
 */
footfall_database* open_with_data(void);
/* The answer as csv is `expected`. */
void check_csv(const footfall_answer* answer, const char* expected);

void test_arrow(void);

#endif
