// BY weekday(time), WHERE hour(time) IN (..): which steps of each operand lie
// in which part of the calendar.
//
// Each combination of members of the parts in BY is a *part*; without parts in
// BY there is one, of all the steps that conditions leave. Every group is split
// by parts: groups come in rows of count(), of the same series.

#ifndef FOOTFALL_QUERY_EXEC_CALENDAR_PARTS_H_
#define FOOTFALL_QUERY_EXEC_CALENDAR_PARTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/period.h"
#include "query/exec/groups.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Steps as stretches, in order.
class PartSteps {
 public:
  // Some behind all that are there.
  void Add(StepRange steps);
  // How many of them lie in `range`.
  int64_t Count(StepRange range) const {
    return range.empty() ? 0 : Before(range.end) - Before(range.begin);
  }
  // Calls take(StepRange) for the stretches of them in `range`, in order.
  template <typename Take>
  void ForEach(StepRange range, Take&& take) const {
    for (size_t i = From(range.begin);
         i < stretches_.size() && stretches_[i].steps.begin < range.end; ++i) {
      const StepRange steps = {std::max(range.begin, stretches_[i].steps.begin),
                               std::min(range.end, stretches_[i].steps.end)};
      if (!steps.empty()) take(steps);
    }
  }
  uint64_t Bytes() const { return stretches_.capacity() * sizeof(Stretch); }

 private:
  struct Stretch {
    StepRange steps;
    int64_t before = 0;  // steps in those before it
  };
  // The first stretch that ends behind a step.
  size_t From(int64_t step) const;
  // How many of them lie before a step.
  int64_t Before(int64_t step) const;

  std::vector<Stretch> stretches_;
};

class CalendarParts {
 public:
  // Of the steps `spans` [operands], beyond which nothing is asked for.
  static absl::StatusOr<CalendarParts> Create(
      Run& run, const Plan& plan, absl::Span<const StepRange> spans);

  // 1 at least; where no step is left, of one without steps.
  size_t count() const { return members_.size(); }
  const PartSteps& steps(size_t operand, size_t part) const {
    return steps_[operand][part];
  }
  // All steps that conditions leave; null where the operand has none.
  const PartSteps* picked(size_t operand) const {
    return has_picks_[operand] ? &picked_[operand] : nullptr;
  }
  // Sets the places of a group's key that are of parts.
  void SetMembers(size_t part, GroupKey* key) const;
  uint64_t Bytes() const;

 private:
  // [parts] members of the parts in BY, from 0, in their order.
  std::vector<std::vector<uint32_t>> members_;
  std::vector<size_t> places_;  // [parts in BY] their places in a key
  std::vector<std::vector<PartSteps>> steps_;  // [operands][parts]
  std::vector<PartSteps> picked_;              // [operands]
  std::vector<bool> has_picks_;                // [operands]
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_CALENDAR_PARTS_H_
