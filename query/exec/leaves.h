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
#include "query/exec/operand_reader.h"
#include "query/exec/run.h"
#include "query/exec/timeline.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Cells of one leaf or transform, [groups x buckets], as columns.
class LeafTable {
 public:
  LeafTable() = default;
  LeafTable(size_t groups, size_t buckets, bool is_decimal);

  // One more group, all of its cells missing; or those of another table.
  void AddGroup();
  void Append(const LeafTable& other);

  static uint64_t BytesPerCell();

  size_t buckets() const { return buckets_; }
  void Set(size_t group, size_t bucket, const Cell& cell);
  Cell Get(size_t group, size_t bucket) const;
  bool has_steps(size_t group, size_t bucket) const {
    return present_[group * buckets_ + bucket] > 0;
  }
  bool has_value(size_t group, size_t bucket) const {
    return (flags_[group * buckets_ + bucket] & kHasValue) != 0;
  }

 private:
  enum Flag : uint8_t {
    kHasValue = 1,
    kHasLow = 2,
    kHasHigh = 4,
    kInexact = 8,
    kFilled = 16,
  };
  size_t buckets_ = 0;
  bool is_decimal_ = false;
  std::vector<int64_t> values_;
  std::vector<int64_t> lows_;
  std::vector<int64_t> highs_;
  std::vector<uint8_t> flags_;
  std::vector<uint32_t> present_;
  std::vector<uint32_t> expected_;
};

// What running a plan came to.
// Where wholes may hold more of a share's groups than a total of them counts:
// OperandReader::HasWholesBeside().
struct WholesBeside {
  std::vector<bool> in_no_group;                // [slots]
  std::vector<std::vector<bool>> not_split_by;  // [BY dimensions][slots]
};

struct Results {
  // [groups] in no particular order; one group where there is no BY.
  std::vector<GroupKey> groups;
  std::optional<Timeline> timeline;
  std::vector<LeafTable> leaves;  // [leaves of the plan], of all slots
  // [operands] from the first to the last sample, as far as it matters to a
  // moving average: those that were not read, before (behind) the steps that
  // were, count as one step there. Empty where no moving average reads it.
  std::vector<StepRange> samples;
  // [operands][groups] OperandReader::Combinations() of those that a share()
  // reads; empty for others.
  std::vector<std::vector<uint32_t>> combinations;
  std::vector<WholesBeside> wholes_beside;  // [operands] of those
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
// which this reading adds; null: its own.
absl::StatusOr<Results> EvaluateLeaves(Run& run, const Plan& plan,
                                       const Timeline* timeline = nullptr);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_LEAVES_H_
