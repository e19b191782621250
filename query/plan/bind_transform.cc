// Transforms: what a row makes of other rows.

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

RowExpr MakeArithmetic(char op, RowExpr left, RowExpr right) {
  RowExpr row;
  row.kind = RowExpr::Kind::kArithmetic;
  row.op = op;
  row.is_decimal = op == '/' || left.is_decimal || right.is_decimal;
  row.sides.push_back(std::move(left));
  row.sides.push_back(std::move(right));
  return row;
}

RowExpr One() {
  RowExpr one;
  one.number = Scalar::Integer(1);
  return one;
}

bool IsWithinWeek(const std::optional<Period>& period) {
  return period.has_value() && period->unit <= footfall::Unit::kDay &&
         (period->unit < footfall::Unit::kDay || period->count < 7);
}

}  // namespace

RowExpr Binder::AddTransform(Transform transform) {
  RowExpr row;
  row.kind = RowExpr::Kind::kTransform;
  row.is_decimal = GivesDecimal(transform);
  const auto same =
      std::find(plan_.transforms.begin(), plan_.transforms.end(), transform);
  row.transform = static_cast<size_t>(same - plan_.transforms.begin());
  if (same == plan_.transforms.end()) {
    plan_.transforms.push_back(std::move(transform));
  }
  return row;
}

absl::StatusOr<RowExpr> Binder::BindTransform(const Expr& expr,
                                              const Call& call,
                                              const Place& place) {
  const std::string& name = call.function;
  if (name == "share") return BindShare(expr, call, place);
  if (name == "top_share") return BindTopShare(expr, call, place);
  const Function& function = *FindTransform(name);
  const size_t count = function.takes == Takes::kValue ? 1 : 2;
  const Expr* argument = call.arguments.empty()
                             ? nullptr
                             : std::get_if<Expr>(&call.arguments[0].form);
  const Duration* back = nullptr;
  int64_t buckets = 0;
  if (count == 1) {
    FOOTFALL_ASSIGN_OR_RETURN(argument, OnlyArgument(expr, call));
  } else {
    if (call.arguments.size() == 2) {
      back = std::get_if<Duration>(&call.arguments[1].form);
      const Expr* second = std::get_if<Expr>(&call.arguments[1].form);
      const Number* number =
          second == nullptr ? nullptr : std::get_if<Number>(&second->node);
      const int64_t* whole =
          number == nullptr ? nullptr : std::get_if<int64_t>(&number->value);
      if (whole != nullptr) buckets = *whole;
    }
    const bool by_time = function.takes == Takes::kValueAndTime;
    const bool fits = by_time ? back != nullptr : buckets >= 1;
    if (!by_time && argument != nullptr && call.arguments.size() == 2 &&
        buckets < 1 && std::get_if<Expr>(&call.arguments[1].form) != nullptr) {
      return Refuse(Refusal::kArguments, call.arguments[1].source,
                    {name, "1 bucket or more",
                     absl::StrCat(name, "(dau, 1) is dau itself, ", name,
                                  "(dau, 7) the mean of 7")});
    }
    if (argument == nullptr || !fits) {
      return Refuse(
          Refusal::kArguments, expr.source,
          {name,
           by_time ? "a value, and how much earlier"
                   : "a value, and of how many buckets",
           absl::StrCat(name, by_time ? "(dau, 1 week)" : "(dau, 7)")});
    }
  }
  if (FirstOperand(*argument) == nullptr) {
    return Refuse(Refusal::kNoMetric, argument->source, {Printed(*argument)});
  }
  if (place.in_share && !function.keeps_nature()) {
    return Refuse(Refusal::kShareOf, expr.source, {Printed(expr)});
  }
  if (place.whole_range && function.shifts_in_buckets) {
    return BindTopShift(expr, call, place);
  }
  if (place.whole_range && name != "abs") {
    return Refuse(Refusal::kTopEvery, expr.source, {Printed(expr)});
  }
  if (name == "contribution") {
    return BindContribution(expr, call, *argument, *back, place);
  }
  FOOTFALL_ASSIGN_OR_RETURN(RowExpr x, BindRow(*argument, place));
  if (x.is_date || x.is_text) {
    return Refuse(Refusal::kDateArithmetic, argument->source,
                  {Printed(*argument), name});
  }
  if (name == "abs") {
    RowExpr row;
    row.kind = RowExpr::Kind::kAbsolute;
    row.is_decimal = x.is_decimal;
    row.sides.push_back(std::move(x));
    return row;
  }
  if (back != nullptr || name == "ma" || name == "cumulative") {
    FOOTFALL_RETURN_IF_ERROR(CheckMoves(expr, *argument, x));
  }
  Transform transform;
  if (back != nullptr) {
    FOOTFALL_RETURN_IF_ERROR(
        CheckLookBack(call.arguments[1].source, call, x, *back));
    transform.kind = Transform::Kind::kLag;
    transform.count = back->count;
    transform.unit = back->unit;
  } else if (name != "rank" && !plan_.every.has_value()) {
    return Refuse(Refusal::kNeedsEvery, expr.source, {name});
  }
  if (name == "rank" || name == "rank_delta") {
    if (plan_.by.empty()) {
      return Refuse(Refusal::kRankBy, expr.source,
                    {Printed(*argument), SomeDimension(*argument)});
    }
    Transform rank;
    rank.kind = Transform::Kind::kRank;
    rank.x = std::move(x);
    FOOTFALL_ASSIGN_OR_RETURN(rank.within, WithinOf(expr, call));
    RowExpr ranked = AddTransform(std::move(rank));
    if (name == "rank") return ranked;
    transform.no_partial = true;
    transform.x = ranked;
    RowExpr then = AddTransform(std::move(transform));
    return MakeArithmetic('-', std::move(then), std::move(ranked));
  }
  if (name == "ma") {
    transform.kind = Transform::Kind::kMovingAverage;
    transform.count = buckets;
  } else if (name == "cumulative") {
    FOOTFALL_RETURN_IF_ERROR(CheckRunningSum(expr, *argument, x));
    transform.kind = Transform::Kind::kCumulative;
  }
  transform.x = x;
  transform.no_partial = name == "growth" || name == "delta";
  if (transform.no_partial) NameSums(expr, x, &transform);
  NoteRatioOfRatios(expr, name, *argument);
  if (transform.no_partial) NoteWeekdays(expr, *back, plan_.every);
  RowExpr row = AddTransform(std::move(transform));
  if (name == "delta") return MakeArithmetic('-', std::move(x), std::move(row));
  if (name == "growth") {
    return MakeArithmetic(
        '-', MakeArithmetic('/', std::move(x), std::move(row)), One());
  }
  return row;
}

