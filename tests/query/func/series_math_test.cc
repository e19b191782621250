// Tests of query/func/series_math.h.

#include "query/func/series_math.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "query/cell/compare.h"
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

// Up to six steps of small whole numbers in small bounds, some missing.
struct SmallSteps {
  std::vector<std::optional<int64_t>> values;
  std::vector<Number> lows;
  std::vector<Number> highs;

  explicit SmallSteps(std::mt19937_64* random) {
    const size_t count = 1 + (*random)() % 6;
    for (size_t i = 0; i < count; ++i) {
      const auto low = static_cast<int64_t>((*random)() % 4);
      const auto width = static_cast<int64_t>((*random)() % 3);
      lows.push_back(static_cast<double>(low));
      highs.push_back(static_cast<double>(low + width));
      values.emplace_back();
      if ((*random)() % 5 == 0) continue;
      values.back() = low + static_cast<int64_t>((*random)()) % (width + 1);
      values.back() = std::clamp(*values.back(), low, low + width);
    }
  }

  // Calls `visit` with each series that the bounds allow.
  template <typename Visit>
  void ForEachTruth(const Visit& visit) const {
    std::vector<std::optional<int64_t>> truth = values;
    const auto at = [&](const auto& self, size_t i) -> void {
      if (i == truth.size()) return visit(truth);
      if (!values[i].has_value()) return self(self, i + 1);
      for (auto v = static_cast<int64_t>(*lows[i]);
           v <= static_cast<int64_t>(*highs[i]); ++v) {
        truth[i] = v;
        self(self, i + 1);
      }
    };
    at(at, 0);
  }
};

TEST_CASE("counts of tests and days of extremes have the bounds of all truths",
          "[series]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2000; ++round) {
    const SmallSteps small(&random);
    const Steps steps =
        Steps::Integers(small.values, 61).WithBounds(small.lows, small.highs);
    const auto comparison = static_cast<Comparison>(random() % 6);
    const Scalar threshold =
        Scalar::Integer(static_cast<int64_t>(random() % 6));
    const auto count_of = [&](const auto& series) {
      return std::count_if(series.begin(), series.end(), [&](const auto& v) {
        return v.has_value() &&
               TestScalars(comparison, Scalar::Integer(*v), threshold);
      });
    };
    const auto when = [](const auto& series, bool largest) {
      std::optional<int64_t> best;
      for (size_t i = 0; i < series.size(); ++i) {
        if (!series[i].has_value()) continue;
        if (!best ||
            (largest ? *series[i] > *series[static_cast<size_t>(*best)]
                     : *series[i] < *series[static_cast<size_t>(*best)])) {
          best = static_cast<int64_t>(i);
        }
      }
      return best;
    };
    const Cell count = CountOfTest(steps.span(), 9, comparison, threshold);
    const Cell high = When(steps.span(), 9, true);
    const Cell low = When(steps.span(), 9, false);
    CHECK(count.value.integer == count_of(small.values));
    CHECK(high.has_value == when(small.values, true).has_value());
    if (!high.has_value) continue;
    CHECK(high.value.integer == *when(small.values, true));
    CHECK(low.value.integer == *when(small.values, false));
    // [0]: the least of all truths, [1]: the greatest.
    int64_t counts[] = {99, -1};
    int64_t highs[] = {99, -1};
    int64_t lows[] = {99, -1};
    const auto take = [](int64_t value, int64_t(&ends)[2]) {
      ends[0] = std::min(ends[0], value);
      ends[1] = std::max(ends[1], value);
    };
    small.ForEachTruth([&](const auto& truth) {
      take(count_of(truth), counts);
      take(*when(truth, true), highs);
      take(*when(truth, false), lows);
    });
    CHECK(count.low->integer == counts[0]);
    CHECK(count.high->integer == counts[1]);
    CHECK(high.low->integer == highs[0]);
    CHECK(high.high->integer == highs[1]);
    CHECK(low.low->integer == lows[0]);
    CHECK(low.high->integer == lows[1]);
  }
}

TEST_CASE("the day of an extreme where bounds are open or values no numbers",
          "[series]") {
  // The second may be anything above 1.
  const Steps open =
      Steps::Integers({3, 1, 2}).WithBounds({3, 1, 2}, {3, Number(), 2});
  CHECK(When(open.span(10), 3, true).value.integer == 10);
  CHECK(When(open.span(10), 3, true).low->integer == 10);
  CHECK(When(open.span(10), 3, true).high->integer == 11);
  CHECK(When(open.span(10), 3, false).high->integer == 12);
  const Steps decimals = Steps::Decimals({kNan, 0.5, 0.25, kNan});
  CHECK(When(decimals.span(), 4, true).value.integer == 1);
  CHECK(When(decimals.span(), 4, false).value.integer == 2);
  CHECK(When(decimals.span(), 4, false).kind() == CellKind::kExact);
  CHECK_FALSE(When(Steps::Decimals({kNan}).span(), 1, true).has_value);
}

}  // namespace
}  // namespace footfall::query
