// Expressions: functions over time, transforms, arithmetic.

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "query/lang/nearest.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// Transforms and whole answers of the language; share is built.
constexpr absl::string_view kNotBuiltYet[] = {
    "streak",       "count_in_top", "slope",        "cagr",
    "corr",         "lag",          "delta",        "growth",
    "ma",           "cumulative",   "rank",         "rank_delta",
    "days_between", "events",       "changepoints", "abs"};

const Expr* ExprOf(const Argument& argument) {
  return std::get_if<Expr>(&argument.form);
}

// Calls `visit(call)` for every call of an expression, outer ones first.
template <typename Expression, typename Visit>
void VisitCalls(Expression& expr, const Visit& visit) {
  if (auto* call = std::get_if<Call>(&expr.node)) {
    visit(*call);
    for (auto& argument : call->arguments) {
      if (auto* inner = std::get_if<Expr>(&argument.form)) {
        VisitCalls(*inner, visit);
      } else if (auto* test = std::get_if<Test>(&argument.form)) {
        VisitCalls(test->left, visit);
        VisitCalls(test->right, visit);
      }
    }
  } else if (auto* negation = std::get_if<Negation>(&expr.node)) {
    VisitCalls(negation->inner[0], visit);
  } else if (auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    VisitCalls(arithmetic->sides[0], visit);
    VisitCalls(arithmetic->sides[1], visit);
  }
}

bool IsOverTime(absl::string_view function) {
  return FindAggregate(function).has_value() || function == "user_days" ||
         function == "first_time" || function == "streak" ||
         function == "count_in_top" || function == "slope" ||
         function == "cagr" || function == "corr";
}

std::string Unit(const Metric& metric) {
  return metric.spec.unit.empty() ? "users" : metric.spec.unit;
}

}  // namespace

std::string Printed(const Expr& expr) { return Print(expr); }

std::string PeriodPhrase(const Period& period) {
  if (period.count != 1) return FormatPeriod(period);
  return absl::StrCat(period.unit == footfall::Unit::kHour ? "an " : "a ",
                      UnitName(period.unit));
}

std::optional<AggregateName> FindAggregate(absl::string_view name) {
  static constexpr struct {
    absl::string_view name;
    Aggregate aggregate;
  } kNames[] = {
      {"sum", Aggregate::kSum},       {"avg", Aggregate::kAvg},
      {"min", Aggregate::kMin},       {"max", Aggregate::kMax},
      {"first", Aggregate::kFirst},   {"last", Aggregate::kLast},
      {"count", Aggregate::kCount},   {"median", Aggregate::kQuantile},
      {"stddev", Aggregate::kStddev}, {"coverage", Aggregate::kCoverage},
  };
  for (const auto& entry : kNames) {
    if (entry.name == name) return AggregateName{entry.aggregate, 0.5};
  }
  int percent = 0;
  if (absl::ConsumePrefix(&name, "p") && !name.empty() && name[0] != '0' &&
      name.size() <= 2 && absl::SimpleAtoi(name, &percent) && percent >= 1) {
    return AggregateName{Aggregate::kQuantile, percent / 100.0};
  }
  return std::nullopt;
}

bool IsTransform(absl::string_view name) { return name == "share"; }

const Operand* Binder::FirstOperand(const Expr& expr) {
  if (const auto* operand = std::get_if<Operand>(&expr.node)) return operand;
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    for (const Argument& argument : call->arguments) {
      const Operand* found = nullptr;
      if (const Expr* inner = ExprOf(argument)) {
        found = FirstOperand(*inner);
      } else if (const auto* test = std::get_if<Test>(&argument.form)) {
        found = FirstOperand(test->left);
        if (found == nullptr) found = FirstOperand(test->right);
      }
      if (found != nullptr) return found;
    }
  } else if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    return FirstOperand(negation->inner[0]);
  } else if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    const Operand* found = FirstOperand(arithmetic->sides[0]);
    return found != nullptr ? found : FirstOperand(arithmetic->sides[1]);
  }
  return nullptr;
}

const Expr* Binder::FirstBare(const Expr& expr) {
  if (std::holds_alternative<Operand>(expr.node)) return &expr;
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    if (IsOverTime(call->function)) return nullptr;
    for (const Argument& argument : call->arguments) {
      const Expr* inner = ExprOf(argument);
      const Expr* found = inner == nullptr ? nullptr : FirstBare(*inner);
      if (found != nullptr) return found;
    }
  } else if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    return FirstBare(negation->inner[0]);
  } else if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    const Expr* found = FirstBare(arithmetic->sides[0]);
    return found != nullptr ? found : FirstBare(arithmetic->sides[1]);
  }
  return nullptr;
}

bool Binder::HasAggregate(const Expr& expr) {
  bool found = false;
  VisitCalls(
      expr, [&found](const Call& call) { found |= IsOverTime(call.function); });
  return found;
}

