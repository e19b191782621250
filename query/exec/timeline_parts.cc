// A timeline whose groups are of parts of the calendar: of a bucket each has
// the steps of its part.

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "query/exec/timeline.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

void Include(StepRange steps, StepRange* span) {
  if (steps.empty()) return;
  if (span->empty()) *span = steps;
  span->begin = std::min(span->begin, steps.begin);
  span->end = std::max(span->end, steps.end);
}

// The steps of the buckets that hold some.
StepRange Around(const Buckets& buckets, StepRange steps) {
  if (steps.empty()) return steps;
  return {buckets.StepsOf(buckets.BucketOf(steps.begin)).begin,
          buckets.StepsOf(buckets.BucketOf(steps.end - 1)).end};
}

}  // namespace

absl::Status Timeline::FindParts(Run& run) {
  std::vector<StepRange> spans;
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    StepRange& span = spans.emplace_back(whole_[o].inside);
    Include(lanes_[o], &span);
    for (const BucketPiece& piece : pieces_[o]) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      Include(piece.inside, &span);
    }
    if (plan_->operands[o].buckets.has_value()) {
      span = Around(*plan_->operands[o].buckets, span);
    }
    for (const InnerEvery& every : plan_->inner) {
      if (o >= every.buckets.size() || !every.buckets[o].has_value()) continue;
      Include(Around(*every.buckets[o], span), &span);
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(CalendarParts parts,
                            CalendarParts::Create(run, *plan_, spans));
  parts_ = std::make_shared<const CalendarParts>(std::move(parts));
  Reservation fits(run);
  FOOTFALL_RETURN_IF_ERROR(fits.Add(parts_->Bytes()));
  by_group_ = true;
  return FindPartialParts(run);
}

// What a bucket that is cut, or not over, lacks may be of other parts.
absl::Status Timeline::FindPartialParts(const Run& run) {
  part_partial_.assign(partial_.size() * parts_->count(), false);
  for (size_t slot = 0; slot < partial_.size(); ++slot) {
    if (!partial_[slot]) continue;
    for (size_t o = 0; o < plan_->operands.size(); ++o) {
      if (plan_->operands[o].broadcast()) continue;
      const StepRange inside = InsideOf(o, slot);
      const StepRange all =
          has_time_ ? plan_->operands[o].buckets->StepsOf(BucketOfSlot(o, slot))
                    : inside;
      const StepRange kept = {inside.begin,
                              std::min(inside.end, unfinished_[o])};
      for (size_t part = 0; part < parts_->count(); ++part) {
        FOOTFALL_RETURN_IF_ERROR(run.Pass());
        const PartSteps& steps = parts_->steps(o, part);
        if (steps.Count(all) == steps.Count(kept)) continue;
        part_partial_[slot * parts_->count() + part] = true;
      }
    }
  }
  return absl::OkStatus();
}

// The range of a slot, as far as it is known: an open one ends with the
// samples.
StepRange Timeline::InsideOf(size_t operand, size_t slot) const {
  const bool settled = !has_time_ && slot == 0 && open_[operand] &&
                       operand < settled_.size() && !settled_[operand].empty();
  return settled ? settled_[operand] : pieces_[operand][slot].inside;
}

const PartSteps* Timeline::part(size_t operand, size_t group) const {
  return parts_ == nullptr ? nullptr
                           : &parts_->steps(operand, group % parts_->count());
}

int64_t Timeline::StepsInside(size_t operand, size_t group, size_t slot) const {
  const PartSteps* const steps = part(operand, group);
  return steps == nullptr ? piece(operand, group, slot).inside.size()
                          : steps->Count(InsideOf(operand, slot));
}

bool Timeline::LeavesOut(size_t group, size_t slot) const {
  if (parts_ == nullptr) return false;
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    if (plan_->operands[o].broadcast()) continue;
    if (StepsInside(o, group, slot) > 0) return false;
  }
  return true;
}

bool Timeline::PartBeginsAfterNow(size_t group, size_t slot) const {
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    if (plan_->operands[o].broadcast()) continue;
    StepRange begun = InsideOf(o, slot);
    if (begun.end > unfinished_[o]) begun.end = unfinished_[o] + 1;
    if (part(o, group)->Count(begun) > 0) return false;
  }
  return true;
}

BucketPiece Timeline::PieceOfGroup(size_t operand, size_t group,
                                   size_t slot) const {
  if (aligned_.has_value()) return AlignedPiece(operand, group, slot);
  BucketPiece piece = pieces_[operand][slot];
  if (piece.over == 0) return piece;  // or not known yet
  const StepRange inside = InsideOf(operand, slot);
  piece.over =
      part(operand, group)
          ->Count({inside.begin, std::min(inside.end, unfinished_[operand])});
  return piece;
}

BucketPiece Timeline::WholeOfGroup(size_t operand, size_t group) const {
  if (aligned_.has_value()) return AlignedWhole(operand, group);
  BucketPiece whole = whole_[operand];
  if (whole.over == 0) return whole;  // or not known yet
  const StepRange inside =
      open_[operand] ? settled_[operand] : whole_[operand].inside;
  whole.over =
      part(operand, group)
          ->Count({inside.begin, std::min(inside.end, unfinished_[operand])});
  return whole;
}

int64_t Timeline::OverOf(size_t operand, size_t group, StepRange steps) const {
  steps.end = std::min(steps.end, unfinished_[operand]);
  const PartSteps* const of_part = part(operand, group);
  return of_part == nullptr ? steps.size() : of_part->Count(steps);
}

}  // namespace footfall::query
