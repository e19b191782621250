// Ranges that end with the samples, once those are known; and what lies outside
// them.

#include <algorithm>
#include <optional>
#include <vector>

#include "query/exec/intersect.h"
#include "query/exec/timeline.h"

namespace footfall::query {
namespace {

// From the first to the last sample that a statement reads; operands with
// a DURING of their own do not count.
struct Together {
  std::optional<absl::CivilSecond> first;
  std::optional<absl::CivilSecond> end;
  bool one_grid = true;
  std::optional<size_t> some;
  StepRange steps;
};

Together UniteSamples(const Plan& plan, absl::Span<const StepRange> extents) {
  Together all;
  for (size_t o = 0; o < extents.size(); ++o) {
    const BoundOperand& operand = plan.operands[o];
    // Samples that were looked back at lie outside the range.
    const StepRange extent = Intersect(extents[o], operand.range);
    if (operand.own_window || extent.empty()) continue;
    const absl::CivilSecond starts = operand.grid.CivilStart(extent.begin);
    const absl::CivilSecond ends = operand.grid.CivilStart(extent.end);
    if (!all.first.has_value() || starts < *all.first) all.first = starts;
    if (!all.end.has_value() || ends > *all.end) all.end = ends;
    if (!all.some.has_value()) {
      all.some = o;
      all.steps = extent;
    } else {
      all.one_grid =
          all.one_grid && operand.grid == plan.operands[*all.some].grid;
      all.steps.begin = std::min(all.steps.begin, extent.begin);
      all.steps.end = std::max(all.steps.end, extent.end);
    }
  }
  return all;
}

}  // namespace

std::vector<StepRange> Timeline::SettledRanges(
    absl::Span<const StepRange> extents) const {
  const Together all = UniteSamples(*plan_, extents);
  std::vector<StepRange> ranges(extents.size());
  for (size_t o = 0; o < extents.size(); ++o) {
    if (!open_[o]) continue;
    const BoundOperand& operand = plan_->operands[o];
    StepRange range;
    if (operand.own_window) {
      range = Intersect(extents[o], operand.range);
      if (range.empty()) continue;
    } else if (!all.some.has_value()) {
      continue;
    } else if (all.one_grid) {
      range = all.steps;
    } else {
      range = operand.grid.StepsInside(
          Date{footfall::Unit::kSecond, *all.first, {}},
          Date{footfall::Unit::kSecond, *all.end - 1, {}});
    }
    // A side that is said stays.
    ranges[o] = operand.range;
    if (!operand.window.first.has_value()) ranges[o].begin = range.begin;
    if (!operand.window.last.has_value()) ranges[o].end = range.end;
  }
  return ranges;
}

void Timeline::Settle(absl::Span<const StepRange> extents) {
  const Together all = UniteSamples(*plan_, extents);
  if (all.first.has_value()) {
    first_sample_ = *all.first;
    end_of_samples_ = *all.end;
  }
  settled_ = SettledRanges(extents);
  for (size_t o = 0; o < extents.size(); ++o) {
    const StepRange settled = settled_[o];
    if (!open_[o] || settled.empty()) continue;
    whole_[o].over =
        StepRange{settled.begin, std::min(settled.end, unfinished_[o])}.size();
    const bool ends = settled.end > unfinished_[o];
    if (!has_time_) {
      pieces_[o][0].over = whole_[o].over;
      if (ends) partial_[0] = true;
    } else if (plan_->operands[o].own_window && ends) {
      partial_.assign(partial_.size(), true);
    }
  }
  for (size_t w = 0; w < window_pieces_.size(); ++w) {
    if (!WaitsForSamples(w)) continue;
    const int64_t over = OverOfWindow(w);
    for (BucketPiece& piece : window_pieces_[w]) piece.over += over;
  }
}

StepRange Timeline::WithoutSamples(size_t operand, size_t slot, StepRange read,
                                   StepRange samples) const {
  const BoundOperand& bound = plan_->operands[operand];
  StepRange steps = open_[operand] ? samples : range(operand, slot);
  if (has_time_ && bound.buckets.has_value() && !steps.empty()) {
    if (!bound.window.first.has_value()) {
      steps.begin =
          bound.buckets->StepsOf(bound.buckets->BucketOf(steps.begin)).begin;
    }
    if (!bound.window.last.has_value()) {
      steps.end =
          bound.buckets->StepsOf(bound.buckets->BucketOf(steps.end - 1)).end;
    }
  }
  if (has_time_ && !plan_->transforms.empty() && !read.empty()) {
    steps.begin = std::min(steps.begin, read.begin);
  }
  steps.end = std::min(steps.end, std::max(unfinished_[operand], read.end));
  return steps.empty() ? StepRange() : steps;
}

int64_t Timeline::OverBefore(size_t operand, size_t group) const {
  const BoundOperand& bound = plan_->operands[operand];
  if (!has_time_ || aligned_.has_value() || keys_.empty() ||
      !bound.window.first.has_value() || !bound.buckets.has_value()) {
    return 0;
  }
  return OverOf(operand, group,
                {bound.range.begin, pieces_[operand][0].inside.begin});
}

int64_t Timeline::OverBetween(size_t operand, size_t group, uint32_t before,
                              uint32_t slot) const {
  if (!leaves_buckets_out_ || before == slot) return 0;
  return OverOf(operand, group,
                {pieces_[operand][before].inside.end,
                 pieces_[operand][slot].inside.begin});
}

bool Timeline::IsLastWhole(uint32_t slot) const {
  const BoundOperand& lead = plan_->operands[lead_];
  const int64_t begin = pieces_[lead_][slot].inside.end;
  const StepRange next = lead.buckets->StepsOf(lead.buckets->BucketOf(begin));
  if (next.end > unfinished_[lead_]) return true;
  return lead.window.last.has_value() ? next.end > lead.range.end
                                      : next.begin >= settled_[lead_].end;
}

bool Timeline::BeginsAfterNow(size_t group, size_t slot) const {
  if (parts_ != nullptr) return PartBeginsAfterNow(group, slot);
  if (!has_time_) return false;
  const int64_t begin = aligned_.has_value()
                            ? aligned_->StepsOf(lead_, group, keys_[slot]).begin
                            : FirstStepOf(slot);
  return begin > unfinished_[lead_];
}

}  // namespace footfall::query
