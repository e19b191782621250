// Finds the groups that TOP keeps before anything is worked out but its key.

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "query/exec/best_groups.h"
#include "query/exec/evaluation.h"
#include "query/exec/rows.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Where fewer than one group in so many is kept, reading those twice costs
// less than working out all.
constexpr size_t kFew = 4;

void CollectLeaves(const RowExpr& expr, std::vector<size_t>* leaves) {
  if (expr.kind == RowExpr::Kind::kLeaf) leaves->push_back(expr.leaf);
  for (const RowExpr& side : expr.sides) CollectLeaves(side, leaves);
}

}  // namespace

void Evaluation::MakeAll() {
  made_.resize(plan_.leaves.size());
  std::iota(made_.begin(), made_.end(), size_t{0});
  read_.assign(plan_.operands.size(), true);
}

// What the samples of all groups say of open ranges and of moving averages is
// found here too, and kept, and so is what only series that are not split tell
// of: places reckon with it. All else that is to be told is of the groups that
// stay, and is found when they are read again.
absl::Status Evaluation::JudgeFirst() {
  const size_t groups = results_.groups.size();
  if (all_groups_ || settled_ != nullptr || !CanJudgeFirst(plan_) ||
      results_.shown != groups ||
      groups / kFew < static_cast<size_t>(plan_.top->count)) {
    return absl::OkStatus();
  }
  made_.clear();
  CollectLeaves(plan_.top->expr, &made_);
  std::sort(made_.begin(), made_.end());
  made_.erase(std::unique(made_.begin(), made_.end()), made_.end());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    read_[o] = averaged_[o] || results_.timeline->open(o);
  }
  Reservation memory(run_);
  results_.leaves.assign(plan_.leaves.size(), LeafTable());
  for (const size_t i : made_) {
    const Leaf& leaf = plan_.leaves[i];
    for (const size_t o : OperandsOf(leaf)) read_[o] = true;
    FOOTFALL_RETURN_IF_ERROR(memory.Add(LeafTable::BytesPerCell() * groups));
    results_.leaves[i] = LeafTable(groups, 1, leaf.is_decimal);
  }
  const Timeline unsettled = *results_.timeline;
  FOOTFALL_RETURN_IF_ERROR(RunChunks(MakeChunks()));
  Settle();
  std::vector<uint32_t> all(groups);
  std::iota(all.begin(), all.end(), 0u);
  const Rows rows(run_, plan_, results_, nullptr);
  const GroupNames names(run_, plan_, results_.groups);
  FOOTFALL_ASSIGN_OR_RETURN(
      std::vector<uint32_t> kept,
      BestGroups(plan_, results_, rows, names, std::move(all)));
  std::sort(kept.begin(), kept.end());
  KeepGroups(kept);
  results_.left_out = true;
  results_.leaves.clear();
  results_.timeline = unsettled;
  Findings found;
  found.extents = std::move(findings_.extents);
  found.hidden = std::move(findings_.hidden);
  findings_ = std::move(found);
  MakeAll();
  return absl::OkStatus();
}

void Evaluation::KeepGroups(absl::Span<const uint32_t> kept) {
  for (size_t i = 0; i < kept.size(); ++i) {
    results_.groups[i] = results_.groups[kept[i]];
    for (std::vector<uint32_t>& local : local_) local[i] = local[kept[i]];
  }
  results_.groups.resize(kept.size());
  results_.shown = kept.size();
  for (std::vector<uint32_t>& local : local_) local.resize(kept.size());
}

}  // namespace footfall::query
