// Catalog: what changes of a metric that stays.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/records.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

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
  auto metric = std::make_shared<Metric>(*before);
  metric->spec = std::move(spec);
  Replace(metric, batch);
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

void Catalog::SetKeptFrom(MetricId id, int64_t step, StoreBatch* batch) {
  auto metric = std::make_shared<Metric>(*metrics_.at(id)->metric);
  metric->kept_from = std::max(metric->kept_from.value_or(step), step);
  Replace(std::move(metric), batch);
}

void Catalog::Replace(std::shared_ptr<const Metric> metric, StoreBatch* batch) {
  std::shared_ptr<const MetricState>& own = metrics_.at(metric->id);
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
  batch->Put(Keyspace::kCatalog, MetricKey(metric->id),
             EncodeMetric({.spec = metric->spec,
                           .shape = state->layout.shape,
                           .kept_from = metric->kept_from}));
  state->metric = std::move(metric);
  own = std::move(state);
  declarations_ = nullptr;
  view_ = nullptr;
}

}  // namespace footfall::engine
