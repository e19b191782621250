// How values combine over time, for metrics and for arithmetic on them.

#include "query/plan/additivity.h"

#include <algorithm>

#include "footfall/hash_table.h"

namespace footfall::query {
namespace {

Additivity RuleOfMean(Additivity of) {
  return of == Additivity::kAdds ? Additivity::kLevel : of;
}

Additivity RuleOfFunction(const TimeFunction& function, Additivity of) {
  switch (RuleOfResult(function)) {
    case RuleOf::kX:
      return of;
    case RuleOf::kMean:
      return RuleOfMean(of);
    case RuleOf::kAdds:
      return Additivity::kAdds;
    case RuleOf::kLevel:
      break;
  }
  return Additivity::kLevel;
}

Additivity RuleOfOperand(const BoundOperand& operand) {
  if (operand.across.has_value() &&
      operand.across->function != Aggregate::kSum &&
      operand.across->function != Aggregate::kAvg) {
    return Additivity::kLevel;
  }
  return operand.across.has_value() && operand.across->parts != nullptr
             ? operand.across->parts->over_time
             : operand.metric->spec.over_time;
}

// By transform; each is gone through once: delta(delta(x, ..), ..) names its x
// twice at each level.
using KnownRules = FlatHashMap<size_t, std::optional<Additivity>>;

std::optional<Additivity> RuleInRow(const Plan& plan, const RowExpr& expr,
                                    KnownRules* known) {
  switch (expr.kind) {
    case RowExpr::Kind::kNumber:
      return std::nullopt;
    case RowExpr::Kind::kLeaf: {
      const Leaf& leaf = plan.leaves[expr.leaf];
      const Additivity rule = RuleOfFunction(
          leaf.function,
          RuleOverTime(plan, leaf.steps).value_or(Additivity::kLevel));
      // Windows of neighbouring rows share steps.
      return leaf.window.has_value() ? RuleOfMean(rule) : rule;
    }
    case RowExpr::Kind::kNegate:
    case RowExpr::Kind::kAbsolute:
      return RuleInRow(plan, expr.sides[0], known);
    case RowExpr::Kind::kArithmetic:
      return RuleOfArithmetic(expr.op, RuleInRow(plan, expr.sides[0], known),
                              RuleInRow(plan, expr.sides[1], known));
    case RowExpr::Kind::kTransform: {
      const Transform& transform = plan.transforms[expr.transform];
      const bool sum = transform.kind == Transform::Kind::kWithin &&
                       transform.function.Is(Aggregate::kSum);
      if (transform.kind != Transform::Kind::kLag && !sum &&
          transform.kind != Transform::Kind::kMovingAverage) {
        return Additivity::kLevel;
      }
      const auto at = known->find(expr.transform);
      if (at != known->end()) return at->second;
      std::optional<Additivity> rule = RuleInRow(plan, transform.x, known);
      if (transform.kind == Transform::Kind::kMovingAverage) {
        rule = RuleOfMean(rule.value_or(Additivity::kLevel));
      }
      known->emplace(expr.transform, rule);
      return rule;
    }
    default:
      return Additivity::kLevel;
  }
}

}  // namespace

std::optional<Additivity> RuleBetweenRows(const Plan& plan,
                                          const RowExpr& expr) {
  KnownRules known;
  return RuleInRow(plan, expr, &known);
}

std::optional<Additivity> RuleOverTime(const Plan& plan, const StepExpr& expr) {
  switch (expr.kind) {
    case StepExpr::Kind::kNumber:
      return std::nullopt;
    case StepExpr::Kind::kOperand:
      return RuleOfOperand(plan.operands[expr.operand]);
    case StepExpr::Kind::kShift:
      if (expr.shift == StepExpr::Shift::kGrowth) return Additivity::kLevel;
      return RuleOverTime(plan, expr.sides[0]);
    case StepExpr::Kind::kNegate:
      return RuleOverTime(plan, expr.sides[0]);
    case StepExpr::Kind::kOverTime:
      return RuleOfFunction(
          expr.function,
          RuleOverTime(plan, expr.sides[0]).value_or(Additivity::kLevel));
    case StepExpr::Kind::kArithmetic:
      break;
  }
  return RuleOfArithmetic(expr.op, RuleOverTime(plan, expr.sides[0]),
                          RuleOverTime(plan, expr.sides[1]));
}

std::optional<Additivity> RuleOfArithmetic(char op,
                                           std::optional<Additivity> left,
                                           std::optional<Additivity> right) {
  switch (op) {
    case '*':
      if (!left.has_value() || left == Additivity::kLevel) {
        return right.has_value() ? right : left;
      }
      if (!right.has_value() || right == Additivity::kLevel) return left;
      return Additivity::kLevel;
    case '/':
      if (!right.has_value()) return left;
      if (left.has_value() && right == Additivity::kLevel) return left;
      return Additivity::kLevel;
    default:
      if (!left.has_value()) return right;
      if (!right.has_value()) return left;
      return std::max(*left, *right);
  }
}

}  // namespace footfall::query
