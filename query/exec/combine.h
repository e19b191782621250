// Stage one, across series: the samples of a set of series become one value
// per step, with the bounds that the truth lies in.
//
// The definition. A series stands for a box: in each dimension one member, or
// all of them where its member is empty (*not split*). Series a is a *part* of
// b, a < b, where they differ only by a naming members where b is empty. At one
// step let P be those series of a set S that have a sample v there. Then
//
//   M(P)      the maximal ones: those that are part of no other. Parts are
//             never added to their whole.
//   cell(m)   of one series m with the parts Q = {a in P: a < m}:
//               value = low = high = v(m)              where low(Q) <= v(m);
//               value = low = low(Q), high = v(m) + high(Q)   else: the data
//               contradict themselves, the parts are more than the whole.
//   value(P)  the sum of the cells' values over M(P)
//   high(P)   the sum of their highs: people in several boxes count again
//   low(P)    for each combination of members of the OVERLAPS dimensions (the
//             empty one is a member here) the sum of the cells' lows, whose
//             boxes ADDS dimensions keep apart; the largest of these sums.
//
// Two boxes of one combination that ADDS dimensions do not keep apart, although
// neither is part of the other (one is split by country alone, the other by age
// alone), are not both summed into a low: where a set has such, the sum is
// taken for each way of being split, and the largest counts.
//
// With one combination and no such crossing, low = value = high: exact. Bounds
// need values that are not negative; metrics with OVERLAPS have no others.
//
// How it runs: each sample's lane is added into its set's lane (value), into
// the lane of its combination, a *unit* (low), and into those of the wholes
// that it is part of. Wholes are read first, so that the presence of each says
// where its parts must not be added.

#ifndef FOOTFALL_QUERY_EXEC_COMBINE_H_
#define FOOTFALL_QUERY_EXEC_COMBINE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/metric.h"
#include "footfall/period.h"
#include "query/exec/lane_steps.h"
#include "query/exec/raw_array.h"
#include "query/exec/run.h"
#include "query/exec/series_counts.h"
#include "query/exec/series_presence.h"
#include "query/plan/conditions.h"

namespace footfall::query {

// Sets of rows of a SeriesRows.
class SetList {
 public:
  size_t size() const { return begins_.size() - 1; }
  absl::Span<const uint32_t> set(size_t i) const {
    return absl::MakeConstSpan(members_).subspan(begins_[i],
                                                 begins_[i + 1] - begins_[i]);
  }
  size_t member_count() const { return members_.size(); }

  // Rows in rising order. Returns the set's index.
  size_t Add(absl::Span<const uint32_t> rows) {
    members_.insert(members_.end(), rows.begin(), rows.end());
    begins_.push_back(members_.size());
    return size() - 1;
  }
  // To fill a set row by row: begin with the rows, then close.
  void Append(uint32_t row) { members_.push_back(row); }
  void Close() { begins_.push_back(members_.size()); }

 private:
  std::vector<size_t> begins_ = {0};
  std::vector<uint32_t> members_;
};

struct CombineRequest {
  const Metric* metric = nullptr;
  const SeriesRows* rows = nullptr;
  const SetList* sets = nullptr;
  const LaneSteps* lane_steps = nullptr;
  StepRange steps;  // lane steps, as all below
  // How many of the first sets shall have their series counted.
  size_t counted_sets = 0;
  // [counted sets] at which steps; empty: at all.
  absl::Span<const StepRange> counted_steps = {};
  // Whether to keep which steps each series has, if there is room.
  bool keep_presence = false;
};

// [sets x steps], as int64 or the bits of doubles.
struct CombinedSets {
  StepRange steps;
  size_t words = 0;
  RawArray<int64_t> values;       // [sets x steps]
  std::vector<uint64_t> present;  // [sets x words] bit 0: steps.begin
  // Row in `lows` or `extras`; kNone where low = value, or high = value.
  static constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> low_row;
  std::vector<uint32_t> extra_row;
  RawArray<int64_t> lows;       // [rows x steps]
  std::vector<int64_t> extras;  // [rows x steps] high - value

  std::optional<Reservation> memory;  // what they take

  std::optional<SeriesCountChange> count_change;  // the first set's first
  // [counted sets] whether, at a step with a value, some series has none.
  std::vector<bool> incomplete;
  SeriesPresence series_present;  // empty: not kept
  bool contradiction = false;

  size_t step_count() const { return static_cast<size_t>(steps.size()); }
  const int64_t* value(size_t set) const {
    return values.data() + set * step_count();
  }
  const uint64_t* present_bits(size_t set) const {
    return present.data() + set * words;
  }
  // Null where the set is exact from below (above).
  const int64_t* low(size_t set) const {
    return low_row[set] == kNone ? nullptr
                                 : lows.data() + low_row[set] * step_count();
  }
  const int64_t* extra(size_t set) const {
    return extra_row[set] == kNone
               ? nullptr
               : extras.data() + extra_row[set] * step_count();
  }
  // A lane of zeros where there was none.
  int64_t* MutableExtra(size_t set);
};

//   OUT_OF_RANGE        a sum outside 64 bits
//   RESOURCE_EXHAUSTED  more memory than the question may take
//   DEADLINE_EXCEEDED, CANCELLED, and what the snapshot answers
absl::StatusOr<CombinedSets> CombineSets(Run& run,
                                         const CombineRequest& request);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_COMBINE_H_
