// What may change of a declaration, and for how long samples are kept.

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "footfall/metric.h"

namespace footfall {

absl::StatusOr<MetricSpec> WithChanges(const MetricSpec& spec,
                                       const MetricChanges& changes) {
  MetricSpec changed = spec;
  if (changes.name.has_value()) changed.name = *changes.name;
  if (changes.unit.has_value()) changed.unit = *changes.unit;
  if (changes.over_time.has_value()) changed.over_time = *changes.over_time;
  if (changes.late.has_value()) changed.late = *changes.late;
  if (changes.keep.has_value()) {
    changed.keep = *changes.keep;
    changed.tiers = changes.tiers;
  }
  for (const Dimension& rule : changes.rules) {
    const auto dimension = std::find_if(
        changed.dimensions.begin(), changed.dimensions.end(),
        [&](const Dimension& one) { return one.name == rule.name; });
    if (dimension == changed.dimensions.end()) {
      return absl::NotFoundError(
          absl::StrCat("metric ", spec.name, " has no dimension ", rule.name));
    }
    dimension->rule = rule.rule;
  }
  MetricSpec checked = changed;
  // That of a metric stays, known here or not.
  if (!LoadZone(spec.zone).ok()) checked.zone = "UTC";
  const absl::Status valid = ValidateMetricSpec(checked);
  if (!valid.ok()) return valid;
  return changed;
}

std::string FormatKeep(const Period& keep) {
  return absl::StrCat(keep.count, " ", UnitName(keep.unit),
                      keep.count == 1 ? "" : "s");
}

int64_t FirstStepKept(const Grid& grid, const Period& keep, absl::Time now) {
  const StepRange limits = grid.Limits();
  // Beyond them, and where a clock says nothing, arithmetic would overflow.
  const absl::Time first = grid.Start(limits.begin);
  const absl::Time last = grid.Start(limits.end - 1);
  const int64_t present = now < first  ? limits.begin
                          : now > last ? limits.end - 1
                                       : grid.StepAt(now);
  const StepRange kept = grid.StepsFrom(present, -keep.count, 0, keep.unit);
  return std::min(kept.begin, present);
}

}  // namespace footfall
