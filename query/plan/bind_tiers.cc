// Metrics with tiers: which grid a question is read on, and what cannot be
// asked there.

#include <string>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/tiers.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

// Whether the same stretch is made of whole steps of both grids.
bool SameStretch(const Grid& fine, StepRange steps, const Grid& coarse,
                 StepRange coarse_steps) {
  return !steps.empty() && !coarse_steps.empty() &&
         fine.CivilStart(steps.begin) ==
             coarse.CivilStart(coarse_steps.begin) &&
         fine.CivilStart(steps.end) == coarse.CivilStart(coarse_steps.end);
}

// Whether its value over a tier's steps is that over the finer ones.
bool IsExactOnTier(const TimeFunction& function, const BoundOperand& operand) {
  const Additivity rule = operand.metric->spec.over_time;
  if (function.Is(Aggregate::kCoverage)) return true;
  if (rule == Additivity::kLevel) {
    return function.Is(Aggregate::kLast) ||
           function.kind == TimeFunction::Kind::kLastTime;
  }
  // Of several series the largest may be of different steps: the tier says so
  // by its dimensions, which OVERLAP.
  if (rule == Additivity::kOverlaps) {
    return function.Is(Aggregate::kMax) &&
           (!operand.across.has_value() ||
            operand.across->function == Aggregate::kMax);
  }
  return function.Is(Aggregate::kSum) &&
         (!operand.across.has_value() ||
          operand.across->function == Aggregate::kSum);
}

}  // namespace

// The finest grid that has all of the range; of those on which EVERY can be
// cut, one that has what the question looks back at, too.
absl::StatusOr<std::shared_ptr<const Metric>> Binder::ChooseGrid(
    std::shared_ptr<const Metric> metric, const Range* during) {
  if (metric->tiers.empty()) return metric;
  TimeWindow window;
  if (during != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(
        window, ResolveWindow(*during, metric->grid, begins_, now_, text_));
  }
  const auto range_of = [&](const Metric& grid) {
    return grid.grid.StepsInside(window.first, window.last);
  };
  std::shared_ptr<const Metric> chosen;
  std::vector<std::shared_ptr<const Metric>> grids = metric->tiers;
  grids.insert(grids.begin(), metric);
  for (const auto& grid : grids) {
    const std::optional<int64_t> first = FirstStepOnGrid(*grid, now_);
    const bool last = grid == grids.back();
    if (chosen == nullptr) {
      int64_t begin = 0;
      bool has_all = last || !first.has_value();
      if (!has_all && window.first.has_value()) {
        begin = range_of(*grid).begin;
        has_all = begin >= *first;
      } else if (!has_all && !grid->kept_from.has_value()) {
        // From the first sample on.
        FOOTFALL_ASSIGN_OR_RETURN(
            const bool earlier,
            HasSamplesBefore(snapshot_, *grid, *first, options_));
        has_all = !earlier;
      }
      if (!has_all) continue;
      chosen = grid;
      if (!window.first.has_value()) return chosen;
    }
    const bool fits =
        grid == chosen ||
        (plan_.every.has_value()
             ? Buckets::Create(grid->grid, *plan_.every, grid->grid.zone(),
                               grid->grid.zone_name())
                   .ok()
             : SameStretch(chosen->grid, range_of(*chosen), grid->grid,
                           range_of(*grid)));
    if (!fits) return chosen;
    chosen = grid;
    const int64_t earliest = EarliestLookedAt(
        select_, grid->grid, range_of(*grid).begin, plan_.every);
    if (!first.has_value() || earliest >= *first) return chosen;
  }
  return chosen;
}

absl::Status Binder::RefuseTierBucket(const Metric& tier,
                                      footfall::Source source) const {
  const auto finer = FinerThan(snapshot_, tier);
  const std::string from =
      finer->grid.Format(FirstStepOnGrid(*finer, now_).value_or(0));
  return Refuse(
      Refusal::kTierBucket, source,
      {tier.spec.name, PluralPeriod(finer->spec.period), from,
       PluralPeriod(tier.spec.period), FormatPeriod(tier.spec.period)});
}

absl::Status Binder::CheckTierFunction(const TimeFunction& function,
                                       absl::string_view name,
                                       const StepExpr& steps) const {
  if (steps.kind == StepExpr::Kind::kOverTime) {
    const Function* const row = steps.function.row;  // null: a bare metric
    for (const StepExpr& side : steps.sides) {
      FOOTFALL_RETURN_IF_ERROR(CheckTierFunction(
          steps.function, row == nullptr ? "" : row->info.name, side));
    }
    return absl::OkStatus();
  }
  if (steps.kind != StepExpr::Kind::kOperand) {
    for (const StepExpr& side : steps.sides) {
      // What is worked out at each step is not that of longer ones.
      TimeFunction each;
      each.aggregate = Aggregate::kFirst;
      FOOTFALL_RETURN_IF_ERROR(CheckTierFunction(
          side.kind == StepExpr::Kind::kOperand ? each : function, name, side));
    }
    return absl::OkStatus();
  }
  const BoundOperand& operand = plan_.operands[steps.operand];
  const Metric* read = operand.metric.get();
  const bool is_expression =
      operand.across.has_value() && operand.across->parts != nullptr;
  if (is_expression) {
    // What is worked out at each step is not that of longer ones.
    for (const BoundOperand& part : operand.across->parts->operands) {
      if (part.metric->level > 0) read = part.metric.get();
    }
  }
  const Metric& tier = *read;
  if (tier.level == 0 || (!is_expression && IsExactOnTier(function, operand))) {
    return absl::OkStatus();
  }
  const auto finer = FinerThan(snapshot_, tier);
  const auto own = snapshot_.FindMetric(tier.spec.name);
  const std::string every = FormatPeriod(tier.spec.period);
  const std::string step =
      absl::StrCat(WhatTierKnows(tier), "(", tier.spec.name, ")");
  return Refuse(
      Refusal::kTierFunction, operand.source,
      {name.empty() ? absl::string_view(tier.spec.name) : name,
       PluralPeriod(own->spec.period), tier.spec.name,
       own->grid.Format(FirstStepOnGrid(*own, now_).value_or(0)),
       PluralPeriod(tier.spec.period), WhatStepIs(tier, *finer),
       absl::StrCat(
           step, " is known of them, and functions of it: ",
           tier.spec.over_time == Additivity::kOverlaps ? "avg(" : "max(", step,
           " EVERY ", every, ")")});
}

absl::Status Binder::CheckTiers() const {
  for (const Leaf& leaf : plan_.leaves) {
    FOOTFALL_RETURN_IF_ERROR(
        CheckTierFunction(leaf.function, leaf.name, leaf.steps));
    if (!leaf.other.has_value()) continue;
    FOOTFALL_RETURN_IF_ERROR(
        CheckTierFunction(leaf.function, leaf.name, *leaf.other));
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
