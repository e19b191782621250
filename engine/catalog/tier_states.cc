// Catalog: the states of tiers, which stand beside those of metrics under ids
// of their own.

#include <limits>
#include <utility>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/catalog/records.h"

namespace footfall::engine {
namespace {

std::shared_ptr<MetricState> StateLike(const MetricState& own,
                                       std::shared_ptr<const Metric> metric,
                                       const TileLayout& layout) {
  auto state = std::make_shared<MetricState>();
  state->metric = std::move(metric);
  state->layout = layout;
  state->dictionaries = own.dictionaries;
  state->series = own.series;
  return state;
}

}  // namespace

absl::StatusOr<std::vector<TierIds>> Catalog::NewTierIds(
    const MetricSpec& spec) {
  if (counters_.next_metric >
      std::numeric_limits<MetricId>::max() - 2 * spec.tiers.size()) {
    return absl::ResourceExhaustedError("all metric ids have been given");
  }
  std::vector<TierIds> made;
  for (const Tier& tier : spec.tiers) {
    made.push_back({.values = counters_.next_metric++,
                    .whole = counters_.next_metric++,
                    .shape = shape_.has_value()
                                 ? *shape_
                                 : DefaultTileShape(tier.period)});
  }
  return made;
}

std::string Catalog::RecordOf(const MetricState& state) {
  const Metric& metric = *state.metric;
  MetricDeclaration declaration{.spec = metric.spec,
                                .shape = state.layout.shape,
                                .kept_from = metric.kept_from};
  for (size_t i = 0; i < state.tier_ids.size(); ++i) {
    declaration.tiers.push_back(
        {state.tier_ids[i], metric.tiers[i]->kept_from});
  }
  return EncodeMetric(declaration);
}

bool Catalog::Install(std::shared_ptr<const MetricState> state) {
  const MetricState& own = *state;
  bool installed = metrics_.emplace(own.metric->id, state).second;
  std::shared_ptr<const MetricState> finer = std::move(state);
  for (size_t i = 0; i < own.tier_ids.size(); ++i) {
    const TierIds& ids = own.tier_ids[i];
    const std::shared_ptr<const Metric>& metric = own.metric->tiers[i];
    TileLayout layout{.shape = ids.shape,
                      .type = own.layout.type,
                      .season = SeasonOf(metric->spec.period)};
    const auto values = StateLike(own, metric, layout);
    layout.type = storage::CellType::kInteger;
    auto beside = std::make_shared<Metric>(*metric);
    beside->id = ids.whole;
    const auto whole = StateLike(own, std::move(beside), layout);
    whole->finer = finer;
    values->finer = finer;
    values->whole = whole;
    if (metric->usable.ok()) {
      auto coarse = CoarseSteps::Create(finer->metric->grid, metric->grid);
      if (!coarse.ok()) return false;
      values->coarse = whole->coarse = *std::move(coarse);
    }
    installed &= metrics_.emplace(ids.values, values).second &&
                 metrics_.emplace(ids.whole, whole).second;
    finer = values;
  }
  return installed;
}

void Catalog::Uninstall(const MetricState& state) {
  for (const TierIds& ids : state.tier_ids) {
    metrics_.erase(ids.values);
    metrics_.erase(ids.whole);
  }
  metrics_.erase(state.metric->id);
}

}  // namespace footfall::engine
