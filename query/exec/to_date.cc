// EVERY .. TO DATE: each bucket is cut at the place that the last step which
// counts has in its own. So no two are of different stretches, but where a
// month or a year is shorter.

#include <algorithm>
#include <optional>

#include "absl/time/civil_time.h"
#include "query/exec/timeline.h"

namespace footfall::query {

// The last step of the range that is over.
void Timeline::FindPlaces() {
  places_.resize(plan_->operands.size());
  for (size_t o = 0; o < places_.size(); ++o) {
    const BoundOperand& operand = plan_->operands[o];
    if (!operand.buckets.has_value()) continue;
    int64_t end = unfinished_[o];
    if (operand.window.last.has_value()) {
      end = std::min(end, operand.range.end);
    }
    if (end <= operand.grid.Limits().begin) continue;
    places_[o] = Place{end - 1, operand.buckets->BucketOf(end - 1)};
  }
}

StepRange Timeline::KeptToDate(size_t operand, int64_t bucket,
                               StepRange all) const {
  if (!places_[operand].has_value()) return all;
  const Place& place = *places_[operand];
  const BoundOperand& bound = plan_->operands[operand];
  const Buckets& buckets = *bound.buckets;
  int64_t last = place.step;
  if (buckets.period().below_day()) {
    // Of hours as many as there are in the last.
    last = all.begin + (place.step - buckets.StepsOf(place.bucket).begin);
  } else if (bucket != place.bucket) {
    // So many months on, or days, and then the same day and time.
    const absl::CivilSecond at = bound.grid.CivilStart(place.step);
    const absl::CivilDay from(buckets.CivilStart(place.bucket));
    const absl::CivilDay begin(buckets.CivilStart(bucket));
    absl::CivilDay day = begin + (absl::CivilDay(at) - from);
    if (buckets.period().unit > footfall::Unit::kWeek) {
      const absl::CivilMonth month =
          absl::CivilMonth(begin) +
          (absl::CivilMonth(at) - absl::CivilMonth(from));
      day = std::min(absl::CivilDay(month) + (absl::CivilDay(at).day() - 1),
                     absl::CivilDay(month + 1) - 1);
    }
    last = bound.grid.StepAt(absl::CivilSecond(day) +
                             (at - absl::CivilSecond(absl::CivilDay(at))));
  }
  all.end = std::clamp(last + 1, all.begin, all.end);
  return all;
}

}  // namespace footfall::query
