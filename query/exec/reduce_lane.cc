#include "query/exec/reduce_lane.h"

#include <algorithm>
#include <bit>

#include "query/exec/intersect.h"
#include "query/exec/slide.h"
#include "query/func/aggregate.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

bool HasColumnForm(Aggregate function) {
  switch (function) {
    case Aggregate::kSum:
    case Aggregate::kBoundsOfSum:
    case Aggregate::kAvg:
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kCount:
    case Aggregate::kCoverage:
      return true;
    default:
      return false;
  }
}

bool IsOfPresence(Aggregate function) {
  return function == Aggregate::kCount || function == Aggregate::kCoverage;
}

int64_t BitsOf(double number) { return std::bit_cast<int64_t>(number); }

// The lesser, or larger, of two results of `function`.
int64_t Lesser(Aggregate function, int64_t a, int64_t b) {
  if (!GivesDecimal(function, false)) return std::min(a, b);
  return std::bit_cast<double>(b) < std::bit_cast<double>(a) ? b : a;
}
int64_t Larger(Aggregate function, int64_t a, int64_t b) {
  if (!GivesDecimal(function, false)) return std::max(a, b);
  return std::bit_cast<double>(b) > std::bit_cast<double>(a) ? b : a;
}

}  // namespace

std::optional<LaneReducer> LaneReducer::Create(const Plan& plan,
                                               const Leaf& leaf,
                                               const Timeline& timeline,
                                               StepRange steps) {
  if (leaf.function.kind != TimeFunction::Kind::kReduce ||
      !HasColumnForm(leaf.function.aggregate) ||
      leaf.steps.kind != StepExpr::Kind::kOperand || leaf.other.has_value() ||
      plan.operands[leaf.operand].decimal() || plan.align.has_value() ||
      timeline.parts() != nullptr || steps.size() > UINT32_MAX) {
    return std::nullopt;
  }
  LaneReducer reducer(leaf.function.aggregate);
  const int64_t unfinished = timeline.unfinished(leaf.operand);
  const LaneSteps& lane_steps = timeline.lane_steps(leaf.operand);
  const auto within = [&](StepRange range) -> Segment {
    range = Intersect(lane_steps.ToLane(range), steps);
    if (range.empty()) return {};
    return {static_cast<uint32_t>(range.begin - steps.begin),
            static_cast<uint32_t>(range.end - steps.begin)};
  };
  bool any_unfinished = false;
  const size_t slots = leaf.whole_range ? 1 : timeline.slot_count();
  reducer.steps_.reserve(slots);
  reducer.over_.reserve(slots);
  reducer.unfinished_.reserve(slots);
  for (size_t slot = 0; slot < slots; ++slot) {
    const BucketPiece piece = timeline.PieceOf(leaf, 0, slot);
    reducer.steps_.push_back(within(piece.data));
    reducer.over_.push_back(piece.over);
    const Segment early =
        within({std::max(unfinished, piece.data.begin), piece.data.end});
    reducer.unfinished_.push_back(early);
    any_unfinished |= early.begin != early.end;
    if (!leaf.window.has_value()) continue;
    reducer.rows_.push_back(within(timeline.piece(leaf.operand, 0, slot).data));
  }
  if (!any_unfinished) reducer.unfinished_.clear();
  return reducer;
}

