#include "engine/catalog/catalog.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/catalog/blocks.h"
#include "engine/catalog/spec_difference.h"
#include "engine/model/tiers.h"
#include "storage/base/bytes.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

std::shared_ptr<const MetricState> Catalog::MakeState(
    std::shared_ptr<const Metric> metric, storage::TileShape shape,
    std::vector<TierIds> tier_ids) const {
  auto state = std::make_shared<MetricState>();
  state->tier_ids = std::move(tier_ids);
  state->layout = {.shape = shape,
                   .type = metric->spec.value_type == ValueType::kInteger
                               ? storage::CellType::kInteger
                               : storage::CellType::kDecimal,
                   .season = SeasonOf(metric->spec.period)};
  for (const Dimension& dimension : metric->spec.dimensions) {
    state->dictionaries.push_back(dictionaries_.at(dimension.name));
  }
  state->series =
      std::make_shared<SeriesColumns>(metric->spec.dimensions.size());
  state->metric = std::move(metric);
  return state;
}

std::shared_ptr<const MetricState> Catalog::Find(MetricId metric) const {
  const auto found = metrics_.find(metric);
  return found == metrics_.end() ? nullptr : found->second;
}

absl::StatusOr<std::shared_ptr<const Metric>> Catalog::Define(
    const MetricSpec& spec, StoreBatch* batch) {
  FOOTFALL_RETURN_IF_ERROR(ValidateMetricSpec(spec));
  FOOTFALL_ASSIGN_OR_RETURN(Grid grid, Grid::Create(spec.period, spec.zone));
  if (const auto found = by_name_.find(spec.name); found != by_name_.end()) {
    const std::shared_ptr<const Metric>& metric =
        metrics_.at(found->second)->metric;
    const std::string difference = FirstDifference(metric->spec, spec);
    if (!difference.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "metric ", spec.name, " already exists, and ", difference));
    }
    return metric;
  }
  if (counters_.next_metric == std::numeric_limits<MetricId>::max()) {
    return absl::ResourceExhaustedError("all metric ids have been given");
  }
  for (const Dimension& dimension : spec.dimensions) {
    DictionaryOf(dimension.name, batch);
  }
  auto metric = std::make_shared<Metric>();
  metric->id = counters_.next_metric++;
  metric->spec = spec;
  metric->grid = std::move(grid);
  const storage::TileShape shape =
      shape_.has_value() ? *shape_ : DefaultTileShape(spec.period);
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<TierIds> tier_ids, NewTierIds(spec));
  std::vector<TierStart> starts;
  for (const TierIds& ids : tier_ids) starts.push_back({ids.values, {}});
  MakeTiers(starts, metric.get());
  const auto state = MakeState(metric, shape, std::move(tier_ids));
  batch->Put(Keyspace::kCatalog, MetricKey(metric->id), RecordOf(*state));
  batch->Put(Keyspace::kCatalog, CountersKey(), EncodeCounters(counters_));
  Install(state);
  by_name_.emplace(spec.name, metric->id);
  declarations_ = nullptr;
  view_ = nullptr;
  return std::shared_ptr<const Metric>(std::move(metric));
}

absl::StatusOr<std::vector<MetricId>> Catalog::Drop(absl::string_view name,
                                                    StoreBatch* batch) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return absl::NotFoundError(absl::StrCat("there is no metric ", name));
  }
  const MetricId metric = found->second;
  const std::string series = SeriesBlocksOf(metric);
  batch->Delete(Keyspace::kCatalog, MetricKey(metric));
  batch->DeleteRange(Keyspace::kCatalog, series, AfterPrefix(series));
  const std::shared_ptr<const MetricState> state = metrics_.at(metric);
  std::vector<MetricId> ids = TierIdsOf(*state);
  ids.insert(ids.begin(), metric);
  for (const MetricId id : ids) eras_.Drop(id, batch);
  by_name_.erase(found);
  Uninstall(*state);
  declarations_ = nullptr;
  view_ = nullptr;
  return ids;
}

void Catalog::AdoptSeries(const MetricState& state, const SeriesPlan& plan,
                          StoreBatch* batch) {
  if (plan.series_count == 0) return;
  const size_t dimensions = plan.members.size();
  for (size_t d = 0; d < dimensions; ++d) {
    Dictionary& dictionary = *state.dictionaries[d];
    const MemberId first = plan.first_members[d];
    const absl::Span<const absl::string_view> added = plan.members[d];
    for (const absl::string_view name : added) dictionary.Add(name);
    for (size_t begin = 0; begin < added.size(); begin += kFoldedBlockRows) {
      batch->Put(
          Keyspace::kCatalog,
          MemberBlockKey(dictionary.id(), first + static_cast<MemberId>(begin)),
          EncodeMemberBlock(added.subspan(begin, kFoldedBlockRows)));
    }
  }
  std::vector<absl::Span<const MemberId>> spans(dimensions);
  for (size_t begin = 0; begin < plan.series_count; begin += kFoldedBlockRows) {
    const size_t count =
        std::min<size_t>(kFoldedBlockRows, plan.series_count - begin);
    for (size_t d = 0; d < dimensions; ++d) {
      spans[d] = absl::MakeConstSpan(plan.tuples[d]).subspan(begin, count);
    }
    batch->Put(Keyspace::kCatalog,
               SeriesBlockKey(state.metric->id,
                              plan.first_series + static_cast<SeriesId>(begin)),
               EncodeSeriesBlock(spans, count));
  }
  for (size_t d = 0; d < dimensions; ++d) spans[d] = plan.tuples[d];
  state.series->Append(spans, plan.series_count);
  view_ = nullptr;
}

