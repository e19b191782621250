// What compares groups: shares and contributions; and BY .. TOTAL.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// The leaves that an expression reads, through transforms too. Each transform
// is gone through once: delta(delta(x, ..), ..) names its x twice at each
// level.
std::vector<size_t> LeavesOf(const Plan& plan, const RowExpr& expr) {
  std::vector<size_t> leaves;
  std::vector<bool> seen(plan.transforms.size());
  const auto collect = [&](const auto& self, const RowExpr& row) -> void {
    if (row.kind == RowExpr::Kind::kLeaf) leaves.push_back(row.leaf);
    if (row.kind == RowExpr::Kind::kTransform && !seen[row.transform]) {
      seen[row.transform] = true;
      self(self, plan.transforms[row.transform].x);
    }
    for (const RowExpr& side : row.sides) self(self, side);
  };
  collect(collect, expr);
  return leaves;
}

}  // namespace

// Whether the groups' x have a sum.
absl::Status Binder::CheckTotal(const Expr& expr, const Expr& argument,
                                const RowExpr& x,
                                const std::vector<bool>& within) {
  // What x is made of decides whether its parts have a sum.
  for (const size_t index : LeavesOf(plan_, x)) {
    const Leaf& leaf = plan_.leaves[index];
    const BoundOperand& operand = plan_.operands[leaf.operand];
    const MetricSpec& spec = operand.metric->spec;
    if (RuleOverTime(plan_, leaf.steps) == Additivity::kLevel) {
      return Refuse(Refusal::kShareLevel, expr.source,
                    {Printed(argument), "time"});
    }
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      if (within[b] || operand.by[b] < 0) continue;
      const Dimension& dimension =
          spec.dimensions[static_cast<size_t>(operand.by[b])];
      if (dimension.rule == Additivity::kLevel) {
        return Refuse(Refusal::kShareLevel, expr.source,
                      {spec.name, dimension.name});
      }
    }
  }
  return absl::OkStatus();
}

// x and T of a sum over groups.
absl::Status Binder::BindTotal(const Expr& expr, const Expr& argument,
                               const Place& place, Transform* total) {
  Place inside = place;
  inside.in_share = true;
  FOOTFALL_ASSIGN_OR_RETURN(total->x, BindRow(argument, inside));
  FOOTFALL_RETURN_IF_ERROR(CheckTotal(expr, argument, total->x, total->within));
  FOOTFALL_RETURN_IF_ERROR(CheckShareOverParts(expr, argument, *total));
  inside.total.is_total = true;
  inside.total.within = total->within;
  FOOTFALL_ASSIGN_OR_RETURN(total->counted, BindRow(argument, inside));
  return absl::OkStatus();
}

absl::StatusOr<RowExpr> Binder::BindShare(const Expr& expr, const Call& call,
                                          const Place& place) {
  FOOTFALL_ASSIGN_OR_RETURN(const Expr* argument, OnlyArgument(expr, call));
  if (place.in_share) {
    return Refuse(Refusal::kTransformTwice, expr.source, {});
  }
  FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
      expr.source, Printed(expr),
      "each group is at a date of its own, and values of several dates are no "
      "total",
      absl::StrCat("rank(", Printed(*argument),
                   ") compares them; shares are of one date, by DURING")));
  const Operand* first = FirstOperand(*argument);
  if (first == nullptr) {
    return Refuse(Refusal::kNoMetric, argument->source, {Printed(*argument)});
  }
  if (plan_.by.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                              FindMetric(first->metric, expr.source));
    const auto& dimensions = metric->spec.dimensions;
    return Refuse(Refusal::kShareBy, expr.source,
                  {Printed(*argument),
                   dimensions.empty() ? "app" : dimensions.back().name});
  }
  if (place.whole_range) {
    return Refuse(Refusal::kTopEvery, expr.source, {Printed(expr)});
  }
  Transform share;
  share.kind = Transform::Kind::kShare;
  FOOTFALL_ASSIGN_OR_RETURN(share.within, WithinOf(expr, call));
  FOOTFALL_RETURN_IF_ERROR(BindTotal(expr, *argument, place, &share));
  return AddTransform(std::move(share));
}

absl::Status Binder::BindGroupTotal() {
  if (!select_.total.has_value()) return absl::OkStatus();
  const footfall::Source source = select_.total->source;
  FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
      source, "TOTAL",
      "each group has an event of its own, and all together none",
      "leave out TOTAL"));
  plan_.total = std::get<std::string>(select_.total->name);
  const std::string name = absl::StrCat("'", *plan_.total, "'");
  if (plan_.by.size() != 1) {
    return Refuse(Refusal::kTotalBy, source, {plan_.by[0]});
  }
  const bool taken =
      snapshot_.FindMember(plan_.by[0], *plan_.total).has_value() ||
      plan_.total->empty();
  if (taken) {
    return Refuse(Refusal::kTotalName, source, {plan_.by[0], name});
  }
  if (plan_.top.has_value() && plan_.top->others == plan_.total) {
    return Refuse(Refusal::kTotalName, source, {"OTHERS", name});
  }
  return absl::OkStatus();
}

absl::StatusOr<RowExpr> Binder::BindContribution(const Expr& expr,
                                                 const Call& call,
                                                 const Expr& argument,
                                                 const Duration& back,
                                                 const Place& place) {
  FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
      expr.source, Printed(expr),
      "each group is at a date of its own, and values of several dates are no "
      "total",
      absl::StrCat("growth(", Printed(argument),
                   ", ..) is of each group by itself; contributions are of one "
                   "date, by DURING")));
  if (plan_.by.empty()) {
    return Refuse(Refusal::kGroupsBy, expr.source,
                  {call.function, Printed(expr), SomeDimension(argument)});
  }
  Transform transform;
  transform.kind = Transform::Kind::kContribution;
  transform.within.resize(plan_.by.size());
  FOOTFALL_RETURN_IF_ERROR(BindTotal(expr, argument, place, &transform));
  FOOTFALL_RETURN_IF_ERROR(
      CheckLookBack(call.arguments[1].source, call, transform.x, back));
  FOOTFALL_RETURN_IF_ERROR(CheckMoves(expr, argument, transform.x));
  transform.count = back.count;
  transform.unit = back.unit;
  transform.no_partial = true;
  NameSums(expr, transform.x, &transform);
  NoteWeekdays(expr, back, plan_.every);
  return AddTransform(std::move(transform));
}

}  // namespace footfall::query
