// changepoints(x, n): a whole answer.

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {

// What may not stand beside a whole answer.
std::optional<std::string> Binder::BesideWholeAnswer() const {
  if (select_.items.size() > 1) return "another item";
  if (select_.items[0].name.has_value()) return "AS";
  if (select_.total.has_value()) return "TOTAL";
  if (!select_.having.empty()) return "HAVING";
  if (select_.top.has_value()) return "TOP";
  if (!select_.order_by.empty()) return "ORDER BY";
  if (select_.limit.has_value()) return "LIMIT";
  if (plan_.fill != FillMode::kNone) return "FILL";
  return std::nullopt;
}

absl::Status Binder::BindWholeAnswer(const Expr& expr, const Call& call) {
  if (const auto beside = BesideWholeAnswer(); beside.has_value()) {
    return Refuse(Refusal::kWholeAnswer, expr.source,
                  {Printed(expr), absl::StrCat(*beside, " stands beside it")});
  }
  return call.function == "runs" ? BindRuns(expr, call)
                                 : BindChangepoints(expr, call);
}

absl::Status Binder::BindChangepoints(const Expr& expr, const Call& call) {
  FOOTFALL_RETURN_IF_ERROR(
      RefuseBesideAlign(expr.source, Printed(expr),
                        "it finds dates, and the event nearest to each",
                        "write DURING in place of ALIGN"));
  FOOTFALL_RETURN_IF_ERROR(RefuseOver(call));
  const Expr* x = nullptr;
  const Number* count = nullptr;
  if (call.arguments.size() == 2) {
    x = std::get_if<Expr>(&call.arguments[0].form);
    const Expr* second = std::get_if<Expr>(&call.arguments[1].form);
    if (second != nullptr) count = std::get_if<Number>(&second->node);
  }
  const int64_t* cuts =
      count == nullptr ? nullptr : std::get_if<int64_t>(&count->value);
  if (x == nullptr || cuts == nullptr || *cuts < 1 ||
      call.scope != Call::Scope::kNone || call.every.has_value()) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "a value and how many changes, 1 or more",
                   "changepoints(dau, 2)"});
  }
  if (FirstOperand(*x) == nullptr) {
    return Refuse(Refusal::kNoMetric, x->source, {Printed(*x)});
  }
  if (!plan_.every.has_value()) {
    return Refuse(Refusal::kChangepointsEvery, x->source, {Printed(*x)});
  }
  BoundItem bound;
  bound.name = Printed(*x);
  FOOTFALL_ASSIGN_OR_RETURN(bound.expr, BindRow(*x, Place()));
  FOOTFALL_RETURN_IF_ERROR(CheckNoDates(*x, bound.expr, '='));
  plan_.items.push_back(std::move(bound));
  BoundChangepoints changepoints;
  changepoints.cuts = static_cast<size_t>(*cuts);
  changepoints.source = expr.source;
  FOOTFALL_ASSIGN_OR_RETURN(changepoints.events,
                            AddEvents(expr.source, BoundEvents()));
  plan_.changepoints = changepoints;
  if (RowsWithinWeek()) {
    AddNote(absl::StrCat(Printed(expr),
                         " takes weekends and holidays for changes, too: "
                         "EVERY week finds those that last"));
  }
  for (const std::string& by : plan_.by) {
    for (const absl::string_view column :
         {"before", "after", "event_kind", "event_name", "event_time",
          "event_lag_days"}) {
      if (by == column) {
        return Refuse(Refusal::kSameName, expr.source, {by});
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