std::string Binder::StatementWith(const Call& call,
                                  absl::string_view function) const {
  Statement statement;
  statement.node = select_;
  Select& select = std::get<Select>(statement.node);
  const auto replace = [&call, function](Call& candidate) {
    if (candidate == call) candidate.function = std::string(function);
  };
  for (Item& item : select.items) VisitCalls(item.expr, replace);
  for (OrderKey& key : select.order_by) {
    if (key.expr.has_value()) VisitCalls(*key.expr, replace);
  }
  for (Test& test : select.having) {
    VisitCalls(test.left, replace);
    VisitCalls(test.right, replace);
  }
  return absl::StrCat("for example: ", Print(statement));
}

bool Binder::ManySteps(const BoundOperand& operand, bool whole_range) const {
  if (!whole_range && operand.buckets.has_value()) {
    return !(*plan_.every == operand.grid.period());
  }
  return !operand.window.first.has_value() ||
         !operand.window.last.has_value() || operand.range.size() > 1;
}

std::string Binder::BucketPhrase(const BoundOperand& operand) const {
  return operand.buckets.has_value() ? PeriodPhrase(*plan_.every) : "the range";
}

absl::StatusOr<const Expr*> Binder::OnlyArgument(const Expr& expr,
                                                 const Call& call) {
  const Expr* only =
      call.arguments.size() == 1 ? ExprOf(call.arguments[0]) : nullptr;
  if (only != nullptr) return only;
  if (call.arguments.size() == 1 &&
      std::holds_alternative<Test>(call.arguments[0].form)) {
    return Refuse(Refusal::kTestPlace, call.arguments[0].source,
                  {call.function});
  }
  return Refuse(
      Refusal::kArguments, expr.source,
      {call.function, "one value", absl::StrCat(call.function, "(dau)")});
}

absl::Status Binder::CheckNoDates(const Expr& where, const RowExpr& side,
                                  char op) {
  if (!side.is_date) return absl::OkStatus();
  const absl::string_view what = op == '+'   ? "sum"
                                 : op == '-' ? "difference"
                                 : op == '*' ? "product"
                                 : op == '/' ? "ratio"
                                             : "place in a test with numbers";
  return Refuse(Refusal::kDateArithmetic, where.source, {Printed(where), what});
}

RowExpr Binder::AddLeaf(Leaf leaf) {
  RowExpr row;
  row.kind = RowExpr::Kind::kLeaf;
  row.is_decimal = leaf.is_decimal;
  row.is_date = leaf.is_date;
  row.date_operand = leaf.operand;
  const auto same = std::find(plan_.leaves.begin(), plan_.leaves.end(), leaf);
  row.leaf = static_cast<size_t>(same - plan_.leaves.begin());
  if (same == plan_.leaves.end()) plan_.leaves.push_back(std::move(leaf));
  return row;
}

// ---- Each step

absl::StatusOr<StepExpr> Binder::BindSteps(const Expr& expr,
                                           const Call& around) {
  StepExpr steps;
  if (const auto* number = std::get_if<Number>(&expr.node)) {
    steps.kind = StepExpr::Kind::kNumber;
    if (const auto* integer = std::get_if<int64_t>(&number->value)) {
      steps.number = Scalar::Integer(*integer);
    } else {
      steps.number = Scalar::Decimal(std::get<double>(number->value));
      steps.is_decimal = true;
    }
    return steps;
  }
  if (const auto* operand = std::get_if<Operand>(&expr.node)) {
    steps.kind = StepExpr::Kind::kOperand;
    FOOTFALL_ASSIGN_OR_RETURN(steps.operand,
                              BindOperand(*operand, expr.source));
    steps.is_decimal = plan_.operands[steps.operand].decimal();
    return steps;
  }
  if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    steps.kind = StepExpr::Kind::kNegate;
    FOOTFALL_ASSIGN_OR_RETURN(StepExpr inner,
                              BindSteps(negation->inner[0], around));
    steps.is_decimal = inner.is_decimal;
    steps.sides.push_back(std::move(inner));
    return steps;
  }
  if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    steps.kind = StepExpr::Kind::kArithmetic;
    steps.op = arithmetic->op;
    steps.is_decimal = arithmetic->op == '/';
    for (const Expr& side : arithmetic->sides) {
      FOOTFALL_ASSIGN_OR_RETURN(StepExpr bound, BindSteps(side, around));
      steps.is_decimal |= bound.is_decimal;
      steps.sides.push_back(std::move(bound));
    }
    return steps;
  }
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    if (call->scope == Call::Scope::kAcross) {
      return Refuse(Refusal::kNotBuilt, expr.source, {"ACROSS"});
    }
    const Operand* inner = FirstOperand(expr);
    return Refuse(
        Refusal::kNested, expr.source,
        {around.function, Printed(expr),
         inner == nullptr ? Printed(expr)
                          : absl::StrCat("avg(", inner->metric, ")")});
  }
  return Refuse(Refusal::kNotBuilt, expr.source, {"event"});
}

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

// ---- Rows

