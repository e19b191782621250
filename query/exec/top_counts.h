// count_in_top(x, k): at how many steps a group is among the k largest.

#ifndef FOOTFALL_QUERY_EXEC_TOP_COUNTS_H_
#define FOOTFALL_QUERY_EXEC_TOP_COUNTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/run.h"
#include "query/exec/step_lanes.h"

namespace footfall::query {

// Keeps the lanes of all groups, then ranks them at each step. The rank of a
// group is 1 + the number of groups with a larger value; one without a value
// has none. A NaN is smaller than all numbers.
//
// Within the bounds a group is certainly in the top k if at most k - 1 others
// may be larger than its low, and possibly if at most k - 1 are certainly
// larger than its high. Both are told by the k-th largest low and the k-th and
// next largest high of the step, without comparing groups with each other.
class TopCounts {
 public:
  // Of lanes over `steps`.
  static absl::StatusOr<TopCounts> Create(const Run& run, size_t groups,
                                          StepRange steps);

  static uint64_t Bytes(size_t groups, StepRange steps);

  // A group's lane; one that is never put has no values.
  // Threads: groups may be put from several threads, each group from one.
  void Put(size_t group, const StepLane& lane);

  // What a group may have at steps at which it has no value: it has no place
  // there, and may still take one of others. After Put() of the group.
  void PutHidden(size_t group, const StepLane& lane);

  // Once all groups are put.
  absl::Status Rank(const Run& run, int64_t k);

  // In how many of `steps`: by its value; certainly; possibly.
  struct Count {
    int64_t present = 0;
    int64_t value = 0;
    int64_t low = 0;
    int64_t high = 0;
  };
  Count Of(size_t group, StepRange steps) const;

 private:
  TopCounts(size_t groups, StepRange steps);

  // What a group must reach at a step.
  struct Threshold {
    int64_t value = INT64_MIN;      // the k-th largest value
    int64_t low = INT64_MIN;        // the k-th largest low
    int64_t high = INT64_MIN;       // the k-th largest high
    int64_t next_high = INT64_MIN;  // the one after it
  };
  bool IsPresent(size_t group, size_t step) const {
    return (present_[group * words_ + step / 64] >> (step % 64)) & 1;
  }

  bool IsHidden(size_t group, size_t step) const {
    return (hidden_[group * words_ + step / 64] >> (step % 64)) & 1;
  }
  void KeepAt(size_t group, const StepLane& lane, size_t from, size_t s);

  size_t groups_;
  StepRange steps_;
  size_t size_;
  size_t words_;
  // [groups x steps] as integers of the same order.
  std::vector<int64_t> values_;
  std::vector<int64_t> lows_;
  std::vector<int64_t> highs_;
  std::vector<uint64_t> present_;  // [groups x words]
  std::vector<uint64_t> hidden_;   // likewise
  std::vector<Threshold> thresholds_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_TOP_COUNTS_H_
