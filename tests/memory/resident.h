// What the programs of this folder share: errors that end them, and what they
// hold of memory.

#ifndef FOOTFALL_TESTS_MEMORY_RESIDENT_H_
#define FOOTFALL_TESTS_MEMORY_RESIDENT_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace footfall::testing {

inline void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::_Exit(1);
}

// A line of /proc/self/status, in KiB.
inline uint64_t ResidentKib(absl::string_view name) {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (!absl::StartsWith(line, name)) continue;
    uint64_t kib = 0;
    const size_t digits = line.find_first_of("0123456789");
    const size_t end = line.find(' ', digits);
    if (absl::SimpleAtoi(line.substr(digits, end - digits), &kib)) return kib;
  }
  Require(absl::NotFoundError(name));
  return 0;
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_MEMORY_RESIDENT_H_
