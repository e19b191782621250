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

std::string UnitOrUsers(const Metric& metric) {
  return metric.spec.unit.empty() ? "users" : metric.spec.unit;
}

}  // namespace

absl::Status Binder::AlignSteps(const Expr& expr, Leaf* leaf) {
  const std::vector<size_t> operands = OperandsOf(*leaf);
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
    if (!InnerOf(leaf->steps).has_value() &&
        !(other.grid.period() == lead.grid.period())) {
      return Refuse(
          Refusal::kPeriods, expr.source,
          {lead.metric->spec.name, FormatPeriod(lead.grid.period()),
           other.metric->spec.name, FormatPeriod(other.grid.period())});
    }
    const bool fixed = plan_.every.has_value() || plan_.align.has_value();
    if (!(other.window == lead.window) || other.offsets != lead.offsets ||
        (fixed && other.own_window != lead.own_window)) {
      return Refuse(Refusal::kWindows, expr.source, {});
    }
    if (!(other.time_picks == lead.time_picks)) {
      return Refuse(Refusal::kPartsDiffer, expr.source, {});
    }
  }
  return absl::OkStatus();
}

absl::Status Binder::CheckSum(const Expr& expr, const Call& call,
                              const Place& place, Leaf* leaf) {
  const auto rule = RuleOverTime(plan_, leaf->steps);
  const BoundOperand& operand = plan_.operands[leaf->operand];
  const Metric& metric = *operand.metric;
  const std::string argument =
      Printed(*std::get_if<Expr>(&call.arguments[0].form));
  if (leaf->function.row->rule == RuleOf::kAdds) {
    if (rule == Additivity::kOverlaps) return absl::OkStatus();
    const bool adds = rule == Additivity::kAdds;
    return Refuse(Refusal::kUserDays, expr.source,
                  {argument, adds ? "ADDS" : "is a LEVEL",
                   adds ? absl::StrCat("use sum(", argument, ")")
                        : absl::StrCat("use avg(", argument, ")")});
  }
  const bool over = leaf->window.has_value();
  if (rule == Additivity::kAdds || place.whole_range ||
      !(over || ManySteps(operand, place))) {
    return absl::OkStatus();
  }
  if (rule == Additivity::kLevel) {
    return Refuse(Refusal::kSumLevel, expr.source,
                  {Printed(expr), argument,
                   absl::StrCat(UnitName(metric.spec.period.unit), "s"),
                   StatementWith(call, "avg")});
  }
  if (place.in_bounds) {
    leaf->function.aggregate = Aggregate::kBoundsOfSum;
    return absl::OkStatus();
  }
  const std::string unit = UnitOrUsers(metric);
  // DURING in braces: one value of its own range.
  const bool own = operand.own_window && !place.inner.has_value();
  const std::string phrase = over  ? "a window"
                             : own ? "the range"
                                   : BucketPhrase(place);
  const std::optional<Period> bucket = own ? std::nullopt : BucketOf(place);
  const std::string the_bucket =
      over ? "the window"
      : bucket.has_value()
          ? absl::StrCat("the ", bucket->count == 1
                                     ? std::string(UnitName(bucket->unit))
                                     : FormatPeriod(*bucket))
          : "the range";
  return Refuse(Refusal::kSumOverlaps, expr.source,
                {Printed(expr), phrase,
                 absl::StrCat(absl::StripSuffix(unit, "s"), "-",
                              UnitName(metric.spec.period.unit), "s"),
                 unit, argument, the_bucket, StatementWith(call, "avg")});
}

absl::Status Binder::BindTest(const Expr& expr, const Call& call,
                              const Place& place, Leaf* leaf) {
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
                   absl::StrCat(call.function, "(dau >= 1000000)")});
  }
  TimeFunction& function = leaf->function;
  function.comparison = test->comparison;
  if (const auto* integer = std::get_if<int64_t>(&number->value)) {
    // The least integer has no counterpart.
    function.threshold = minus == nullptr ? Scalar::Integer(*integer)
                         : *integer == INT64_MIN
                             ? Scalar::Decimal(-static_cast<double>(*integer))
                             : Scalar::Integer(-*integer);
  } else {
    const double decimal = std::get<double>(number->value);
    function.threshold = Scalar::Decimal(minus != nullptr ? -decimal : decimal);
  }
  FOOTFALL_ASSIGN_OR_RETURN(leaf->steps, BindSteps(test->left, call, place));
  return absl::OkStatus();
}

