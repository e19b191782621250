// Steps of a lane that do not lie side by side, put side by side: those of one
// part of the calendar, so that functions over time see nothing between them.

#ifndef FOOTFALL_QUERY_EXEC_GATHERED_LANE_H_
#define FOOTFALL_QUERY_EXEC_GATHERED_LANE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "footfall/period.h"
#include "query/exec/step_lanes.h"

namespace footfall::query {

// Which steps of a lane, in order.
class GatheredSteps {
 public:
  // What it takes to gather a step of one lane, at most.
  static constexpr uint64_t kBytesPerStep = 4 * sizeof(int64_t);

  // Some behind all that are there; empty ranges are left out, and so is what
  // is there already.
  void Add(StepRange steps);
  // Takes steps off the ends.
  void DropFirst();
  void DropLast();

  bool empty() const { return ranges_.empty(); }
  int64_t size() const { return size_; }
  // Requires: it is not empty.
  int64_t first() const { return ranges_.front().begin; }
  int64_t last() const { return ranges_.back().end - 1; }
  const std::vector<StepRange>& ranges() const { return ranges_; }
  // The lane's step that is the i-th of them.
  int64_t StepOf(int64_t i) const;

 private:
  std::vector<StepRange> ranges_;
  std::vector<int64_t> before_;  // [ranges] steps in those before, and dropped
  int64_t size_ = 0;
  int64_t dropped_ = 0;  // from the front
};

// Holds what a lane of the gathered steps points to.
class GatheredLane {
 public:
  // The steps of `lane`, all of which lie inside it, as steps [0, size()).
  // Valid as long as this is, and until the next is gathered.
  StepLane Gather(const StepLane& lane, const GatheredSteps& steps);

 private:
  std::vector<int64_t> values_;
  std::vector<int64_t> lows_;
  std::vector<int64_t> highs_;
  std::vector<uint64_t> present_;
  std::vector<uint64_t> low_open_;
  std::vector<uint64_t> high_open_;
  std::vector<uint64_t> whole_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_GATHERED_LANE_H_
