// Functions over time: avg(x), first_time(x >= n), ...

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

std::string Unit(const Metric& metric) {
  return metric.spec.unit.empty() ? "users" : metric.spec.unit;
}

}  // namespace

absl::Status Binder::AlignSteps(const Expr& expr, Leaf* leaf) {
  const std::vector<size_t> operands = OperandsOf(leaf->steps);
  if (operands.empty()) {
    return Refuse(Refusal::kNoMetric, expr.source, {Printed(expr)});
  }
  // An operand that has every group leads, one of braces follows.
  leaf->operand = operands[0];
  for (const size_t index : operands) {
    if (!plan_.operands[index].broadcast()) {
      leaf->operand = index;
      break;
    }
  }
  const BoundOperand& lead = plan_.operands[leaf->operand];
  for (const size_t index : operands) {
    const BoundOperand& other = plan_.operands[index];
    if (!(other.grid.period() == lead.grid.period())) {
      return Refuse(
          Refusal::kPeriods, expr.source,
          {lead.metric->spec.name, FormatPeriod(lead.grid.period()),
           other.metric->spec.name, FormatPeriod(other.grid.period())});
    }
    if (!(other.window == lead.window)) {
      return Refuse(Refusal::kWindows, expr.source, {});
    }
  }
  return absl::OkStatus();
}
absl::Status Binder::CheckSum(const Expr& expr, const Call& call,
                              bool user_days, const Place& place, Leaf* leaf) {
  const auto rule = RuleOverTime(plan_, leaf->steps);
  const BoundOperand& operand = plan_.operands[leaf->operand];
  const Metric& metric = *operand.metric;
  const std::string argument =
      Printed(*std::get_if<Expr>(&call.arguments[0].form));
  if (user_days) {
    if (rule == Additivity::kOverlaps) return absl::OkStatus();
    const bool adds = rule == Additivity::kAdds;
    return Refuse(Refusal::kUserDays, expr.source,
                  {argument, adds ? "ADDS" : "is a LEVEL",
                   adds ? absl::StrCat("use sum(", argument, ")")
                        : absl::StrCat("use avg(", argument, ")")});
  }
  if (rule == Additivity::kAdds || place.whole_range ||
      !ManySteps(operand, place.whole_range)) {
    return absl::OkStatus();
  }
  if (rule == Additivity::kLevel) {
    return Refuse(Refusal::kSumLevel, expr.source,
                  {Printed(expr), argument,
                   absl::StrCat(UnitName(metric.spec.period.unit), "s"),
                   StatementWith(call, "avg")});
  }
  if (place.in_bounds) {
    leaf->aggregate = Aggregate::kBoundsOfSum;
    return absl::OkStatus();
  }
  const std::string unit = Unit(metric);
  const std::string phrase = BucketPhrase(operand);
  const std::string the_bucket =
      operand.buckets.has_value()
          ? absl::StrCat("the ", plan_.every->count == 1
                                     ? std::string(UnitName(plan_.every->unit))
                                     : FormatPeriod(*plan_.every))
          : "the range";
  return Refuse(Refusal::kSumOverlaps, expr.source,
                {Printed(expr), phrase,
                 absl::StrCat(absl::StripSuffix(unit, "s"), "-",
                              UnitName(metric.spec.period.unit), "s"),
                 unit, argument, the_bucket, StatementWith(call, "avg")});
}

absl::StatusOr<RowExpr> Binder::BindAggregate(const Expr& expr,
                                              const Call& call,
                                              const Place& place) {
  Leaf leaf;
  leaf.total = place.total;
  leaf.whole_range = place.whole_range;
  const bool user_days = call.function == "user_days";
  const AggregateName name = user_days ? AggregateName{Aggregate::kSum, 0.5}
                                       : *FindAggregate(call.function);
  leaf.aggregate = name.aggregate;
  leaf.quantile = name.quantile;
  FOOTFALL_ASSIGN_OR_RETURN(const Expr* argument, OnlyArgument(expr, call));
  FOOTFALL_ASSIGN_OR_RETURN(leaf.steps, BindSteps(*argument, call));
  FOOTFALL_RETURN_IF_ERROR(AlignSteps(expr, &leaf));
  if (leaf.aggregate == Aggregate::kSum) {
    FOOTFALL_RETURN_IF_ERROR(CheckSum(expr, call, user_days, place, &leaf));
  }
  leaf.is_decimal = GivesDecimal(leaf.aggregate, leaf.steps.is_decimal);
  return AddLeaf(std::move(leaf));
}

absl::StatusOr<RowExpr> Binder::BindFirstTime(const Expr& expr,
                                              const Call& call,
                                              const Place& place) {
  const Test* test = call.arguments.size() == 1
                         ? std::get_if<Test>(&call.arguments[0].form)
                         : nullptr;
  const Number* number =
      test == nullptr ? nullptr : std::get_if<Number>(&test->right.node);
  const Negation* minus =
      test == nullptr ? nullptr : std::get_if<Negation>(&test->right.node);
  if (minus != nullptr) number = std::get_if<Number>(&minus->inner[0].node);
  if (number == nullptr) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "a test of a metric against a number",
                   "first_time(dau >= 1000000)"});
  }
  if (place.in_share) {
    return Refuse(Refusal::kDateArithmetic, expr.source,
                  {Printed(expr), "share"});
  }
  Leaf leaf;
  leaf.function = Leaf::Function::kFirstTime;
  leaf.whole_range = place.whole_range;
  leaf.comparison = test->comparison;
  if (const auto* integer = std::get_if<int64_t>(&number->value)) {
    leaf.threshold = Scalar::Integer(minus != nullptr ? -*integer : *integer);
  } else {
    const double decimal = std::get<double>(number->value);
    leaf.threshold = Scalar::Decimal(minus != nullptr ? -decimal : decimal);
  }
  FOOTFALL_ASSIGN_OR_RETURN(leaf.steps, BindSteps(test->left, call));
  FOOTFALL_RETURN_IF_ERROR(AlignSteps(expr, &leaf));
  leaf.is_date = true;
  return AddLeaf(std::move(leaf));
}
}  // namespace footfall::query