absl::Status Binder::BindPlaces(const Expr& expr, const Call& call,
                                const Place& place, Leaf* leaf) {
  const Expr* x = nullptr;
  const int64_t* count = nullptr;
  if (call.arguments.size() == 2) {
    x = std::get_if<Expr>(&call.arguments[0].form);
    const Expr* places = std::get_if<Expr>(&call.arguments[1].form);
    const Number* number =
        places == nullptr ? nullptr : std::get_if<Number>(&places->node);
    if (number != nullptr) count = std::get_if<int64_t>(&number->value);
  }
  if (x == nullptr || count == nullptr || *count < 1) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "a value and a number of places, 1 or more",
                   "count_in_top(avg(dau), 50 EVERY month)"});
  }
  if (plan_.by.empty()) {
    return Refuse(Refusal::kTopCountBy, expr.source, {Printed(expr)});
  }
  FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
      expr.source, Printed(expr),
      "it takes places among groups at one date, and each is at its own",
      absl::StrCat("rank(", Printed(*x),
                   ") is the place at each offset; HAVING and LIMIT pick rows "
                   "by it")));
  leaf->function.count = *count;
  FOOTFALL_ASSIGN_OR_RETURN(leaf->steps, BindSteps(*x, call, place));
  return absl::OkStatus();
}

absl::Status Binder::BindArguments(const Expr& expr, const Call& call,
                                   const Place& place, Leaf* leaf) {
  switch (leaf->function.row->takes) {
    case Takes::kTest:
      return BindTest(expr, call, place, leaf);
    case Takes::kValueOrTest:
      if (call.arguments.empty() ||
          !std::holds_alternative<Test>(call.arguments[0].form)) {
        break;
      }
      leaf->function.kind = TimeKind::kCountOfTest;
      return BindTest(expr, call, place, leaf);
    case Takes::kPlaces:
      return BindPlaces(expr, call, place, leaf);
    case Takes::kTwoValues:
      return BindTwoValues(expr, call, place, leaf);
    default:
      break;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Expr* argument, OnlyArgument(expr, call));
  FOOTFALL_ASSIGN_OR_RETURN(leaf->steps, BindSteps(*argument, call, place));
  return absl::OkStatus();
}

absl::Status Binder::BindTwoValues(const Expr& expr, const Call& call,
                                   const Place& place, Leaf* leaf) {
  std::vector<StepExpr> sides;
  for (const Argument& argument : call.arguments) {
    const Expr* side = std::get_if<Expr>(&argument.form);
    if (side == nullptr) break;
    if (FirstOperand(*side) == nullptr) {
      return Refuse(Refusal::kNoMetric, side->source, {Printed(*side)});
    }
    FOOTFALL_ASSIGN_OR_RETURN(StepExpr steps, BindSteps(*side, call, place));
    sides.push_back(std::move(steps));
  }
  if (sides.size() != 2 || call.arguments.size() != 2) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "two values", "corr(dau, mentions)"});
  }
  leaf->steps = std::move(sides[0]);
  leaf->other = std::move(sides[1]);
  return absl::OkStatus();
}

// Sums over inner buckets.
absl::Status Binder::CheckInnerSum(const Expr& expr, const Call& call,
                                   const Place& place, const Leaf& leaf) {
  if (leaf.function.row->rule == RuleOf::kAdds) {
    return Refuse(Refusal::kScope, expr.source,
                  {call.function, "EVERY inside",
                   "user_days counts each day anyway: user_days(dau)"});
  }
  const auto rule = RuleOverTime(plan_, leaf.steps);
  const Period inner = begins_.Of(*call.every);
  const std::optional<Period> bucket = BucketOf(place);
  const bool over = leaf.window.has_value();
  if (rule == Additivity::kAdds ||
      (!over && !leaf.whole_range && bucket.has_value() && *bucket == inner)) {
    return absl::OkStatus();
  }
  const std::string argument =
      absl::StrCat(Printed(*std::get_if<Expr>(&call.arguments[0].form)),
                   " EVERY ", FormatPeriod(*call.every));
  if (rule == Additivity::kLevel) {
    return Refuse(Refusal::kSumInnerLevel, expr.source,
                  {Printed(expr), absl::StrCat(UnitName(inner.unit), "s"),
                   argument, StatementWith(call, "avg")});
  }
  const std::string unit = UnitOrUsers(*plan_.operands[leaf.operand].metric);
  return Refuse(Refusal::kSumInner, expr.source,
                {Printed(expr), over ? "a window" : BucketPhrase(place),
                 absl::StrCat(absl::StripSuffix(unit, "s"), "-",
                              UnitName(inner.unit), "s"),
                 unit, argument, StatementWith(call, "avg")});
}

