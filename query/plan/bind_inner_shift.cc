// lag, delta and growth inside a call with an EVERY: its buckets are rows, and
// one looks at another.
//
//   streak(delta(dau, 1 day) > 0 EVERY day)

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// Months differ in length: sums over them are compared as they are. Empty
// where they are not.
std::string NoteOfUnequalSums(const Expr& expr, const Expr& x,
                              const Period& period) {
  const Call* const sum = std::get_if<Call>(&x.node);
  if (sum == nullptr || sum->function != "sum" ||
      sum->scope == Call::Scope::kAcross ||
      period.unit < footfall::Unit::kMonth) {
    return "";
  }
  Expr mean = expr;
  Expr& inner = std::get<Expr>(std::get<Call>(mean.node).arguments[0].form);
  std::get<Call>(inner.node).function = "avg";
  return absl::StrCat(
      Printed(expr), " compares sums over ", UnitName(period.unit),
      "s of different lengths: ", Printed(mean), " compares their means");
}

}  // namespace

absl::StatusOr<StepExpr> Binder::BindInnerShift(const Expr& expr,
                                                const Call& call,
                                                const Call& around,
                                                const Place& place) {
  const std::string& name = call.function;
  if (call.every.has_value()) {
    return Refuse(Refusal::kScope, expr.source,
                  {name, "EVERY",
                   absl::StrCat("EVERY stands in ", around.function, "(..)")});
  }
  if (call.scope != Call::Scope::kNone) {
    return Refuse(
        Refusal::kScope, expr.source,
        {name, call.scope == Call::Scope::kAcross ? "ACROSS" : "WITHIN",
         absl::StrCat(name, " takes a value and a time: ", name,
                      "(dau, 1 day)")});
  }
  const Expr* x = nullptr;
  const Duration* back = nullptr;
  if (call.arguments.size() == 2) {
    x = std::get_if<Expr>(&call.arguments[0].form);
    back = std::get_if<Duration>(&call.arguments[1].form);
  }
  if (x == nullptr || back == nullptr) {
    return Refuse(
        Refusal::kArguments, expr.source,
        {name, "a value and a time", absl::StrCat(name, "(dau, 1 week)")});
  }
  if (FirstOperand(*x) == nullptr) {
    return Refuse(Refusal::kNoMetric, x->source, {Printed(*x)});
  }
  FOOTFALL_ASSIGN_OR_RETURN(StepExpr of, BindSteps(*x, around, place));
  InnerEvery& every = plan_.inner[*place.inner];
  for (const size_t o : OperandsOf(of)) {
    const Grid& grid = plan_.operands[o].grid;
    const auto buckets =
        Buckets::Create(grid, every.period, grid.zone(), grid.zone_name());
    if (!buckets.ok()) continue;  // refused where they are cut
    const absl::Status fits = buckets->CheckShift(back->count, back->unit);
    if (!fits.ok()) {
      return Refuse(Refusal::kShift, call.arguments[1].source,
                    {fits.message()});
    }
  }
  every.shifts = true;
  if (name != "lag") {
    NoteRatioOfRatios(expr, name, *x);
    NoteWeekdays(expr, *back, every.period);
    if (std::string note = NoteOfUnequalSums(expr, *x, every.period);
        !note.empty()) {
      AddNote(std::move(note));
    }
  }
  StepExpr steps;
  steps.kind = StepExpr::Kind::kShift;
  steps.every = *place.inner;
  steps.back = *back;
  steps.shift = name == "lag"     ? StepExpr::Shift::kLag
                : name == "delta" ? StepExpr::Shift::kDelta
                                  : StepExpr::Shift::kGrowth;
  steps.is_decimal = of.is_decimal || steps.shift == StepExpr::Shift::kGrowth;
  steps.sides.push_back(std::move(of));
  return steps;
}

std::string Binder::WithOwnEvery(const Expr& expr, const Call& around) const {
  const Operand* const first = FirstOperand(expr);
  const auto metric =
      first == nullptr ? nullptr : snapshot_.FindMetric(first->metric);
  Expr with;
  Call call = around;
  call.every =
      metric == nullptr ? Period{footfall::Unit::kDay, 1} : metric->spec.period;
  with.node = std::move(call);
  return Printed(with);
}

}  // namespace footfall::query
