#include "query/exec/alignment.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/hash_table.h"
#include "query/exec/others.h"
#include "query/exec/row_events.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"
#include "query/plan/event_scope.h"
#include "query/plan/window.h"

namespace footfall::query {
namespace {

// More units than lie between the years 1 and 9999, be they seconds.
constexpr int64_t kAllUnits = int64_t{400} * 1000 * 1000 * 1000;

int64_t FloorDivide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

void Unite(StepRange more, StepRange* all) {
  if (more.empty()) return;
  if (all->empty()) *all = more;
  all->begin = std::min(all->begin, more.begin);
  all->end = std::max(all->end, more.end);
}

bool Meet(StepRange a, StepRange b) {
  return std::max(a.begin, b.begin) < std::min(a.end, b.end);
}

}  // namespace

Alignment::Alignment(const Plan& plan) : plan_(&plan) {
  const BoundAlign& align = *plan.align;
  const BoundEvents& events = plan.events[align.events];
  if (!align.each) {
    turns_.emplace_back();
    turns_[0].dates = DatesOfAlign(plan);
    return;
  }
  FlatHashMap<std::string, size_t> known;
  for (size_t e = 0; e < events.events.size(); ++e) {
    const Event& event = *events.events[e].event;
    const auto [at, inserted] = known.emplace(
        absl::StrCat(FormatDate(event.date), " ", event.name), turns_.size());
    if (inserted) turns_.push_back({{event.date}, event.name, {}});
    turns_[at->second].events.push_back(e);
  }
}

UnitRange Alignment::UnitsOf(int64_t key) const {
  const int64_t bucket = plan_->align->bucket_units;
  const int64_t number = key - Key(TurnOf(key), 0);
  if (bucket == 0) return {range().begin + number, range().end + number};
  return {number * bucket, (number + 1) * bucket};
}

int64_t Alignment::Earlier(int64_t key, int64_t count,
                           footfall::Unit unit) const {
  const int64_t units = CountIn(plan_->align->unit, count, unit).value_or(0);
  const int64_t first = Key(TurnOf(key), 1 - kKeysOfTurn / 2);
  return std::max(
      first, key - units / std::max<int64_t>(1, plan_->align->bucket_units));
}

StepRange Alignment::StepsFrom(size_t operand, int64_t origin,
                               UnitRange units) const {
  const BoundOperand& bound = plan_->operands[operand];
  if (bound.offsets.has_value()) {
    return bound.grid.StepsFrom(origin, bound.offsets->first,
                                bound.offsets->last + 1, bound.offsets->unit);
  }
  return bound.grid.StepsFrom(origin, units.begin, units.end,
                              plan_->align->unit);
}

int64_t Alignment::KeyOfStep(size_t operand, int64_t origin, int64_t step,
                             int64_t first, int64_t limit) const {
  while (first < limit) {
    const int64_t middle = first + (limit - first) / 2;
    if (StepsFrom(operand, origin, UnitsOf(middle)).end > step) {
      limit = middle;
    } else {
      first = middle + 1;
    }
  }
  return first;
}

std::vector<StepRange> Alignment::KeysWithin(
    absl::Span<const StepRange> samples, bool all) const {
  const int64_t bucket = plan_->align->bucket_units;
  const int64_t first = FloorDivide(range().begin, bucket);
  const int64_t limit = FloorDivide(range().end - 1, bucket) + 1;
  std::vector<StepRange> found(turns_.size());
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    const BoundOperand& bound = plan_->operands[o];
    if (bound.broadcast() || bound.own_window) continue;
    for (size_t t = 0; t < turns_.size(); ++t) {
      for (const Date& date : turns_[t].dates) {
        const int64_t origin = StepHolding(bound.grid, date);
        if (!Meet(StepsFrom(o, origin, range()), samples[o])) continue;
        StepRange keys = {first, limit};
        if (!all) {
          keys.begin = KeyOfStep(o, origin, samples[o].begin, first, limit);
          keys.end = std::min(
              limit,
              KeyOfStep(o, origin, samples[o].end - 1, first, limit) + 1);
        }
        Unite({Key(t, keys.begin), Key(t, keys.end)}, &found[t]);
      }
    }
  }
  return found;
}

void Alignment::FindFirst(absl::Span<const StepRange> samples) {
  const int64_t bucket = std::max<int64_t>(1, plan_->align->bucket_units);
  const int64_t far = kAllUnits / bucket;
  first_ = far;
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    const BoundOperand& bound = plan_->operands[o];
    if (bound.broadcast() || bound.own_window || samples[o].empty()) continue;
    for (const Turn& turn : turns_) {
      for (const Date& date : turn.dates) {
        const int64_t origin = StepHolding(bound.grid, date);
        first_ =
            std::min(first_, KeyOfStep(o, origin, samples[o].begin, -far, far));
      }
    }
  }
}

StepRange Alignment::AroundAll(size_t operand, UnitRange units) const {
  StepRange all;
  const Grid& grid = plan_->operands[operand].grid;
  for (const Turn& turn : turns_) {
    for (const Date& date : turn.dates) {
      Unite(StepsFrom(operand, StepHolding(grid, date), units), &all);
    }
  }
  return all;
}

