// An EVERY inside a call: what stands in it has a step for each inner bucket.
//
//   max(avg(dau) EVERY month)    max is bound in bind_over_time.cc, avg(dau)
//                                here: a step of its own for each month

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/tiers.h"

namespace footfall::query {
namespace {

int64_t SecondsBelowDay(const Period& period) {
  switch (period.unit) {
    case footfall::Unit::kSecond:
      return period.count;
    case footfall::Unit::kMinute:
      return period.count * 60;
    default:
      return period.count * 3600;
  }
}

}  // namespace

bool IsMadeOf(const Period& inner, const Period& outer) {
  if (inner == outer) return true;
  if (inner.below_day()) {
    // Days begin at midnight, where clocks' buckets do.
    return !outer.below_day() ||
           SecondsBelowDay(outer) % SecondsBelowDay(inner) == 0;
  }
  if (outer.below_day()) return false;
  const auto grid = Grid::Create(inner, "UTC");
  return grid.ok() && Buckets::Create(*grid, outer, grid->zone(), "UTC").ok();
}

absl::StatusOr<Binder::Place> Binder::EnterInner(const Call& call,
                                                 const Place& place) {
  const Period period = begins_.Of(*call.every);
  FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
      call.every_source, "EVERY inside a call",
      "it cuts the calendar, and ALIGN counts from events",
      absl::StrCat("EVERY ", FormatPeriod(period),
                   " behind the items counts from the events, too")));
  const std::optional<Period> outer = BucketOf(place);
  if (outer.has_value() && !IsMadeOf(period, *outer)) {
    return Refuse(Refusal::kInnerBucket, call.every_source,
                  {PeriodPhrase(*outer),
                   period.count == 1 ? absl::StrCat(UnitName(period.unit), "s")
                                     : FormatPeriod(period)});
  }
  FOOTFALL_RETURN_IF_ERROR(CheckInnerParts(period, call.every_source));
  if (select_.every.has_value() && select_.every->to_date) {
    return Refuse(Refusal::kInnerToDate, call.every_source,
                  {FormatPeriod(period)});
  }
  Place inside = place;
  inside.whole_range = false;
  size_t index = 0;
  const bool before =
      call.over.has_value() && call.over->from != Over::From::kRange;
  while (index < plan_.inner.size() &&
         !(plan_.inner[index].period == period &&
           plan_.inner[index].looks_before == before)) {
    ++index;
  }
  if (index == plan_.inner.size()) {
    plan_.inner.push_back({period, false, false, before, {}});
  }
  inside.inner = index;
  return inside;
}

absl::Status Binder::CutByInner(const Call& call, size_t inner,
                                const std::vector<size_t>& operands) {
  InnerEvery& every = plan_.inner[inner];
  every.buckets.resize(plan_.operands.size());
  for (const size_t o : operands) {
    if (every.buckets[o].has_value()) continue;
    const Grid& grid = plan_.operands[o].grid;
    auto buckets =
        Buckets::Create(grid, every.period, grid.zone(), grid.zone_name());
    if (!buckets.ok() && plan_.operands[o].metric->level > 0) {
      return RefuseTierBucket(*plan_.operands[o].metric, call.every_source);
    }
    if (!buckets.ok()) {
      return Refuse(Refusal::kBucket, call.every_source,
                    {buckets.status().message()});
    }
    every.buckets[o] = *std::move(buckets);
  }
  return absl::OkStatus();
}

// A metric whose own steps the inner buckets are.
absl::StatusOr<StepExpr> Binder::BindInnerBare(const Expr& expr,
                                               const Place& place) {
  const Operand* first = FirstOperand(expr);
  if (first == nullptr) {
    return Refuse(Refusal::kNoMetric, expr.source, {Printed(expr)});
  }
  const Operand& operand = *first;
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            FindMetric(operand.metric, expr.source));
  const Period& period = metric->spec.period;
  if (!(period == plan_.inner[*place.inner].period)) {
    // On which grid it would be read.
    std::shared_ptr<const Metric> read = metric;
    if (!metric->tiers.empty()) {
      FOOTFALL_ASSIGN_OR_RETURN(const StepExpr own, BindOwnSteps(expr));
      read = plan_.operands[own.operand].metric;
    }
    const std::string name = IsAcross(expr) ? Printed(expr) : operand.metric;
    return Refuse(Refusal::kBareCoarser, expr.source,
                  {name, FormatPeriod(period), BucketPhrase(place),
                   WhatMakesOne(*read, name)});
  }
  FOOTFALL_ASSIGN_OR_RETURN(StepExpr own, BindOwnSteps(expr));
  StepExpr steps;
  steps.kind = StepExpr::Kind::kOverTime;
  steps.operand = own.operand;
  steps.function.aggregate = Aggregate::kFirst;
  steps.every = *place.inner;
  steps.is_decimal = own.is_decimal;
  steps.sides.push_back(std::move(own));
  return steps;
}

absl::StatusOr<StepExpr> Binder::BindInnerCall(const Expr& expr,
                                               const Call& call,
                                               const Call& around,
                                               const Place& place) {
  const Function* const function = FindTransform(call.function);
  if (function != nullptr && function->shifts_in_buckets) {
    return BindInnerShift(expr, call, around, place);
  }
  if (!FindTimeFunction(call.function).has_value()) {
    const Operand* metric = FirstOperand(expr);
    return Refuse(
        Refusal::kInnerFunction, expr.source,
        {around.function, Printed(expr),
         absl::StrCat("avg(", metric == nullptr ? "dau" : metric->metric,
                      ")")});
  }
  if (call.scope == Call::Scope::kWithin) {
    return Refuse(
        Refusal::kScope, expr.source,
        {absl::StrCat(call.function, " inside ", around.function), "WITHIN",
         "WITHIN compares the groups of a row, and goes around functions over "
         "time: avg(max(dau) WITHIN ALL)"});
  }
  if (FindFunction(call.function)->takes == Takes::kPlaces) {
    return Refuse(Refusal::kTopInside, expr.source,
                  {Printed(expr), around.function});
  }
  Leaf leaf;
  FOOTFALL_RETURN_IF_ERROR(BindFunction(expr, call, place, &leaf));
  if (leaf.is_date) {
    return Refuse(Refusal::kDateArithmetic, expr.source,
                  {Printed(expr), around.function});
  }
  plan_.inner[*place.inner].counts_nothing |= CountsNothing(leaf.function);
  StepExpr steps;
  steps.kind = StepExpr::Kind::kOverTime;
  steps.function = leaf.function;
  steps.operand = leaf.operand;
  steps.every = *place.inner;
  steps.is_decimal = leaf.is_decimal;
  steps.sides.push_back(std::move(leaf.steps));
  if (leaf.other.has_value()) steps.sides.push_back(*std::move(leaf.other));
  return steps;
}

}  // namespace footfall::query
