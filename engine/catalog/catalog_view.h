// The catalog as a snapshot sees it: metrics, dictionaries and series tables,
// each with the count that was published, and lists of events, aliases and
// attributes.

#ifndef FOOTFALL_ENGINE_CATALOG_CATALOG_VIEW_H_
#define FOOTFALL_ENGINE_CATALOG_CATALOG_VIEW_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/aliases.h"
#include "engine/catalog/attributes.h"
#include "engine/catalog/events.h"
#include "engine/catalog/members.h"
#include "engine/catalog/series_columns.h"
#include "engine/catalog/tile_layout.h"
#include "footfall/declarations.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/snapshot.h"

namespace footfall::engine {

// What the engine knows of a metric. Immutable, but for the columns and
// dictionaries that grow behind it.
struct MetricState {
  std::shared_ptr<const Metric> metric;
  // What it was declared as before, since the opening: writes that were begun
  // with such a metric go on.
  std::vector<MetricSpec> earlier = {};
  TileLayout layout;
  std::vector<std::shared_ptr<Dictionary>> dictionaries;  // one a dimension
  std::shared_ptr<SeriesColumns> series;
  // Of a metric itself: its tiers, as metric->tiers.
  std::vector<TierIds> tier_ids = {};

  // What follows is of a tier. Its tiles lie under an id of their own, and
  // hold what was rolled up: the samples of steps before metric->kept_from of
  // the grid before. Series and dictionaries are the metric's.
  //
  // The grid before, whose samples it goes on with; null: of a metric itself.
  std::shared_ptr<const MetricState> finer = nullptr;
  CoarseSteps coarse = {};  // its steps out of those
  // Which of its samples are made of all their steps; null: this is that store
  // itself.
  std::shared_ptr<const MetricState> whole = nullptr;

  bool is_tier() const { return finer != nullptr; }
  // Its first step whose samples lie on the grid before; the smallest number
  // where all do.
  int64_t FirstRolledAsRead() const {
    return finer->metric->kept_from.has_value()
               ? coarse.Of(*finer->metric->kept_from)
               : std::numeric_limits<int64_t>::min();
  }
};

// Under which ids there are tiles of the metric's tiers.
inline std::vector<MetricId> TierIdsOf(const MetricState& state) {
  std::vector<MetricId> ids;
  for (const TierIds& tier : state.tier_ids) {
    ids.push_back(tier.values);
    ids.push_back(tier.whole);
  }
  return ids;
}

// The first `count` series of a metric.
class PublishedSeries final : public SeriesTable {
 public:
  PublishedSeries(std::shared_ptr<const SeriesColumns> columns, SeriesId count)
      : columns_(std::move(columns)), count_(count) {}

  SeriesId count() const override { return count_; }
  void ReadMembers(size_t dimension, SeriesId first,
                   absl::Span<MemberId> out) const override {
    columns_->ReadMembers(dimension, first, out);
  }
  bool BlockMayHold(size_t dimension, SeriesId block,
                    MemberId member) const override {
    return columns_->BlockMayHold(dimension, block, member);
  }

 private:
  std::shared_ptr<const SeriesColumns> columns_;
  SeriesId count_;
};

// Immutable; shared by the snapshots between two changes of the catalog.
class CatalogView {
 public:
  struct PublishedMetric {
    std::shared_ptr<const MetricState> state;
    PublishedSeries series;
  };
  struct PublishedMembers {
    std::shared_ptr<const Dictionary> dictionary;
    MemberId count;
  };

  // The counts are those of now. `declarations` are of `metrics`,
  // `dictionaries` of attributes. For the leader of the commit queue.
  CatalogView(std::shared_ptr<const Declarations> declarations,
              absl::Span<const std::shared_ptr<const MetricState>> metrics,
              absl::Span<const std::shared_ptr<const Dictionary>> dictionaries,
              std::shared_ptr<const EventList> events,
              std::shared_ptr<const AliasList> aliases,
              std::shared_ptr<const AttributeList> attributes);

  // By name.
  const std::vector<std::shared_ptr<const Metric>>& metrics() const {
    return declarations_->metrics();
  }
  const std::shared_ptr<const Declarations>& declarations() const {
    return declarations_;
  }
  // Null where there is none.
  const PublishedMetric* Find(MetricId metric) const;
  const PublishedMetric* FindByName(absl::string_view name) const;
  const PublishedMembers* FindMembers(absl::string_view dimension) const;

  const EventList& events() const { return *events_; }
  const AliasList& aliases() const { return *aliases_; }
  const AttributeList& attributes() const { return *attributes_; }

  uint64_t series_count() const { return series_count_; }

 private:
  const std::shared_ptr<const Declarations> declarations_;
  const std::shared_ptr<const EventList> events_;
  const std::shared_ptr<const AliasList> aliases_;
  const std::shared_ptr<const AttributeList> attributes_;
  void Publish(const std::shared_ptr<const Dictionary>& dictionary);

  FlatHashMap<MetricId, PublishedMetric> by_id_;
  FlatHashMap<std::string, MetricId> by_name_;
  FlatHashMap<std::string, PublishedMembers> members_;
  uint64_t series_count_ = 0;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_CATALOG_VIEW_H_