void Alignment::SetOrigin(size_t group, size_t turn, const Date& date) {
  for (size_t o = 0; o < origins_.size(); ++o) {
    origins_[o][group * turns_.size() + turn] =
        StepHolding(plan_->operands[o].grid, date);
  }
}

absl::Status Alignment::CheckDate(const Run& run, const Event& event) const {
  const BoundAlign& align = *plan_->align;
  if (event.date.precision <= align.unit) return absl::OkStatus();
  return Refuse(
      Refusal::kAlignDate, run.text(), plan_->events[align.events].source,
      {absl::StrCat(QuotedText(event.kind), " ", QuotedText(event.name)),
       FormatDate(event.date), UnitName(align.unit),
       UnitName(event.date.precision)});
}

absl::Status Alignment::SetGroups(const Run& run,
                                  absl::Span<const GroupKey> groups) {
  const BoundEvents& events = plan_->events[plan_->align->events];
  origins_.resize(plan_->operands.size());
  for (auto& origins : origins_) {
    origins.assign(groups.size() * turns_.size(), kNoEvent);
  }
  if (plan_->align->start != nullptr) return SetStarts(run, groups);
  const EventsOfGroups of_groups(events);
  for (size_t g = 0; g < groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass(1 + turns_.size()));
    if (plan_->align->each) {
      for (size_t t = 0; t < turns_.size(); ++t) {
        const auto applies = std::find_if(
            turns_[t].events.begin(), turns_[t].events.end(),
            [&](size_t e) { return AppliesTo(events.events[e], groups[g]); });
        if (applies == turns_[t].events.end()) continue;
        FOOTFALL_RETURN_IF_ERROR(
            CheckDate(run, *events.events[*applies].event));
        SetOrigin(g, t, turns_[t].dates[0]);
      }
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const Event* const event,
                              of_groups.OneFor(run, groups[g]));
    if (event == nullptr) continue;
    FOOTFALL_RETURN_IF_ERROR(CheckDate(run, *event));
    SetOrigin(g, 0, event->date);
  }
  return absl::OkStatus();
}

// ON first_time(..): the groups' own dates are known.
absl::Status Alignment::SetStarts(const Run& run,
                                  absl::Span<const GroupKey> groups) {
  FlatHashMap<std::string, Date> dates;
  const size_t size = plan_->by.size();
  const auto name = [size](const GroupKey& key) {
    return absl::StrJoin(absl::MakeConstSpan(key).first(size), ",");
  };
  for (const auto& [key, date] : plan_->align->starts) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    dates.emplace(name(key), date);
  }
  for (size_t g = 0; g < groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    const auto found = dates.find(name(groups[g]));
    if (found != dates.end()) SetOrigin(g, 0, found->second);
  }
  return absl::OkStatus();
}

StepRange Alignment::Steps(size_t operand, size_t group, size_t turn,
                           UnitRange units) const {
  const int64_t origin = origins_[operand][group * turns_.size() + turn];
  return origin == kNoEvent ? StepRange() : StepsFrom(operand, origin, units);
}

StepRange Alignment::StepsOfTurns(size_t operand, size_t group,
                                  UnitRange units) const {
  StepRange all;
  for (size_t t = 0; t < turns_.size(); ++t) {
    Unite(Steps(operand, group, t, units), &all);
  }
  return all;
}

std::string Alignment::NoteOf(const Run& run,
                              absl::Span<const GroupKey> groups) const {
  std::vector<size_t> without;
  for (size_t g = 0; g < groups.size(); ++g) {
    const auto first =
        origins_[0].begin() + static_cast<ptrdiff_t>(g * turns_.size());
    if (std::all_of(first, first + static_cast<ptrdiff_t>(turns_.size()),
                    [](int64_t origin) { return origin == kNoEvent; })) {
      without.push_back(g);
    }
  }
  // Without any date no samples are near, and so no groups are found.
  const bool no_date =
      groups.empty() &&
      std::all_of(turns_.begin(), turns_.end(),
                  [](const Turn& turn) { return turn.dates.empty(); });
  if (without.empty() && !no_date) return "";
  const BoundAlign& align = *plan_->align;
  const BoundEvents& events = plan_->events[align.events];
  std::string event;
  if (align.start != nullptr) {
    event = absl::StrCat(align.start_name, " finds no date");
  } else {
    event = absl::StrCat("no event ", QuotedText(*events.kind));
    if (events.name.has_value()) {
      absl::StrAppend(&event, " ", QuotedText(*events.name));
    }
    absl::StrAppend(&event, " applies");
  }
  if (plan_->by.empty() || no_date) {
    return absl::StrCat(event, ", and so there are no rows");
  }
  // The first by name, so that the note is the same each time.
  std::string first;
  for (const size_t g : without) {
    const std::string name = GroupText(run, *plan_, groups[g]);
    if (first.empty() || name < first) first = name;
  }
  return absl::StrCat(
      event, align.start != nullptr ? " for " : " to ", first,
      without.size() == 1
          ? ""
          : absl::StrCat(" and ", without.size() - 1, " more ",
                         without.size() == 2 ? "group" : "groups"),
      ", and so there are no rows of ", without.size() == 1 ? "it" : "them");
}

}  // namespace footfall::query
