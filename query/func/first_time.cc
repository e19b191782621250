// first_time(x cmp n): when a test first holds.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "query/cell/compare.h"
#include "query/func/aggregate.h"
#include "query/func/bounded_test.h"
#include "query/func/kernels.h"
#include "query/func/step_words.h"

namespace footfall::query {
namespace {

bool IsRising(Comparison comparison) {
  return comparison == Comparison::kGreater ||
         comparison == Comparison::kGreaterEqual;
}
bool IsFalling(Comparison comparison) {
  return comparison == Comparison::kLess ||
         comparison == Comparison::kLessEqual;
}

// The first step that is there and whose number passes.
std::optional<uint64_t> FirstThatPasses(const StepSpan& steps,
                                        const int64_t* numbers,
                                        const PassingIntegers& passing) {
  uint64_t i = 0;
  while (true) {
    if (passing.outside) {
      while (i < steps.count && !passing.Holds(numbers[i])) ++i;
    } else {
      i += ActiveKernels().first_between(numbers + i, steps.count - i,
                                         passing.low, passing.high);
    }
    if (i >= steps.count) return std::nullopt;
    if (StepBit(steps.present, steps.bit_offset + i)) return i;
    i = NextStep(steps.present, steps.bit_offset, i + 1, steps.count);
  }
}

// Where the test may hold first, where the value passes, where it must hold.
struct FirstSteps {
  std::optional<uint64_t> possible;
  std::optional<uint64_t> value;
  std::optional<uint64_t> certain;
};

// Of integers with no bound open. Where `steps` has bounds the test must be
// rising or falling, so that one of the two decides each question.
FirstSteps FirstOfIntegers(const StepSpan& steps, Comparison comparison,
                           const PassingIntegers& passing) {
  FirstSteps first;
  if (steps.lows == nullptr && steps.highs == nullptr) {
    first.value = FirstThatPasses(steps, steps.values, passing);
    first.possible = first.certain = first.value;
    return first;
  }
  const int64_t* lows = steps.lows != nullptr ? steps.lows : steps.values;
  const int64_t* highs = steps.highs != nullptr ? steps.highs : steps.values;
  const int64_t* far = IsRising(comparison) ? highs : lows;
  const int64_t* near = IsRising(comparison) ? lows : highs;
  first.possible = FirstThatPasses(steps, far, passing);
  if (!first.possible) return first;  // nor does anything within the bounds
  first.value = FirstThatPasses(steps, steps.values, passing);
  if (first.value) first.certain = FirstThatPasses(steps, near, passing);
  return first;
}

FirstSteps FirstOfAny(const StepSpan& steps, const BoundedTest& test) {
  FirstSteps first;
  for (uint64_t i = 0; i < steps.count && !first.certain; ++i) {
    if (!StepBit(steps.present, steps.bit_offset + i)) continue;
    if (!first.possible && test.May(i)) first.possible = i;
    if (!first.value && test.Holds(i)) first.value = i;
    if (test.Must(i)) first.certain = i;
  }
  return first;
}

}  // namespace

absl::StatusOr<Cell> FirstTime(const StepSpan& steps, int64_t expected,
                               Comparison comparison, const Scalar& threshold) {
  const int64_t present =
      steps.count == 0 ? 0
                       : static_cast<int64_t>(CountSteps(
                             steps.present, steps.bit_offset, steps.count));
  Cell cell = Cell::Missing(present, expected);
  // Nothing passes against a NaN, however high it may be.
  if (threshold.is_decimal && std::isnan(threshold.decimal)) return cell;
  const bool open = steps.low_open != nullptr || steps.high_open != nullptr;
  const bool exact = steps.lows == nullptr && steps.highs == nullptr;
  const bool one_bound_decides =
      exact || IsRising(comparison) || IsFalling(comparison);
  const FirstSteps first =
      !steps.is_decimal && !open && one_bound_decides
          ? FirstOfIntegers(steps, comparison,
                            IntegersThatPass(comparison, threshold))
          : FirstOfAny(steps, BoundedTest(steps, comparison, threshold));
  const auto step = [&](uint64_t i) {
    return Scalar::Integer(steps.first_step + static_cast<int64_t>(i));
  };
  cell.has_value = first.value.has_value();
  if (first.value) cell.value = step(*first.value);
  if (first.possible) cell.low = step(*first.possible);
  if (first.certain) cell.high = step(*first.certain);
  return cell;
}

}  // namespace footfall::query
