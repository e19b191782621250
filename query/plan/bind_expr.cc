// Expressions: functions over time, transforms, arithmetic.

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/lang/look.h"
#include "query/lang/nearest.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/date_value.h"
#include "query/plan/other_names.h"
#include "query/plan/people.h"
#include "query/plan/tiers.h"

namespace footfall::query {
namespace {

// A microsecond or so.
constexpr uint64_t kWorkOfNode = 64;

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
  return FindTimeFunction(function).has_value();
}

// Whether its first metric has a DURING in braces.
bool HasOwnRange(const Call& call) {
  const Expr* inner =
      call.arguments.empty() ? nullptr : ExprOf(call.arguments[0]);
  if (inner == nullptr) return false;
  if (const auto* operand = std::get_if<Operand>(&inner->node)) {
    return operand->during.has_value();
  }
  const auto* nested = std::get_if<Call>(&inner->node);
  return nested != nullptr && HasOwnRange(*nested);
}

// Whether OVER stands in it or, of when(max(x OVER ..)), in its max().
bool HasOver(const Call& call) {
  if (call.over.has_value()) return true;
  const Expr* inner = call.function == "when" && !call.arguments.empty()
                          ? ExprOf(call.arguments[0])
                          : nullptr;
  const Call* extreme =
      inner == nullptr ? nullptr : std::get_if<Call>(&inner->node);
  return extreme != nullptr && extreme->over.has_value();
}

}  // namespace

std::string Printed(const Expr& expr) { return Print(expr); }

std::string PeriodPhrase(const Period& period) {
  if (period.count != 1) return FormatPeriod(period);
  return absl::StrCat(period.unit == footfall::Unit::kHour ? "an " : "a ",
                      FormatPeriod(period));
}

std::optional<TimeFunction> FindTimeFunction(absl::string_view name) {
  const Function* row = FindFunction(name);
  if (row == nullptr || row->family != FunctionFamily::kOverTime) {
    return std::nullopt;
  }
  TimeFunction function;
  function.row = row;
  function.kind = row->kind;
  function.aggregate = row->aggregate;
  if (const int percent = PercentOf(name)) function.quantile = percent / 100.0;
  return function;
}

const Function* FindTransform(absl::string_view name) {
  const Function* row = FindFunction(name);
  return row != nullptr && row->family == FunctionFamily::kBetweenRows
             ? row
             : nullptr;
}

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
  if (IsAcross(expr)) return &expr;
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    // A window has a value at each step, too.
    if (HasOver(*call)) return &expr;
    if (IsOverTime(call->function) && call->scope != Call::Scope::kWithin) {
      return nullptr;
    }
    for (const Argument& argument : call->arguments) {
      const Expr* found = nullptr;
      if (const Expr* inner = ExprOf(argument)) {
        found = FirstBare(*inner);
      } else if (const auto* test = std::get_if<Test>(&argument.form)) {
        found = FirstBare(test->left);
        if (found == nullptr) found = FirstBare(test->right);
      }
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
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    // A window is one of each row, whatever stands in it, and a value of its
    // own range stands in each.
    if (HasOver(*call) || HasOwnRange(*call)) return false;
    if (IsOverTime(call->function) && call->scope == Call::Scope::kNone) {
      return true;
    }
    return std::any_of(
        call->arguments.begin(), call->arguments.end(),
        [](const Argument& argument) {
          if (const auto* test = std::get_if<Test>(&argument.form)) {
            return HasAggregate(test->left) || HasAggregate(test->right);
          }
          const Expr* inner = ExprOf(argument);
          return inner != nullptr && HasAggregate(*inner);
        });
  }
  if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    return HasAggregate(negation->inner[0]);
  }
  const auto* arithmetic = std::get_if<Arithmetic>(&expr.node);
  return arithmetic != nullptr && (HasAggregate(arithmetic->sides[0]) ||
                                   HasAggregate(arithmetic->sides[1]));
}

bool Binder::LooksBackAtRange() const {
  if (plan_.every.has_value() || plan_.align.has_value()) return false;
  bool looks = false;
  const auto look = [&looks](const Expr& expr) {
    VisitCalls(expr, [&looks](const Call& call) {
      const Function* function = FindTransform(call.function);
      looks |= function != nullptr && function->takes == Takes::kValueAndTime;
    });
  };
  for (const Item& item : select_.items) look(item.expr);
  for (const OrderKey& key : select_.order_by) {
    if (key.expr.has_value()) look(*key.expr);
  }
  for (const Test& test : select_.having) {
    look(test.left);
    look(test.right);
  }
  return looks;
}

