// Events in rows: event(kind [, name]), events([kind]), days_between(a, b).

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/lang/nearest.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/date_value.h"
#include "query/plan/event_scope.h"

namespace footfall::query {

bool Binder::NamesEvent(const Expr& expr) {
  if (std::holds_alternative<EventReference>(expr.node)) return true;
  if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    return NamesEvent(negation->inner[0]);
  }
  if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    return NamesEvent(arithmetic->sides[0]) || NamesEvent(arithmetic->sides[1]);
  }
  const auto* call = std::get_if<Call>(&expr.node);
  if (call == nullptr) return false;
  if (call->function == "events") return true;
  return std::any_of(call->arguments.begin(), call->arguments.end(),
                     [](const Argument& argument) {
                       const auto* inner = std::get_if<Expr>(&argument.form);
                       return inner != nullptr && NamesEvent(*inner);
                     });
}

absl::Status Binder::CheckEventNames(footfall::Source source,
                                     const BoundEvents& events) {
  Nearest kind(events.kind.value_or(""));
  Nearest name(events.name.value_or(""));
  bool kind_there = false;
  for (const auto& event : snapshot_.Events()) {
    if (!events.kind.has_value()) return absl::OkStatus();
    kind.Offer(event->kind);
    if (event->kind != *events.kind) continue;
    kind_there = true;
    name.Offer(event->name);
    if (!events.name.has_value() || event->name == *events.name) {
      return absl::OkStatus();
    }
  }
  if (!events.kind.has_value()) return absl::OkStatus();  // none at all
  const Nearest& nearest = kind_there ? name : kind;
  return Refuse(
      Refusal::kUnknownEvent, source,
      {kind_there ? absl::StrCat(QuotedText(*events.kind), " ",
                                 QuotedText(*events.name))
                  : absl::StrCat("of the kind ", QuotedText(*events.kind)),
       nearest.found()
           ? absl::StrCat("did you mean ", QuotedText(nearest.best()), "?")
           : "SHOW EVENTS lists them"});
}

absl::StatusOr<size_t> Binder::AddEvents(footfall::Source source,
                                         BoundEvents events) {
  FOOTFALL_RETURN_IF_ERROR(CheckEventNames(source, events));
  const std::vector<std::string>& attributes = attributes_.of_events;
  const EventScope scope(snapshot_, select_.where, attributes);
  for (const auto& event : snapshot_.Events()) {
    if (events.kind.has_value() && event->kind != *events.kind) continue;
    if (events.name.has_value() && event->name != *events.name) continue;
    if (!scope.Allows(*event)) continue;
    BoundEvents::One one;
    one.event = event;
    for (const std::string& by : plan_.by) {
      if (std::count(attributes.begin(), attributes.end(), by) > 0) {
        one.members.push_back(scope.ValueOf(*event, by));
        continue;
      }
      const auto member = std::find_if(
          event->members.begin(), event->members.end(),
          [&by](const DimensionMember& m) { return m.dimension == by; });
      one.members.push_back(member == event->members.end()
                                ? kEmptyMember
                                : scope.MemberOf(*event, *member)
                                      .value_or(BoundEvents::kNoSuchMember));
    }
    events.events.push_back(std::move(one));
  }
  events.source = source;
  plan_.events.push_back(std::move(events));
  return plan_.events.size() - 1;
}

absl::StatusOr<RowExpr> Binder::BindEvent(const Expr& expr) {
  const auto& reference = std::get<EventReference>(expr.node);
  BoundEvents events;
  events.kind = std::get<std::string>(reference.kind);
  if (reference.name.has_value()) {
    events.name = std::get<std::string>(*reference.name);
  }
  events.one_date = true;
  RowExpr row;
  row.kind = RowExpr::Kind::kEvent;
  row.is_date = true;
  FOOTFALL_ASSIGN_OR_RETURN(row.events,
                            AddEvents(expr.source, std::move(events)));
  return row;
}

absl::StatusOr<RowExpr> Binder::BindEventNames(const Expr& expr,
                                               const Call& call) {
  for (const std::string& by : plan_.by) {
    if (!FindTimePart(by).has_value()) continue;
    return Refuse(Refusal::kBesidePart, expr.source,
                  {by, Printed(expr), "ask for them by EVERY"});
  }
  BoundEvents events;
  if (!call.arguments.empty()) {
    const auto* kind = std::get_if<std::string>(&call.arguments[0].form);
    if (call.arguments.size() > 1 || kind == nullptr) {
      return Refuse(Refusal::kArguments, expr.source,
                    {call.function, "a kind of events, or nothing",
                     "events('release'), or events()"});
    }
    events.kind = *kind;
  }
  RowExpr row;
  row.kind = RowExpr::Kind::kEventNames;
  row.is_text = true;
  FOOTFALL_ASSIGN_OR_RETURN(row.events,
                            AddEvents(expr.source, std::move(events)));
  return row;
}

// Once the metrics are known, whose zone tells which of two events is earlier
// where one is dated by an offset from UTC.
void Binder::PlaceEvents() {
  if (plan_.operands.empty()) return;
  const auto of_range =
      std::find_if(plan_.operands.begin(), plan_.operands.end(),
                   [](const BoundOperand& o) { return !o.own_window; });
  const BoundOperand& lead =
      of_range == plan_.operands.end() ? plan_.operands[0] : *of_range;
  for (BoundEvents& events : plan_.events) {
    for (BoundEvents::One& one : events.events) {
      one.begin = CivilIn(one.event->date, lead.grid.zone());
    }
    std::stable_sort(
        events.events.begin(), events.events.end(),
        [](const auto& a, const auto& b) { return a.begin < b.begin; });
  }
}

absl::StatusOr<RowExpr> Binder::BindDaysBetween(const Expr& expr,
                                                const Call& call,
                                                const Place& place) {
  RowExpr row;
  row.kind = RowExpr::Kind::kDaysBetween;
  for (const Argument& argument : call.arguments) {
    const auto* side = std::get_if<Expr>(&argument.form);
    if (side == nullptr) break;
    FOOTFALL_ASSIGN_OR_RETURN(RowExpr bound, BindRow(*side, place));
    if (!bound.is_date) break;
    row.sides.push_back(std::move(bound));
  }
  if (row.sides.size() != 2 || call.arguments.size() != 2) {
    return Refuse(Refusal::kArguments, expr.source,
                  {call.function, "two dates",
                   "days_between(first_time(dau >= 1e8), event('release', "
                   "'V3'))"});
  }
  return row;
}

}  // namespace footfall::query
