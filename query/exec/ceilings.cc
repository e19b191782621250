// How large the key of each group is at most, by the ceilings of its series:
// nothing is decoded.

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "query/cell/compare.h"
#include "query/exec/best_groups.h"
#include "query/exec/evaluation.h"
#include "query/exec/lanes.h"
#include "query/exec/sort_rows.h"
#include "query/func/aggregate.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Ceilings are used where they are known of one group in so many at least.
constexpr size_t kKnown = 2;

int64_t TimesAtMost(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

// Whether the function of some numbers, none below 0, is at most the largest
// of them; or (kSum) their number times it.
bool IsWithinNumbers(const TimeFunction& function) {
  if (function.kind != TimeFunction::Kind::kReduce) return false;
  switch (function.aggregate) {
    case Aggregate::kAvg:
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kFirst:
    case Aggregate::kLast:
    case Aggregate::kQuantile:
    case Aggregate::kSum:
      return true;
    default:
      return false;
  }
}

}  // namespace

// The leaf whose groups have ceilings; nullopt where none can be said.
std::optional<size_t> Evaluation::LeafWithCeilings(const RowExpr& expr) const {
  if (expr.kind != RowExpr::Kind::kLeaf) return std::nullopt;
  const Leaf& leaf = plan_.leaves[expr.leaf];
  if (leaf.steps.kind != StepExpr::Kind::kOperand || leaf.other.has_value() ||
      leaf.total.is_total || plan_.align.has_value()) {
    return std::nullopt;
  }
  // Wholes beside the groups tell of people at steps without a value.
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    const OperandGroups& groups = readers_[o]->groups();
    if (plan_.operands[o].across.has_value() || !groups.shared.empty() ||
        !groups.overlapping_wholes.empty() || !groups.beside.empty()) {
      return std::nullopt;
    }
  }
  const BoundOperand& operand = plan_.operands[leaf.operand];
  if (operand.broadcast() || operand.decimal()) return std::nullopt;
  return expr.leaf;
}

absl::StatusOr<std::vector<int64_t>> Evaluation::LargestSamples(
    size_t operand) const {
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<int64_t> own,
                            readers_[operand]->Ceilings());
  std::vector<int64_t> ceilings;
  if (own.empty()) return ceilings;
  ceilings.reserve(local_[operand].size());
  size_t known = 0;
  for (const uint32_t local : local_[operand]) {
    ceilings.push_back(local == kNoGroup ? 0 : own[local]);
    known += ceilings.back() == INT64_MAX ? 0 : 1;
  }
  if (known * kKnown < ceilings.size()) ceilings.clear();
  return ceilings;
}

absl::StatusOr<std::vector<int64_t>> Evaluation::CeilingsOf(
    const JudgedKey& key) const {
  std::vector<int64_t> ceilings;
  const std::optional<size_t> index = LeafWithCeilings(*key.expr);
  if (!key.descending || !index.has_value() || !ReadsAll() ||
      !IsWithinNumbers(plan_.leaves[*index].function)) {
    return ceilings;
  }
  const Leaf& leaf = plan_.leaves[*index];
  FOOTFALL_ASSIGN_OR_RETURN(ceilings, LargestSamples(leaf.operand));
  if (!leaf.function.Is(Aggregate::kSum)) return ceilings;
  int64_t steps = 0;
  const Timeline& timeline = *results_.timeline;
  for (size_t slot = 0; slot < timeline.slot_count(); ++slot) {
    const BucketPiece piece = timeline.PieceOf(leaf, 0, slot);
    steps = std::max(
        steps, timeline.lane_steps(leaf.operand).ToLane(piece.data).size());
  }
  for (int64_t& ceiling : ceilings) ceiling = TimesAtMost(ceiling, steps);
  return ceilings;
}

// Those of which nothing is known among them. Rising.
absl::StatusOr<std::vector<uint32_t>> Evaluation::LargestOf(
    absl::Span<const int64_t> ceilings, size_t count) {
  std::vector<uint32_t> largest(ceilings.size());
  std::iota(largest.begin(), largest.end(), 0u);
  const size_t unknown = static_cast<size_t>(
      std::count(ceilings.begin(), ceilings.end(), INT64_MAX));
  const size_t taken = std::min(largest.size(), unknown + count);
  FOOTFALL_RETURN_IF_ERROR(SortFirst(
      run_, taken, 1,
      [ceilings](uint32_t a, uint32_t b) {
        return ceilings[a] != ceilings[b] ? ceilings[a] > ceilings[b] : a < b;
      },
      &largest));
  FOOTFALL_RETURN_IF_ERROR(
      SortFirst(run_, taken, 1, std::less<uint32_t>(), &largest));
  return largest;
}

