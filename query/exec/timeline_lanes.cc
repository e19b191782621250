// Which steps the lanes of a question have, and which buckets have a slot.

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "query/exec/intersect.h"
#include "query/exec/lane_steps.h"
#include "query/exec/missing_parts.h"
#include "query/exec/shift_reach.h"
#include "query/exec/timeline.h"
#include "query/lang/status_macros.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

// More steps than any function of the plan looks over: from a step to the next
// one of a streak or a pair of corr(), to an inner bucket, to a sample that is
// late. Around `step`.
int64_t MarginOf(const Plan& plan, int64_t step) {
  int64_t bucket = 1;  // steps of an inner one
  for (const InnerEvery& every : plan.inner) {
    for (const std::optional<Buckets>& buckets : every.buckets) {
      if (!buckets.has_value()) continue;
      bucket =
          std::max(bucket, buckets->StepsOf(buckets->BucketOf(step)).size());
    }
  }
  int64_t buckets = 4;
  for (const Leaf& leaf : plan.leaves) {
    buckets += std::abs(leaf.function.lag.value_or(0));
  }
  int64_t late = 0;
  for (const BoundOperand& operand : plan.operands) {
    late = std::max<int64_t>(late, operand.metric->spec.late);
  }
  // Months and years differ in length, by less than a half.
  return std::max<int64_t>(64, 2 * bucket * buckets + (kLongestGap + 2) * late);
}

// Whether what is expected in a bucket without samples are the operand's steps
// that are over.
bool ExpectsSteps(const Plan& plan, const RowExpr& expr,
                  const BoundOperand** operand) {
  if (expr.kind == RowExpr::Kind::kNegate ||
      expr.kind == RowExpr::Kind::kArithmetic) {
    return std::all_of(
        expr.sides.begin(), expr.sides.end(),
        [&](const RowExpr& side) { return ExpectsSteps(plan, side, operand); });
  }
  if (expr.kind != RowExpr::Kind::kLeaf) return false;
  const Leaf& leaf = plan.leaves[expr.leaf];
  if (leaf.whole_range || InnerOf(leaf.steps).has_value()) return false;
  for (const size_t o : OperandsOf(leaf)) {
    const BoundOperand& own = plan.operands[o];
    if (*operand == nullptr) *operand = &own;
    if (own.broadcast() || !(own.grid == (*operand)->grid) ||
        own.range != (*operand)->range) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::Status Timeline::FindAllLaneSteps(Run& run) {
  const auto& operands = plan_->operands;
  lane_steps_.resize(operands.size());
  for (size_t o = 0; o < operands.size(); ++o) {
    if (lane_steps_[o] != nullptr) continue;
    const auto is_alike = [&](size_t other) {
      return operands[other].grid.period() == operands[o].grid.period();
    };
    std::vector<MetricId> metrics;
    StepRange read;
    for (size_t other = o; other < operands.size(); ++other) {
      if (!is_alike(other)) continue;
      metrics.push_back(operands[other].metric->id);
      if (lanes_[other].empty()) continue;
      if (read.empty()) read = lanes_[other];
      read.begin = std::min(read.begin, lanes_[other].begin);
      read.end = std::max(read.end, lanes_[other].end);
    }
    std::sort(metrics.begin(), metrics.end());
    metrics.erase(std::unique(metrics.begin(), metrics.end()), metrics.end());
    FOOTFALL_ASSIGN_OR_RETURN(
        LaneSteps steps,
        FindLaneSteps(run, metrics, read, MarginOf(*plan_, read.begin)));
    const auto shared = std::make_shared<const LaneSteps>(std::move(steps));
    for (size_t other = o; other < operands.size(); ++other) {
      if (is_alike(other)) lane_steps_[other] = shared;
    }
  }
  return absl::OkStatus();
}

void Timeline::ReadForShifts() {
  const bool shifts =
      std::any_of(plan_->inner.begin(), plan_->inner.end(),
                  [](const InnerEvery& every) { return every.shifts; });
  for (size_t o = 0; shifts && o < lanes_.size(); ++o) {
    if (lanes_[o].empty()) continue;
    lanes_[o].begin =
        std::min(lanes_[o].begin,
                 std::max(bounds_[o].begin,
                          FirstStepLookedAt(*plan_, o, lanes_[o].begin)));
  }
}

void Timeline::ReadEarlierWholes() {
  for (const Leaf& leaf : plan_->leaves) {
    if (!leaf.back.has_value()) continue;
    for (const size_t o : OperandsOf(leaf)) {
      const BoundOperand& operand = plan_->operands[o];
      EarlierRange earlier{o, *leaf.back, {}};
      std::string missing;
      const auto window =
          ShiftWindow(operand.window, operand.grid, leaf.back->count,
                      leaf.back->unit, &missing);
      if (window.has_value()) {
        const StepRange steps =
            operand.grid.StepsInside(window->first, window->last);
        earlier.piece = {
            Intersect(steps, bounds_[o]), steps,
            StepRange{steps.begin, std::min(steps.end, unfinished_[o])}.size()};
      } else {
        missing_.insert(NoEarlierRange(operand.window, *leaf.back, missing));
      }
      const StepRange data = earlier.piece.data;
      earlier_wholes_.push_back(std::move(earlier));
      if (data.empty()) continue;
      if (lanes_[o].empty()) lanes_[o] = data;
      lanes_[o] = {std::min(lanes_[o].begin, data.begin),
                   std::max(lanes_[o].end, data.end)};
    }
  }
}

const BucketPiece& Timeline::EarlierWhole(size_t operand,
                                          const Duration& back) const {
  return std::find_if(earlier_wholes_.begin(), earlier_wholes_.end(),
                      [&](const EarlierRange& earlier) {
                        return earlier.operand == operand &&
                               earlier.back == back;
                      })
      ->piece;
}

// Running totals count what is expected in all buckets before, too:
// OverBetween() gives it where it is simple.
bool Timeline::NeedsAllBuckets() const {
  return std::any_of(plan_->transforms.begin(), plan_->transforms.end(),
                     [this](const Transform& transform) {
                       const BoundOperand* operand = nullptr;
                       return transform.kind == Transform::Kind::kCumulative &&
                              !ExpectsSteps(*plan_, transform.x, &operand);
                     });
}

}  // namespace footfall::query
