#include "query/func/changepoints.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace footfall::query {
namespace {

// What rounding may add to a sum of squares, as a part of the whole one.
constexpr double kRounding = 1e-11;

// Sums of squares about the mean of any stretch, from running sums. The values
// are taken about their overall mean, so that little is lost in the difference.
class Errors {
 public:
  explicit Errors(absl::Span<const double> values)
      : sums_(values.size() + 1), squares_(values.size() + 1) {
    double mean = 0;
    for (const double x : values) mean += x;
    if (!values.empty()) mean /= static_cast<double>(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const double x = values[i] - mean;
      sums_[i + 1] = sums_[i] + x;
      squares_[i + 1] = squares_[i] + x * x;
    }
  }

  // Of values [begin, end).
  double Of(size_t begin, size_t end) const {
    const double sum = sums_[end] - sums_[begin];
    const double error = squares_[end] - squares_[begin] -
                         sum * sum / static_cast<double>(end - begin);
    return std::max(0.0, error);
  }
  double tolerance() const { return kRounding * squares_.back(); }

 private:
  std::vector<double> sums_;
  std::vector<double> squares_;
};

absl::StatusOr<std::vector<double>> Logarithms(
    absl::Span<const double> values) {
  bool some_zero = false;
  for (const double x : values) {
    if (!(x >= 0) || std::isinf(x)) {
      return absl::InvalidArgumentError(
          absl::StrCat("changes of level are sought among logarithms, and ", x,
                       " has none"));
    }
    some_zero |= x == 0;
  }
  std::vector<double> logarithms(values.begin(), values.end());
  for (double& x : logarithms) x = some_zero ? std::log1p(x) : std::log(x);
  return logarithms;
}

// Where a segment may end, and from where on (downwards) it may not: another
// end is never worse there.
struct SegmentEnd {
  size_t at = 0;
  size_t left_out_from = 0;
};

}  // namespace

uint64_t ChangepointsBytes(size_t values, size_t cuts) {
  return (cuts + 1) * (values + 1) * sizeof(double) +
         values * (sizeof(SegmentEnd) + 5 * sizeof(double));
}

absl::StatusOr<std::vector<size_t>> FindChangepoints(
    absl::Span<const double> values, size_t cuts,
    absl::FunctionRef<absl::Status()> check_stop) {
  const size_t n = values.size();
  if (n > kMaxChangepointValues) {
    return absl::ResourceExhaustedError(
        absl::StrCat(n, " values; changes of level are sought among at most ",
                     kMaxChangepointValues));
  }
  if (cuts >= n / kMinSegment) {
    return absl::OutOfRangeError(absl::StrCat(cuts, " changes need at least ",
                                              (cuts + 1) * kMinSegment,
                                              " values, there are ", n));
  }
  const absl::StatusOr<std::vector<double>> logarithms = Logarithms(values);
  if (!logarithms.ok()) return logarithms.status();
  const Errors errors(*logarithms);
  // least[k][i]: of values [i, n) in k + 1 segments.
  constexpr double kNone = std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> least(cuts + 1);
  least[0].assign(n + 1, kNone);
  for (size_t i = 0; i + kMinSegment <= n; ++i) least[0][i] = errors.Of(i, n);
  constexpr size_t kStepsBetweenChecks = size_t{1} << 14;
  size_t steps = 0;
  std::vector<SegmentEnd> ends;
  for (size_t k = 1; k <= cuts; ++k) {
    const std::vector<double>& behind = least[k - 1];
    least[k].assign(n + 1, kNone);
    ends.clear();
    for (size_t i = n - (k + 1) * kMinSegment + 1; i-- > 0;) {
      ends.push_back({i + kMinSegment, 0});
      double best = kNone;
      size_t kept = 0;
      for (const SegmentEnd& end : ends) {
        if (end.left_out_from > i) continue;
        const double sum = errors.Of(i, end.at) + behind[end.at];
        best = std::min(best, sum);
        ends[kept] = end;
        // Earlier beginnings do better to end here, and to go on from here with
        // one segment less: for what is one segment to `end` cannot be less
        // than two.
        if (end.left_out_from == 0 && i > kMinSegment &&
            sum > behind[i] + errors.tolerance()) {
          ends[kept].left_out_from = i - kMinSegment + 1;
        }
        ++kept;
      }
      steps += ends.size();
      ends.resize(kept);
      least[k][i] = best;
      if (steps < kStepsBetweenChecks) continue;
      steps = 0;
      if (absl::Status stop = check_stop(); !stop.ok()) return stop;
    }
  }
  // The earliest way to the least.
  std::vector<size_t> found;
  size_t begin = 0;
  for (size_t k = cuts; k > 0; --k) {
    size_t cut = begin + kMinSegment;
    while (errors.Of(begin, cut) + least[k - 1][cut] >
           least[k][begin] + errors.tolerance()) {
      ++cut;
    }
    found.push_back(cut);
    begin = cut;
  }
  return found;
}

}  // namespace footfall::query