absl::StatusOr<RowExpr> Binder::BindRow(const Expr& expr, const Place& place) {
  RowExpr row;
  if (const auto* number = std::get_if<Number>(&expr.node)) {
    if (const auto* integer = std::get_if<int64_t>(&number->value)) {
      row.number = Scalar::Integer(*integer);
    } else {
      row.number = Scalar::Decimal(std::get<double>(number->value));
      row.is_decimal = true;
    }
    return row;
  }
  if (std::holds_alternative<Operand>(expr.node)) return BindBare(expr, place);
  if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    row.kind = RowExpr::Kind::kNegate;
    FOOTFALL_ASSIGN_OR_RETURN(RowExpr inner,
                              BindRow(negation->inner[0], place));
    FOOTFALL_RETURN_IF_ERROR(CheckNoDates(negation->inner[0], inner, '-'));
    row.is_decimal = inner.is_decimal;
    row.sides.push_back(std::move(inner));
    return row;
  }
  if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    row.kind = RowExpr::Kind::kArithmetic;
    row.op = arithmetic->op;
    row.is_decimal = arithmetic->op == '/';
    for (const Expr& side : arithmetic->sides) {
      FOOTFALL_ASSIGN_OR_RETURN(RowExpr bound, BindRow(side, place));
      FOOTFALL_RETURN_IF_ERROR(CheckNoDates(side, bound, arithmetic->op));
      row.is_decimal |= bound.is_decimal;
      row.sides.push_back(std::move(bound));
    }
    return row;
  }
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    return BindCall(expr, *call, place);
  }
  return Refuse(Refusal::kNotBuilt, expr.source, {"event"});
}

absl::StatusOr<RowExpr> Binder::BindCall(const Expr& expr, const Call& call,
                                         const Place& place) {
  const std::string& name = call.function;
  if (name == "bounds") {
    return Refuse(
        Refusal::kBoundsPlace, expr.source,
        {FirstOperand(expr) == nullptr ? "dau" : FirstOperand(expr)->metric});
  }
  const bool over_time = FindAggregate(name).has_value() ||
                         name == "user_days" || name == "first_time";
  if (!over_time && name != "share") {
    for (const absl::string_view known : kNotBuiltYet) {
      if (known == name) {
        return Refuse(Refusal::kNotBuilt, call.function_source, {name});
      }
    }
    Nearest nearest(name);
    for (const absl::string_view known :
         {"sum", "avg", "min", "max", "first", "last", "count", "median",
          "stddev", "user_days", "coverage", "first_time", "share", "bounds"}) {
      nearest.Offer(known);
    }
    for (const absl::string_view known : kNotBuiltYet) nearest.Offer(known);
    return Refuse(
        Refusal::kUnknownFunction, call.function_source,
        {name,
         nearest.found()
             ? absl::StrCat("did you mean ", nearest.best(), "?")
             : "avg, sum, min, max, first, last, count, median, user_days, "
               "coverage, first_time, bounds, share"});
  }
  if (call.scope == Call::Scope::kAcross) {
    return Refuse(Refusal::kNotBuilt, expr.source, {"ACROSS"});
  }
  if (call.scope == Call::Scope::kWithin && name != "share") {
    return Refuse(Refusal::kScope, expr.source,
                  {name, "WITHIN", "WITHIN stands in share(x WITHIN dim)"});
  }
  if (call.every.has_value()) {
    if (name == "share") {
      return Refuse(Refusal::kScope, expr.source,
                    {name, "EVERY", "EVERY stands behind the items"});
    }
    return Refuse(Refusal::kNotBuilt, expr.source, {"EVERY inside a function"});
  }
  if (name == "share") return BindShare(expr, call, place);
  if (name == "first_time") return BindFirstTime(expr, call, place);
  return BindAggregate(expr, call, place);
}

absl::StatusOr<RowExpr> Binder::BindBare(const Expr& expr, const Place& place) {
  const Operand& operand = std::get<Operand>(expr.node);
  Leaf leaf;
  leaf.bare = true;
  leaf.total = place.total;
  leaf.steps.kind = StepExpr::Kind::kOperand;
  // Before the operand is bound: EVERY may be finer than its period, and the
  // refusal below says more about what is wrong.
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            FindMetric(operand.metric, expr.source));
  const std::string period = FormatPeriod(metric->spec.period);
  if (!plan_.every.has_value()) {
    return Refuse(Refusal::kBareBeside, expr.source, {operand.metric, period});
  }
  FOOTFALL_ASSIGN_OR_RETURN(leaf.steps.operand,
                            BindOperand(operand, expr.source));
  leaf.operand = leaf.steps.operand;
  const BoundOperand& bound = plan_.operands[leaf.operand];
  if (!(*plan_.every == metric->spec.period)) {
    return Refuse(Refusal::kBareCoarser, expr.source,
                  {operand.metric, period, BucketPhrase(bound)});
  }
  leaf.whole_range = place.whole_range;
  leaf.aggregate = place.whole_range ? Aggregate::kAvg : Aggregate::kFirst;
  leaf.is_decimal = GivesDecimal(leaf.aggregate, bound.decimal());
  leaf.steps.is_decimal = bound.decimal();
  return AddLeaf(std::move(leaf));
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
