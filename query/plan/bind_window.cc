// OVER: the steps of a row's window in place of those of its bucket.
//
//   avg(dau OVER 28 days)                   the 28 days that end with the row
//   sum(revenue OVER month TO DATE)         from the begin of its month on
//   max(dau OVER ..)                        from the start of the range on

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

std::string UnitsText(const Over& over) {
  return absl::StrCat(over.count, " ", UnitName(over.unit),
                      over.count == 1 ? "" : "s");
}

// "weeks", "2 weeks"
std::string BucketsText(const Period& period) {
  return period.count == 1 ? absl::StrCat(UnitName(period.unit), "s")
                           : FormatPeriod(period);
}

}  // namespace

absl::Status Binder::RefuseOver(const Call& call) const {
  if (!call.over.has_value()) return absl::OkStatus();
  return Refuse(
      Refusal::kOverPlace, call.over->source,
      {absl::StrCat(call.function, "()"),
       absl::StrCat(
           call.function == "bounds" ? "bounds(" : "", "avg(dau OVER 28 days)",
           call.function == "bounds" ? ")" : "", " is a value of each row")});
}

// Windows are made of whole steps and, with an EVERY inside, of whole buckets
// of that.
absl::Status Binder::CheckWindowSteps(const Over& over, const Leaf& leaf) {
  const BoundOperand& lead = plan_.operands[leaf.operand];
  const Period unit = begins_.Of({over.unit, static_cast<int32_t>(over.count)});
  const auto inner = InnerOf(leaf.steps);
  if (inner.has_value() && !IsMadeOf(plan_.inner[*inner].period, unit)) {
    return Refuse(Refusal::kInnerBucket, over.source,
                  {UnitsText(over), BucketsText(plan_.inner[*inner].period)});
  }
  bool whole = false;
  if (over.unit < footfall::Unit::kDay) {
    const int64_t step = lead.grid.step_seconds();
    whole = step > 0 && over.count * SecondsIn(over.unit) % step == 0;
  } else {
    // The unit may be, or so many of them are.
    const auto is_whole = [&](const Period& period) {
      return Buckets::Create(lead.grid, period, lead.grid.zone(),
                             lead.grid.zone_name())
          .ok();
    };
    whole = is_whole(begins_.Of({over.unit, 1})) || is_whole(unit);
  }
  if (whole) return absl::OkStatus();
  return Refuse(Refusal::kOverSteps, over.source,
                {UnitsText(over), lead.metric->spec.name,
                 FormatPeriod(lead.grid.period())});
}

absl::Status Binder::BindWindow(const Expr& expr, const Call& call,
                                const Place& place, Leaf* leaf) {
  if (!call.over.has_value()) return absl::OkStatus();
  const Over& over = *call.over;
  if (place.inner.has_value()) {
    return Refuse(Refusal::kOverPlace, over.source,
                  {"an EVERY inside a call",
                   "the outer function takes it: max(avg(dau) EVERY month "
                   "OVER 12 months)"});
  }
  if (plan_.operands[leaf->operand].own_window) {
    return Refuse(Refusal::kOverPlace, over.source,
                  {"one that has a DURING of its own",
                   "leave out OVER, or DURING in braces"});
  }
  if (place.whole_range) {
    return Refuse(Refusal::kTopEvery, expr.source, {Printed(expr)});
  }
  FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
      over.source, "OVER", "it cuts the calendar, and ALIGN counts from events",
      "ma(x, n) and cumulative(x) go along the offsets"));
  if (!plan_.every.has_value()) {
    return Refuse(Refusal::kNeedsEvery, expr.source, {Printed(expr)});
  }
  BoundWindow window;
  window.over = over;
  window.operand = leaf->operand;
  window.operands = OperandsOf(*leaf);
  const BoundOperand& lead = plan_.operands[leaf->operand];
  switch (over.from) {
    case Over::From::kUnits:
      FOOTFALL_RETURN_IF_ERROR(CheckWindowSteps(over, *leaf));
      break;
    case Over::From::kUnitBegin: {
      const Period unit = begins_.Of({over.unit, 1});
      if (!IsMadeOf(*plan_.every, unit)) {
        return Refuse(Refusal::kInnerBucket, over.source,
                      {PeriodPhrase(unit), BucketsText(*plan_.every)});
      }
      auto units = Buckets::Create(lead.grid, unit, lead.grid.zone(),
                                   lead.grid.zone_name());
      if (!units.ok()) {
        return Refuse(Refusal::kBucket, over.source,
                      {units.status().message()});
      }
      window.units = *std::move(units);
      break;
    }
    case Over::From::kRange:
      break;
  }
  const auto same =
      std::find(plan_.windows.begin(), plan_.windows.end(), window);
  leaf->window = static_cast<size_t>(same - plan_.windows.begin());
  if (same == plan_.windows.end()) plan_.windows.push_back(std::move(window));
  return absl::OkStatus();
}

}  // namespace footfall::query
