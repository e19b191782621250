// first_time(x cmp n): when a test first holds.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "query/cell/compare.h"
#include "query/func/aggregate.h"
#include "query/func/bounded_test.h"
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

// The first step that is there and whose number passes. A word's numbers are
// tested without branches, so that a long wait goes by quickly.
std::optional<uint64_t> FirstThatPasses(const StepSpan& steps,
                                        const int64_t* numbers,
                                        const PassingIntegers& passing) {
  for (uint64_t begin = 0; begin < steps.count; begin += kStepsPerWord) {
    const uint32_t n = static_cast<uint32_t>(
        std::min<uint64_t>(kStepsPerWord, steps.count - begin));
    bool any = false;
    for (uint32_t i = 0; i < n; ++i) any |= passing.Holds(numbers[begin + i]);
    if (!any) continue;
    uint64_t bits = StepBits(steps.present, steps.bit_offset + begin, n);
    for (; bits != 0; bits &= bits - 1) {
      const uint64_t i = begin + static_cast<uint64_t>(std::countr_zero(bits));
      if (passing.Holds(numbers[i])) return i;
    }
  }
  return std::nullopt;
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
