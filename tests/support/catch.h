// Catch2, in whichever of its two forms is installed: 2.13 is one header, 3.x
// is many, with another name for one matcher. A test includes this alone.

#ifndef FOOTFALL_TESTS_SUPPORT_CATCH_H_
#define FOOTFALL_TESTS_SUPPORT_CATCH_H_

#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

namespace footfall {

#if CATCH_VERSION_MAJOR >= 3
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
using Catch::Detail::Approx;
// Catch2 3 gave the name Contains to a matcher of ranges.
inline auto ContainsSubstring(const std::string& text) {
  return Catch::Matchers::Contains(text);
}
#endif
using Catch::Matchers::StartsWith;

}  // namespace footfall

#endif  // FOOTFALL_TESTS_SUPPORT_CATCH_H_
