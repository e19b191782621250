// Transforms: what a row makes of other rows.

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"

namespace footfall::query {

absl::StatusOr<RowExpr> Binder::BindShare(const Expr& expr, const Call& call,
                                          const Place& place) {
  FOOTFALL_ASSIGN_OR_RETURN(const Expr* argument, OnlyArgument(expr, call));
  if (place.in_share) {
    return Refuse(Refusal::kTransformTwice, expr.source, {});
  }
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
  BoundShare share;
  share.within.resize(plan_.by.size());
  for (const std::string& name : call.scope_dimensions) {
    const auto by = std::find(plan_.by.begin(), plan_.by.end(), name);
    if (by == plan_.by.end()) {
      return Refuse(Refusal::kWithin, expr.source,
                    {name, absl::StrJoin(plan_.by, ", ")});
    }
    share.within[static_cast<size_t>(by - plan_.by.begin())] = true;
  }
  RowExpr row;
  row.kind = RowExpr::Kind::kShare;
  row.is_decimal = true;
  Place inside = place;
  inside.in_share = true;
  FOOTFALL_ASSIGN_OR_RETURN(RowExpr own, BindRow(*argument, inside));
  inside.total.is_total = true;
  inside.total.within = share.within;
  FOOTFALL_ASSIGN_OR_RETURN(RowExpr counted, BindRow(*argument, inside));

  // What x is made of decides whether its parts have a sum.
  std::vector<size_t> leaves;
  const auto collect = [&leaves](const auto& self, const RowExpr& r) -> void {
    if (r.kind == RowExpr::Kind::kLeaf) leaves.push_back(r.leaf);
    for (const RowExpr& side : r.sides) self(self, side);
  };
  collect(collect, own);
  for (const size_t index : leaves) {
    const Leaf& leaf = plan_.leaves[index];
    const BoundOperand& operand = plan_.operands[leaf.operand];
    const MetricSpec& spec = operand.metric->spec;
    if (RuleOverTime(plan_, leaf.steps) == Additivity::kLevel) {
      return Refuse(Refusal::kShareLevel, expr.source,
                    {Printed(*argument), "time"});
    }
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      if (share.within[b] || operand.by[b] < 0) continue;
      const Dimension& dimension =
          spec.dimensions[static_cast<size_t>(operand.by[b])];
      if (dimension.rule == Additivity::kLevel) {
        return Refuse(Refusal::kShareLevel, expr.source,
                      {spec.name, dimension.name});
      }
    }
  }
  row.share = plan_.shares.size();
  plan_.shares.push_back(std::move(share));
  row.sides.push_back(std::move(own));
  row.sides.push_back(std::move(counted));
  return row;
}
}  // namespace footfall::query
