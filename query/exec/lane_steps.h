// Which steps lanes have: long stretches without a sample are left out.
//
// A metric of three years that has one sample in the year 9999 has two eras or
// three, thousands apart. Lanes of every step between would be nearly all of an
// answer's time and memory. So readers, lanes and what works on them count
// *lane steps*: steps of the grid, from which the gaps are taken out.
//
//   steps       0 .. 999      1000 .. 2,900,000     2,900,001 ..
//               samples       none                  a sample
//   lane steps  0 .. 999      1000 .. 1063, left    1064 ..
//
// What a gap leaves in front is its *margin*: no less than any function looks
// over, so that steps that are neighbours in a lane but not on the grid never
// meet. What is left out is a multiple of 64 steps: bits keep their places in a
// word, and decimals are added up in the same order.
//
// Everything above lanes (buckets, dates, what notes tell) is of steps.

#ifndef FOOTFALL_QUERY_EXEC_LANE_STEPS_H_
#define FOOTFALL_QUERY_EXEC_LANE_STEPS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/metric.h"
#include "footfall/period.h"
#include "query/exec/run.h"

namespace footfall::query {

class LaneSteps {
 public:
  // Leaves nothing out.
  LaneSteps() = default;
  // Leaves out what lies between `stretches`, which are in order, and from them
  // to the ends of `steps`, where that is long. `margin` >= 0.
  LaneSteps(absl::Span<const StepRange> stretches, StepRange steps,
            int64_t margin);

  // Whether lanes have every step.
  bool has_all() const { return gaps_.empty(); }

  // Of a step that is left out: the lane step behind the gap, as of the first
  // that is not.
  int64_t ToLane(int64_t step) const;
  StepRange ToLane(StepRange steps) const {
    if (gaps_.empty()) return steps;
    return {ToLane(steps.begin), ToLane(steps.end)};
  }
  int64_t ToStep(int64_t lane_step) const;
  // From the first to the last; there may be gaps between.
  StepRange ToSteps(StepRange lane) const {
    if (gaps_.empty() || lane.empty()) return lane;
    return {ToStep(lane.begin), ToStep(lane.end - 1) + 1};
  }

  // Whether `steps`, some, are all left out.
  bool LeavesOut(StepRange steps) const {
    return !gaps_.empty() && ToLane(steps).empty();
  }
  // Requires: LeavesOut() of some steps from here on. The first step behind.
  int64_t Behind(int64_t step) const { return ToStep(ToLane(step)); }

  // The steps of a lane without the gaps, in order.
  std::vector<StepRange> Pieces(StepRange lane) const;

 private:
  struct Gap {
    StepRange steps;    // that are left out
    int64_t lane_step;  // of the first step behind
  };

  std::vector<Gap> gaps_;  // in order
};

// The lane steps of metrics whose grids have one period, for a question that
// reads `steps`.
absl::StatusOr<LaneSteps> FindLaneSteps(Run& run,
                                        absl::Span<const MetricId> metrics,
                                        StepRange steps, int64_t margin);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LANE_STEPS_H_
