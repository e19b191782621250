// Catalog: what changes of a metric that stays.

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/records.h"
#include "engine/model/tiers.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// Whether samples lie on the same grids: for how long may differ.
bool SameGrids(const MetricSpec& a, const MetricSpec& b) {
  return std::equal(
      a.tiers.begin(), a.tiers.end(), b.tiers.begin(), b.tiers.end(),
      [](const Tier& x, const Tier& y) { return x.period == y.period; });
}

// What was rolled up stays as it is.
absl::Status CheckTierChange(const Metric& before, const MetricSpec& after) {
  if (before.tiers.empty() || !before.kept_from.has_value()) {
    return absl::OkStatus();
  }
  const auto refuse = [&](absl::string_view what) {
    return absl::FailedPreconditionError(absl::StrCat(
        "metric ", before.spec.name, " has samples that were rolled up (KEEP ",
        FormatKeep(before.spec), "), so ", what));
  };
  if (!SameGrids(before.spec, after)) {
    return refuse("its grids cannot change; for how long each is kept can");
  }
  if (before.spec.over_time != after.over_time) {
    return refuse("its rule over time cannot change");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Metric>> Catalog::Alter(
    absl::string_view name, const MetricChanges& changes, StoreBatch* batch) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return absl::NotFoundError(absl::StrCat("there is no metric ", name));
  }
  const std::shared_ptr<const Metric> before =
      metrics_.at(found->second)->metric;
  FOOTFALL_ASSIGN_OR_RETURN(MetricSpec spec,
                            WithChanges(before->spec, changes));
  if (spec == before->spec) return before;
  if (spec.name != before->spec.name && by_name_.contains(spec.name)) {
    return absl::FailedPreconditionError(
        absl::StrCat("metric ", name, " cannot be named ", spec.name,
                     ": there is a metric of that name"));
  }
  FOOTFALL_RETURN_IF_ERROR(CheckTierChange(*before, spec));
  auto metric = std::make_shared<Metric>(*before);
  metric->spec = std::move(spec);
  std::vector<TierIds> tier_ids = metrics_.at(before->id)->tier_ids;
  std::vector<TierStart> starts;
  if (SameGrids(before->spec, metric->spec)) {
    for (const auto& tier : before->tiers) {
      starts.push_back({tier->id, tier->kept_from});
    }
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(tier_ids, NewTierIds(metric->spec));
    batch->Put(Keyspace::kCatalog, CountersKey(), EncodeCounters(counters_));
    for (const TierIds& ids : tier_ids) starts.push_back({ids.values, {}});
  }
  MakeTiers(starts, metric.get());
  Replace(metric, tier_ids, batch);
  return std::shared_ptr<const Metric>(std::move(metric));
}

void Catalog::RememberEarlier(const Catalog& before) {
  for (auto& [id, own] : metrics_) {
    const auto other = before.Find(id);
    if (other == nullptr) continue;
    auto state = std::make_shared<MetricState>(*own);
    state->earlier = other->earlier;
    state->earlier.push_back(other->metric->spec);
    own = std::move(state);
  }
}

void Catalog::SetKeptFrom(MetricId id, int level, int64_t step,
                          StoreBatch* batch) {
  const std::shared_ptr<const MetricState> state = metrics_.at(id);
  auto metric = std::make_shared<Metric>(*state->metric);
  std::vector<TierStart> starts;
  for (const auto& tier : metric->tiers) {
    starts.push_back({tier->id, tier->kept_from});
  }
  std::optional<int64_t>& kept_from =
      level == 0 ? metric->kept_from
                 : starts[static_cast<size_t>(level) - 1].kept_from;
  kept_from = std::max(kept_from.value_or(step), step);
  MakeTiers(starts, metric.get());
  Replace(std::move(metric), state->tier_ids, batch);
}

void Catalog::Replace(std::shared_ptr<const Metric> metric,
                      const std::vector<TierIds>& tier_ids, StoreBatch* batch) {
  const std::shared_ptr<const MetricState> own = metrics_.at(metric->id);
  const MetricSpec& before = own->metric->spec;
  // A copy that shares the series: writes that were prepared with the other
  // find that it is another, and are checked anew.
  auto state = std::make_shared<MetricState>(*own);
  std::vector<MetricSpec>& earlier = state->earlier;
  if (before != metric->spec &&
      std::find(earlier.begin(), earlier.end(), before) == earlier.end()) {
    earlier.push_back(before);
  }
  if (before.name != metric->spec.name) {
    by_name_.erase(before.name);
    by_name_.emplace(metric->spec.name, metric->id);
  }
  state->metric = std::move(metric);
  state->tier_ids = tier_ids;
  batch->Put(Keyspace::kCatalog, MetricKey(state->metric->id),
             RecordOf(*state));
  Uninstall(*own);
  Install(std::move(state));
  declarations_ = nullptr;
  view_ = nullptr;
}

}  // namespace footfall::engine
