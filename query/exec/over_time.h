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

class OverTime {
 public:
  // Both must outlive it.
  OverTime(const Plan& plan, const Timeline& timeline)
      : plan_(plan), timeline_(timeline) {}

  // The function's cell of the steps of `x` (kCorrelation: and `y`, on the same
  // steps) in a bucket of `operand`; with `part`, of those that lie in it. Adds
  // to `doubts`.
  //
  // Where the steps are inner buckets, its coverage is theirs added up. Of a
  // range that is open (Timeline::open()) it lacks what is over until that is
  // known, and may be below 0 until then. `cuts_inner`: those that the piece
  // cuts are left out, as of windows and TO DATE.
  //
  //   OUT_OF_RANGE  an integer sum outside 64 bits
  absl::StatusOr<Cell> CellOf(const TimeFunction& function, const StepLane& x,
                              const StepLane& y, size_t operand,
                              const BucketPiece& piece, const PartSteps* part,
                              CagrDoubts* doubts,
                              bool cuts_inner = false) const;

  const Timeline& timeline() const { return timeline_; }

 private:
  absl::StatusOr<Cell> CellOfSteps(const TimeFunction& function,
                                   const StepLane& x, const StepLane& y,
                                   size_t operand, const BucketPiece& piece,
                                   CagrDoubts* doubts) const;
  absl::StatusOr<Cell> CellOfInner(const TimeFunction& function,
                                   const StepLane& x, const StepLane& y,
                                   size_t operand, const BucketPiece& piece,
                                   CagrDoubts* doubts, bool cuts_inner) const;
  absl::StatusOr<Cell> CellOfPart(const TimeFunction& function,
                                  const StepLane& x, const StepLane& y,
                                  size_t operand, const BucketPiece& piece,
                                  const PartSteps& part,
                                  CagrDoubts* doubts) const;
  // The function itself. `y` is empty but for kCorrelation.
  absl::StatusOr<Cell> Apply(const TimeFunction& function, const StepSpan& x,
                             const StepSpan& y, int64_t expected,
                             const StepLane& lane, size_t operand,
                             CagrDoubts* doubts) const;

  const Plan& plan_;
  const Timeline& timeline_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_OVER_TIME_H_
