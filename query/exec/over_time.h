// Functions over time on lanes: the steps of a bucket become a cell.

#ifndef FOOTFALL_QUERY_EXEC_OVER_TIME_H_
#define FOOTFALL_QUERY_EXEC_OVER_TIME_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "query/cell/cell.h"
#include "query/exec/step_lanes.h"
#include "query/exec/timeline.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Why a cagr() has no value although there are samples.
struct CagrDoubts {
  bool not_positive = false;
  bool too_short = false;
};

class OverTime {
 public:
  // Both must outlive it.
  OverTime(const Plan& plan, const Timeline& timeline)
      : plan_(plan), timeline_(timeline) {}

  // The function's cell of the steps of `x` (kCorrelation: and `y`) in a bucket
  // of `operand`. Adds to `doubts`.
  //   OUT_OF_RANGE  an integer sum outside 64 bits
  absl::StatusOr<Cell> CellOf(const TimeFunction& function, const StepLane& x,
                              const StepLane* y, size_t operand,
                              const BucketPiece& piece,
                              CagrDoubts* doubts) const;

 private:
  Cell CagrOf(const StepSpan& span, int64_t expected, size_t operand,
              CagrDoubts* doubts) const;

  const Plan& plan_;
  const Timeline& timeline_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_OVER_TIME_H_
