// Parts of the calendar, as keys of BY and in conditions: which questions they
// can be part of.

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"

namespace footfall::query {

namespace {

// Of which steps each lies in one member.
absl::string_view StepsOfPart(TimePart part) {
  switch (part) {
    case TimePart::kHour:
      return "hours and shorter";
    case TimePart::kWeekday:
    case TimePart::kDay:
      return "days and shorter";
    case TimePart::kMonth:
      return "months, days and shorter";
    case TimePart::kQuarter:
      break;
  }
  return "quarters, months, days and shorter";
}

}  // namespace

// A step must lie in one member of each part that is asked of it.
absl::Status Binder::CheckSteps(const BoundOperand& operand, TimePart part,
                                footfall::Source source) const {
  const Grid& grid = operand.grid;
  const auto cuts = [&](footfall::Unit unit) {
    return Buckets::Create(grid, Period{unit, 1}, grid.zone(), grid.zone_name())
        .ok();
  };
  const bool below_day = grid.period().below_day();
  // Of hours that begin at a quarter past, days tell.
  if (cuts(UnitOfTimePart(part)) &&
      (!below_day || cuts(footfall::Unit::kDay))) {
    return absl::OkStatus();
  }
  const bool of_zone = below_day && LiesInOnePart(grid.period(), part);
  return Refuse(Refusal::kPartOfStep, source,
                {operand.metric->spec.name, PeriodPhrase(grid.period()),
                 of_zone ? absl::StrCat(" in ", grid.zone_name()) : "",
                 TimePartName(part), StepsOfPart(part)});
}

// weekday(time) is no value.
absl::Status Binder::CheckItemsAreNoParts() const {
  for (const Item& item : select_.items) {
    const Call* call = std::get_if<Call>(&item.expr.node);
    if (call == nullptr || call->arguments.size() != 1) continue;
    const auto part = TimePartOfWord(call->function);
    if (part.has_value()) {
      return Refuse(Refusal::kPartPlace, item.expr.source,
                    {TimePartName(*part)});
    }
  }
  return absl::OkStatus();
}

absl::Status Binder::BindParts(const Operand& operand, BoundOperand* bound) {
  for (const Name& name : select_.by) {
    const auto part = FindTimePart(name.name);
    if (part.has_value()) {
      FOOTFALL_RETURN_IF_ERROR(CheckSteps(*bound, *part, name.source));
    }
  }
  for (const auto* conditions : {&operand.conditions, &select_.where}) {
    for (const Condition& condition : *conditions) {
      const auto part = FindTimePart(condition.dimension);
      if (!part.has_value() || !bound->time_picks.has(*part)) continue;
      FOOTFALL_RETURN_IF_ERROR(
          CheckSteps(*bound, *part, condition.dimension_source));
    }
  }
  return absl::OkStatus();
}

absl::Status Binder::CheckInnerParts(const Period& inner,
                                     footfall::Source source) const {
  for (const auto& part : plan_.parts) {
    if (!part.has_value() || LiesInOnePart(inner, *part)) continue;
    return Refuse(Refusal::kPartOfBucket, source,
                  {PeriodPhrase(inner), TimePartName(*part)});
  }
  return absl::OkStatus();
}

absl::Status Binder::RefuseBareByPart(const Expr& bare,
                                      const Metric& metric) const {
  for (const Name& name : select_.by) {
    const auto part = FindTimePart(name.name);
    if (!part.has_value()) continue;
    return Refuse(Refusal::kBareByPart, bare.source,
                  {metric.spec.name, FormatPeriod(metric.spec.period),
                   name.name, TimePartMember(*part, 0)});
  }
  return absl::OkStatus();
}

// Over parts there is a total only of what adds up over time.
absl::Status Binder::CheckShareOverParts(const Expr& expr, const Expr& argument,
                                         const Transform& share) const {
  for (size_t b = 0; b < plan_.parts.size(); ++b) {
    if (!plan_.parts[b].has_value() || share.within[b] ||
        RuleBetweenRows(plan_, share.x) == Additivity::kAdds) {
      continue;
    }
    return Refuse(Refusal::kShareOverParts, expr.source,
                  {Printed(argument), plan_.by[b]});
  }
  return absl::OkStatus();
}

// What looks at single dates, or at all groups of a step, has no meaning beside
// parts.
absl::Status Binder::CheckParts() const {
  if (!plan_.has_parts()) return absl::OkStatus();
  footfall::Source source = select_.items[0].source;
  std::string name = "a part of the calendar";
  const auto at = [&](const std::string& written, footfall::Source where) {
    if (!FindTimePart(written).has_value()) return false;
    source = where;
    name = written;
    return true;
  };
  const bool found =
      std::any_of(select_.by.begin(), select_.by.end(),
                  [&](const Name& by) { return at(by.name, by.source); }) ||
      std::any_of(select_.where.begin(), select_.where.end(),
                  [&](const Condition& condition) {
                    return at(condition.dimension, condition.dimension_source);
                  });
  if (!found) {
    for (const BoundOperand& operand : plan_.operands) {
      if (operand.time_picks.any()) source = operand.source;
    }
  }
  FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
      source, name, "the days since an event are no days of the calendar",
      "write DURING in place of ALIGN"));
  const auto refuse = [&](absl::string_view what, absl::string_view instead) {
    return Refuse(Refusal::kBesidePart, source, {name, what, instead});
  };
  if (plan_.changepoints.has_value()) {
    return refuse("changepoints",
                  "it takes neighbouring rows: those of EVERY week have no "
                  "weekdays to tell apart");
  }
  for (const BoundOperand& operand : plan_.operands) {
    if (operand.own_window && plan_.every.has_value()) {
      return refuse("DURING in braces under EVERY",
                    "ask for that range in a statement of its own");
    }
  }
  if (!plan_.windows.empty()) {
    return refuse("OVER",
                  "avg(x) is of the steps that are left, and EVERY "
                  "month cuts them");
  }
  if (plan_.runs.has_value()) {
    return refuse("runs", "streak(x > n) goes over the steps that are left");
  }
  if (plan_.correlogram) {
    return refuse("corr() with a range of shifts",
                  "shifts go by the calendar: corr(x, y) without one is of the "
                  "steps that are left");
  }
  for (const Leaf& leaf : plan_.leaves) {
    if (leaf.function.kind == TimeFunction::Kind::kCountInTop) {
      return refuse("count_in_top()",
                    "rank(avg(x)) is the place among all groups");
    }
  }
  if (!plan_.splits_time()) return CheckPartZones(source);
  for (const Transform& transform : plan_.transforms) {
    if (transform.kind == Transform::Kind::kContribution) {
      return refuse("contribution()",
                    "WHERE weekday(time) IN (..) asks for some of them");
    }
  }
  if (plan_.top.has_value() && plan_.top->others.has_value()) {
    return refuse("OTHERS", absl::StrCat("leave out OTHERS: HAVING, or WHERE ",
                                         name, " IN (..), picks parts, too"));
  }
  if (plan_.total.has_value()) {
    return refuse("TOTAL", "all of them are the statement without BY");
  }
  return CheckPartZones(source);
}

// Parts of steps below a day are those of a clock: it must be one.
absl::Status Binder::CheckPartZones(footfall::Source source) const {
  std::vector<size_t> all;
  for (size_t o = 0; o < plan_.operands.size(); ++o) all.push_back(o);
  // The hour differs where the offset does, as the day does.
  return CheckZones(Period{footfall::Unit::kDay, 1}, all, source);
}

}  // namespace footfall::query
