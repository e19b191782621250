// f(expression ACROSS dim, ...): arithmetic of metrics, worked out for each
// member before f combines them.

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "query/lang/look.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// The rule of an expression, out of those of its operands.
std::optional<Additivity> RuleOfParts(
    const StepExpr& expr, absl::FunctionRef<Additivity(size_t)> of_part) {
  switch (expr.kind) {
    case StepExpr::Kind::kOperand:
      return of_part(expr.operand);
    case StepExpr::Kind::kNegate:
      return RuleOfParts(expr.sides[0], of_part);
    case StepExpr::Kind::kArithmetic:
      return RuleOfArithmetic(expr.op, RuleOfParts(expr.sides[0], of_part),
                              RuleOfParts(expr.sides[1], of_part));
    case StepExpr::Kind::kNumber:
    case StepExpr::Kind::kOverTime:
    case StepExpr::Kind::kShift:
      break;
  }
  return std::nullopt;
}

// Whether people stand in it, who may be the same on both sides of a sum.
bool CountsUsers(const StepExpr& expr, const AcrossParts& parts) {
  if (expr.kind == StepExpr::Kind::kOperand) {
    return parts.operands[expr.operand].metric->spec.CountsUsers();
  }
  return std::any_of(
      expr.sides.begin(), expr.sides.end(),
      [&parts](const StepExpr& side) { return CountsUsers(side, parts); });
}

}  // namespace

absl::StatusOr<StepExpr> Binder::BindAcrossPart(const Expr& expr,
                                                const Call& call,
                                                AcrossParts* parts) {
  FOOTFALL_RETURN_IF_ERROR(Pass(options_));
  if (std::holds_alternative<Number>(expr.node)) {
    return BindSteps(expr, call, Place());
  }
  StepExpr steps;
  if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    steps.kind = StepExpr::Kind::kNegate;
    FOOTFALL_ASSIGN_OR_RETURN(StepExpr inner,
                              BindAcrossPart(negation->inner[0], call, parts));
    steps.is_decimal = inner.is_decimal;
    steps.sides.push_back(std::move(inner));
    return steps;
  }
  if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    steps.kind = StepExpr::Kind::kArithmetic;
    steps.op = arithmetic->op;
    steps.is_decimal = arithmetic->op == '/';
    for (const Expr& side : arithmetic->sides) {
      FOOTFALL_ASSIGN_OR_RETURN(StepExpr bound,
                                BindAcrossPart(side, call, parts));
      steps.is_decimal |= bound.is_decimal;
      steps.sides.push_back(std::move(bound));
    }
    const bool adds = steps.op == '+' || steps.op == '-';
    if (adds && CountsUsers(steps.sides[0], *parts) &&
        CountsUsers(steps.sides[1], *parts)) {
      return Refuse(Refusal::kAcrossPeople, expr.source, {Printed(expr)});
    }
    return steps;
  }
  const auto* operand = std::get_if<Operand>(&expr.node);
  if (operand == nullptr) {
    return Refuse(Refusal::kAcrossOperand, expr.source,
                  {Printed(expr), call.function});
  }
  // It is no operand of the plan, but a part of one.
  const int products = std::exchange(products_, 0);
  const size_t before = plan_.operands.size();
  const absl::StatusOr<size_t> index = BindOperand(*operand, expr.source);
  products_ = products;
  if (!index.ok()) return index.status();
  BoundOperand part = plan_.operands[*index];
  if (plan_.operands.size() > before) plan_.operands.pop_back();
  FOOTFALL_ASSIGN_OR_RETURN(const Across across, FindAcross(call, &part));
  part.by.insert(part.by.end(), across.dimensions.begin(),
                 across.dimensions.end());
  if (!parts->operands.empty()) {
    const BoundOperand& first = parts->operands[0];
    if (!(part.grid.period() == first.grid.period())) {
      return Refuse(Refusal::kPeriods, expr.source,
                    {first.metric->spec.name, FormatPeriod(first.grid.period()),
                     part.metric->spec.name, FormatPeriod(part.grid.period())});
    }
    if (!(part.window == first.window)) {
      return Refuse(Refusal::kWindows, expr.source, {});
    }
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      if ((part.by[b] < 0) == (first.by[b] < 0)) continue;
      return Refuse(Refusal::kAcrossSplit, expr.source,
                    {plan_.by[b], Printed(expr)});
    }
  }
  steps.kind = StepExpr::Kind::kOperand;
  steps.is_decimal = part.metric->spec.value_type == ValueType::kDecimal;
  steps.operand = parts->operands.size();
  parts->operands.push_back(std::move(part));
  return steps;
}

absl::StatusOr<size_t> Binder::BindAcrossExpression(const Expr& expr,
                                                    const Call& call) {
  const Expr& argument = std::get<Expr>(call.arguments[0].form);
  auto parts = std::make_shared<AcrossParts>();
  FOOTFALL_ASSIGN_OR_RETURN(parts->expr,
                            BindAcrossPart(argument, call, parts.get()));
  if (parts->operands.empty()) {
    return Refuse(Refusal::kNoMetric, argument.source, {Printed(argument)});
  }
  parts->over_time = RuleOfParts(parts->expr, [&](size_t i) {
                       return parts->operands[i].metric->spec.over_time;
                     }).value_or(Additivity::kLevel);
  parts->counts_users = CountsUsers(parts->expr, *parts);
  parts->name = Printed(argument);
  BoundOperand bound = parts->operands[0];
  bound.by.resize(plan_.by.size());
  bound.source = expr.source;
  FOOTFALL_ASSIGN_OR_RETURN(Across across, FindAcross(call, &bound));
  // A LEVEL times what adds up adds up: its sum has a meaning.
  for (size_t d = 0; d < across.dimensions.size(); ++d) {
    const auto rule = RuleOfParts(parts->expr, [&](size_t i) {
      const BoundOperand& part = parts->operands[i];
      const int dimension = part.by[plan_.by.size() + d];
      return part.metric->spec.dimensions[static_cast<size_t>(dimension)].rule;
    });
    if (across.function == Aggregate::kSum && rule == Additivity::kLevel) {
      return Refuse(Refusal::kAcrossLevel, call.scope_sources.at(d),
                    {parts->name, call.scope_dimensions[d]});
    }
  }
  across.parts = std::move(parts);
  bound.across = std::move(across);
  for (size_t i = 0; i < plan_.operands.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(Pass(options_));
    if (plan_.operands[i].across == bound.across) return i;
  }
  plan_.operands.push_back(std::move(bound));
  return plan_.operands.size() - 1;
}

}  // namespace footfall::query
