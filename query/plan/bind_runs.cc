// runs(x > n): a whole answer.

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {

absl::Status Binder::BindRuns(const Expr& expr, const Call& call) {
  FOOTFALL_RETURN_IF_ERROR(
      RefuseBesideAlign(expr.source, Printed(expr),
                        "it finds dates, and ALIGN counts from events",
                        "write DURING in place of ALIGN"));
  const Test* test = call.arguments.size() == 1
                         ? std::get_if<Test>(&call.arguments[0].form)
                         : nullptr;
  if (test == nullptr || call.scope != Call::Scope::kNone) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "a test", "runs(dau >= 1000000)"});
  }
  if (call.over.has_value()) {
    return Refuse(Refusal::kOverPlace, call.over->source,
                  {"runs()", "runs(max(dau OVER 28 days) > 1000000)"});
  }
  if (FirstOperand(expr) == nullptr) {
    return Refuse(Refusal::kNoMetric, expr.source, {Printed(expr)});
  }
  if (call.every.has_value()) {
    if (select_.every.has_value()) {
      return Refuse(Refusal::kWholeAnswer, expr.source,
                    {Printed(expr), "another EVERY stands behind it"});
    }
    plan_.every = begins_.Of(*call.every);
    every_source_ = call.every_source;
  }
  if (!plan_.every.has_value()) {
    return Refuse(Refusal::kRunsEvery, expr.source, {Printed(test->left)});
  }
  for (const Expr* side : {&test->left, &test->right}) {
    BoundItem bound;
    bound.name = Printed(*side);
    FOOTFALL_ASSIGN_OR_RETURN(bound.expr, BindRow(*side, Place()));
    FOOTFALL_RETURN_IF_ERROR(CheckNoDates(*side, bound.expr, '='));
    plan_.items.push_back(std::move(bound));
  }
  plan_.runs = BoundRuns{test->comparison, Printed(expr)};
  for (size_t i = 0; i < plan_.by.size(); ++i) {
    for (const absl::string_view column : {"first", "last", "steps", "open"}) {
      if (plan_.by[i] == column) {
        return Refuse(Refusal::kSameName, expr.source, {plan_.by[i]});
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
