// Stage two, over time: every leaf of a plan as a table of cells.

#ifndef FOOTFALL_QUERY_EXEC_LEAVES_H_
#define FOOTFALL_QUERY_EXEC_LEAVES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "query/cell/cell.h"
#include "query/exec/groups.h"
#include "query/exec/leaf_table.h"
#include "query/exec/operand_reader.h"
#include "query/exec/run.h"
#include "query/exec/timeline.h"
#include "query/plan/plan.h"

namespace footfall::query {

// What running a plan came to.
struct Results {
  // What leaves, timeline and the lists of groups take.
  std::optional<Reservation> memory;
  // [groups] in no particular order; one group where there is no BY. From
  // `shown` on they have no series of their own, and no row: only wholes tell
  // of them. (TOP .. OTHERS appends one more.)
  std::vector<GroupKey> groups;
  size_t shown = 0;
  // Groups that TOP does not keep are not among them.
  bool left_out = false;
  std::optional<Timeline> timeline;
  std::vector<LeafTable> leaves;  // [leaves of the plan], of all slots
  // [operands] from the first to the last sample, as far as it matters to a
  // moving average: those that were not read, before (behind) the steps that
  // were, count as one step there. Empty where no moving average reads it.
  std::vector<StepRange> samples;
  // [operands][groups] OperandReader::Combinations() of those that a share()
  // reads; empty for others.
  std::vector<std::vector<uint32_t>> combinations;
  // [operands][slots] of those: OperandReader::HasWholesBeside().
  std::vector<std::vector<bool>> wholes_beside;
  std::vector<std::string> notes;
  // What EXPLAIN tells, [operands].
  std::vector<size_t> series;
  std::vector<size_t> wholes;
};

// Opens a reader for each operand. `roles` that operands play in totals are
// taken from the leaves.
absl::StatusOr<std::vector<std::unique_ptr<OperandReader>>> OpenReaders(
    Run& run, const Plan& plan, const Timeline& timeline);

// Reads the samples, a few groups at a time, and makes cells of them.
// `timeline`: one that an earlier reading of the same question has settled, to
// which this reading adds; null: its own. Where TOP keeps few groups, and which
// can be told before anything else is worked out (CanJudgeFirst()), the others
// are left out, unless `all_groups` are asked for.
absl::StatusOr<Results> EvaluateLeaves(Run& run, const Plan& plan,
                                       const Timeline* timeline = nullptr,
                                       bool all_groups = false);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LEAVES_H_