absl::StatusOr<uint64_t> Catalog::CreateSeries(
    const MetricState& state, absl::Span<const MemberColumn> columns,
    absl::Span<const RowKind> kinds, absl::Span<SeriesId> out,
    StoreBatch* batch) {
  FOOTFALL_ASSIGN_OR_RETURN(const SeriesPlan plan,
                            PlanSeries(state, columns, kinds, out));
  AdoptSeries(state, plan, batch);
  return uint64_t{plan.series_count};
}

Dictionary* Catalog::DictionaryOf(const std::string& name, StoreBatch* batch) {
  const auto found = dictionaries_.find(name);
  if (found != dictionaries_.end()) return found->second.get();
  const uint32_t id = counters_.next_dictionary++;
  auto dictionary = std::make_shared<Dictionary>(id, name);
  dictionaries_.emplace(name, dictionary);
  dictionary_ids_.emplace(id, dictionary);
  batch->Put(Keyspace::kCatalog, DictionaryKey(id), name);
  return dictionary.get();
}

absl::Status Catalog::CheckRoom(const std::string& dimension,
                                size_t more) const {
  const auto found = dictionaries_.find(dimension);
  if (found == dictionaries_.end() ||
      uint64_t{found->second->count()} + more < kMaxNumbers) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("dimension ", dimension, " has ", found->second->count(),
                   " members; a dimension can have ", kMaxNumbers));
}

absl::Status Catalog::CheckNames(const NameChanges& changes) const {
  FOOTFALL_RETURN_IF_ERROR(events_.Check(changes.events));
  for (const AliasChange& change : changes.aliases) {
    const std::string& dimension = change.alias.dimension;
    if (!change.removes && !dictionaries_.contains(dimension)) {
      return absl::NotFoundError(absl::StrCat(
          "alias in ", dimension, ": no metric has this dimension"));
    }
    FOOTFALL_RETURN_IF_ERROR(CheckRoom(dimension, 2 * changes.aliases.size()));
  }
  for (const AttributeChange& change : changes.attributes) {
    const Attribute& attribute = change.attribute;
    if (!change.removes && !dictionaries_.contains(attribute.dimension)) {
      return absl::NotFoundError(
          absl::StrCat("attribute ", attribute.name, " of ",
                       attribute.dimension, ": no metric has this dimension"));
    }
    for (const std::string* name : {&attribute.dimension, &attribute.name}) {
      FOOTFALL_RETURN_IF_ERROR(CheckRoom(*name, changes.attributes.size()));
    }
  }
  FOOTFALL_RETURN_IF_ERROR(attributes_.Check(changes.attributes));
  return aliases_.Check(changes.aliases);
}

Catalog::NameCounts Catalog::ChangeNames(const NameChanges& changes,
                                         StoreBatch* batch) {
  const uint32_t dictionaries = counters_.next_dictionary;
  for (const AttributeChange& change : changes.attributes) {
    if (change.removes) continue;
    const Attribute& attribute = change.attribute;
    format_.Need(kAttributesFormat, batch);
    AddMember(dictionaries_.at(attribute.dimension).get(), attribute.member,
              batch);
    AddMember(DictionaryOf(attribute.name, batch), attribute.value, batch);
  }
  if (counters_.next_dictionary != dictionaries) {
    batch->Put(Keyspace::kCatalog, CountersKey(), EncodeCounters(counters_));
  }
  for (const AliasChange& change : changes.aliases) {
    if (change.removes) continue;
    Dictionary* const dictionary =
        dictionaries_.at(change.alias.dimension).get();
    AddMember(dictionary, change.alias.old_name, batch);
    AddMember(dictionary, change.alias.new_name, batch);
  }
  view_ = nullptr;
  return {.events = events_.Apply(changes.events, batch),
          .aliases = aliases_.Apply(changes.aliases, batch),
          .attributes = attributes_.Apply(changes.attributes, batch)};
}

void Catalog::AddMember(Dictionary* dictionary, absl::string_view name,
                        StoreBatch* batch) {
  const MemberId next = dictionary->count();
  if (dictionary->Add(name) != next) return;  // it was there
  batch->Put(Keyspace::kCatalog, MemberBlockKey(dictionary->id(), next),
             EncodeMemberBlock({name}));
}

std::shared_ptr<const CatalogView> Catalog::View() {
  if (view_ == nullptr) {
    std::vector<std::shared_ptr<const MetricState>> states;
    for (const auto& [id, state] : metrics_) {
      states.push_back(state);
    }
    if (declarations_ == nullptr) {
      std::vector<std::shared_ptr<const Metric>> metrics;
      for (const auto& state : states) {
        if (!state->is_tier()) metrics.push_back(state->metric);
      }
      std::sort(metrics.begin(), metrics.end(),
                [](const auto& a, const auto& b) {
                  return a->spec.name < b->spec.name;
                });
      declarations_ = std::make_shared<const Declarations>(std::move(metrics));
    }
    const auto attributes = attributes_.View();
    std::vector<std::shared_ptr<const Dictionary>> of_attributes;
    for (const std::string& name : attributes_.names()) {
      const auto found = dictionaries_.find(name);
      if (found != dictionaries_.end()) of_attributes.push_back(found->second);
    }
    view_ = std::make_shared<const CatalogView>(declarations_, states,
                                                of_attributes, events_.View(),
                                                aliases_.View(), attributes);
  }
  return view_;
}

}  // namespace footfall::engine
