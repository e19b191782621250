// Finds the groups that an answer keeps before anything is worked out but the
// key that they are judged by.
//
// Where ceilings say how large the samples of a series are at most, groups are
// passed over unread. The groups with the largest ceilings are judged first;
// the key of the last one that would be kept is the bar. Then all groups are
// judged whose ceiling reaches the bar. (After the threshold algorithm of
// Fagin, Lotem, Naor: Optimal Aggregation Algorithms for Middleware, 2003.)

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "query/cell/compare.h"
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

// Whether a number of at most `ceiling` may be as large as `bar`; a mean is
// rounded on its way.
bool MayReach(int64_t ceiling, const Scalar& bar) {
  if (ceiling == INT64_MAX) return true;
  if (!bar.is_decimal) return ceiling >= bar.integer;
  constexpr double kRounding = 1e-9;
  return static_cast<double>(ceiling) * (1 + kRounding) >= bar.decimal;
}

}  // namespace

void Evaluation::MakeAll() {
  made_.resize(plan_.leaves.size());
  std::iota(made_.begin(), made_.end(), size_t{0});
  read_.assign(plan_.operands.size(), true);
}

std::optional<Evaluation::JudgedKey> Evaluation::KeyToJudge() const {
  if (all_groups_ || settled_ != nullptr ||
      results_.shown != results_.groups.size()) {
    return std::nullopt;
  }
  std::optional<JudgedKey> key;
  if (plan_.top.has_value()) {
    if (!CanJudgeFirst(plan_)) return std::nullopt;
    key = {&plan_.top->expr, plan_.top->descending,
           static_cast<size_t>(plan_.top->count), /*of_groups=*/true};
  } else {
    if (!CanJudgeRowsFirst(plan_)) return std::nullopt;
    key = {&plan_.order_by[0].expr, plan_.order_by[0].descending,
           static_cast<size_t>(*plan_.limit), /*of_groups=*/false};
  }
  if (key->count == 0 || results_.groups.size() / kFew < key->count) {
    return std::nullopt;
  }
  return key;
}

// Before groups are read once more: what all of them say is kept.
void Evaluation::ForgetAllButSamples() {
  Findings found;
  found.extents = std::move(findings_.extents);
  found.hidden = std::move(findings_.hidden);
  for (const LackingList& lacking : findings_.lacking) {
    found.lacking.push_back(lacking.OfWholeGroups());
  }
  findings_ = std::move(found);
}

// Works out the key's leaves of the groups that are left.
absl::Status Evaluation::MakeKey(const JudgedKey& key,
                                 const Timeline& unsettled,
                                 Reservation* memory) {
  results_.timeline = unsettled;
  ForgetAllButSamples();
  made_.clear();
  CollectLeaves(*key.expr, &made_);
  std::sort(made_.begin(), made_.end());
  made_.erase(std::unique(made_.begin(), made_.end()), made_.end());
  results_.leaves.clear();
  results_.leaves.resize(plan_.leaves.size());
  for (const size_t i : made_) {
    const Leaf& leaf = plan_.leaves[i];
    for (const size_t o : OperandsOf(leaf)) read_[o] = true;
    const size_t buckets =
        leaf.whole_range ? 1 : results_.timeline->slot_count();
    FOOTFALL_RETURN_IF_ERROR(memory->Add(LeafTable::BytesPerCell() *
                                         results_.groups.size() * buckets));
    results_.leaves[i] =
        LeafTable(results_.groups.size(), buckets, leaf.is_decimal);
  }
  FOOTFALL_RETURN_IF_ERROR(RunChunks(MakeChunks()));
  return Settle();
}

