// ALIGN ON event(..) DURING a..b unit: each group counts from its own event.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/date_value.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

constexpr int64_t kMaxOffset = 1000000000;

}  // namespace

absl::Status Binder::BindAlign() {
  if (!select_.align.has_value()) return absl::OkStatus();
  const Align& said = *select_.align;
  FOOTFALL_RETURN_IF_ERROR(
      CheckOffsets({said.first, said.last, said.unit}, said.source));
  if (plan_.to_date) {
    return Refuse(Refusal::kBesideAlign, every_source_,
                  {"TO DATE", "each group is at a date of its own",
                   "ALIGN has the same days of each group: leave out TO DATE"});
  }
  BoundAlign align;
  align.first = said.first;
  align.last = said.last;
  align.unit = said.unit;
  if (plan_.every.has_value()) {
    const auto units =
        CountIn(said.unit, plan_.every->count, plan_.every->unit);
    if (!units.has_value()) {
      return Refuse(Refusal::kAlignEvery, every_source_,
                    {PeriodPhrase(*plan_.every), UnitName(said.unit),
                     UnitName(plan_.every->unit)});
    }
    align.bucket_units = *units;
  }
  if (said.start.has_value()) return BindAlignStart(said, std::move(align));
  align.each = said.each;
  if (align.each && plan_.fill != FillMode::kNone) {
    return Refuse(Refusal::kBesideAlign, every_source_,
                  {"FILL",
                   "ON EACH puts the rows of one event behind those of "
                   "another, and what lies between two is no gap",
                   "leave out FILL, or EACH"});
  }
  BoundEvents events;
  events.kind = std::get<std::string>(said.event.kind);
  if (said.event.name.has_value()) {
    events.name = std::get<std::string>(*said.event.name);
  }
  events.one_date = !align.each;
  FOOTFALL_ASSIGN_OR_RETURN(align.events,
                            AddEvents(said.source, std::move(events)));
  plan_.align = align;
  return absl::OkStatus();
}

// ALIGN ON first_time(..): a question of its own finds the dates, which the
// range is not known without.
absl::Status Binder::BindAlignStart(const Align& said, BoundAlign align) {
  const Call* call = std::get_if<Call>(&said.start->node);
  if (call == nullptr || call->function != "first_time") {
    return Refuse(Refusal::kAlignStart, said.start->source,
                  {Printed(*said.start)});
  }
  auto start = std::make_shared<AlignStart>();
  Item item;
  item.expr = *said.start;
  item.source = said.start->source;
  start->select.items.push_back(std::move(item));
  start->select.where = select_.where;
  start->select.by = select_.by;
  start->select.zone = select_.zone;
  FOOTFALL_ASSIGN_OR_RETURN(
      start->plan,
      Binder(snapshot_, start->select, text_, options_, now_).Run());
  align.start = std::move(start);
  align.start_name = Printed(*said.start);
  BoundEvents none;
  none.source = said.source;
  plan_.events.push_back(std::move(none));
  align.events = plan_.events.size() - 1;
  plan_.align = std::move(align);
  return absl::OkStatus();
}

absl::Status Binder::CheckOffsets(const Range::Offsets& offsets,
                                  footfall::Source source) const {
  if (offsets.first <= offsets.last && offsets.first >= -kMaxOffset &&
      offsets.last <= kMaxOffset) {
    return absl::OkStatus();
  }
  return Refuse(Refusal::kOffsets, source,
                {absl::StrCat(offsets.first), absl::StrCat(offsets.last)});
}

absl::Status Binder::RefuseBesideAlign(footfall::Source where,
                                       absl::string_view what,
                                       absl::string_view why,
                                       absl::string_view instead) const {
  if (!plan_.align.has_value()) return absl::OkStatus();
  return Refuse(Refusal::kBesideAlign, where, {what, why, instead});
}

// The steps that the operand may be asked for: those around every event.
absl::Status Binder::AlignOperand(BoundOperand* bound) {
  const BoundAlign& align = *plan_.align;
  for (const BoundOperand& other : plan_.operands) {
    if (other.grid.period() == bound->grid.period()) continue;
    const auto name = [](const BoundOperand& operand) {
      return absl::StrCat(operand.metric->spec.name, " (every ",
                          FormatPeriod(operand.grid.period()), ")");
    };
    FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
        select_.align->source, absl::StrCat(name(other), " and ", name(*bound)),
        "steps of different lengths do not begin on the date of an event",
        "ask of each metric by itself"));
  }
  // Of its own DURING, or that of the statement.
  const Range::Offsets units = bound->offsets.value_or(
      Range::Offsets{align.first, align.last, align.unit});
  if (!plan_.every.has_value() || bound->offsets.has_value()) {
    // Units that the steps make up.
    Period unit{units.unit, 1};
    if (bound->grid.period().unit == unit.unit) unit = bound->grid.period();
    const auto buckets = Buckets::Create(bound->grid, unit, bound->grid.zone(),
                                         bound->grid.zone_name());
    if (!buckets.ok()) {
      return Refuse(Refusal::kBucket, select_.align->source,
                    {buckets.status().message()});
    }
  }
  bound->range = StepsOfAlign(plan_, *bound);
  return absl::OkStatus();
}

// Whether a look back by `back` leads from a bucket, or range, to another.
absl::Status Binder::CheckAlignedLookBack(footfall::Source source,
                                          const Duration& back) {
  const BoundAlign& align = *plan_.align;
  const auto units = CountIn(align.unit, back.count, back.unit);
  const int64_t bucket = std::max<int64_t>(1, align.bucket_units);
  if (units.has_value() && *units % bucket == 0) return absl::OkStatus();
  const std::string shift =
      absl::StrCat("a shift by ", back.count, " ", UnitName(back.unit),
                   back.count == 1 ? "" : "s");
  return Refuse(
      Refusal::kShift, source,
      {units.has_value()
           ? absl::StrCat(shift, " does not lead from one bucket of ",
                          FormatPeriod(*plan_.every), " to another")
           : absl::StrCat(shift, " is no whole number of ",
                          UnitName(align.unit), "s, in which ALIGN counts")});
}

}  // namespace footfall::query
