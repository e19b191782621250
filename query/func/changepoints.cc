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

}  // namespace

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
  std::vector<std::vector<double>> least(cuts + 1,
                                         std::vector<double>(n + 1, kNone));
  for (size_t i = 0; i + kMinSegment <= n; ++i) least[0][i] = errors.Of(i, n);
  for (size_t k = 1; k <= cuts; ++k) {
    for (size_t i = 0; i + (k + 1) * kMinSegment <= n; ++i) {
      if (absl::Status stop = check_stop(); !stop.ok()) return stop;
      double best = kNone;
      for (size_t cut = i + kMinSegment; cut + k * kMinSegment <= n; ++cut) {
        best = std::min(best, errors.Of(i, cut) + least[k - 1][cut]);
      }
      least[k][i] = best;
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
