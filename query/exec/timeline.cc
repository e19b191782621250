// Buckets.

#include "query/exec/timeline.h"

#include <algorithm>
#include <optional>

#include "query/lang/status_macros.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

constexpr size_t kBucketsBetweenChecks = 1 << 16;

StepRange Intersect(StepRange a, StepRange b) {
  StepRange both = {std::max(a.begin, b.begin), std::min(a.end, b.end)};
  if (both.empty()) both.end = both.begin;
  return both;
}

// Buckets of different grids meet by their number where they are civil, else
// by the second at which they start.
int64_t KeyOf(const BoundOperand& operand, int64_t bucket) {
  return operand.buckets->period().below_day()
             ? bucket * operand.grid.step_seconds()
             : bucket;
}
int64_t BucketOf(const BoundOperand& operand, int64_t key) {
  return operand.buckets->period().below_day()
             ? key / operand.grid.step_seconds()
             : key;
}

}  // namespace

absl::StatusOr<Timeline> Timeline::Create(
    Run& run, const Plan& plan,
    absl::Span<const std::unique_ptr<OperandReader>> readers) {
  Timeline timeline(plan);
  const size_t operands = plan.operands.size();
  timeline.pieces_.resize(operands);
  for (size_t o = 0; o < operands; ++o) {
    const BoundOperand& operand = plan.operands[o];
    const int64_t unfinished =
        FirstUnfinishedStep(operand.grid, run.options().now);
    timeline.unfinished_.push_back(unfinished);
    timeline.open_.push_back(!operand.window.first.has_value() ||
                             !operand.window.last.has_value());
    BucketPiece whole;
    whole.data = readers[o]->steps();
    if (!timeline.open_[o]) {
      whole.over = StepRange{operand.range.begin,
                             std::min(operand.range.end, unfinished)}
                       .size();
    }
    timeline.whole_.push_back(whole);
  }
  if (!plan.every.has_value()) {
    timeline.size_ = 1;
    bool partial = false;
    for (size_t o = 0; o < operands; ++o) {
      timeline.pieces_[o] = {timeline.whole_[o]};
      partial |= !timeline.open_[o] &&
                 plan.operands[o].range.end > timeline.unfinished_[o];
    }
    timeline.partial_ = {partial};
    return timeline;
  }

  timeline.has_time_ = true;
  std::vector<int64_t>& keys = timeline.keys_;
  for (size_t o = 0; o < operands; ++o) {
    const BoundOperand& operand = plan.operands[o];
    const StepRange steps = readers[o]->steps();
    if (operand.broadcast() || steps.empty()) continue;
    int64_t bucket = operand.buckets->BucketOf(steps.begin);
    const int64_t last = operand.buckets->BucketOf(steps.end - 1);
    const size_t had = keys.size();
    for (; bucket <= last; bucket = operand.buckets->Next(bucket)) {
      keys.push_back(KeyOf(operand, bucket));
      // Seconds over years: told before the memory is gone.
      if (keys.size() % kBucketsBetweenChecks == 0) {
        Reservation fits(run);
        FOOTFALL_RETURN_IF_ERROR(
            fits.Add(keys.size() * (8 + operands * sizeof(BucketPiece))));
      }
    }
    std::inplace_merge(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(had),
                       keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (had == 0) timeline.lead_ = o;
  }
  timeline.size_ = keys.size();
  timeline.partial_.assign(keys.size(), false);
  for (size_t o = 0; o < operands; ++o) {
    const BoundOperand& operand = plan.operands[o];
    const StepRange lanes = readers[o]->steps();
    std::vector<BucketPiece>& pieces = timeline.pieces_[o];
    pieces.resize(keys.size());
    for (size_t b = 0; b < keys.size(); ++b) {
      const StepRange all =
          operand.buckets->StepsOf(BucketOf(operand, keys[b]));
      const StepRange inside = Intersect(all, operand.range);
      pieces[b].data = Intersect(inside, lanes);
      pieces[b].over =
          StepRange{inside.begin, std::min(inside.end, timeline.unfinished_[o])}
              .size();
      if (!operand.broadcast() &&
          (inside != all || all.end > timeline.unfinished_[o])) {
        timeline.partial_[b] = true;
      }
    }
  }
  return timeline;
}

std::string Timeline::Format(size_t bucket) const {
  const BoundOperand& lead = plan_->operands[lead_];
  return lead.buckets->Format(BucketOf(lead, keys_[bucket]));
}

absl::CivilSecond Timeline::CivilStart(size_t bucket) const {
  const BoundOperand& lead = plan_->operands[lead_];
  if (!has_time_) {
    return lead.window.first.has_value() ? lead.window.first->start
                                         : first_sample_;
  }
  return lead.buckets->CivilStart(BucketOf(lead, keys_[bucket]));
}

absl::CivilSecond Timeline::CivilEnd(size_t bucket) const {
  const BoundOperand& lead = plan_->operands[lead_];
  if (!has_time_) {
    return lead.window.last.has_value() ? DateEnd(*lead.window.last)
                                        : end_of_samples_;
  }
  return lead.buckets->CivilStart(
      lead.buckets->Next(BucketOf(lead, keys_[bucket])));
}

void Timeline::Settle(absl::Span<const StepRange> extents) {
  // From the first to the last sample that the statement reads; an operand's
  // own DURING is its own affair.
  std::optional<absl::CivilSecond> first;
  std::optional<absl::CivilSecond> end;
  bool one_grid = true;
  std::optional<size_t> some;
  StepRange together;
  for (size_t o = 0; o < extents.size(); ++o) {
    const BoundOperand& operand = plan_->operands[o];
    if (operand.own_window || extents[o].empty()) continue;
    const absl::CivilSecond starts = operand.grid.CivilStart(extents[o].begin);
    const absl::CivilSecond ends = operand.grid.CivilStart(extents[o].end);
    if (!first.has_value() || starts < *first) first = starts;
    if (!end.has_value() || ends > *end) end = ends;
    if (!some.has_value()) {
      some = o;
      together = extents[o];
    } else {
      one_grid = one_grid && operand.grid == plan_->operands[*some].grid;
      together.begin = std::min(together.begin, extents[o].begin);
      together.end = std::max(together.end, extents[o].end);
    }
  }
  if (first.has_value()) {
    first_sample_ = *first;
    end_of_samples_ = *end;
  }
  settled_.resize(extents.size());
  for (size_t o = 0; o < extents.size(); ++o) {
    if (!open_[o]) continue;
    const BoundOperand& operand = plan_->operands[o];
    StepRange range;
    if (operand.own_window) {
      range = extents[o];
    } else if (!some.has_value()) {
      continue;
    } else if (one_grid) {
      range = together;
    } else {
      range =
          operand.grid.StepsInside(Date{footfall::Unit::kSecond, *first, {}},
                                   Date{footfall::Unit::kSecond, *end - 1, {}});
    }
    // A side that is said stays.
    StepRange settled = operand.range;
    if (!operand.window.first.has_value()) settled.begin = range.begin;
    if (!operand.window.last.has_value()) settled.end = range.end;
    settled_[o] = settled;
    whole_[o].over =
        StepRange{settled.begin, std::min(settled.end, unfinished_[o])}.size();
    if (!has_time_) {
      pieces_[o][0].over = whole_[o].over;
      if (settled.end > unfinished_[o]) partial_[0] = true;
    }
  }
}

}  // namespace footfall::query
