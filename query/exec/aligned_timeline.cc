// Buckets under ALIGN: the same numbers of units since an event in each group.

#include <algorithm>
#include <vector>

#include "query/exec/intersect.h"
#include "query/exec/timeline.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
absl::Status Timeline::CutAligned(Run& run) {
  aligned_.emplace(*plan_);
  by_group_ = true;
  has_time_ = plan_->every.has_value();
  open_.assign(open_.size(), false);
  const size_t operands = plan_->operands.size();
  while (lead_ + 1 < operands && plan_->operands[lead_].broadcast()) ++lead_;
  keys_.clear();
  for (size_t t = 0; !has_time_ && t < aligned_->turns(); ++t) {
    keys_.push_back(aligned_->KeyOfRange(t));
  }
  if (has_time_) {
    Reservation fits(run);
    for (const StepRange keys :
         aligned_->KeysWithin(bounds_, plan_->fill != FillMode::kNone ||
                                           RowsOfNothing(*plan_))) {
      FOOTFALL_RETURN_IF_ERROR(
          fits.Add(static_cast<uint64_t>(keys.size()) * 8));
      for (int64_t key = keys.begin; key < keys.end; ++key) {
        FOOTFALL_RETURN_IF_ERROR(run.Pass());
        keys_.push_back(key);
      }
    }
    aligned_->FindFirst(bounds_);
  }
  size_ = keys_.size();
  if (!plan_->transforms.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const LookBack found,
        FindLookBack(
            run, *plan_, keys_,
            [this](int64_t key, int64_t count, footfall::Unit unit) {
              return std::optional<int64_t>(
                  aligned_->Earlier(key, count, unit));
            },
            [this](int64_t key) { return aligned_->Previous(key); }));
    FOOTFALL_RETURN_IF_ERROR(SetLookBack(run, found));
  }
  partial_.assign(keys_.size(), false);
  if (keys_.empty()) return absl::OkStatus();
  for (size_t o = 0; o < operands; ++o) {
    lanes_[o] = Intersect(aligned_->AroundAll(o, AllUnits()), bounds_[o]);
  }
  return absl::OkStatus();
}

// From the first unit of any slot to the last.
UnitRange Timeline::AllUnits() const {
  UnitRange all = aligned_->range();
  for (const int64_t key : keys_) {
    const UnitRange units = aligned_->UnitsOf(key);
    all.begin = std::min(all.begin, units.begin);
    all.end = std::max(all.end, units.end);
  }
  return all;
}

StepRange Timeline::StepsOfGroup(size_t operand, size_t group) const {
  return keys_.empty() ? StepRange()
                       : aligned_->StepsOfTurns(operand, group, AllUnits());
}

BucketPiece Timeline::PieceOf(size_t operand, StepRange steps) const {
  BucketPiece piece;
  piece.data = Intersect(steps, bounds_[operand]);
  piece.inside = steps;
  piece.over =
      StepRange{steps.begin, std::min(steps.end, unfinished_[operand])}.size();
  return piece;
}

// What lies outside the range does not count where the bucket is shown.
BucketPiece Timeline::AlignedPiece(size_t operand, size_t group,
                                   size_t slot) const {
  const int64_t key = keys_[slot];
  StepRange steps = aligned_->StepsOf(operand, group, key);
  if (slot < size_ && has_time_) {
    steps =
        Intersect(steps, aligned_->Steps(operand, group, aligned_->TurnOf(key),
                                         aligned_->range()));
  }
  return PieceOf(operand, steps);
}

BucketPiece Timeline::AlignedWhole(size_t operand, size_t group) const {
  return PieceOf(operand,
                 aligned_->StepsOfTurns(operand, group, aligned_->range()));
}

bool Timeline::AlignedPartial(size_t group, size_t slot) const {
  const UnitRange units = aligned_->UnitsOf(keys_[slot]);
  const UnitRange range = aligned_->range();
  if (slot < size_ && (units.begin < range.begin || units.end > range.end)) {
    return true;
  }
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    if (plan_->operands[o].broadcast()) continue;
    if (aligned_->StepsOf(o, group, keys_[slot]).end > unfinished_[o]) {
      return true;
    }
  }
  return false;
}

}  // namespace footfall::query
