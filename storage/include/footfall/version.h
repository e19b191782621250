/* The version of these headers, and of the library that is linked. C and C++.
 *
 * Semantic versioning: a release of the same major version takes what was
 * written for an earlier one. Before 1.0 that holds for the same minor version,
 * which is part of the shared library's name (SOVERSION), and of the version of
 * its symbols: two of them in one process do not meet. There is no inline
 * namespace: declarations such as `namespace footfall { class Database; }` in a
 * program's own headers stay right. */

#ifndef FOOTFALL_VERSION_H_
#define FOOTFALL_VERSION_H_

/* CMake reads them here. */
#define FOOTFALL_VERSION_MAJOR 0
#define FOOTFALL_VERSION_MINOR 1
#define FOOTFALL_VERSION_PATCH 0

/* Rises with each release, for #if: 1.2.3 is 1002003. */
#define FOOTFALL_VERSION_NUMBER                                       \
  (FOOTFALL_VERSION_MAJOR * 1000000 + FOOTFALL_VERSION_MINOR * 1000 + \
   FOOTFALL_VERSION_PATCH)

#define FOOTFALL_VERSION_WORDS_(a, b, c) #a "." #b "." #c
#define FOOTFALL_VERSION_WORDS(a, b, c) FOOTFALL_VERSION_WORDS_(a, b, c)
/* "0.1.0" */
#define FOOTFALL_VERSION                                                 \
  FOOTFALL_VERSION_WORDS(FOOTFALL_VERSION_MAJOR, FOOTFALL_VERSION_MINOR, \
                         FOOTFALL_VERSION_PATCH)

#ifdef __cplusplus
#pragma GCC visibility push(default)
namespace footfall {

// FOOTFALL_VERSION of the library that is linked, which may be another than
// that of the headers.
const char* Version();

}  // namespace footfall
#pragma GCC visibility pop
#endif

#endif /* FOOTFALL_VERSION_H_ */
