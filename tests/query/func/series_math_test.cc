// Tests of query/func/series_math.h.

#include "query/func/series_math.h"

#include <cmath>
#include <random>
#include <vector>

#include "tests/query/func/steps.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

const double kNan = std::nan("");
constexpr unsigned kSeed = 365;

TEST_CASE("slope is the rise of the straight line by step", "[series]") {
  CHECK(Slope(Steps::Integers({3, 5, 7, 9}).span(), 4).value.decimal == 2);
  // Missing steps keep their place.
  CHECK(Slope(Steps::Integers({3, {}, {}, 9}, 63).span(), 4).value.decimal ==
        2);
  CHECK(Slope(Steps::Integers({4, 4}).span(), 2).value.decimal == 0);
  CHECK(Slope(Steps::Decimals({1.0, 0.0, 2.0}).span(), 3).value.decimal ==
        Approx(0.5));
  CHECK_FALSE(Slope(Steps::Integers({{}, 4}).span(), 2).has_value);
  CHECK_FALSE(Slope(StepSpan(), 0).has_value);
  // Steps that lie side by side, and are far from each other.
  CHECK(SlopeAt(Steps::Integers({3, 5, 2003}).span(), 3, [](int64_t step) {
          return step < 2 ? step : step * 500;
        }).value.decimal == Approx(2));
  CHECK(Slope(Steps::Integers({3, {}, 9}).span(), 30).present == 2);
  CHECK(Slope(Steps::Integers({3, {}, 9}).span(), 30).expected == 30);
}

TEST_CASE("cagr compares the ends over the days between", "[series]") {
  const auto by_day = [](int64_t step) { return step; };
  const auto by_year = [](int64_t step) { return step * 366; };
  std::vector<std::optional<int64_t>> year(366);
  year.front() = 100;
  year.back() = 200;
  const AnnualGrowth grown = Cagr(Steps::Integers(year).span(7), 366, by_day);
  CHECK(grown.reason == AnnualGrowth::Reason::kNone);
  CHECK(grown.cell.value.decimal ==
        Approx(std::pow(2, 365.2425 / 365) - 1).epsilon(1e-14));
  CHECK(grown.cell.present == 2);

  struct Case {
    std::vector<std::optional<int64_t>> steps;
    AnnualGrowth::Reason reason;
  };
  const auto c = GENERATE(values<Case>({
      {{{}, {}}, AnnualGrowth::Reason::kNoValues},
      {{0, 5}, AnnualGrowth::Reason::kNotPositive},
      {{5, -1}, AnnualGrowth::Reason::kNotPositive},
      {{{}, 5, {}}, AnnualGrowth::Reason::kTooShort},
      {{5, {}, 6}, AnnualGrowth::Reason::kNone},
  }));
  const AnnualGrowth growth = Cagr(Steps::Integers(c.steps).span(), 3, by_year);
  CHECK(growth.reason == c.reason);
  CHECK(growth.cell.has_value == (c.reason == AnnualGrowth::Reason::kNone));
  CHECK(Cagr(Steps::Integers({5, 6}).span(), 2, by_day).reason ==
        AnnualGrowth::Reason::kTooShort);
}

TEST_CASE("corr is Pearson's, over steps that both have", "[series]") {
  const Steps x = Steps::Integers({1, 2, {}, 3, 4});
  CHECK(Correlation(x.span(), x.span(), 0, 5).value.decimal == Approx(1));
  CHECK(Correlation(x.span(), Steps::Integers({4, 3, 9, 2, 1}).span(), 0, 5)
            .value.decimal == Approx(-1));
  CHECK(Correlation(x.span(), Steps::Integers({4, 3, 9, 2, 1}).span(), 0, 5)
            .present == 4);
  CHECK_FALSE(
      Correlation(x.span(), Steps::Integers({7, 7, 7, 7, 7}).span(), 0, 5)
          .has_value);
  CHECK_FALSE(
      Correlation(x.span(), Steps::Integers({1, {}, 5, 6, {}}).span(), 0, 5)
          .has_value);
  CHECK(std::isnan(
      Correlation(x.span(), Steps::Decimals({kNan, 1.0, 2.0, 5.0, 1.0}).span(),
                  0, 5)
          .value.decimal));
}

TEST_CASE("corr with a lag sets x against a later y", "[series]") {
  // y follows x by 2 steps; the spans begin at different steps.
  const Steps x = Steps::Integers({1, 5, 2, 8, 3, 9});
  const Steps y = Steps::Integers({0, 1, 5, 2, 8, 3});
  const StepSpan y_span = y.span(101);
  const Cell at_two = Correlation(x.span(100), y_span, 2, 6);
  CHECK(at_two.value.decimal == Approx(1));
  CHECK(at_two.present == 5);
  CHECK(Correlation(x.span(100), y_span, 1, 6).value.decimal < 0.5);
  CHECK(Correlation(x.span(100), y_span, -3, 6).present == 2);
  CHECK(Correlation(x.span(100), y_span, 1000, 6).present == 0);
  CHECK(Correlation(x.span(100), y_span, -1000, 6).present == 0);
}

