// A test of values that are known within bounds.

#ifndef FOOTFALL_QUERY_FUNC_BOUNDED_TEST_H_
#define FOOTFALL_QUERY_FUNC_BOUNDED_TEST_H_

#include <cstdint>

#include "footfall/statement.h"
#include "query/cell/cell.h"
#include "query/func/aggregate.h"

namespace footfall::query {

// value cmp threshold at the steps of a span. Where Must() says so the test
// holds whatever the truth is within the bounds, and where May() does not it
// never does; Holds() lies between: it speaks of the value. Nothing passes
// against a NaN, and no NaN passes.
//
// Steps that are not there are the caller's to leave out.
class BoundedTest {
 public:
  // `steps` must outlive it.
  BoundedTest(const StepSpan& steps, Comparison comparison,
              const Scalar& threshold);

  bool Holds(uint64_t i) const;
  bool May(uint64_t i) const;
  bool Must(uint64_t i) const;

 private:
  Scalar ScalarOf(int64_t bits) const;
  bool LowOpen(uint64_t i) const;
  bool HighOpen(uint64_t i) const;
  bool LowPasses(Comparison test, uint64_t i) const;
  bool HighPasses(Comparison test, uint64_t i) const;

  const StepSpan& steps_;
  const int64_t* lows_;
  const int64_t* highs_;
  Comparison comparison_;
  Scalar threshold_;
  bool against_nan_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_FUNC_BOUNDED_TEST_H_
