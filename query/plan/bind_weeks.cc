// On which day the weeks of a question begin: where those of its metrics do.
//
// Metrics of days fit into any weeks; those of weeks only into their own.

#include <string>
#include <variant>

#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// Calls `visit(operand, source)` for every metric of an expression.
template <typename Visit>
void VisitOperands(const Expr& expr, const Visit& visit) {
  if (const auto* operand = std::get_if<Operand>(&expr.node)) {
    visit(*operand, expr.source);
  } else if (const auto* call = std::get_if<Call>(&expr.node)) {
    for (const Argument& argument : call->arguments) {
      if (const auto* inner = std::get_if<Expr>(&argument.form)) {
        VisitOperands(*inner, visit);
      } else if (const auto* test = std::get_if<Test>(&argument.form)) {
        VisitOperands(test->left, visit);
        VisitOperands(test->right, visit);
      }
    }
  } else if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    VisitOperands(negation->inner[0], visit);
  } else if (const auto* sides = std::get_if<Arithmetic>(&expr.node)) {
    VisitOperands(sides->sides[0], visit);
    VisitOperands(sides->sides[1], visit);
  }
}

}  // namespace

absl::Status Binder::DecideWeeks() {
  std::shared_ptr<const Metric> first;
  absl::Status status;
  const auto look = [&](const Operand& operand, footfall::Source source) {
    // Names of items, and of no metric, are met later.
    const auto metric = snapshot_.FindMetric(operand.metric);
    if (metric == nullptr ||
        metric->spec.period.unit != footfall::Unit::kWeek || !status.ok()) {
      return;
    }
    const absl::Weekday start = metric->spec.period.week_start;
    if (first == nullptr) {
      first = metric;
      week_start_ = start;
    } else if (start != week_start_) {
      status = Refuse(Refusal::kWeeksDiffer, source,
                      {first->spec.name, WeekdayName(week_start_),
                       metric->spec.name, WeekdayName(start)});
    }
  };
  for (const Item& item : select_.items) VisitOperands(item.expr, look);
  for (const Test& test : select_.having) {
    VisitOperands(test.left, look);
    VisitOperands(test.right, look);
  }
  for (const OrderKey& key : select_.order_by) {
    if (key.expr.has_value()) VisitOperands(*key.expr, look);
  }
  return status;
}

Period Binder::InItsWeeks(Period period) const {
  if (period.unit == footfall::Unit::kWeek) period.week_start = week_start_;
  return period;
}

}  // namespace footfall::query
