// Where the weeks of a question begin, and its years and quarters: as FROM
// says, else on Monday and in January; beside metrics of weeks where theirs do.
//
// It is one place for the whole question, of LAST 4 weeks and of every EVERY:
// no two rows, ranges or columns count by different calendars. Metrics of days
// fit into any weeks; those of weeks only into their own.

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/lang/time_parts.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// Calls `visit(expr)` for every expression in one, itself included.
template <typename Visit>
void VisitExprs(const Expr& expr, const Visit& visit) {
  visit(expr);
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    for (const Argument& argument : call->arguments) {
      if (const auto* inner = std::get_if<Expr>(&argument.form)) {
        VisitExprs(*inner, visit);
      } else if (const auto* test = std::get_if<Test>(&argument.form)) {
        VisitExprs(test->left, visit);
        VisitExprs(test->right, visit);
      }
    }
  } else if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    VisitExprs(negation->inner[0], visit);
  } else if (const auto* sides = std::get_if<Arithmetic>(&expr.node)) {
    VisitExprs(sides->sides[0], visit);
    VisitExprs(sides->sides[1], visit);
  }
}

template <typename Visit>
void VisitExprs(const Select& select, const Visit& visit) {
  for (const Item& item : select.items) VisitExprs(item.expr, visit);
  for (const Test& test : select.having) {
    VisitExprs(test.left, visit);
    VisitExprs(test.right, visit);
  }
  for (const OrderKey& key : select.order_by) {
    if (key.expr.has_value()) VisitExprs(*key.expr, visit);
  }
}

}  // namespace

Period UnitBegins::Of(Period period) const {
  if (period.unit == footfall::Unit::kWeek) period.week_start = week;
  if (period.unit == footfall::Unit::kYear) period.first_month = month;
  if (period.unit == footfall::Unit::kQuarter) {
    // Those from May are those from February.
    const int64_t months = int64_t{3} * period.count;
    period.first_month = static_cast<int32_t>((month - 1) % months + 1);
  }
  return period;
}

absl::Status Binder::DecideBegins() {
  std::shared_ptr<const Metric> of_weeks;
  bool week_said = false;
  bool month_said = false;
  absl::Status status;
  const auto hear = [&](const Period& period, footfall::Source source) {
    if (period.unit == footfall::Unit::kWeek) {
      const absl::Weekday day = period.week_start;
      if (week_said && day != begins_.week) {
        status.Update(
            Refuse(Refusal::kFromTwice, source,
                   {"weeks", absl::StrCat("on ", WeekdayName(begins_.week)),
                    absl::StrCat("on ", WeekdayName(day))}));
      }
      week_said = true;
      begins_.week = day;
      return;
    }
    if (month_said && period.first_month != begins_.month) {
      status.Update(Refuse(Refusal::kFromTwice, source,
                           {"years", absl::StrCat("in month ", begins_.month),
                            absl::StrCat("in month ", period.first_month)}));
    }
    month_said = true;
    begins_.month = period.first_month;
  };
  if (select_.every.has_value() && select_.every->from) {
    const Every& every = *select_.every;
    if (select_.align.has_value()) {
      return Refuse(Refusal::kBesideAlign, every.source,
                    {"FROM", "its buckets begin on the date of an event",
                     "leave out FROM"});
    }
    hear(every.bucket, every.source);
  }
  VisitExprs(select_, [&](const Expr& expr) {
    const auto* call = std::get_if<Call>(&expr.node);
    if (call == nullptr || !call->every_from) return;
    hear(*call->every, call->every_source);
  });
  VisitExprs(select_, [&](const Expr& expr) {
    const auto* operand = std::get_if<Operand>(&expr.node);
    if (operand == nullptr) return;
    // Names of items, and of no metric, are met later.
    const auto metric = snapshot_.FindMetric(operand->metric);
    if (metric == nullptr ||
        metric->spec.period.unit != footfall::Unit::kWeek) {
      return;
    }
    const absl::Weekday start = metric->spec.period.week_start;
    if (of_weeks != nullptr && start != of_weeks->spec.period.week_start) {
      status.Update(Refuse(
          Refusal::kWeeksDiffer, expr.source,
          {of_weeks->spec.name, WeekdayName(of_weeks->spec.period.week_start),
           metric->spec.name, WeekdayName(start)}));
    } else if (week_said && start != begins_.week) {
      status.Update(Refuse(
          Refusal::kFromMetric, expr.source,
          {metric->spec.name, WeekdayName(start), WeekdayName(begins_.week)}));
    } else {
      of_weeks = metric;
      begins_.week = start;
    }
  });
  if (status.ok() && begins_.month != 1) status = RefuseQuarters();
  return status;
}

// quarter(time) is of the calendar, and would not be the quarters of the years.
absl::Status Binder::RefuseQuarters() const {
  const absl::string_view quarter = TimePartName(TimePart::kQuarter);
  absl::Status status;
  const auto look = [&](absl::string_view name, footfall::Source source) {
    if (name != quarter) return;
    status.Update(Refuse(Refusal::kPartFrom, source,
                         {quarter, absl::StrCat(begins_.month)}));
  };
  for (const Name& name : select_.by) look(name.name, name.source);
  for (const Condition& condition : select_.where) {
    look(condition.dimension, condition.dimension_source);
  }
  VisitExprs(select_, [&](const Expr& expr) {
    const auto* operand = std::get_if<Operand>(&expr.node);
    if (operand == nullptr) return;
    for (const Condition& condition : operand->conditions) {
      look(condition.dimension, condition.dimension_source);
    }
  });
  return status;
}

}  // namespace footfall::query
