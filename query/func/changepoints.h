// Where the level of a series changes: the cuts that leave the least error.

#ifndef FOOTFALL_QUERY_FUNC_CHANGEPOINTS_H_
#define FOOTFALL_QUERY_FUNC_CHANGEPOINTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace footfall::query {

// Values that one search takes: its work grows with their square.
inline constexpr size_t kMaxChangepointValues = 5'000;
// A segment that is shorter would always fit.
inline constexpr size_t kMinSegment = 2;

// Cuts `values` into `cuts` + 1 segments of kMinSegment values or more, so that
// the sum of squares of ln(x) about each segment's mean is least; of ln(x + 1)
// where some value is 0. Returns the index of the first value of every segment
// but the first, rising. Of equally good ways the one that cuts earliest is
// taken; sums that differ by less than rounding can make are equal.
//
// Exact, by dynamic programming over the ends of segments, which leaves out
// ends that can be best no more: at most cuts * n^2 / 2 steps, and of many cuts
// far fewer; ChangepointsBytes() of memory. `check_stop` is asked after every
// some thousand steps, and its error is handed on.
//
//   INVALID_ARGUMENT    a value is negative or not finite
//   OUT_OF_RANGE        too few values for so many segments
//   RESOURCE_EXHAUSTED  more than kMaxChangepointValues
//
// Source: W. D. Fisher, "On Grouping for Maximum Homogeneity", Journal of the
// American Statistical Association 53 (1958); here of values in order, on the
// scale of logarithms, since users grow by factors. Which ends are left out:
// R. Maidstone, T. Hocking, G. Rigaill and P. Fearnhead, "On optimal multiple
// changepoint algorithms for large data", Statistics and Computing 27 (2017),
// section 4.2; here from the last value to the first, and no sooner than a
// segment of the least length allows.
absl::StatusOr<std::vector<size_t>> FindChangepoints(
    absl::Span<const double> values, size_t cuts,
    absl::FunctionRef<absl::Status()> check_stop);
// What that takes.
uint64_t ChangepointsBytes(size_t values, size_t cuts);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_FUNC_CHANGEPOINTS_H_