// Of sums, which two buckets may have of unequal length: what a note says.
// A value of its own range has no earlier one among the rows.
absl::Status Binder::CheckMoves(const Expr& expr, const Expr& argument,
                                const RowExpr& x) const {
  if (!plan_.every.has_value() && !plan_.align.has_value()) {
    return absl::OkStatus();
  }
  for (const size_t o : OperandsOf(plan_, x)) {
    if (!plan_.operands[o].own_window) continue;
    return Refuse(Refusal::kOwnWindowShift, expr.source,
                  {Printed(argument), Printed(expr)});
  }
  return absl::OkStatus();
}

void Binder::NameSums(const Expr& expr, const RowExpr& x,
                      Transform* shift) const {
  if (x.kind != RowExpr::Kind::kLeaf ||
      !plan_.leaves[x.leaf].function.Is(Aggregate::kSum) ||
      plan_.leaves[x.leaf].window.has_value()) {
    return;
  }
  Expr mean = expr;
  Expr& inner = std::get<Expr>(std::get<Call>(mean.node).arguments[0].form);
  if (Call* sum = std::get_if<Call>(&inner.node)) sum->function = "avg";
  shift->name = Printed(expr);
  shift->mean = Printed(mean);
}

// A Monday beside a Sunday: most of it is the week.
void Binder::NoteWeekdays(const Expr& expr, const Duration& back,
                          const std::optional<Period>& period) {
  const int64_t months = back.unit == footfall::Unit::kYear      ? 12
                         : back.unit == footfall::Unit::kQuarter ? 3
                         : back.unit == footfall::Unit::kMonth   ? 1
                                                                 : 0;
  constexpr int64_t kMostUnits = 10'000;
  if (months == 0 || back.count > kMostUnits || !IsWithinWeek(period)) {
    return;
  }
  Expr weeks = expr;
  std::get<Call>(weeks.node).arguments[1].form =
      Duration{(back.count * months * 52 + 6) / 12, footfall::Unit::kWeek};
  AddNote(absl::StrCat(Printed(expr), " compares different weekdays: ",
                       Printed(weeks), " compares the same ones"));
}

