#include "query/func/series_math.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "query/cell/compare.h"
#include "query/func/bounded_test.h"
#include "query/func/step_words.h"

namespace footfall::query {
namespace {

bool IsPresent(const StepSpan& steps, uint64_t i) {
  return StepBit(steps.present, steps.bit_offset + i);
}

Scalar ScalarOf(const StepSpan& steps, int64_t bits) {
  return steps.is_decimal ? Scalar::Decimal(std::bit_cast<double>(bits))
                          : Scalar::Integer(bits);
}
double ValueAt(const StepSpan& steps, uint64_t i) {
  return ScalarOf(steps, steps.values[i]).as_decimal();
}

// Whether the truth of a step that is there may differ from its value.
bool InDoubt(const StepSpan& steps, uint64_t i) {
  const uint64_t bit = steps.bit_offset + i;
  if (steps.low_open != nullptr && StepBit(steps.low_open, bit)) return true;
  if (steps.high_open != nullptr && StepBit(steps.high_open, bit)) return true;
  const int64_t* lows = steps.lows != nullptr ? steps.lows : steps.values;
  const int64_t* highs = steps.highs != nullptr ? steps.highs : steps.values;
  return !SameScalar(ScalarOf(steps, lows[i]), ScalarOf(steps, highs[i]));
}

int64_t CountPresent(const StepSpan& steps) {
  if (steps.count == 0) return 0;
  return static_cast<int64_t>(
      CountSteps(steps.present, steps.bit_offset, steps.count));
}

Cell MakeCell(Scalar value, bool in_doubt, int64_t present, int64_t expected) {
  Cell cell = Cell::Exact(value, present, expected);
  if (in_doubt) {
    cell.inexact = true;
    cell.low.reset();
    cell.high.reset();
  }
  return cell;
}

// Pairs of numbers, and the sums about their means.
struct Moments {
  int64_t pairs = 0;
  double xx = 0;
  double yy = 0;
  double xy = 0;
};

// `each` calls its argument with every pair, in order; it is walked twice.
template <typename Each>
Moments MomentsOf(const Each& each) {
  Moments moments;
  double x_sum = 0;
  double y_sum = 0;
  each([&](double x, double y) {
    ++moments.pairs;
    x_sum += x;
    y_sum += y;
  });
  const double pairs = static_cast<double>(moments.pairs);
  const double x_mean = x_sum / pairs;
  const double y_mean = y_sum / pairs;
  each([&](double x, double y) {
    moments.xx += (x - x_mean) * (x - x_mean);
    moments.yy += (y - y_mean) * (y - y_mean);
    moments.xy += (x - x_mean) * (y - y_mean);
  });
  return moments;
}

// `distance(i)`: of step i from the first.
template <typename Distance>
Cell SlopeOver(const StepSpan& steps, int64_t expected,
               const Distance& distance) {
  bool in_doubt = false;
  const auto each = [&](const auto& take) {
    for (uint64_t i = 0; i < steps.count; ++i) {
      if (!IsPresent(steps, i)) continue;
      in_doubt = in_doubt || InDoubt(steps, i);
      take(static_cast<double>(distance(i)), ValueAt(steps, i));
    }
  };
  const Moments moments = MomentsOf(each);
  if (moments.pairs < 2) return Cell::Missing(moments.pairs, expected);
  return MakeCell(Scalar::Decimal(moments.xy / moments.xx), in_doubt,
                  moments.pairs, expected);
}

}  // namespace

Cell Slope(const StepSpan& steps, int64_t expected) {
  return SlopeOver(steps, expected, [](uint64_t i) { return i; });
}

Cell SlopeAt(const StepSpan& steps, int64_t expected,
             absl::FunctionRef<int64_t(int64_t step)> place_of) {
  return SlopeOver(steps, expected, [&](uint64_t i) {
    return place_of(steps.first_step + static_cast<int64_t>(i)) -
           place_of(steps.first_step);
  });
}

AnnualGrowth Cagr(const StepSpan& steps, int64_t expected,
                  absl::FunctionRef<int64_t(int64_t step)> day_of) {
  using Reason = AnnualGrowth::Reason;
  constexpr double kDaysOfYear = 365.2425;
  const int64_t present = CountPresent(steps);
  AnnualGrowth result;
  result.cell = Cell::Missing(present, expected);
  if (present == 0) {
    result.reason = Reason::kNoValues;
    return result;
  }
  uint64_t first = 0;
  while (!IsPresent(steps, first)) ++first;
  uint64_t last = steps.count - 1;
  while (!IsPresent(steps, last)) --last;
  const double first_value = ValueAt(steps, first);
  const double last_value = ValueAt(steps, last);
  if (!(first_value > 0) || !(last_value > 0)) {
    result.reason = Reason::kNotPositive;
    return result;
  }
  const int64_t days = day_of(steps.first_step + static_cast<int64_t>(last)) -
                       day_of(steps.first_step + static_cast<int64_t>(first));
  if (days < 365) {
    result.reason = Reason::kTooShort;
    return result;
  }
  const double growth = std::pow(last_value / first_value,
                                 kDaysOfYear / static_cast<double>(days)) -
                        1;
  result.cell = MakeCell(Scalar::Decimal(growth),
                         InDoubt(steps, first) || InDoubt(steps, last), present,
                         expected);
  return result;
}

Cell Correlation(const StepSpan& x, const StepSpan& y, int64_t lag,
                 int64_t expected) {
  bool in_doubt = false;
  // Step t of x meets step t + lag of y: index i of x, i + shift of y.
  const int64_t shift = x.first_step + lag - y.first_step;
  const int64_t begin = std::max<int64_t>(0, -shift);
  const int64_t end = std::min<int64_t>(x.count, int64_t{y.count} - shift);
  const auto each = [&](const auto& take) {
    for (int64_t t = begin; t < end; ++t) {
      const uint64_t i = static_cast<uint64_t>(t);
      const uint64_t j = static_cast<uint64_t>(t + shift);
      if (!IsPresent(x, i) || !IsPresent(y, j)) continue;
      in_doubt = in_doubt || InDoubt(x, i) || InDoubt(y, j);
      take(ValueAt(x, i), ValueAt(y, j));
    }
  };
  const Moments moments = MomentsOf(each);
  if (moments.pairs < 3 || moments.xx == 0 || moments.yy == 0) {
    return Cell::Missing(moments.pairs, expected);
  }
  double r = moments.xy / (std::sqrt(moments.xx) * std::sqrt(moments.yy));
  // Rounding may lead a hair past the ends; a NaN stays one.
  if (r > 1) r = 1;
  if (r < -1) r = -1;
  return MakeCell(Scalar::Decimal(r), in_doubt, moments.pairs, expected);
}

Cell Streak(const StepSpan& steps, int64_t expected, Comparison comparison,
            const Scalar& threshold) {
  struct Run {
    int64_t now = 0;
    int64_t longest = 0;
    void Take(bool holds) {
      now = holds ? now + 1 : 0;
      longest = std::max(longest, now);
    }
  };
  const BoundedTest test(steps, comparison, threshold);
  Run certain;
  Run value;
  Run possible;
  int64_t present = 0;
  for (uint64_t i = 0; i < steps.count; ++i) {
    const bool there = IsPresent(steps, i);
    present += there ? 1 : 0;
    certain.Take(there && test.Must(i));
    value.Take(there && test.Holds(i));
    possible.Take(there && test.May(i));
  }
  if (present == 0) return Cell::Missing(present, expected);
  Cell cell = Cell::Exact(Scalar::Integer(value.longest), present, expected);
  cell.low = Scalar::Integer(certain.longest);
  cell.high = Scalar::Integer(possible.longest);
  return cell;
}

Cell CountOfTest(const StepSpan& steps, int64_t expected, Comparison comparison,
                 const Scalar& threshold) {
  const BoundedTest test(steps, comparison, threshold);
  int64_t present = 0;
  int64_t certain = 0;
  int64_t value = 0;
  int64_t possible = 0;
  for (uint64_t i = 0; i < steps.count; ++i) {
    if (!IsPresent(steps, i)) continue;
    ++present;
    certain += test.Must(i) ? 1 : 0;
    value += test.Holds(i) ? 1 : 0;
    possible += test.May(i) ? 1 : 0;
  }
  Cell cell = Cell::Exact(Scalar::Integer(value), present, expected);
  cell.low = Scalar::Integer(certain);
  cell.high = Scalar::Integer(possible);
  return cell;
}

Cell When(const StepSpan& steps, int64_t expected, bool largest) {
  // The least of values is the largest of their counterparts: `near` is the
  // bound that an extreme has at least, `far` the one that it has at most.
  const int64_t* const lows = steps.lows != nullptr ? steps.lows : steps.values;
  const int64_t* const highs =
      steps.highs != nullptr ? steps.highs : steps.values;
  const int64_t* const near = largest ? lows : highs;
  const int64_t* const far = largest ? highs : lows;
  const uint64_t* const near_open = largest ? steps.low_open : steps.high_open;
  const uint64_t* const far_open = largest ? steps.high_open : steps.low_open;
  const auto scalar = [&](int64_t bits) {
    return steps.is_decimal ? Scalar::Decimal(std::bit_cast<double>(bits))
                            : Scalar::Integer(bits);
  };
  const auto beyond = [&](int64_t a, int64_t b) {
    const auto order = CompareScalars(scalar(a), scalar(b));
    return largest ? order > 0 : order < 0;
  };
  const auto counts = [&](uint64_t i) {
    return IsPresent(steps, i) &&
           !(steps.is_decimal &&
             std::isnan(std::bit_cast<double>(steps.values[i])));
  };
  const auto open = [&](const uint64_t* bits, uint64_t i) {
    return bits != nullptr && StepBit(bits, steps.bit_offset + i);
  };
  std::optional<uint64_t> first;  // the extreme of the values
  std::optional<uint64_t> bar;    // the one of the near bounds
  for (uint64_t i = 0; i < steps.count; ++i) {
    if (!counts(i)) continue;
    if (!first || beyond(steps.values[i], steps.values[*first])) first = i;
    if (open(near_open, i)) continue;
    if (!bar || beyond(near[i], near[*bar])) bar = i;
  }
  const int64_t present = CountPresent(steps);
  Cell cell = Cell::Missing(present, expected);
  if (!first) return cell;
  // A step may be it whose far bound passes the near ones of all before it, and
  // reaches those of all behind it: of equal values the first counts.
  const auto may = [&](uint64_t i) {
    if (!bar || open(far_open, i)) return true;
    return i <= *bar ? !beyond(near[*bar], far[i]) : beyond(far[i], near[*bar]);
  };
  const auto step = [&](uint64_t i) {
    return Scalar::Integer(steps.first_step + static_cast<int64_t>(i));
  };
  cell.has_value = true;
  cell.value = step(*first);
  for (uint64_t i = 0; i < steps.count; ++i) {
    if (!counts(i) || !may(i)) continue;
    if (!cell.low) cell.low = step(i);
    cell.high = step(i);
  }
  return cell;
}

}  // namespace footfall::query
