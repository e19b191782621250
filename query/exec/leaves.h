// Stage two, over time: every leaf of a plan as a table of cells.

#ifndef FOOTFALL_QUERY_EXEC_LEAVES_H_
#define FOOTFALL_QUERY_EXEC_LEAVES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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

// Takes the cells of some groups. What it is handed lives until it returns; it
// may add notes.
using TakeSlice = absl::FunctionRef<absl::Status(Results* slice)>;

// Why the rows of an answer cannot be made some groups at a time: the words of
// the clause or function that needs all of them at once. Empty where they can:
// the rows stand in the order of their groups, and no group's depend on
// another's.
absl::string_view WhyAtOnce(const Plan& plan);

// EvaluateLeaves() of some groups at a time, those whose names come first to
// begin with; the cells of a time take about `slice_bytes`, or those of one
// group. `notes` are of all. Requires: WhyAtOnce() is empty.
absl::Status EvaluateInSlices(Run& run, const Plan& plan, uint64_t slice_bytes,
                              TakeSlice take, std::vector<std::string>* notes);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LEAVES_H_
