#include "query/func/bounded_test.h"

#include <bit>
#include <cmath>

#include "query/cell/compare.h"
#include "query/func/step_words.h"

namespace footfall::query {

BoundedTest::BoundedTest(const StepSpan& steps, Comparison comparison,
                         const Scalar& threshold)
    : steps_(steps),
      lows_(steps.lows != nullptr ? steps.lows : steps.values),
      highs_(steps.highs != nullptr ? steps.highs : steps.values),
      comparison_(comparison),
      threshold_(threshold),
      against_nan_(threshold.is_decimal && std::isnan(threshold.decimal)) {}

Scalar BoundedTest::ScalarOf(int64_t bits) const {
  return steps_.is_decimal ? Scalar::Decimal(std::bit_cast<double>(bits))
                           : Scalar::Integer(bits);
}

bool BoundedTest::LowOpen(uint64_t i) const {
  return steps_.low_open != nullptr &&
         StepBit(steps_.low_open, steps_.bit_offset + i);
}
bool BoundedTest::HighOpen(uint64_t i) const {
  return steps_.high_open != nullptr &&
         StepBit(steps_.high_open, steps_.bit_offset + i);
}

bool BoundedTest::LowPasses(Comparison test, uint64_t i) const {
  return !LowOpen(i) && TestScalars(test, ScalarOf(lows_[i]), threshold_);
}
bool BoundedTest::HighPasses(Comparison test, uint64_t i) const {
  return !HighOpen(i) && TestScalars(test, ScalarOf(highs_[i]), threshold_);
}

bool BoundedTest::Holds(uint64_t i) const {
  return TestScalars(comparison_, ScalarOf(steps_.values[i]), threshold_);
}

bool BoundedTest::Must(uint64_t i) const {
  switch (comparison_) {
    case Comparison::kGreater:
    case Comparison::kGreaterEqual:
      return LowPasses(comparison_, i);
    case Comparison::kLess:
    case Comparison::kLessEqual:
      return HighPasses(comparison_, i);
    case Comparison::kEqual:
      return LowPasses(comparison_, i) && HighPasses(comparison_, i);
    case Comparison::kNotEqual:
      return LowPasses(Comparison::kGreater, i) ||
             HighPasses(Comparison::kLess, i);
    case Comparison::kIsMissing:
    case Comparison::kIsNotMissing:
      break;
  }
  return false;
}

bool BoundedTest::May(uint64_t i) const {
  if (against_nan_) return false;
  switch (comparison_) {
    case Comparison::kGreater:
    case Comparison::kGreaterEqual:
      return HighOpen(i) || HighPasses(comparison_, i);
    case Comparison::kLess:
    case Comparison::kLessEqual:
      return LowOpen(i) || LowPasses(comparison_, i);
    case Comparison::kEqual:
      return (LowOpen(i) || LowPasses(Comparison::kLessEqual, i)) &&
             (HighOpen(i) || HighPasses(Comparison::kGreaterEqual, i));
    case Comparison::kNotEqual:
      return LowOpen(i) || HighOpen(i) || LowPasses(Comparison::kNotEqual, i) ||
             HighPasses(Comparison::kNotEqual, i);
    case Comparison::kIsMissing:
    case Comparison::kIsNotMissing:
      break;
  }
  return false;
}

}  // namespace footfall::query