TEST_CASE("corr lies between -1 and 1", "[series][property]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Number> x, y;
    const double factor = round % 2 == 0 ? 3 : -0.1;
    for (int i = 0; i < 40; ++i) {
      const double value = static_cast<double>(random() % 1'000'000) / 7;
      x.push_back(value);
      y.push_back(value * factor);  // all but exactly on a line
    }
    const Cell cell = Correlation(Steps::Decimals(x).span(),
                                  Steps::Decimals(y).span(), 0, 40);
    REQUIRE(cell.has_value);
    REQUIRE(std::fabs(cell.value.decimal) <= 1);
    REQUIRE(cell.value.decimal == Approx(factor > 0 ? 1 : -1));
  }
}

TEST_CASE("streak is the longest run of neighbours", "[series]") {
  struct Case {
    std::vector<std::optional<int64_t>> steps;
    int64_t longest;
  };
  const auto c = GENERATE(values<Case>({
      {{1, 2, 3}, 0},
      {{11, 2, 12, 13}, 2},
      {{11, 12, {}, 13, 14, 15}, 3},  // a missing step ends a run
      {{11, 12, 13}, 3},
      {{10}, 0},  // the test is >
  }));
  const Cell cell = Streak(Steps::Integers(c.steps).span(), 9,
                           Comparison::kGreater, Scalar::Integer(10));
  CHECK(cell.value.integer == c.longest);
  CHECK(cell.kind() == CellKind::kExact);
  CHECK(cell.expected == 9);
}

TEST_CASE("a streak of nothing is missing", "[series]") {
  CHECK_FALSE(Streak(Steps::Integers({{}, {}}).span(), 2, Comparison::kLess,
                     Scalar::Integer(1))
                  .has_value);
}

TEST_CASE("a streak lies between what is certain and what is possible",
          "[series]") {
  // Steps in [1, 9], [5, 5], missing, [2, 6], [6, open): values 5 5 - 6 6.
  const Steps steps = Steps::Integers({5, 5, {}, 6, 6})
                          .WithBounds({1, 5, 0, 2, 6}, {9, 5, 0, 6, Number()});
  struct Case {
    Comparison comparison;
    int64_t threshold;
    int64_t low, value, high;
    const char* why;
  };
  const auto c = GENERATE(values<Case>({
      {Comparison::kGreater, 4, 1, 2, 2, "5 must, 6 must; each beside a may"},
      {Comparison::kGreater, 0, 2, 2, 2, "all must: exact, in spite of doubt"},
      {Comparison::kGreater, 8, 0, 0, 1, "only 9 and the open one may"},
      {Comparison::kLess, 6, 1, 2, 2, "5 must; 1 may"},
      {Comparison::kEqual, 6, 0, 2, 2, "the last two may be 6, none must"},
      {Comparison::kNotEqual, 5, 1, 2, 2, "the open one is 6 at least"},
  }));
  INFO(c.why);
  const Cell cell =
      Streak(steps.span(), 5, c.comparison, Scalar::Integer(c.threshold));
  CHECK(cell.low->integer == c.low);
  CHECK(cell.value.integer == c.value);
  CHECK(cell.high->integer == c.high);
  CHECK_FALSE(cell.inexact);
}

TEST_CASE("what comes of values in doubt is in doubt", "[series]") {
  const Steps doubtful =
      Steps::Integers({1, 2, 4}).WithBounds({1, 1, 4}, {1, 2, 4});
  const Steps open =
      Steps::Integers({1, 2, 4}).WithBounds({1, 2, 4}, {1, Number(), 4});
  const Steps certain =
      Steps::Integers({1, 2, 4}).WithBounds({1, 2, 4}, {1, 2, 4});
  const Steps other = Steps::Integers({3, 5, 1});
  const auto by_year = [](int64_t step) { return step * 366; };
  for (const Steps* steps : {&doubtful, &open, &certain}) {
    const CellKind kind =
        steps == &certain ? CellKind::kExact : CellKind::kRange;
    const StepSpan span = steps->span();
    CHECK(Slope(span, 3).kind() == kind);
    CHECK(Correlation(span, other.span(), 0, 3).kind() == kind);
    CHECK(Correlation(other.span(), span, 0, 3).kind() == kind);
    // Only the ends count.
    CHECK(Cagr(span, 3, by_year).cell.kind() == CellKind::kExact);
  }
}

}  // namespace
}  // namespace footfall::query
