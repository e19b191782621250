// Functions over time: the steps of a bucket become one cell.

#ifndef FOOTFALL_QUERY_FUNC_AGGREGATE_H_
#define FOOTFALL_QUERY_FUNC_AGGREGATE_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/statement.h"
#include "query/cell/cell.h"
#include "query/func/kernels.h"

namespace footfall::query {

// x at n consecutive steps: values and their bounds, as int64 or the bits of
// doubles. Borrowed.
struct StepSpan {
  int64_t first_step = 0;
  uint32_t count = 0;
  bool is_decimal = false;
  const int64_t* values = nullptr;  // [count]; unspecified where absent
  // [count]; null where that bound is the value, at every step; low <= value <=
  // high. Unspecified where absent, or open (below).
  const int64_t* lows = nullptr;
  const int64_t* highs = nullptr;
  // Bit i of word i / 64, offset by `bit_offset`: step first_step + i is there.
  const uint64_t* present = nullptr;
  uint32_t bit_offset = 0;
  // Steps whose bounds are open (a divisor that may be 0), same layout as
  // `present`; null where none is.
  const uint64_t* low_open = nullptr;
  const uint64_t* high_open = nullptr;
};

enum class Aggregate : uint8_t {
  kSum,  // also user_days
  kAvg,
  kMin,
  kMax,
  kFirst,
  kLast,
  kCount,
  kQuantile,  // median, p1..p99: linear between neighbours
  kStddev,
  kCoverage,     // present / expected
  kBoundsOfSum,  // of an OVERLAPS metric over time: low the largest step's low,
                 // high the sum of the highs, missing unless every step is
                 // present
};

// Whether the column of `aggregate` over such x is of decimals: `avg`,
// quantiles (linear between neighbours), `stddev` and `coverage` always are,
// `count` never is, the rest keep the type.
bool GivesDecimal(Aggregate aggregate, bool of_decimals);

// The cell of one bucket. `expected`: steps that should be there; `quantile` in
// (0, 1) for kQuantile. Missing steps are left out; without any the cell is
// missing, but for `count` and `coverage`, which are 0 (`coverage` is missing
// where nothing is expected).
//
// Low is the function of the lows, high of the highs; a step's open side counts
// as the infinity it may be. `count` and `coverage` are exact. `stddev` does
// not grow with its inputs, so where one of those is in doubt it is inexact and
// has no bounds.
//
// Integers are summed in 128 bits. Decimals are summed in an order that depends
// on the positions in the span alone, so the same bucket gives the same bits.
// A NaN is a value: sums, averages and deviations with it are NaN. It fails
// every test, so `min` and `max` pass over it unless there is nothing else; it
// sorts behind the numbers, so a quantile is NaN where it falls beyond them.
//
//   OUT_OF_RANGE  an integer sum (value, low or high) outside 64 bits
absl::StatusOr<Cell> Reduce(Aggregate aggregate, const StepSpan& steps,
                            int64_t expected, double quantile = 0.5);

// The sum of `terms` numbers.
//   OUT_OF_RANGE  outside 64 bits
absl::StatusOr<int64_t> TotalOf(const SplitSum& sum, int64_t terms);
// The same by the number of terms, which is not 0.
double MeanOf(const SplitSum& sum, int64_t terms);

// first_time(x cmp n): a step number as an integer cell; low and high are the
// earliest and latest step it can be by the bounds of x: the first where the
// test may hold, and the first where it must (high open: perhaps never).
// Missing where no value passes (low may then still be set).
absl::StatusOr<Cell> FirstTime(const StepSpan& steps, int64_t expected,
                               Comparison comparison, const Scalar& threshold);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_FUNC_AGGREGATE_H_
