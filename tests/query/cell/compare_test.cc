// Tests of query/cell/compare.h.

#include "query/cell/compare.h"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");

Scalar I(int64_t v) { return Scalar::Integer(v); }
Scalar D(double v) { return Scalar::Decimal(v); }

const Comparison kComparisons[] = {
    Comparison::kEqual,     Comparison::kNotEqual, Comparison::kLess,
    Comparison::kLessEqual, Comparison::kGreater,  Comparison::kGreaterEqual};

TEST_CASE("numbers compare without rounding", "[compare]") {
  struct Case {
    Scalar less, more;
  };
  const auto c = GENERATE(values<Case>({
      {I(1), I(2)},
      {D(1), D(1.5)},
      {I(1), D(1.5)},
      {D(-1.5), I(-1)},
      {D(9007199254740992.0), I(9007199254740993)},  // 2^53 and one more
      {I(kMax), D(9223372036854775808.0)},           // 2^63
      {D(-kInf), I(kMin)},
      {I(kMax), D(kInf)},
      {I(kMin), D(-9223372036854774784.0)},  // the next double above -2^63
  }));
  CHECK((CompareScalars(c.less, c.more) < 0));
  CHECK((CompareScalars(c.more, c.less) > 0));
  CHECK((CompareScalars(c.less, c.less) == 0));
  CHECK_FALSE(SameScalar(c.less, c.more));
}

TEST_CASE("equal numbers of two types are the same", "[compare]") {
  CHECK(SameScalar(I(3), D(3)));
  CHECK(SameScalar(I(0), D(-0.0)));
  CHECK(SameScalar(I(kMin), D(-9223372036854775808.0)));
}

TEST_CASE("a NaN fails every test and is only the same as a NaN", "[compare]") {
  for (const Comparison comparison : kComparisons) {
    CHECK_FALSE(TestScalars(comparison, D(kNan), I(1)));
    CHECK_FALSE(TestScalars(comparison, I(1), D(kNan)));
    CHECK_FALSE(TestScalars(comparison, D(kNan), D(kNan)));
    CHECK_FALSE(IntegersThatPass(comparison, D(kNan)).Holds(1));
  }
  CHECK(SameScalar(D(kNan), D(kNan)));
  CHECK_FALSE(SameScalar(D(kNan), D(1)));
}

TEST_CASE("the integers that pass are those that pass the test", "[compare]") {
  const std::vector<int64_t> numbers = {
      kMin, kMin + 1, kMin + 2048,      -2,          -1,       0,
      1,    2,        9007199254740993, kMax - 1024, kMax - 1, kMax};
  std::vector<Scalar> thresholds = {D(0.5),
                                    D(-0.5),
                                    D(-0.0),
                                    D(kInf),
                                    D(-kInf),
                                    D(1e30),
                                    D(-1e30),
                                    D(1e8),
                                    D(9223372036854775808.0),
                                    D(-9223372036854775808.0)};
  for (const int64_t number : numbers) {
    thresholds.push_back(I(number));
    thresholds.push_back(D(static_cast<double>(number)));
  }
  for (const Comparison comparison : kComparisons) {
    for (const Scalar& threshold : thresholds) {
      const PassingIntegers passing = IntegersThatPass(comparison, threshold);
      for (const int64_t number : numbers) {
        CAPTURE(static_cast<int>(comparison), threshold.is_decimal,
                threshold.integer, threshold.decimal, number);
        CHECK(passing.Holds(number) ==
              TestScalars(comparison, I(number), threshold));
      }
    }
  }
}

TEST_CASE("a missing value fails a test", "[compare]") {
  const Cell one = Cell::Exact(I(1), 1, 1);
  const Cell missing = Cell::Missing(0, 1);
  for (const Comparison comparison : kComparisons) {
    CHECK_FALSE(TestCells(comparison, one, missing));
    CHECK_FALSE(TestCells(comparison, missing, one));
    CHECK_FALSE(TestCells(comparison, missing, missing));
  }
  CHECK(TestCells(Comparison::kGreaterEqual, one, one));
}

TEST_CASE("missing sorts last and NaN before it, in both directions",
          "[compare]") {
  const Cell small = Cell::Exact(I(1), 1, 1);
  const Cell large = Cell::Exact(D(kInf), 1, 1);
  const Cell nan = Cell::Exact(D(kNan), 1, 1);
  const Cell missing = Cell::Missing(0, 1);
  for (const bool descending : {false, true}) {
    CHECK(OrderCells(large, nan, descending) < 0);
    CHECK(OrderCells(small, nan, descending) < 0);
    CHECK(OrderCells(nan, missing, descending) < 0);
    CHECK(OrderCells(missing, small, descending) > 0);
    CHECK(OrderCells(nan, nan, descending) == 0);
    CHECK(OrderCells(missing, missing, descending) == 0);
    CHECK(OrderCells(small, small, descending) == 0);
    CHECK((OrderCells(small, large, descending) < 0) == !descending);
  }
}

}  // namespace
}  // namespace footfall::query