std::string Binder::StatementWith(const Call& call,
                                  absl::string_view function) const {
  // What is no suggestion itself is tried with none of its own.
  if (!suggests_) return "";
  const auto is_it = [&call](const Call& other) { return other == call; };
  const auto is_sum = [](const Call& other) { return other.function == "sum"; };
  for (const bool all_sums : {false, true}) {
    Statement statement;
    statement.node = select_;
    Select& select = std::get<Select>(statement.node);
    const auto replace = [&](Call& other) {
      if (is_it(other) || (all_sums && is_sum(other))) {
        other.function = std::string(function);
      }
    };
    for (Item& item : select.items) VisitCalls(item.expr, replace);
    for (OrderKey& key : select.order_by) {
      if (key.expr.has_value()) VisitCalls(*key.expr, replace);
    }
    for (Test& test : select.having) {
      VisitCalls(test.left, replace);
      VisitCalls(test.right, replace);
    }
    Binder trial(snapshot_, select, text_, options_, now_);
    trial.suggests_ = false;
    if (trial.Run().ok()) {
      return absl::StrCat("\nfor example: ", Print(statement));
    }
  }
  return "";
}

std::optional<Period> Binder::BucketOf(const Place& place) const {
  if (place.inner.has_value()) return plan_.inner[*place.inner].period;
  return place.whole_range ? std::nullopt : plan_.every;
}

bool Binder::ManySteps(const BoundOperand& operand, const Place& place) const {
  if (operand.offsets.has_value() && !place.inner.has_value()) {
    return operand.offsets->first < operand.offsets->last ||
           !(begins_.Of({operand.offsets->unit, 1}) == operand.grid.period());
  }
  if (operand.own_window && !place.inner.has_value()) {
    return !operand.window.first.has_value() ||
           !operand.window.last.has_value() || operand.range.size() > 1;
  }
  const std::optional<Period> bucket = BucketOf(place);
  if (bucket.has_value()) return !(*bucket == operand.grid.period());
  if (plan_.align.has_value()) {
    return plan_.align->first < plan_.align->last ||
           !(begins_.Of({plan_.align->unit, 1}) == operand.grid.period());
  }
  return !operand.window.first.has_value() ||
         !operand.window.last.has_value() || operand.range.size() > 1;
}

std::string Binder::BucketPhrase(const Place& place) const {
  const std::optional<Period> bucket = BucketOf(place);
  return bucket.has_value() ? PeriodPhrase(*bucket) : "the range";
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
  if (side.is_text) {
    return Refuse(Refusal::kTextPlace, where.source, {Printed(where)});
  }
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
  const auto same = std::find(plan_.leaves.begin(), plan_.leaves.end(), leaf);
  row.leaf = static_cast<size_t>(same - plan_.leaves.begin());
  if (same == plan_.leaves.end()) plan_.leaves.push_back(std::move(leaf));
  return row;
}

void Binder::AddNote(std::string note) {
  if (std::find(plan_.notes.begin(), plan_.notes.end(), note) ==
      plan_.notes.end()) {
    plan_.notes.push_back(std::move(note));
  }
}

void Binder::NoteRelated(const Expr& expr, Related related) {
  switch (related) {
    case Related::kNo:
    case Related::kPart:
    case Related::kPartOverTime:
      return;
    default:
      AddNote(absl::StrCat(Printed(expr),
                           " may count the same people more than once: there "
                           "are no more of them, and perhaps fewer"));
  }
}

// Inside a product of metrics for as long as it lives, where it is one.
class Binder::Product {
 public:
  Product(Binder* binder, const Arithmetic& arithmetic)
      : binder_(binder),
        counts_(arithmetic.op == '*' &&
                FirstOperand(arithmetic.sides[0]) != nullptr &&
                FirstOperand(arithmetic.sides[1]) != nullptr) {
    binder_->products_ += counts_ ? 1 : 0;
  }
  ~Product() { binder_->products_ -= counts_ ? 1 : 0; }
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;

