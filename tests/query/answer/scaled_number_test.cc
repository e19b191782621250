// Tests of query/answer/scaled_number.h.

#include "query/answer/scaled_number.h"

#include <string>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

using Scale = NumberStyle::Scale;

std::string Scaled(const char* number, Scale scale, int digits,
                   Rounding rounding) {
  NumberStyle style;
  style.scale = scale;
  style.fraction_digits = digits;
  return ScaleForPeople(number, style, rounding).value_or("as it is");
}

TEST_CASE("large numbers are written in units that people read", "[answer]") {
  struct Case {
    const char* number;
    Scale scale;
    int digits;
    Rounding rounding;
    const char* text;
  };
  const auto c = GENERATE(values<Case>({
      // The newspaper's total, cut and rounded, exact and in SI units.
      {"119790000", Scale::kWan, 2, Rounding::kTowardZero, "1.19亿"},
      {"119790000", Scale::kWan, 2, Rounding::kNearest, "1.20亿"},
      {"119790000", Scale::kWan, -1, Rounding::kNearest, "1.1979亿"},
      {"119790000", Scale::kSi, -1, Rounding::kNearest, "119.8 M"},
      {"34940000", Scale::kWan, -1, Rounding::kNearest, "3494万"},
      // An exact number shows no zeros, a shortened one does.
      {"34940000", Scale::kWan, 2, Rounding::kNearest, "3494万"},
      {"120000000", Scale::kWan, 2, Rounding::kNearest, "1.2亿"},
      {"120000001", Scale::kWan, 2, Rounding::kNearest, "1.20亿"},
      // Around the first unit, and between units.
      {"9999", Scale::kWan, -1, Rounding::kNearest, "as it is"},
      {"10000", Scale::kWan, -1, Rounding::kNearest, "1万"},
      {"99999999", Scale::kWan, -1, Rounding::kNearest, "9999.9999万"},
      {"99999999", Scale::kWan, 2, Rounding::kNearest, "1.00亿"},
      {"99999999", Scale::kWan, 2, Rounding::kTowardZero, "9999.99万"},
      {"99999999", Scale::kWan, 0, Rounding::kNearest, "1亿"},
      {"999", Scale::kSi, -1, Rounding::kNearest, "as it is"},
      {"1000", Scale::kSi, -1, Rounding::kNearest, "1 k"},
      {"999950", Scale::kSi, 1, Rounding::kNearest, "1.0 M"},
      {"999949", Scale::kSi, 1, Rounding::kNearest, "999.9 k"},
      // A carry that stays in its unit.
      {"9995", Scale::kSi, 2, Rounding::kNearest, "10.00 k"},
      // Halves go away from zero, on both sides of it.
      {"1250", Scale::kSi, 1, Rounding::kNearest, "1.3 k"},
      {"-1250", Scale::kSi, 1, Rounding::kNearest, "-1.3 k"},
      {"-1250", Scale::kSi, 1, Rounding::kTowardZero, "-1.2 k"},
      // Outwards, for the ends of a range.
      {"1240", Scale::kSi, 1, Rounding::kUp, "1.3 k"},
      {"1260", Scale::kSi, 1, Rounding::kDown, "1.2 k"},
      {"-1240", Scale::kSi, 1, Rounding::kDown, "-1.3 k"},
      {"-1260", Scale::kSi, 1, Rounding::kUp, "-1.2 k"},
      {"1200", Scale::kSi, 1, Rounding::kUp, "1.2 k"},
      // Decimals: what is behind their point counts.
      {"119790000.25", Scale::kWan, -1, Rounding::kNearest, "1.1979亿"},
      {"119790000.25", Scale::kWan, 10, Rounding::kNearest, "1.1979000025亿"},
      {"1249.9999", Scale::kSi, 1, Rounding::kNearest, "1.2 k"},
      {"0.25", Scale::kSi, 1, Rounding::kNearest, "as it is"},
      // The ends of what there is.
      {"9223372036854775807", Scale::kWan, -1, Rounding::kTowardZero,
       "9,223,372.0368万亿"},
      {"-9223372036854775808", Scale::kSi, 3, Rounding::kNearest, "-9.223 E"},
      {"1e+21", Scale::kSi, 1, Rounding::kNearest, "as it is"},
      {"nan", Scale::kWan, 1, Rounding::kNearest, "as it is"},
      {"-inf", Scale::kWan, 1, Rounding::kNearest, "as it is"},
      {"119790000", Scale::kRaw, 2, Rounding::kNearest, "as it is"},
  }));
  INFO(c.number << " with " << c.digits << " digits");
  CHECK(Scaled(c.number, c.scale, c.digits, c.rounding) == c.text);
}

}  // namespace
}  // namespace footfall::query