// The groups left that are kept, rising; and the last key that is (nullopt
// where fewer have one).
absl::StatusOr<Evaluation::JudgedGroups> Evaluation::Judge(
    const JudgedKey& key) {
  const size_t groups = results_.groups.size();
  const Rows rows(run_, plan_, results_, nullptr);
  JudgedGroups judged;
  if (key.of_groups) {
    std::vector<uint32_t> all(groups);
    std::iota(all.begin(), all.end(), 0u);
    FOOTFALL_ASSIGN_OR_RETURN(const GroupNames names,
                              GroupNames::Create(run_, plan_, results_.groups));
    FOOTFALL_ASSIGN_OR_RETURN(
        judged.kept,
        BestGroups(run_, plan_, results_, rows, names, std::move(all)));
    if (judged.kept.size() == key.count) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const Cell last, rows.Evaluate(*key.expr, {judged.kept.back(), 0}));
      if (last.has_value) judged.bar = last.value;
    }
    std::sort(judged.kept.begin(), judged.kept.end());
    return judged;
  }
  // A heap of the best rows' keys, the last of them on top.
  const auto before = [&key](const Cell& a, const Cell& b) {
    return OrderCells(a, b, key.descending) < 0;
  };
  std::vector<Cell> best;
  std::vector<std::optional<Cell>> best_of_group(groups);
  const size_t buckets = results_.timeline->size();
  for (uint32_t g = 0; g < groups; ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    for (uint32_t b = 0; b < buckets; ++b) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell cell,
                                rows.Evaluate(*key.expr, {g, b}));
      if (!cell.has_value) continue;
      std::optional<Cell>& own = best_of_group[g];
      if (!own.has_value() || before(cell, *own)) own = cell;
      if (best.size() < key.count) {
        best.push_back(cell);
        std::push_heap(best.begin(), best.end(), before);
      } else if (before(cell, best.front())) {
        std::pop_heap(best.begin(), best.end(), before);
        best.back() = cell;
        std::push_heap(best.begin(), best.end(), before);
      }
    }
  }
  if (best.size() < key.count) return judged;
  judged.bar = best.front().value;
  for (uint32_t g = 0; g < groups; ++g) {
    if (best_of_group[g].has_value() &&
        !before(best.front(), *best_of_group[g])) {
      judged.kept.push_back(g);
    }
  }
  return judged;
}

// What the samples of all groups say of open ranges and of moving averages is
// found here too, and kept, and so is what only series that are not split tell
// of: places reckon with it. All else that is to be told is of the groups that
// stay, and is found when they are read again.
absl::Status Evaluation::JudgeFirst() {
  const std::optional<JudgedKey> key = KeyToJudge();
  if (!key.has_value()) return absl::OkStatus();
  Reservation memory(run_);
  // The timeline once more; of each group its key, its place in each operand,
  // its ceiling, and its best row.
  FOOTFALL_RETURN_IF_ERROR(memory.Add(
      results_.timeline->Bytes() +
      results_.groups.size() *
          (sizeof(GroupKey) + plan_.operands.size() * sizeof(uint32_t) +
           sizeof(int64_t) + sizeof(uint32_t) + sizeof(std::optional<Cell>))));
  const Timeline unsettled = *results_.timeline;
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<int64_t> ceilings,
                            CeilingsOf(*key));
  const bool skips = !ceilings.empty();
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    const bool asked = averaged_[o] || results_.timeline->open(o);
    read_[o] = asked && !skips;
    if (!asked || !skips) continue;
    findings_.extents.resize(plan_.operands.size());
    FOOTFALL_ASSIGN_OR_RETURN(findings_.extents[o], readers_[o]->FindSamples());
  }
  const std::vector<GroupKey> groups = results_.groups;
  const std::vector<std::vector<uint32_t>> local = local_;
  const auto take_all = [&] {
    results_.groups = groups;
    results_.shown = groups.size();
    local_ = local;
  };
  if (skips) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<uint32_t> largest,
                              LargestOf(ceilings, key->count));
    KeepGroups(largest);
    FOOTFALL_RETURN_IF_ERROR(MakeKey(*key, unsettled, &memory));
    FOOTFALL_ASSIGN_OR_RETURN(const JudgedGroups first, Judge(*key));
    take_all();
    std::vector<uint32_t> wanted;
    for (uint32_t g = 0; g < groups.size(); ++g) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      if (!first.bar.has_value() || MayReach(ceilings[g], *first.bar)) {
        wanted.push_back(g);
      }
    }
    run_.CountSkipped(groups.size() - wanted.size());
    KeepGroups(wanted);
  }
  FOOTFALL_RETURN_IF_ERROR(MakeKey(*key, unsettled, &memory));
  const absl::StatusOr<JudgedGroups> judged = Judge(*key);
  // A key that leaves 64 bits may be that of a group without a row.
  if (!judged.ok() && !absl::IsOutOfRange(judged.status())) {
    return judged.status();
  }
  if (!judged.ok() || judged->kept.empty()) {
    take_all();  // or fewer rows have a key than are kept
    run_.ForgetSkipped();
  } else {
    KeepGroups(judged->kept);
    results_.left_out = true;
  }
  results_.leaves.clear();
  results_.timeline = unsettled;
  ForgetAllButSamples();
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
