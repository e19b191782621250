#include "engine/catalog/catalog_view.h"

#include <utility>

namespace footfall::engine {

CatalogView::CatalogView(
    std::shared_ptr<const Declarations> declarations,
    absl::Span<const std::shared_ptr<const MetricState>> metrics,
    absl::Span<const std::shared_ptr<const Dictionary>> dictionaries,
    std::shared_ptr<const EventList> events,
    std::shared_ptr<const AliasList> aliases,
    std::shared_ptr<const AttributeList> attributes)
    : declarations_(std::move(declarations)),
      events_(std::move(events)),
      aliases_(std::move(aliases)),
      attributes_(std::move(attributes)) {
  for (const std::shared_ptr<const MetricState>& state : metrics) {
    const SeriesId series_count = state->series->count();
    const Metric& metric = *state->metric;
    by_id_.emplace(
        metric.id,
        PublishedMetric{state, PublishedSeries(state->series, series_count)});
    if (state->is_tier()) continue;
    by_name_.emplace(metric.spec.name, metric.id);
    series_count_ += series_count;
    for (const auto& dictionary : state->dictionaries) Publish(dictionary);
  }
  for (const auto& dictionary : dictionaries) Publish(dictionary);
}

void CatalogView::Publish(const std::shared_ptr<const Dictionary>& dictionary) {
  if (members_.contains(dictionary->name())) return;
  members_.emplace(dictionary->name(),
                   PublishedMembers{dictionary, dictionary->count()});
}

const CatalogView::PublishedMetric* CatalogView::Find(MetricId metric) const {
  const auto found = by_id_.find(metric);
  return found == by_id_.end() ? nullptr : &found->second;
}

const CatalogView::PublishedMetric* CatalogView::FindByName(
    absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : Find(found->second);
}

const CatalogView::PublishedMembers* CatalogView::FindMembers(
    absl::string_view dimension) const {
  const auto found = members_.find(dimension);
  return found == members_.end() ? nullptr : &found->second;
}

}  // namespace footfall::engine