bool Binder::RowsWithinWeek() const { return IsWithinWeek(plan_.every); }

// Growth of what is a ratio already.
void Binder::NoteRatioOfRatios(const Expr& expr, absl::string_view name,
                               const Expr& x) {
  const Call* call = std::get_if<Call>(&x.node);
  if (name != "growth" || call == nullptr ||
      (call->function != "growth" && call->function != "share")) {
    return;
  }
  Expr points = expr;
  std::get<Call>(points.node).function = "delta";
  AddNote(absl::StrCat(Printed(expr), " is percent of percent: ",
                       Printed(points), " is the change in points"));
}

// Whether a shift by `back` leads from one bucket, or range, to another.
absl::Status Binder::CheckLookBack(footfall::Source source, const Call& call,
                                   const RowExpr& x, const Duration& back) {
  if (plan_.align.has_value()) return CheckAlignedLookBack(source, back);
  for (const size_t o : OperandsOf(plan_, x)) {
    const BoundOperand& operand = plan_.operands[o];
    if (operand.buckets.has_value()) {
      const absl::Status fits =
          operand.buckets->CheckShift(back.count, back.unit);
      if (!fits.ok()) return Refuse(Refusal::kShift, source, {fits.message()});
      continue;
    }
    // The same value in each row.
    if (plan_.every.has_value()) continue;
    if (back.unit < footfall::Unit::kDay &&
        !operand.grid.period().below_day()) {
      return Refuse(
          Refusal::kShift, source,
          {absl::StrCat(operand.metric->spec.name, " has a value each ",
                        FormatPeriod(operand.grid.period()), ": a shift by ",
                        UnitName(back.unit), "s leads to no other")});
    }
    if (!operand.window.first.has_value() || !operand.window.last.has_value()) {
      return Refuse(
          Refusal::kLookBackOpen, source,
          {call.function, absl::StrCat(back.count, " ", UnitName(back.unit),
                                       back.count == 1 ? "" : "s")});
    }
  }
  return absl::OkStatus();
}

std::string Binder::SomeDimension(const Expr& expr) const {
  const auto metric = snapshot_.FindMetric(FirstOperand(expr)->metric);
  return metric == nullptr || metric->spec.dimensions.empty()
             ? "app"
             : metric->spec.dimensions[0].name;
}

absl::Status Binder::CheckRunningSum(const Expr& expr, const Expr& argument,
                                     const RowExpr& x) {
  const auto rule = RuleBetweenRows(plan_, x);
  if (rule == Additivity::kAdds) return absl::OkStatus();
  const std::vector<size_t> operands = OperandsOf(plan_, x);
  if (operands.empty()) {
    return Refuse(Refusal::kNoMetric, argument.source, {Printed(argument)});
  }
  const auto metric = plan_.operands[operands[0]].metric;
  const std::string& name = metric->spec.name;
  if (rule == Additivity::kOverlaps) {
    const std::string unit =
        metric->spec.unit.empty() ? "users" : metric->spec.unit;
    return Refuse(Refusal::kCumulativeOverlaps, expr.source,
                  {Printed(expr),
                   absl::StrCat(absl::StripSuffix(unit, "s"), "-",
                                UnitName(metric->spec.period.unit), "s"),
                   unit, name});
  }
  return Refuse(Refusal::kCumulativeLevel, expr.source,
                {Printed(expr), Printed(argument),
                 metric->spec.over_time == Additivity::kAdds
                     ? absl::StrCat("use cumulative(sum(", name, "))")
                     : absl::StrCat("ma(", Printed(argument),
                                    ", 7) is the mean of the last 7")});
}

}  // namespace footfall::query
