#include "query/plan/ready.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "query/lang/status_macros.h"
#include "query/plan/bind.h"
#include "query/plan/conditions.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

constexpr size_t kMostOperands = 8;

// Whether the binder looks at members and dates only in the ways that ShapeOf()
// writes down. Events, and names of OTHERS and TOTAL, are looked up in the
// snapshot;
// zones that differ are compared where both metrics have samples; attributes
// may be gone, or another dimension's; a correlogram is bound from a call of
// its own, which is gone.
bool DependsOnShape(const Plan& plan) {
  if (!plan.events.empty() || plan.align.has_value() || plan.correlogram ||
      plan.total.has_value() ||
      (plan.top.has_value() && plan.top->others.has_value()) ||
      plan.operands.size() > kMostOperands) {
    return false;
  }
  // Whether the range is over, *now* says.
  if (std::any_of(plan.leaves.begin(), plan.leaves.end(),
                  [](const Leaf& leaf) { return leaf.back.has_value(); })) {
    return false;
  }
  const BoundOperand* first = nullptr;
  for (const BoundOperand& operand : plan.operands) {
    if (!operand.attribute_of.empty()) return false;
    // Its parts have picks of their own.
    if (operand.across.has_value() && operand.across->parts != nullptr) {
      return false;
    }
    // On which grid it is read, *now* says, too.
    if (operand.metric->level > 0 || !operand.metric->tiers.empty()) {
      return false;
    }
    if (!operand.grid.period().below_day()) continue;
    if (first == nullptr) first = &operand;
    if (operand.grid.zone_name() != first->grid.zone_name()) return false;
  }
  return true;
}

// All that the binder may ask of picks and ranges of operands: two bindings of
// a statement with equal answers here come to equal plans, but for the picks
// and ranges themselves.
void ShapeOf(const Plan& plan, std::vector<uint32_t>* shape) {
  shape->clear();
  const std::vector<BoundOperand>& operands = plan.operands;
  for (const BoundOperand& operand : operands) {
    shape->push_back((operand.window.first.has_value() ? 1 : 0) |
                     (operand.window.last.has_value() ? 2 : 0) |
                     (operand.window.said ? 4 : 0) |
                     (operand.range.empty() ? 8 : 0) |
                     (operand.range.size() > 1 ? 16 : 0));
    for (const MemberSet& pick : operand.picks) {
      shape->push_back((pick.certainly_empty() ? 1 : 0) |
                       (pick.Contains(kEmptyMember) ? 2 : 0) |
                       (pick.single() == kEmptyMember ? 4 : 0));
    }
  }
  for (size_t i = 0; i < operands.size(); ++i) {
    for (size_t j = i + 1; j < operands.size(); ++j) {
      const BoundOperand& a = operands[i];
      const BoundOperand& b = operands[j];
      const bool same_metric = a.metric->id == b.metric->id;
      shape->push_back((a.window == b.window ? 1 : 0) |
                       (same_metric && a.picks == b.picks ? 2 : 0) |
                       (a.time_picks == b.time_picks ? 4 : 0));
      if (!same_metric) continue;
      for (size_t d = 0; d < a.picks.size(); ++d) {
        shape->push_back((a.picks[d].Meets(b.picks[d]) ? 1 : 0) |
                         (a.picks[d].IsWithin(b.picks[d]) ? 2 : 0) |
                         (b.picks[d].IsWithin(a.picks[d]) ? 4 : 0));
      }
    }
  }
}

// What a mention of an operand says, at this snapshot. False: it is refused.
bool Look(const Snapshot& snapshot, const BoundOperand& operand,
          const OperandMention& mention, absl::string_view text,
          const QueryOptions& options, absl::Time now,
          std::vector<MemberSet>* picks, TimePicks* time_picks,
          TimeWindow* window) {
  *time_picks = TimePicks();
  picks->assign(operand.metric->spec.dimensions.size(), MemberSet());
  for (const Condition* condition : mention.conditions) {
    if (!ApplyCondition(snapshot, *operand.metric, *condition, text, options,
                        picks, time_picks)
             .ok()) {
      return false;
    }
  }
  *window = TimeWindow();
  if (mention.during == nullptr) return true;
  absl::StatusOr<TimeWindow> found =
      ResolveWindow(*mention.during, operand.grid, operand.begins, now, text);
  if (!found.ok()) return false;
  *window = *std::move(found);
  if (operand.to_date) EndToDate(operand.grid, now, window);
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ready>> Ready::Make(const Snapshot& snapshot,
                                                   const Statement& statement,
                                                   absl::string_view text,
                                                   const QueryOptions& options,
                                                   absl::Time now) {
  std::unique_ptr<Ready> ready(new Ready());
  ready->statement_ = statement;
  FOOTFALL_RETURN_IF_ERROR(
      PutParameters(text, options, &ready->statement_, &ready->places_));
  FOOTFALL_ASSIGN_OR_RETURN(
      ready->plan_, Bind(snapshot, std::get<Select>(ready->statement_.node),
                         text, options, now));
  ready->fits_ = DependsOnShape(ready->plan_);
  if (ready->fits_) ShapeOf(ready->plan_, &ready->shape_);
  return ready;
}

bool Ready::Fit(const Snapshot& snapshot, absl::string_view text,
                const QueryOptions& options, absl::Time now) {
  if (!fits_ || !PutParametersAgain(text, options, &places_)) return false;
  for (BoundOperand& operand : plan_.operands) {
    if (!FitOperand(snapshot, text, options, now, &operand)) return false;
  }
  ShapeOf(plan_, &shape_now_);
  return shape_now_ == shape_;
}

bool Ready::FitOperand(const Snapshot& snapshot, absl::string_view text,
                       const QueryOptions& options, absl::Time now,
                       BoundOperand* operand) {
  for (size_t i = 0; i < operand->mentions.size(); ++i) {
    const OperandMention& mention = operand->mentions[i];
    if (i == 0) {
      if (!Look(snapshot, *operand, mention, text, options, now,
                &operand->picks, &operand->time_picks, &operand->window)) {
        return false;
      }
      continue;
    }
    // Written in another way, and the same all the same: it must stay so.
    std::vector<MemberSet> picks;
    TimePicks time_picks;
    TimeWindow window;
    if (!Look(snapshot, *operand, mention, text, options, now, &picks,
              &time_picks, &window) ||
        picks != operand->picks || !(time_picks == operand->time_picks) ||
        !(window == operand->window)) {
      return false;
    }
  }
  operand->range =
      operand->grid.StepsInside(operand->window.first, operand->window.last);
  return true;
}

uint64_t Ready::size_bytes() const {
  uint64_t bytes = sizeof(Ready) + 4 * shape_.size();
  for (const BoundOperand& operand : plan_.operands) {
    bytes += sizeof(BoundOperand);
    for (const MemberSet& pick : operand.picks) bytes += pick.size_bytes();
  }
  bytes += plan_.leaves.size() * sizeof(Leaf) +
           plan_.items.size() * sizeof(BoundItem) +
           plan_.transforms.size() * sizeof(Transform);
  return bytes;
}

}  // namespace footfall::query
