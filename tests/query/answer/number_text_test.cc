// Tests of query/answer/number_text.h.

#include "query/answer/number_text.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "absl/strings/str_format.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

constexpr unsigned kSeed = 119790000;

std::string Decimal(double number) {
  std::string text;
  AppendDecimal(number, &text);
  return text;
}

TEST_CASE("decimals print in their shortest form", "[answer]") {
  struct Case {
    double number;
    const char* text;
  };
  const auto c = GENERATE(values<Case>({
      {0, "0"},
      {-0.0, "-0"},
      {1, "1"},
      {-2.5, "-2.5"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {71790000, "71790000"},
      {1e8, "100000000"},
      {123456789.5, "123456789.5"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1.5e300, "1.5e+300"},
      {0.000001, "0.000001"},
      {1e-7, "1e-7"},
      {1.25e-9, "1.25e-9"},
      {5e-324, "5e-324"},
      {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
      {9007199254740993.0, "9007199254740992"},
      {std::nan(""), "nan"},
      {-std::nan(""), "nan"},
      {std::numeric_limits<double>::infinity(), "inf"},
      {-std::numeric_limits<double>::infinity(), "-inf"},
  }));
  CHECK(Decimal(c.number) == c.text);
}

TEST_CASE("a printed decimal reads back as the same bits",
          "[answer][property]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 100'000; ++i) {
    const double number = i % 2 == 0
                              ? std::bit_cast<double>(random())
                              : static_cast<double>(random() % 1'000'000'000) /
                                    std::pow(10.0, random() % 12);
    if (std::isnan(number)) continue;
    const std::string text = Decimal(number);
    CAPTURE(text);
    REQUIRE(std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)) ==
            std::bit_cast<uint64_t>(number));
    // Never more digits than the shortest of printf's that reads back.
    size_t digits = 0;
    for (const char c : text.substr(0, text.find('e'))) {
      digits += c >= '0' && c <= '9';
    }
    for (int precision = 1; precision < 17; ++precision) {
      const std::string shorter =
          absl::StrFormat("%.*e", precision - 1, number);
      if (std::strtod(shorter.c_str(), nullptr) != number) continue;
      const double magnitude = std::fabs(number);
      if (magnitude >= 1e-6 && magnitude < 1) {
        digits -= text.find_first_of("123456789") - text.find('.') - 1;
        digits -= 1;  // the 0 before the point
      }
      if (magnitude < 1e17) {
        REQUIRE(digits <= std::max<size_t>(static_cast<size_t>(precision),
                                           text.find_first_of(".e")));
      }
      break;
    }
  }
}

TEST_CASE("thousands are marked left of the point", "[answer]") {
  CHECK(GroupThousands("0") == "0");
  CHECK(GroupThousands("999") == "999");
  CHECK(GroupThousands("1000") == "1,000");
  CHECK(GroupThousands("-1000") == "-1,000");
  CHECK(GroupThousands("-100") == "-100");
  CHECK(GroupThousands("119790000") == "119,790,000");
  CHECK(GroupThousands("1234.56789") == "1,234.56789");
  CHECK(GroupThousands("-9223372036854775808") == "-9,223,372,036,854,775,808");
  CHECK(GroupThousands("1234e+300") == "1234e+300");
  CHECK(GroupThousands("nan") == "nan");
}

TEST_CASE("numbers for people keep what matters", "[answer]") {
  CHECK(FormatForPeople(59'895'000.333, 1) == "59,895,000.3");
  CHECK(FormatForPeople(0.30763, 4) == "0.3076");
  CHECK(FormatForPeople(3, 1) == "3.0");
  CHECK(FormatForPeople(0, 2) == "0.00");
  CHECK(FormatForPeople(0.001234, 1) == "0.00123");  // not 0.0
  CHECK(FormatForPeople(0.5, 1) == "0.5");
  CHECK(FormatForPeople(-0.000012345, 4) == "-1.23e-05");
  CHECK(FormatForPeople(1e20, 1) == "100000000000000000000");
  CHECK(FormatForPeople(std::nan(""), 1) == "nan");
}

}  // namespace
}  // namespace footfall::query
