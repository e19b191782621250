// Bytes from the hexadecimal digits of a golden value.

#ifndef FOOTFALL_TESTS_SUPPORT_HEX_H_
#define FOOTFALL_TESTS_SUPPORT_HEX_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/support/catch.h"

namespace footfall {

// Fails the test where `digits` are not pairs of hexadecimal digits. (Abseil's
// own function changed between the releases that we support.)
inline std::string FromHex(absl::string_view digits) {
  std::string escaped;
  for (size_t i = 0; i < digits.size(); i += 2) {
    absl::StrAppend(&escaped, "\\x", digits.substr(i, 2));
  }
  std::string bytes;
  REQUIRE(absl::CUnescape(escaped, &bytes));
  REQUIRE(2 * bytes.size() == digits.size());
  return bytes;
}

}  // namespace footfall

#endif  // FOOTFALL_TESTS_SUPPORT_HEX_H_