 private:
  Binder* const binder_;
  const bool counts_;
};

// ---- Each step

absl::StatusOr<StepExpr> Binder::BindSteps(const Expr& expr, const Call& around,
                                           const Place& place) {
  FOOTFALL_RETURN_IF_ERROR(Pass(options_, kWorkOfNode));
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
  if (std::holds_alternative<Operand>(expr.node) || IsAcross(expr)) {
    return place.inner.has_value() ? BindInnerBare(expr, place)
                                   : BindOwnSteps(expr);
  }
  if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    steps.kind = StepExpr::Kind::kNegate;
    FOOTFALL_ASSIGN_OR_RETURN(StepExpr inner,
                              BindSteps(negation->inner[0], around, place));
    steps.is_decimal = inner.is_decimal;
    steps.sides.push_back(std::move(inner));
    return steps;
  }
  if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    steps.kind = StepExpr::Kind::kArithmetic;
    steps.op = arithmetic->op;
    steps.is_decimal = arithmetic->op == '/';
    const Product product(this, *arithmetic);
    for (const Expr& side : arithmetic->sides) {
      FOOTFALL_ASSIGN_OR_RETURN(StepExpr bound, BindSteps(side, around, place));
      steps.is_decimal |= bound.is_decimal;
      steps.sides.push_back(std::move(bound));
    }
    steps.related = RelatedSides(plan_, steps);
    NoteRelated(expr, steps.related);
    return steps;
  }
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    if (place.inner.has_value()) {
      return BindInnerCall(expr, *call, around, place);
    }
    const Function* between = FindTransform(call->function);
    if (between != nullptr && between->shifts_in_buckets) {
      return Refuse(
          Refusal::kNestedShift, expr.source,
          {around.function, Printed(expr), WithOwnEvery(expr, around)});
    }
    const Operand* inner = FirstOperand(expr);
    std::string example = inner == nullptr
                              ? Printed(expr)
                              : absl::StrCat("avg(", inner->metric, ")");
    const Function* function = FindFunction(around.function);
    if (function != nullptr && function->takes == Takes::kPlaces) {
      absl::StrAppend(&example, ", 10");
    }
    return Refuse(Refusal::kNested, expr.source,
                  {around.function, Printed(expr), example});
  }
  return Refuse(Refusal::kDateArithmetic, expr.source,
                {Printed(expr), around.function});
}

// ---- Rows

absl::StatusOr<RowExpr> Binder::BindRow(const Expr& expr, const Place& place) {
  FOOTFALL_RETURN_IF_ERROR(Pass(options_, kWorkOfNode + plan_.leaves.size()));
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
  if (names_items_) {
    FOOTFALL_ASSIGN_OR_RETURN(std::optional<RowExpr> item,
                              BindItemName(expr, place));
    if (item.has_value()) return *std::move(item);
  }
  if (std::holds_alternative<Operand>(expr.node) || IsAcross(expr)) {
    return BindBare(expr, place);
  }
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
    const Product product(this, *arithmetic);
    for (const Expr& side : arithmetic->sides) {
      FOOTFALL_ASSIGN_OR_RETURN(RowExpr bound, BindRow(side, place));
      FOOTFALL_RETURN_IF_ERROR(CheckNoDates(side, bound, arithmetic->op));
      row.is_decimal |= bound.is_decimal;
      row.sides.push_back(std::move(bound));
    }
    row.related = RelatedSides(plan_, row);
    NoteRelated(expr, row.related);
    return row;
  }
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    return BindCall(expr, *call, place);
  }
  if (const auto* date = std::get_if<Date>(&expr.node)) {
    row.number = Scalar::Integer(PackDate(*date));
    row.is_date = true;
    return row;
  }
  if (place.in_share) {
    return Refuse(Refusal::kDateArithmetic, expr.source,
                  {Printed(expr), "share"});
  }
  return BindEvent(expr);
}

