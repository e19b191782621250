// ALIGN: where the units that each group counts from its event lie.

#ifndef FOOTFALL_QUERY_EXEC_ALIGNMENT_H_
#define FOOTFALL_QUERY_EXEC_ALIGNMENT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "footfall/period.h"
#include "query/exec/groups.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Units since an event, [begin, end).
struct UnitRange {
  int64_t begin = 0;
  int64_t end = 0;
};

class Alignment {
 public:
  // `plan`, which has an ALIGN, must outlive it.
  explicit Alignment(const Plan& plan);

  // The units of the statement's range.
  UnitRange range() const {
    return {plan_->align->first, plan_->align->last + 1};
  }
  // Those of a bucket: under EVERY the key is its number, and bucket 0 begins
  // with the event; without it, by how much the range lies later.
  UnitRange UnitsOf(int64_t key) const;
  // The key of what lies `count` calendar units earlier, which is whole
  // buckets.
  int64_t Earlier(int64_t key, int64_t count, footfall::Unit unit) const;

  // Keys of the buckets of the range that may have samples, which are within
  // `samples` [operands], whichever event counts; from the first to the last.
  // With `all`, of the whole range, if any may. Under EVERY.
  StepRange KeysWithin(absl::Span<const StepRange> samples, bool all) const;
  // No sample lies before the bucket of this key.
  int64_t FirstKey(absl::Span<const StepRange> samples) const;

  // The steps of an operand at some units since any of the events, from the
  // first to the last.
  StepRange AroundAll(size_t operand, UnitRange units) const;

  // Hands in the groups of the answer, whose events are looked up.
  //   INVALID_ARGUMENT  a group has several events of the name, or one that is
  //                     dated less precisely than the unit
  absl::Status SetGroups(const Run& run, absl::Span<const GroupKey> groups);

  // The steps of an operand at some units since the group's event; empty where
  // the group has none. Requires: SetGroups().
  StepRange Steps(size_t operand, size_t group, UnitRange units) const;

  // Tells of groups without an event; empty where all have one. They have no
  // rows.
  std::string NoteOf(const Run& run, absl::Span<const GroupKey> groups) const;

 private:
  StepRange StepsFrom(size_t operand, int64_t origin, UnitRange units) const;
  // The least key from `first` on whose bucket ends after `step`, and so holds
  // it or lies behind it; `limit` where none before it does.
  int64_t KeyOfStep(size_t operand, int64_t origin, int64_t step, int64_t first,
                    int64_t limit) const;

  static constexpr int64_t kNoEvent = INT64_MIN;
  const Plan* plan_;
  std::vector<Date> dates_;                    // that some group may count from
  std::vector<std::vector<int64_t>> origins_;  // [operands][groups] a step
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ALIGNMENT_H_
