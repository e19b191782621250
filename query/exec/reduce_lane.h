// Functions over time of a lane in all slots at once, where nothing is special
// about them: integers of an operand's own, in slots that lie alike in all
// groups. over_time.h has the rest.

#ifndef FOOTFALL_QUERY_EXEC_REDUCE_LANE_H_
#define FOOTFALL_QUERY_EXEC_REDUCE_LANE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/leaf_table.h"
#include "query/exec/step_lanes.h"
#include "query/exec/timeline.h"
#include "query/func/kernels.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Threads: const calls may be made from many threads.
class LaneReducer {
 public:
  // The columns that a thread works in.
  struct Columns {
    std::vector<uint32_t> present;  // [slots]
    std::vector<uint32_t> early;
    std::vector<SplitSum> sums;
    std::vector<int64_t> values;
    std::vector<int64_t> lows;
    std::vector<int64_t> highs;
    std::vector<uint32_t> extremes;  // of SlideExtremes()
  };

  static constexpr uint64_t kColumnBytesPerSlot =
      2 * sizeof(uint32_t) + sizeof(SplitSum) + 3 * sizeof(int64_t);
  static constexpr uint64_t kBytesPerSlot =
      3 * sizeof(Segment) + sizeof(int64_t);

  // Of the lanes of `leaf`, which are of `steps`; nullopt where it is not of
  // this kind. It takes kBytesPerSlot, and its columns as they are named.
  static std::optional<LaneReducer> Create(const Plan& plan, const Leaf& leaf,
                                           const Timeline& timeline,
                                           StepRange steps);

  size_t slot_count() const { return steps_.size(); }
  // Of the extremes, which may be as many as the steps of a lane.
  uint64_t ExtremeBytes(uint64_t steps) const {
    return slides() ? steps * sizeof(uint32_t) : 0;
  }

  // Sets the cells of the group in all slots, as OverTime::CellOf() has them.
  // False, and nothing is set, where the lane has open sides.
  //   OUT_OF_RANGE  a sum outside 64 bits
  absl::StatusOr<bool> Reduce(const StepLane& x, size_t group, Columns* columns,
                              LeafTable* table) const;
  // OVER, and then: marks the rows whose own buckets have samples.
  void MarkRows(const StepLane& x, size_t group, Columns* columns,
                LeafTable* table) const;

 private:
  explicit LaneReducer(Aggregate function) : function_(function) {}
  int64_t Expected(size_t slot, const Columns& columns) const {
    return over_[slot] + columns.early[slot];
  }
  // One number of each slot that has steps (complete_only: all of them), of a
  // value or a bound.
  absl::Status Fold(Aggregate function, const StepLane& x, const int64_t* lane,
                    bool complete_only, Columns* columns,
                    std::vector<int64_t>* numbers) const;

  // OVER: segments overlap.
  bool slides() const { return !rows_.empty(); }

  Aggregate function_;
  std::vector<Segment> steps_;  // [slots] within the lane
  std::vector<Segment> rows_;   // OVER: [slots] of the row; else empty
  std::vector<int64_t> over_;   // BucketPiece::over
  // Those of steps_ that are not over at now; empty where none is.
  std::vector<Segment> unfinished_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_REDUCE_LANE_H_