// A mean of ratios weighs each alike, and a median of medians is no median.
void Binder::NoteMeanOfRatios(const Expr& expr, const Call& call,
                              const Leaf& leaf) {
  const bool mean = leaf.function.Is(Aggregate::kAvg);
  const bool middle = leaf.function.Is(Aggregate::kQuantile);
  const Expr* x = call.arguments.empty()
                      ? nullptr
                      : std::get_if<Expr>(&call.arguments[0].form);
  if (x == nullptr || (!mean && !middle)) return;
  const auto* ratio = std::get_if<Arithmetic>(&x->node);
  if (ratio != nullptr && ratio->op == '/' &&
      FirstOperand(ratio->sides[1]) != nullptr) {
    const auto each = [&](const Expr& side) {
      if (std::holds_alternative<Call>(side.node)) return Printed(side);
      Call one = call;
      one.arguments[0].form = side;
      return Printed(Expr{std::move(one), {}});
    };
    AddNote(absl::StrCat(
        Printed(expr),
        " is of ratios, each of which counts alike: ", each(ratio->sides[0]),
        " / ", each(ratio->sides[1]), " is the ratio of the whole"));
  }
  const Call* inner = std::get_if<Call>(&x->node);
  if (middle && inner != nullptr && call.every.has_value() &&
      leaf.steps.kind == StepExpr::Kind::kOverTime &&
      leaf.steps.function.Is(Aggregate::kQuantile)) {
    AddNote(absl::StrCat(Printed(expr), " is of medians: ", Printed(*x),
                         " is of the steps themselves"));
  }
}

// A call of a function over time. Its bucket is that of `place`; what stands in
// it is on steps of the metrics or, with an EVERY, on inner buckets.
absl::Status Binder::BindFunction(const Expr& expr, const Call& call,
                                  const Place& place, Leaf* leaf) {
  leaf->total = place.total;
  leaf->function = *FindTimeFunction(call.function);
  if (leaf->function.kind == TimeKind::kWhen) {
    return BindWhen(expr, call, place, leaf);
  }
  return BindCallOf(expr, call, place, leaf);
}

// when(max(x)): the arguments and the inner buckets are those of max(x).
absl::Status Binder::BindWhen(const Expr& expr, const Call& call,
                              const Place& place, Leaf* leaf) {
  const Expr* x = call.arguments.size() == 1
                      ? std::get_if<Expr>(&call.arguments[0].form)
                      : nullptr;
  const Call* extreme = x == nullptr ? nullptr : std::get_if<Call>(&x->node);
  const bool largest = extreme != nullptr && extreme->function == "max";
  if (extreme != nullptr && extreme->scope == Call::Scope::kAcross) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "the largest or the least value over time",
                   absl::StrCat("when(max(", Printed(*x), "))")});
  }
  if (extreme == nullptr || (!largest && extreme->function != "min") ||
      extreme->scope != Call::Scope::kNone || call.every.has_value() ||
      call.over.has_value()) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "the largest or the least value",
                   "when(max(dau)), when(min(dau)), or of inner buckets "
                   "when(max(avg(dau) EVERY month))"});
  }
  leaf->function.aggregate = largest ? Aggregate::kMax : Aggregate::kMin;
  return BindCallOf(expr, *extreme, place, leaf);
}

