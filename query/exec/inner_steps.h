// The buckets of an EVERY inside a call: the steps of what stands in it.

#ifndef FOOTFALL_QUERY_EXEC_INNER_STEPS_H_
#define FOOTFALL_QUERY_EXEC_INNER_STEPS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "query/exec/run.h"
#include "query/exec/timeline.h"
#include "query/plan/plan.h"

namespace footfall::query {

// All buckets from the first to the last that may have samples, shared by all
// operands. A bucket is known by its *position* among them. Where nothing has a
// value without samples, those are left out that lanes leave out.
//
// Under EVERY the buckets that lie wholly outside the range are whole, too:
// they are of outer ones that transforms look back at. Without it, a range that
// is looked back at cuts buckets of its own, and so each slot has its own;
// those outside are empty, or whole where shifts between inner buckets look at
// them.
class InnerSteps {
 public:
  // Of plan.inner[every], for `slot` of the timeline; under EVERY for all of
  // them. `samples` [operands]: where buckets without samples have a value, the
  // steps from the first sample to the last, which bound an open range. `plan`
  // must outlive it.
  static absl::StatusOr<InnerSteps> Create(Run& run, const Plan& plan,
                                           size_t every,
                                           const Timeline& timeline,
                                           size_t slot,
                                           absl::Span<const StepRange> samples);

  int64_t size() const { return static_cast<int64_t>(keys_.size()); }

  // The buckets that hold these steps of an operand, as positions.
  StepRange Positions(size_t operand, StepRange steps) const;

  // The steps of an operand in a bucket, as Timeline::piece().
  const BucketPiece& piece(size_t operand, int64_t position) const {
    return pieces_[operand][static_cast<size_t>(position)];
  }
  // Whether nothing of a bucket is cut off by the operand's range, and it is
  // over.
  bool whole(size_t operand, int64_t position) const {
    return whole_[operand][static_cast<size_t>(position)];
  }

  // How many of the operand's steps are over in the buckets that hold `steps`;
  // with `part`, of those in it.
  int64_t OverAround(size_t operand, StepRange steps,
                     const PartSteps* part) const;

  // The bucket that much earlier by the calendar: where it is, if lanes have
  // any step of it, and how many of the operand's steps it has. nullopt: that
  // date does not exist.
  struct EarlierBucket {
    std::optional<int64_t> position;
    int64_t steps = 0;
  };
  std::optional<EarlierBucket> Earlier(size_t operand, int64_t position,
                                       const Duration& back) const;

  // The bucket's first step, on the operand's grid.
  int64_t FirstStep(size_t operand, int64_t position) const;
  // How many buckets lie before one, those that are left out too; from some
  // bucket on.
  int64_t NumberOf(int64_t position) const {
    if (numbers_.empty()) return position;
    return numbers_[static_cast<size_t>(position)];
  }
  // The day that a bucket starts on, from 1970-01-01.
  int64_t DayOf(int64_t position) const;

 private:
  InnerSteps(const Plan& plan, size_t every) : plan_(plan), every_(every) {}
  const Buckets& buckets(size_t operand) const {
    return *plan_.inner[every_].buckets[operand];
  }
  int64_t KeyOf(size_t operand, int64_t bucket) const;
  int64_t BucketOf(size_t operand, int64_t key) const;
  // Whether no lane has a step of the lead's bucket. If so, the first bucket
  // behind it of which one may have.
  std::optional<int64_t> BehindGap(const Timeline& timeline,
                                   int64_t bucket) const;
  absl::Status FindKeys(Run& run, const Timeline& timeline, size_t slot,
                        absl::Span<const StepRange> samples);

  const Plan& plan_;
  size_t every_;
  size_t lead_ = 0;  // operand whose calendar the keys follow
  // Buckets of different grids meet by their number where they are of days and
  // longer, else by the second at which they start.
  std::vector<int64_t> keys_;
  std::vector<int64_t> numbers_;  // [positions]; empty: the positions
  std::vector<std::vector<BucketPiece>> pieces_;  // [operands][positions]
  std::vector<std::vector<bool>> whole_;          // [operands][positions]
  std::vector<int64_t> unfinished_;               // [operands]
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_INNER_STEPS_H_
