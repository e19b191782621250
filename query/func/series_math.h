// Functions of the shape of a series: trend, growth, correlation, streaks.
//
// All but Streak() work on the values; where one that counts is in doubt (low
// and high differ, or a side is open) the result is inexact and has no bounds.
// Decimals are summed in step order, so results do not depend on threads.

#ifndef FOOTFALL_QUERY_FUNC_SERIES_MATH_H_
#define FOOTFALL_QUERY_FUNC_SERIES_MATH_H_

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "footfall/statement.h"
#include "query/cell/cell.h"
#include "query/func/aggregate.h"

namespace footfall::query {

// Least squares of the values against their steps, per step:
//   sum((t - mean t) (x - mean x)) / sum((t - mean t)^2)
// Missing under 2 values.
Cell Slope(const StepSpan& steps, int64_t expected);
// As that, of steps that are further apart than they lie: `place_of` gives
// where one is.
Cell SlopeAt(const StepSpan& steps, int64_t expected,
             absl::FunctionRef<int64_t(int64_t step)> place_of);

// Compound annual growth, (last / first) ^ (365.2425 / days between) - 1, of
// the first and the last value. `day_of` gives the day that a step starts on.
struct AnnualGrowth {
  enum class Reason : uint8_t {
    kNone,         // there is a value
    kNoValues,     // no steps
    kNotPositive,  // first or last is 0, negative or NaN
    kTooShort,     // under 365 days
  };
  Cell cell;
  Reason reason = Reason::kNone;  // why the cell is missing
};
AnnualGrowth Cagr(const StepSpan& steps, int64_t expected,
                  absl::FunctionRef<int64_t(int64_t step)> day_of);

// Pearson's r of x at step t against y at step t + lag, over the steps where
// both are present: missing under 3 pairs, or where one side does not vary.
// `present` of the cell is the number of pairs.
Cell Correlation(const StepSpan& x, const StepSpan& y, int64_t lag,
                 int64_t expected);

// The longest run of neighbouring steps where the test holds, in steps; a
// missing step ends a run. 0 where it never holds, missing without any value.
// Low and high: the longest run of steps where it holds whatever the truth is,
// and of those where it may.
Cell Streak(const StepSpan& steps, int64_t expected, Comparison comparison,
            const Scalar& threshold);

// At how many steps the test holds, of those that have a value. Low and high:
// at how many it holds whatever the truth is, and at how many it may.
Cell CountOfTest(const StepSpan& steps, int64_t expected, Comparison comparison,
                 const Scalar& threshold);

// The first step of the largest value or, without `largest`, of the least, as
// the number of a step. Low and high: the earliest and the latest that may be
// it within the bounds. NaNs are passed over; missing where nothing else is.
Cell When(const StepSpan& steps, int64_t expected, bool largest);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_FUNC_SERIES_MATH_H_