bool Evaluation::ReadsAll() const {
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    std::vector<bool> read(readers_[o]->groups().group_count());
    for (const uint32_t local : local_[o]) {
      if (local != kNoGroup) read[local] = true;
    }
    if (std::find(read.begin(), read.end(), false) != read.end()) return false;
  }
  return true;
}

// Groups no sample of which may pass any test of first_time() have no row, and
// are not read.
absl::Status Evaluation::SkipWhatNeverPasses() {
  if (all_groups_ || settled_ != nullptr ||
      results_.shown != results_.groups.size() || !IsOfRisingTests(plan_) ||
      !ReadsAll()) {
    return absl::OkStatus();
  }
  Reservation memory(run_);
  FOOTFALL_RETURN_IF_ERROR(
      memory.Add(results_.groups.size() * (sizeof(uint32_t) + 1)));
  std::vector<bool> wanted(results_.groups.size());
  for (const BoundItem& item : plan_.items) {
    const std::optional<size_t> index = LeafWithCeilings(item.expr);
    if (!index.has_value()) return absl::OkStatus();
    const Leaf& leaf = plan_.leaves[*index];
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<int64_t> ceilings,
                              LargestSamples(leaf.operand));
    if (ceilings.empty()) return absl::OkStatus();
    for (size_t g = 0; g < ceilings.size(); ++g) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      wanted[g] =
          wanted[g] || ceilings[g] == INT64_MAX ||
          TestScalars(leaf.function.comparison, Scalar::Integer(ceilings[g]),
                      leaf.function.threshold);
    }
  }
  std::vector<uint32_t> kept;
  for (uint32_t g = 0; g < wanted.size(); ++g) {
    if (wanted[g]) kept.push_back(g);
  }
  // Without a row, what is told is of what was read.
  if (kept.empty() || kept.size() == wanted.size()) return absl::OkStatus();
  findings_.extents.resize(plan_.operands.size());
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    if (!averaged_[o] && !results_.timeline->open(o)) continue;
    FOOTFALL_ASSIGN_OR_RETURN(findings_.extents[o], readers_[o]->FindSamples());
  }
  run_.CountSkipped(wanted.size() - kept.size());
  KeepGroups(kept);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> OperandReader::Ceilings() const {
  std::vector<int64_t> ceilings;
  // Rows that stand for others, or in no group, are no sums of groups.
  if (split_ != nullptr || groups_.rows.renamed != nullptr ||
      groups_.sets.member_count() != groups_.matched_count || steps_.empty()) {
    return ceilings;
  }
  Reservation memory(run_);
  FOOTFALL_RETURN_IF_ERROR(memory.Add(
      groups_.rows.size() * (sizeof(uint32_t) + sizeof(SeriesId)) +
      groups_.sets.size() * (2 * sizeof(int64_t) + sizeof(uint32_t))));
  std::vector<uint32_t> group_of(groups_.rows.size());
  for (uint32_t g = 0; g < groups_.sets.size(); ++g) {
    for (const uint32_t row : groups_.sets.set(g)) group_of[row] = g;
  }
  ceilings.assign(groups_.sets.size(), 0);
  // Of the era that is being read: sums of its series' ceilings.
  std::vector<int64_t> sums(groups_.sets.size(), 0);
  std::vector<uint32_t> touched;
  const auto close_era = [&] {
    for (const uint32_t g : touched) {
      ceilings[g] = std::max(ceilings[g], sums[g]);
      sums[g] = 0;
    }
    touched.clear();
  };
  std::vector<SeriesId> series;
  FOOTFALL_ASSIGN_OR_RETURN(const std::unique_ptr<SlabCursor> cursor,
                            ScanAll(steps_, ScanDepth::kCeilings, &series));
  int64_t era = INT64_MIN;
  size_t at = 0;  // in groups_.rows
  const std::vector<SeriesId>& ids = groups_.rows.ids;
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) break;
    const Slab& slab = cursor->slab();
    if (slab.first_step != era) {
      close_era();
      era = slab.first_step;
      at = 0;
    }
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(slab.series.size()));
    for (size_t i = 0; i < slab.series.size(); ++i) {
      while (at < ids.size() && ids[at] != slab.series[i]) ++at;
      if (at == ids.size()) {
        return absl::InternalError("a scan gave a series not asked for");
      }
      const uint32_t g = group_of[at];
      if (sums[g] == 0) touched.push_back(g);
      sums[g] = AddCapped(/*decimal=*/false, sums[g], slab.values[i]);
    }
  }
  close_era();
  return ceilings;
}

}  // namespace footfall::query
