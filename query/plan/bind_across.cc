// f(metric ACROSS dim, ...): a value at each step, like the metric's own. (Of
// expressions: bind_across_expression.cc.)

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/conditions.h"

namespace footfall::query {
namespace {

// Null: ACROSS does not go with it.
const Function* FunctionAcross(absl::string_view name) {
  const Function* function = FindFunction(name);
  return function != nullptr && function->across ? function : nullptr;
}

}  // namespace

bool IsAcross(const Expr& expr) {
  const auto* call = std::get_if<Call>(&expr.node);
  return call != nullptr && call->scope == Call::Scope::kAcross;
}

absl::StatusOr<const Operand*> Binder::AcrossOperand(const Expr& expr,
                                                     const Call& call) {
  if (FunctionAcross(call.function) == nullptr) {
    return Refuse(Refusal::kAcrossFunction, call.function_source,
                  {call.function});
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Expr* argument, OnlyArgument(expr, call));
  if (call.over.has_value()) {
    return Refuse(Refusal::kOverPlace, call.over->source,
                  {"a combination of members at each step",
                   absl::StrCat("max(", call.function,
                                "(dau ACROSS app) OVER 28 days)")});
  }
  if (call.every.has_value()) {
    Call without = call;
    without.every.reset();
    return Refuse(Refusal::kAcrossEvery, call.every_source,
                  {call.function, Printed(Expr{without, {}})});
  }
  return std::get_if<Operand>(&argument->node);
}

absl::StatusOr<Across> Binder::FindAcross(const Call& call,
                                          BoundOperand* bound) {
  const Metric& metric = *bound->metric;
  Across across;
  const TimeFunction function = *FindTimeFunction(call.function);
  across.function = function.aggregate;
  across.quantile = function.quantile;
  across.name = call.function;
  for (size_t i = 0; i < call.scope_dimensions.size(); ++i) {
    const std::string& name = call.scope_dimensions[i];
    const footfall::Source source = call.scope_sources.at(i);
    if (FindTimePart(name).has_value() ||
        plan_.by.size() + i == kMaxDimensions) {
      return FindTimePart(name).has_value()
                 ? Refuse(Refusal::kPartAcross, source, {name})
                 : Refuse(Refusal::kByLimit, source,
                          {absl::StrCat(kMaxDimensions)});
    }
    const auto dimension = metric.FindDimension(name);
    if (!dimension.has_value()) {
      // The same words as for WHERE.
      Condition condition;
      condition.dimension = name;
      condition.source = source;
      return ApplyCondition(snapshot_, metric, condition, text_, options_,
                            &bound->picks, &bound->time_picks);
    }
    const int d = static_cast<int>(*dimension);
    if (std::find(across.dimensions.begin(), across.dimensions.end(), d) !=
        across.dimensions.end()) {
      return Refuse(Refusal::kColumnTwice, source, {name});
    }
    if (std::find(plan_.by.begin(), plan_.by.end(), name) != plan_.by.end()) {
      return Refuse(Refusal::kAcrossBy, source, {name});
    }
    across.dimensions.push_back(d);
  }
  return across;
}

absl::Status Binder::BindAcrossDimensions(const Call& call,
                                          BoundOperand* bound) {
  const MetricSpec& spec = bound->metric->spec;
  FOOTFALL_ASSIGN_OR_RETURN(Across across, FindAcross(call, bound));
  bool adds = true;
  for (size_t i = 0; i < across.dimensions.size(); ++i) {
    const Dimension& dimension =
        spec.dimensions[static_cast<size_t>(across.dimensions[i])];
    if (across.function == Aggregate::kSum &&
        dimension.rule == Additivity::kLevel) {
      return Refuse(Refusal::kAcrossLevel, call.scope_sources.at(i),
                    {spec.name, dimension.name});
    }
    adds = adds && dimension.rule == Additivity::kAdds;
  }
  // The sum over what ADDS is what the metric declares.
  if (across.function != Aggregate::kSum || !adds) {
    bound->across = std::move(across);
  }
  return absl::OkStatus();
}

absl::StatusOr<StepExpr> Binder::BindOwnSteps(const Expr& expr) {
  const Call* call = std::get_if<Call>(&expr.node);
  const Operand* operand = std::get_if<Operand>(&expr.node);
  if (call != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(operand, AcrossOperand(expr, *call));
  }
  StepExpr steps;
  steps.kind = StepExpr::Kind::kOperand;
  if (operand == nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(steps.operand, BindAcrossExpression(expr, *call));
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(steps.operand,
                              BindOperand(*operand, expr.source, call));
  }
  steps.is_decimal = plan_.operands[steps.operand].decimal();
  return steps;
}

}  // namespace footfall::query