// As BindFunction(), of a leaf whose function is known.
absl::Status Binder::BindCallOf(const Expr& expr, const Call& call,
                                const Place& place, Leaf* leaf) {
  const Function& function = *leaf->function.row;
  leaf->is_date = function.gives == Gives::kDate;
  const bool amount = function.kind == TimeKind::kReduce;
  if (place.in_share && leaf->is_date) {
    return Refuse(Refusal::kDateArithmetic, expr.source,
                  {Printed(expr), "share"});
  }
  if (place.in_share && !amount) {
    return Refuse(Refusal::kShareLevel, expr.source, {Printed(expr), "time"});
  }
  Place inside = place;
  inside.inner.reset();
  if (call.every.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(inside, EnterInner(call, place));
  }
  FOOTFALL_RETURN_IF_ERROR(BindArguments(expr, call, inside, leaf));
  FOOTFALL_RETURN_IF_ERROR(AlignSteps(expr, leaf));
  if (inside.inner.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(
        CutByInner(call, *inside.inner, OperandsOf(*leaf)));
  }
  // A value of each group, the same in all of its rows.
  leaf->whole_range |=
      plan_.every.has_value() && plan_.operands[leaf->operand].own_window;
  FOOTFALL_RETURN_IF_ERROR(BindWindow(expr, call, place, leaf));
  if (leaf->function.Is(Aggregate::kSum)) {
    FOOTFALL_RETURN_IF_ERROR(call.every.has_value()
                                 ? CheckInnerSum(expr, call, place, *leaf)
                                 : CheckSum(expr, call, place, leaf));
  }
  NoteMeanOfRatios(expr, call, *leaf);
  leaf->is_decimal =
      function.gives == Gives::kDecimal ||
      (function.gives == Gives::kTypeOfX && leaf->steps.is_decimal);
  return absl::OkStatus();
}

absl::StatusOr<RowExpr> Binder::BindOverTime(const Expr& expr, const Call& call,
                                             const Place& place) {
  Leaf leaf;
  leaf.whole_range = place.whole_range;
  leaf.back = place.back;
  FOOTFALL_RETURN_IF_ERROR(BindFunction(expr, call, place, &leaf));
  leaf.name = Printed(expr);
  if (!leaf.function.Is(Aggregate::kLast) || plan_.every.has_value() ||
      leaf.total.is_total) {
    return AddLeaf(std::move(leaf));
  }
  Leaf time = leaf;
  time.function = *FindTimeFunction("last_time");
  time.is_date = true;
  time.is_decimal = false;
  RowExpr row = AddLeaf(std::move(leaf));
  const std::pair pair(row.leaf, AddLeaf(std::move(time)).leaf);
  if (std::find(plan_.last_times.begin(), plan_.last_times.end(), pair) ==
      plan_.last_times.end()) {
    plan_.last_times.push_back(pair);
  }
  return row;
}

// A value that is one metric's keeps its unit; a count of
// steps has that of the steps.
std::string Binder::UnitOf(const Leaf& leaf) const {
  const MetricSpec& spec = plan_.operands[leaf.operand].metric->spec;
  const auto unit_of = [](const TimeFunction& function) {
    return function.row == nullptr ? query::UnitOf::kX : function.row->unit;
  };
  if (unit_of(leaf.function) == query::UnitOf::kSteps) {
    const auto inner = InnerOf(leaf.steps);
    const Period& period =
        inner.has_value() ? plan_.inner[*inner].period : spec.period;
    return period.count == 1 ? absl::StrCat(UnitName(period.unit), "s")
                             : absl::StrCat("x ", FormatPeriod(period));
  }
  const auto keeps = [&](const TimeFunction& function) {
    return unit_of(function) == query::UnitOf::kX ||
           unit_of(function) == query::UnitOf::kXTimesSteps;
  };
  const auto& across = plan_.operands[leaf.operand].across;
  bool kept = keeps(leaf.function) &&
              !(across.has_value() && (across->function == Aggregate::kCount ||
                                       across->parts != nullptr));
  const StepExpr* steps = &leaf.steps;
  for (; steps->kind == StepExpr::Kind::kOverTime ||
         steps->kind == StepExpr::Kind::kShift;
       steps = &steps->sides[0]) {
    kept = kept && (steps->kind == StepExpr::Kind::kShift
                        ? steps->shift != StepExpr::Shift::kGrowth
                        : keeps(steps->function));
  }
  if (!kept || steps->kind != StepExpr::Kind::kOperand || spec.unit.empty()) {
    return "";
  }
  if (unit_of(leaf.function) == query::UnitOf::kX) return spec.unit;
  return absl::StrCat(spec.unit, " x ", UnitName(spec.period.unit), "s");
}

}  // namespace footfall::query
