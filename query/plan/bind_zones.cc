// Buckets of several metrics in one row are the same stretch of time, or there
// is no such row.

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// Where neither metric has samples zones are compared from here to there.
const absl::CivilDay kFrom(2000, 1, 1);
const absl::CivilDay kTo(2030, 1, 1);

struct Times {
  absl::Time from;
  absl::Time to;
};

int64_t SecondsOf(const Period& period) {
  const int64_t unit = period.unit == footfall::Unit::kHour     ? 3600
                       : period.unit == footfall::Unit::kMinute ? 60
                                                                : 1;
  return unit * period.count;
}

// Whether buckets that are counted from midnight begin at the same instants in
// both zones, at every time at which a clock of theirs is set.
bool CutAlike(const Period& bucket, const absl::TimeZone& a,
              const absl::TimeZone& b, const Times& range) {
  // Days begin where the offset is; and where buckets do not divide the day,
  // their last is shorter, at midnight.
  constexpr int64_t kDay = 86400;
  const int64_t length = bucket.below_day() && kDay % SecondsOf(bucket) == 0
                             ? SecondsOf(bucket)
                             : kDay;
  std::vector<absl::Time> times = {range.from};
  const absl::Time end = range.to;
  for (const absl::TimeZone* zone : {&a, &b}) {
    absl::Time at = range.from;
    absl::TimeZone::CivilTransition transition;
    while (zone->NextTransition(at, &transition)) {
      const absl::Time next = absl::FromCivil(transition.to, *zone);
      if (next <= at || next >= end) break;
      times.push_back(next);
      at = next;
    }
  }
  times.push_back(end);
  return std::all_of(times.begin(), times.end(), [&](absl::Time time) {
    return (a.At(time).offset - b.At(time).offset) % length == 0;
  });
}

}  // namespace

// When both have samples, as far as keys tell.
static Times TimesOfBoth(const Snapshot& snapshot, const BoundOperand& a,
                         const BoundOperand& b) {
  Times times = {absl::InfinitePast(), absl::InfiniteFuture()};
  for (const BoundOperand* operand : {&a, &b}) {
    const auto bounds = snapshot.StepBounds(operand->metric->id);
    if (!bounds.ok() || !bounds->has_value()) continue;
    const StepRange limits = operand->grid.Limits();
    times.from =
        std::max(times.from,
                 operand->grid.Start(std::max(limits.begin, (*bounds)->begin)));
    times.to =
        std::min(times.to,
                 operand->grid.Start(std::min(limits.end - 1, (*bounds)->end)));
  }
  if (times.from == absl::InfinitePast() || times.to <= times.from) {
    return {absl::FromCivil(kFrom, absl::UTCTimeZone()),
            absl::FromCivil(kTo, absl::UTCTimeZone())};
  }
  return times;
}

absl::Status Binder::CheckZones(const Period& bucket,
                                absl::Span<const size_t> operands,
                                footfall::Source source) const {
  const BoundOperand* first = nullptr;
  for (const size_t o : operands) {
    const BoundOperand& operand = plan_.operands[o];
    if (!operand.grid.period().below_day()) continue;
    if (first == nullptr) {
      first = &operand;
      continue;
    }
    if (operand.grid.zone_name() == first->grid.zone_name() ||
        CutAlike(bucket, operand.grid.zone(), first->grid.zone(),
                 TimesOfBoth(snapshot_, operand, *first))) {
      continue;
    }
    return Refuse(Refusal::kZonesDiffer, source,
                  {first->metric->spec.name, first->grid.zone_name(),
                   operand.metric->spec.name, operand.grid.zone_name(),
                   PeriodPhrase(bucket)});
  }
  return absl::OkStatus();
}

absl::Status Binder::CheckZones() const {
  if (plan_.align.has_value()) return absl::OkStatus();
  std::vector<size_t> all;
  for (size_t o = 0; o < plan_.operands.size(); ++o) all.push_back(o);
  if (plan_.every.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(CheckZones(*plan_.every, all, every_source_));
  }
  for (const InnerEvery& every : plan_.inner) {
    std::vector<size_t> read;
    for (size_t o = 0; o < every.buckets.size(); ++o) {
      if (every.buckets[o].has_value()) read.push_back(o);
    }
    FOOTFALL_RETURN_IF_ERROR(
        CheckZones(every.period, read, select_.items[0].source));
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
