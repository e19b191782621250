// One bound of a bucket (its values, its lows or its highs) is a *track*: the
// same steps, one array of numbers, perhaps some of them open. Every function
// is written once for a track; Reduce() asks it up to three times.

#include "query/func/aggregate.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "query/cell/compare.h"
#include "query/func/step_words.h"

namespace footfall::query {
namespace {

__extension__ using Wide = __int128;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// An array of numbers, integers or the bits of doubles, over the steps of a
// span. Where `open` has a bit the number is unknown, down to -inf (open_side
// -1) or up to +inf (+1).
struct Track {
  const StepSpan& steps;
  const int64_t* numbers;
  const uint64_t* open = nullptr;
  int open_side = 0;

  double decimal(uint64_t i) const {
    return steps.is_decimal ? std::bit_cast<double>(numbers[i])
                            : static_cast<double>(numbers[i]);
  }
  Scalar scalar(uint64_t i) const {
    return steps.is_decimal ? Scalar::Decimal(std::bit_cast<double>(numbers[i]))
                            : Scalar::Integer(numbers[i]);
  }
  bool is_open(uint64_t i) const {
    return open != nullptr && StepBit(open, steps.bit_offset + i);
  }
  bool is_present(uint64_t i) const {
    return StepBit(steps.present, steps.bit_offset + i);
  }
  // Whether a step that is there is open.
  bool AnyOpen() const {
    if (open == nullptr) return false;
    for (uint64_t begin = 0; begin < steps.count; begin += kStepsPerWord) {
      const uint32_t n = static_cast<uint32_t>(
          std::min<uint64_t>(kStepsPerWord, steps.count - begin));
      const uint64_t first = steps.bit_offset + begin;
      if (StepBits(open, first, n) & StepBits(steps.present, first, n)) {
        return true;
      }
    }
    return false;
  }
};

// ---- Sums

Segment AllOf(const StepSpan& steps) { return {0, steps.count}; }

SplitSum SumOfIntegers(const Track& track) {
  const Segment all = AllOf(track.steps);
  SplitSum sum;
  ActiveKernels().sum(track.numbers, track.steps.present,
                      track.steps.bit_offset, &all, 1, &sum);
  return sum;
}

// Step i goes to lane i % 8, in rising order; then the lanes are added up in a
// fixed tree. Every addition rounds monotonically, so a sum of lows never comes
// out above that of the values. -0.0 is the number that changes no sum.
double SumOfDecimals(const Track& track) {
  constexpr uint64_t kLanes = 8;
  double lanes[kLanes];
  std::fill(lanes, lanes + kLanes, -0.0);
  WalkSteps(
      track.steps.present, track.steps.bit_offset, track.steps.count,
      [&](uint64_t begin, uint64_t end) {
        // begin is a multiple of 64, so lane k takes begin + k.
        uint64_t i = begin;
        for (; i + kLanes <= end; i += kLanes) {
          for (uint64_t k = 0; k < kLanes; ++k) {
            lanes[k] += std::bit_cast<double>(track.numbers[i + k]);
          }
        }
        for (; i < end; ++i) {
          lanes[i % kLanes] += std::bit_cast<double>(track.numbers[i]);
        }
      },
      [&](uint64_t i) {
        lanes[i % kLanes] += std::bit_cast<double>(track.numbers[i]);
      });
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
         ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

absl::StatusOr<std::optional<Scalar>> Sum(const Track& track, int64_t present) {
  if (track.AnyOpen()) return std::optional<Scalar>();
  if (track.steps.is_decimal) {
    return std::optional<Scalar>(Scalar::Decimal(SumOfDecimals(track)));
  }
  const auto sum = TotalOf(SumOfIntegers(track), present);
  if (!sum.ok()) return sum.status();
  return std::optional<Scalar>(Scalar::Integer(*sum));
}

std::optional<Scalar> Average(const Track& track, int64_t present) {
  if (track.AnyOpen()) return std::nullopt;
  return Scalar::Decimal(track.steps.is_decimal
                             ? SumOfDecimals(track) /
                                   static_cast<double>(present)
                             : MeanOf(SumOfIntegers(track), present));
}

// ---- Extremes

// A step whose side is open hides its number: the extreme towards that side is
// open, the other leaves the step out (nullopt where no other is left).
template <bool kMaximum>
std::optional<Scalar> Extreme(const Track& track) {
  if (track.open != nullptr && track.AnyOpen()) {
    if ((track.open_side > 0) == kMaximum) return std::nullopt;
    std::optional<Scalar> best;
    for (uint64_t i = 0; i < track.steps.count; ++i) {
      if (!track.is_present(i) || track.is_open(i)) continue;
      const Scalar number = track.scalar(i);
      const auto order =
          best ? CompareScalars(number, *best) : std::partial_ordering::less;
      const bool best_is_nan =
          best && best->is_decimal && std::isnan(best->decimal);
      if (!best || best_is_nan || (kMaximum ? order > 0 : order < 0)) {
        best = number;
      }
    }
    return best;
  }
  if (track.steps.is_decimal) {
    bool found = false;
    double best = kNan;
    const auto take = [&](uint64_t i) {
      const double number = std::bit_cast<double>(track.numbers[i]);
      if (std::isnan(number)) return;
      if (!found || (kMaximum ? number > best : number < best)) best = number;
      found = true;
    };
    WalkSteps(
        track.steps.present, track.steps.bit_offset, track.steps.count,
        [&](uint64_t begin, uint64_t end) {
          for (uint64_t i = begin; i < end; ++i) take(i);
        },
        take);
    return Scalar::Decimal(best);
  }
  const Segment all = AllOf(track.steps);
  int64_t best = 0;
  const auto extreme =
      kMaximum ? ActiveKernels().largest : ActiveKernels().least;
  extreme(track.numbers, track.steps.present, track.steps.bit_offset, &all, 1,
          &best);
  return Scalar::Integer(best);
}

// ---- First and last

std::optional<uint64_t> FirstPresent(const StepSpan& steps) {
  for (uint64_t begin = 0; begin < steps.count; begin += kStepsPerWord) {
    const uint32_t n = static_cast<uint32_t>(
        std::min<uint64_t>(kStepsPerWord, steps.count - begin));
    const uint64_t bits = StepBits(steps.present, steps.bit_offset + begin, n);
    if (bits != 0) return begin + static_cast<uint64_t>(std::countr_zero(bits));
  }
  return std::nullopt;
}

std::optional<uint64_t> LastPresent(const StepSpan& steps) {
  for (uint64_t end = steps.count; end > 0;) {
    const uint64_t n = std::min<uint64_t>(kStepsPerWord, end);
    const uint64_t bits = StepBits(steps.present, steps.bit_offset + end - n,
                                   static_cast<uint32_t>(n));
    if (bits != 0)
      return end - n + static_cast<uint64_t>(std::bit_width(bits)) - 1;
    end -= n;
  }
  return std::nullopt;
}

std::optional<Scalar> At(const Track& track, uint64_t i) {
  if (track.is_open(i)) return std::nullopt;
  return track.scalar(i);
}

// ---- Quantiles and deviation

// Numbers in order, NaN behind them; an open step as its infinity.
std::optional<Scalar> Quantile(const Track& track, int64_t present,
                               double quantile) {
  std::vector<double> numbers;
  numbers.reserve(static_cast<size_t>(present));
  for (uint64_t i = 0; i < track.steps.count; ++i) {
    if (!track.is_present(i)) continue;
    numbers.push_back(track.is_open(i) ? track.open_side * kInfinity
                                       : track.decimal(i));
  }
  const auto before = [](double left, double right) {
    return left < right || (!std::isnan(left) && std::isnan(right));
  };
  const double position = quantile * static_cast<double>(present - 1);
  const size_t below = static_cast<size_t>(position);
  const double fraction = position - static_cast<double>(below);
  const auto at = numbers.begin() + static_cast<ptrdiff_t>(below);
  std::nth_element(numbers.begin(), at, numbers.end(), before);
  const double left = *at;
  double result = left;
  if (fraction > 0) {
    const double right = *std::min_element(at + 1, numbers.end(), before);
    // Equal neighbours stand for themselves, and so does an infinite left one.
    result = left == right || (std::isinf(left) && std::isfinite(right))
                 ? left
                 : left + (right - left) * fraction;
    if (result > right) result = right;
  }
  if (track.open != nullptr && std::isinf(result)) return std::nullopt;
  return Scalar::Decimal(result);
}

// About the mean, in two passes.
double SampleDeviation(const Track& track, int64_t present) {
  const double mean = Average(track, present)->decimal;
  double squares = 0;
  for (uint64_t i = 0; i < track.steps.count; ++i) {
    if (!track.is_present(i)) continue;
    const double distance = track.decimal(i) - mean;
    squares += distance * distance;
  }
  return std::sqrt(squares / static_cast<double>(present - 1));
}

// ---- Cells

Track Values(const StepSpan& steps) { return {steps, steps.values}; }
Track Lows(const StepSpan& steps) {
  return {steps, steps.lows != nullptr ? steps.lows : steps.values,
          steps.low_open, -1};
}
Track Highs(const StepSpan& steps) {
  return {steps, steps.highs != nullptr ? steps.highs : steps.values,
          steps.high_open, +1};
}

bool HasBounds(const StepSpan& steps) {
  return steps.lows != nullptr || steps.highs != nullptr ||
         steps.low_open != nullptr || steps.high_open != nullptr;
}

// Whether a step that is there is not certain.
bool AnyDoubt(const StepSpan& steps) {
  if (!HasBounds(steps)) return false;
  const Track low = Lows(steps);
  const Track high = Highs(steps);
  if (low.AnyOpen() || high.AnyOpen()) return true;
  for (uint64_t i = 0; i < steps.count; ++i) {
    if (low.is_present(i) && !SameScalar(low.scalar(i), high.scalar(i))) {
      return true;
    }
  }
  return false;
}

// A value stands within its bounds, whatever the roundings that led there.
void Enclose(Cell* cell) {
  if (cell->low && CompareScalars(*cell->low, cell->value) > 0) {
    cell->low = cell->value;
  }
  if (cell->high && CompareScalars(*cell->high, cell->value) < 0) {
    cell->high = cell->value;
  }
}

// One function of a track, for those whose result grows with each number.
absl::StatusOr<std::optional<Scalar>> Apply(Aggregate aggregate,
                                            const Track& track, int64_t present,
                                            double quantile) {
  switch (aggregate) {
    case Aggregate::kSum:
    case Aggregate::kBoundsOfSum:
      return Sum(track, present);
    case Aggregate::kAvg:
      return Average(track, present);
    case Aggregate::kMin:
      return Extreme<false>(track);
    case Aggregate::kMax:
      return Extreme<true>(track);
    case Aggregate::kFirst:
      return At(track, *FirstPresent(track.steps));
    case Aggregate::kLast:
      return At(track, *LastPresent(track.steps));
    case Aggregate::kQuantile:
      return Quantile(track, present, quantile);
    case Aggregate::kCount:
    case Aggregate::kStddev:
    case Aggregate::kCoverage:
      break;
  }
  return absl::InternalError("this function has no bounds of its own");
}

}  // namespace

namespace {

// Of `terms` numbers.
Wide WideTotal(const SplitSum& sum, int64_t terms) {
  constexpr Wide kSignBit = Wide{1} << 63;
  return (Wide{sum.high} << 32) + Wide{sum.low} - Wide{terms} * kSignBit;
}

}  // namespace

absl::StatusOr<int64_t> TotalOf(const SplitSum& sum, int64_t terms) {
  const Wide total = WideTotal(sum, terms);
  if (total > std::numeric_limits<int64_t>::max() ||
      total < std::numeric_limits<int64_t>::min()) {
    return absl::OutOfRangeError(
        absl::StrCat("a sum over ", terms, " steps is about ",
                     static_cast<double>(total), ", outside 64-bit integers"));
  }
  return static_cast<int64_t>(total);
}

double MeanOf(const SplitSum& sum, int64_t terms) {
  return static_cast<double>(WideTotal(sum, terms)) /
         static_cast<double>(terms);
}

bool GivesDecimal(Aggregate aggregate, bool of_decimals) {
  switch (aggregate) {
    case Aggregate::kAvg:
    case Aggregate::kQuantile:
    case Aggregate::kStddev:
    case Aggregate::kCoverage:
      return true;
    case Aggregate::kCount:
      return false;
    case Aggregate::kSum:
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kFirst:
    case Aggregate::kLast:
    case Aggregate::kBoundsOfSum:
      return of_decimals;
  }
  return of_decimals;
}

absl::StatusOr<Cell> Reduce(Aggregate aggregate, const StepSpan& steps,
                            int64_t expected, double quantile) {
  const int64_t present =
      steps.count == 0 ? 0
                       : static_cast<int64_t>(CountSteps(
                             steps.present, steps.bit_offset, steps.count));
  if (aggregate == Aggregate::kCount) {
    return Cell::Exact(Scalar::Integer(present), present, expected);
  }
  if (aggregate == Aggregate::kCoverage) {
    if (expected == 0) return Cell::Missing(present, expected);
    return Cell::Exact(Scalar::Decimal(static_cast<double>(present) /
                                       static_cast<double>(expected)),
                       present, expected);
  }
  if (present == 0) return Cell::Missing(present, expected);

  if (aggregate == Aggregate::kStddev) {
    if (present < 2) return Cell::Missing(present, expected);
    Cell cell =
        Cell::Exact(Scalar::Decimal(SampleDeviation(Values(steps), present)),
                    present, expected);
    if (AnyDoubt(steps)) {
      cell.inexact = true;
      cell.low.reset();
      cell.high.reset();
    }
    return cell;
  }

  auto value = Apply(aggregate, Values(steps), present, quantile);
  if (!value.ok()) return value.status();
  Cell cell = Cell::Exact(**value, present, expected);
  if (aggregate == Aggregate::kBoundsOfSum) {
    cell.low = Extreme<true>(Lows(steps));
    cell.high.reset();
    if (present >= expected) {
      auto high = Sum(Highs(steps), present);
      if (!high.ok()) return high.status();
      cell.high = *high;
    }
    return cell;
  }
  if (HasBounds(steps)) {
    auto low = Apply(aggregate, Lows(steps), present, quantile);
    if (!low.ok()) return low.status();
    auto high = Apply(aggregate, Highs(steps), present, quantile);
    if (!high.ok()) return high.status();
    cell.low = *low;
    cell.high = *high;
    Enclose(&cell);
  }
  return cell;
}

}  // namespace footfall::query