absl::Status LaneReducer::Fold(Aggregate function, const StepLane& x,
                               const int64_t* lane, bool complete_only,
                               Columns* columns,
                               std::vector<int64_t>* numbers) const {
  const Kernels& kernels = ActiveKernels();
  const size_t slots = steps_.size();
  numbers->resize(slots);
  const bool extreme =
      function == Aggregate::kMin || function == Aggregate::kMax;
  if (slides() && extreme) {
    SlideExtremes(lane, x.present, steps_, function == Aggregate::kMax,
                  &columns->extremes, numbers->data());
    return absl::OkStatus();
  }
  switch (function) {
    case Aggregate::kMin:
      kernels.least(lane, x.present, 0, steps_.data(), slots, numbers->data());
      return absl::OkStatus();
    case Aggregate::kMax:
      kernels.largest(lane, x.present, 0, steps_.data(), slots,
                      numbers->data());
      return absl::OkStatus();
    default:
      break;
  }
  columns->sums.resize(slots);
  if (slides()) {
    SlideSums(lane, x.present, steps_, columns->sums.data());
  } else {
    kernels.sum(lane, x.present, 0, steps_.data(), slots, columns->sums.data());
  }
  for (size_t slot = 0; slot < slots; ++slot) {
    const int64_t terms = columns->present[slot];
    if (terms == 0 || (complete_only && terms < Expected(slot, *columns))) {
      continue;
    }
    if (function == Aggregate::kAvg) {
      (*numbers)[slot] = BitsOf(MeanOf(columns->sums[slot], terms));
    } else {
      FOOTFALL_ASSIGN_OR_RETURN((*numbers)[slot],
                                TotalOf(columns->sums[slot], terms));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LaneReducer::Reduce(const StepLane& x, size_t group,
                                         Columns* columns,
                                         LeafTable* table) const {
  if (x.low_open != nullptr || x.high_open != nullptr || x.whole != nullptr ||
      x.steps.empty()) {
    return false;
  }
  const Kernels& kernels = ActiveKernels();
  const size_t slots = steps_.size();
  columns->present.resize(slots);
  if (slides()) {
    SlideCounts(x.present, steps_, columns->present.data());
  } else {
    kernels.count(x.present, 0, steps_.data(), slots, columns->present.data());
  }
  // A value that is there already is expected, over or not.
  columns->early.assign(slots, 0);
  if (!unfinished_.empty()) {
    kernels.count(x.present, 0, unfinished_.data(), slots,
                  columns->early.data());
  }
  const auto expected = [&](size_t slot) { return Expected(slot, *columns); };
  if (IsOfPresence(function_)) {
    for (size_t slot = 0; slot < slots; ++slot) {
      const int64_t present = columns->present[slot];
      if (function_ == Aggregate::kCount) {
        table->SetBounded(group, slot, present, present, present, present,
                          expected(slot));
      } else if (expected(slot) == 0) {
        table->SetMissing(group, slot, present, 0);
      } else {
        const int64_t part = BitsOf(static_cast<double>(present) /
                                    static_cast<double>(expected(slot)));
        table->SetBounded(group, slot, part, part, part, present,
                          expected(slot));
      }
    }
    return true;
  }
  const bool bounds_of_sum = function_ == Aggregate::kBoundsOfSum;
  const bool bounded = x.lows != nullptr || x.highs != nullptr;
  const int64_t* lows = x.lows != nullptr ? x.lows : x.values;
  const int64_t* highs = x.highs != nullptr ? x.highs : x.values;
  FOOTFALL_RETURN_IF_ERROR(
      Fold(function_, x, x.values, false, columns, &columns->values));
  if (bounds_of_sum || bounded) {
    FOOTFALL_RETURN_IF_ERROR(Fold(bounds_of_sum ? Aggregate::kMax : function_,
                                  x, lows, false, columns, &columns->lows));
  }
  // Where steps are absent the sum has no high, and so none that overflows.
  if (bounded) {
    FOOTFALL_RETURN_IF_ERROR(
        Fold(function_, x, highs, bounds_of_sum, columns, &columns->highs));
  }
  for (size_t slot = 0; slot < slots; ++slot) {
    const int64_t present = columns->present[slot];
    if (present == 0) {
      table->SetMissing(group, slot, 0, over_[slot]);
      continue;
    }
    const int64_t value = columns->values[slot];
    std::optional<int64_t> low = value;
    std::optional<int64_t> high = value;
    if (bounds_of_sum) {
      low = columns->lows[slot];
      if (bounded) high = columns->highs[slot];
      if (present < expected(slot)) high.reset();
    } else if (bounded) {
      // A value stands within its bounds, whatever the roundings.
      low = Lesser(function_, value, columns->lows[slot]);
      high = Larger(function_, value, columns->highs[slot]);
    }
    table->SetBounded(group, slot, value, low, high, present, expected(slot));
  }
  return true;
}

void LaneReducer::MarkRows(const StepLane& x, size_t group, Columns* columns,
                           LeafTable* table) const {
  columns->present.resize(rows_.size());
  ActiveKernels().count(x.present, 0, rows_.data(), rows_.size(),
                        columns->present.data());
  for (size_t slot = 0; slot < rows_.size(); ++slot) {
    if (columns->present[slot] > 0) table->MarkSteps(group, slot);
  }
}

}  // namespace footfall::query