absl::StatusOr<RowExpr> Binder::BindCall(const Expr& expr, const Call& call,
                                         const Place& place) {
  const std::string& name = call.function;
  const Function* function = FindFunction(name);
  // An event() in its place is no call.
  if (function == nullptr || name == "event") return RefuseUnknown(call);
  if (function->family == FunctionFamily::kBounds) {
    return Refuse(
        Refusal::kBoundsPlace, expr.source,
        {FirstOperand(expr) == nullptr ? "dau" : FirstOperand(expr)->metric});
  }
  if (function->family == FunctionFamily::kWholeAnswer) {
    return Refuse(Refusal::kWholeAnswer, expr.source,
                  {Printed(expr), "something stands around it"});
  }
  if (call.scope == Call::Scope::kWithin) {
    if (!function->within) {
      return Refuse(
          Refusal::kScope, expr.source,
          {name, "WITHIN",
           "WITHIN goes with share, top_share, rank, rank_delta, sum, "
           "avg, min, max, median, p1 to p99, stddev and count"});
    }
    if (function->family == FunctionFamily::kOverTime) {
      return BindWithin(expr, call, place);
    }
  }
  if (function->family == FunctionFamily::kOverTime) {
    return BindOverTime(expr, call, place);
  }
  FOOTFALL_RETURN_IF_ERROR(RefuseOver(call));
  if (call.every.has_value()) {
    return Refuse(Refusal::kScope, expr.source,
                  {name, "EVERY", "EVERY stands behind the items"});
  }
  if (function->family == FunctionFamily::kBetweenRows) {
    return BindTransform(expr, call, place);
  }
  return function->takes == Takes::kTwoDates
             ? BindDaysBetween(expr, call, place)
             : BindEventNames(expr, call);
}

absl::Status Binder::RefuseUnknown(const Call& call) const {
  const std::string& name = call.function;
  if (const auto part = TimePartOfWord(name); part.has_value()) {
    return Refuse(Refusal::kPartPlace, call.function_source,
                  {TimePartName(*part)});
  }
  if (const absl::string_view hint = HintForOtherName(name); !hint.empty()) {
    return Refuse(Refusal::kUnknownFunction, call.function_source,
                  {name, hint});
  }
  Nearest nearest(name);
  std::vector<absl::string_view> names;
  for (const Function* function : AllFunctions()) {
    const bool percentiles = PercentOf(function->info.name) > 0;
    names.push_back(percentiles ? "p1 to p99" : function->info.name);
    if (!percentiles) nearest.Offer(function->info.name);
  }
  return Refuse(Refusal::kUnknownFunction, call.function_source,
                {name, nearest.found()
                           ? absl::StrCat("did you mean ", nearest.best(), "?")
                           : absl::StrJoin(names, ", ")});
}

absl::StatusOr<RowExpr> Binder::BindBare(const Expr& expr, const Place& place) {
  const Operand* first = FirstOperand(expr);
  if (first == nullptr) {
    return Refuse(Refusal::kNoMetric, expr.source, {Printed(expr)});
  }
  const Operand& operand = *first;
  Leaf leaf;
  leaf.bare = true;
  leaf.total = place.total;
  // Before the operand is bound: EVERY may be finer than its period, and the
  // refusal below says more about what is wrong.
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            FindMetric(operand.metric, expr.source));
  const std::string period = FormatPeriod(metric->spec.period);
  const std::string name =
      IsAcross(expr) ? Printed(expr) : std::string(operand.metric);
  if (!plan_.every.has_value()) {
    return Refuse(Refusal::kBareBeside, expr.source, {name, period});
  }
  if (IsAcross(expr) && place.in_share) {
    return Refuse(Refusal::kShareLevel, expr.source, {name, "ACROSS"});
  }
  FOOTFALL_ASSIGN_OR_RETURN(leaf.steps, BindOwnSteps(expr));
  leaf.operand = leaf.steps.operand;
  if (plan_.operands[leaf.operand].own_window) {
    return Refuse(Refusal::kOwnWindow, expr.source, {});
  }
  if (!(*plan_.every == metric->spec.period)) {
    return Refuse(Refusal::kBareCoarser, expr.source,
                  {name, period, BucketPhrase(Place()),
                   WhatMakesOne(*plan_.operands[leaf.operand].metric, name)});
  }
  leaf.whole_range = place.whole_range;
  leaf.back = place.back;
  leaf.function.aggregate =
      place.whole_range ? Aggregate::kAvg : Aggregate::kFirst;
  leaf.is_decimal =
      GivesDecimal(leaf.function.aggregate, leaf.steps.is_decimal);
  return AddLeaf(std::move(leaf));
}

}  // namespace footfall::query
