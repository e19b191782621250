#include "query/exec/alignment.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
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

Alignment::Alignment(const Plan& plan)
    : plan_(&plan), dates_(DatesThatCount(plan.events[plan.align->events])) {}

UnitRange Alignment::UnitsOf(int64_t key) const {
  const int64_t bucket = plan_->align->bucket_units;
  if (bucket == 0) return {range().begin + key, range().end + key};
  return {key * bucket, (key + 1) * bucket};
}

int64_t Alignment::Earlier(int64_t key, int64_t count,
                           footfall::Unit unit) const {
  const int64_t units = CountIn(plan_->align->unit, count, unit).value_or(0);
  return key - units / std::max<int64_t>(1, plan_->align->bucket_units);
}

StepRange Alignment::StepsFrom(size_t operand, int64_t origin,
                               UnitRange units) const {
  return plan_->operands[operand].grid.StepsFrom(origin, units.begin, units.end,
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

StepRange Alignment::KeysWithin(absl::Span<const StepRange> samples,
                                bool all) const {
  const int64_t bucket = plan_->align->bucket_units;
  const int64_t first = FloorDivide(range().begin, bucket);
  const int64_t limit = FloorDivide(range().end - 1, bucket) + 1;
  StepRange found;
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    if (plan_->operands[o].broadcast()) continue;
    for (const Date& date : dates_) {
      const int64_t origin = StepHolding(plan_->operands[o].grid, date);
      if (!Meet(StepsFrom(o, origin, range()), samples[o])) continue;
      StepRange keys = {first, limit};
      if (!all) {
        keys.begin = KeyOfStep(o, origin, samples[o].begin, first, limit);
        keys.end = std::min(
            limit, KeyOfStep(o, origin, samples[o].end - 1, first, limit) + 1);
      }
      Unite(keys, &found);
    }
  }
  return found;
}

int64_t Alignment::FirstKey(absl::Span<const StepRange> samples) const {
  const int64_t bucket = std::max<int64_t>(1, plan_->align->bucket_units);
  const int64_t far = kAllUnits / bucket;
  int64_t first = far;
  for (size_t o = 0; o < plan_->operands.size(); ++o) {
    if (plan_->operands[o].broadcast() || samples[o].empty()) continue;
    for (const Date& date : dates_) {
      const int64_t origin = StepHolding(plan_->operands[o].grid, date);
      first =
          std::min(first, KeyOfStep(o, origin, samples[o].begin, -far, far));
    }
  }
  return first;
}

StepRange Alignment::AroundAll(size_t operand, UnitRange units) const {
  StepRange all;
  const Grid& grid = plan_->operands[operand].grid;
  for (const Date& date : dates_) {
    Unite(StepsFrom(operand, StepHolding(grid, date), units), &all);
  }
  return all;
}

absl::Status Alignment::SetGroups(const Run& run,
                                  absl::Span<const GroupKey> groups) {
  const BoundAlign& align = *plan_->align;
  const BoundEvents& events = plan_->events[align.events];
  origins_.resize(plan_->operands.size());
  for (auto& origins : origins_) origins.assign(groups.size(), kNoEvent);
  const EventsOfGroups of_groups(events);
  for (size_t g = 0; g < groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
    FOOTFALL_ASSIGN_OR_RETURN(const Event* const event,
                              of_groups.OneFor(run, groups[g]));
    if (event == nullptr) continue;
    const Date& date = event->date;
    if (date.precision > align.unit) {
      return Refuse(
          Refusal::kAlignDate, run.text(), events.source,
          {absl::StrCat(QuotedText(event->kind), " ", QuotedText(event->name)),
           FormatDate(date), UnitName(align.unit), UnitName(date.precision)});
    }
    for (size_t o = 0; o < origins_.size(); ++o) {
      origins_[o][g] = StepHolding(plan_->operands[o].grid, date);
    }
  }
  return absl::OkStatus();
}

StepRange Alignment::Steps(size_t operand, size_t group,
                           UnitRange units) const {
  const int64_t origin = origins_[operand][group];
  return origin == kNoEvent ? StepRange() : StepsFrom(operand, origin, units);
}

std::string Alignment::NoteOf(const Run& run,
                              absl::Span<const GroupKey> groups) const {
  std::vector<size_t> without;
  for (size_t g = 0; g < groups.size(); ++g) {
    if (origins_[0][g] == kNoEvent) without.push_back(g);
  }
  if (without.empty()) return "";
  const BoundEvents& events = plan_->events[plan_->align->events];
  std::string event = QuotedText(*events.kind);
  if (events.name.has_value()) {
    absl::StrAppend(&event, " ", QuotedText(*events.name));
  }
  if (plan_->by.empty()) {
    return absl::StrCat("no event ", event,
                        " applies, and so there are no rows");
  }
  // The first by name, so that the note is the same each time.
  std::string first;
  for (const size_t g : without) {
    const std::string name = GroupText(run, *plan_, groups[g]);
    if (first.empty() || name < first) first = name;
  }
  return absl::StrCat(
      "no event ", event, " applies to ", first,
      without.size() == 1
          ? ""
          : absl::StrCat(" and ", without.size() - 1, " more ",
                         without.size() == 2 ? "group" : "groups"),
      ", and so there are no rows of ", without.size() == 1 ? "it" : "them");
}

}  // namespace footfall::query
