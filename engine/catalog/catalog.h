// The catalog: metrics, the dictionaries of their dimensions, the tables of
// their series, events, aliases and attributes, kept in the store's catalog key
// space and in memory.

#ifndef FOOTFALL_ENGINE_CATALOG_CATALOG_H_
#define FOOTFALL_ENGINE_CATALOG_CATALOG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "engine/catalog/era_records.h"
#include "engine/catalog/number_series.h"
#include "engine/catalog/records.h"
#include "footfall/declarations.h"
#include "footfall/hash_table.h"
#include "footfall/metric.h"
#include "footfall/sample_batch.h"
#include "footfall/stop.h"
#include "footfall/store.h"

namespace footfall::engine {

// What the next commits start from. Changes are made in memory at once and put
// into a batch; a reader sees them with the view that is published after the
// batch was applied. A failed batch needs no undoing: nothing is written or
// published after it.
//
// Threads: belongs to the leader of the commit queue.
class Catalog {
 public:
  // Reads the catalog of a store; an empty store has an empty one. New metrics
  // get tiles of `shape` (benchmarks), or of their period's default shape. One
  // whose zone this machine does not know is there, with Metric::usable saying
  // so. `stop` is asked for each record.
  //
  //   DATA_LOSS            records do not parse or do not fit each other
  //   UNIMPLEMENTED        written by a later release
  static absl::StatusOr<std::unique_ptr<Catalog>> Load(
      const StoreView& view, std::optional<storage::TileShape> shape,
      const StopCheck& stop = {});

  // The same without the records that do not load, each of which is handed to
  // `on_bad`. What they were needed for does not load either. For repairs.
  static absl::StatusOr<std::unique_ptr<Catalog>> LoadSound(
      const StoreView& view,
      absl::FunctionRef<void(const CatalogKey& key, const absl::Status& status)>
          on_bad);

  // Takes over what another process has changed in the store's records, in that
  // order. False where that is more than records that were added: then it is of
  // no use any more and has to be loaded anew.
  bool TakeNews(absl::Span<const StoreBatch::Operation> changes);

  // Commit number of the store's last batch.
  uint64_t commit() const { return commit_; }
  // As given to Load().
  std::optional<storage::TileShape> shape() const { return shape_; }
  // Nothing was in the store, not even the format version.
  bool is_new() const { return is_new_; }
  // What upkeep keeps of eras. Its records go with those of the metric.
  EraRecords& eras() { return eras_; }
  // Null where there is none (or it was dropped).
  std::shared_ptr<const MetricState> Find(MetricId metric) const;

  // As Database::Define(). The batch stays empty where the metric is there.
  absl::StatusOr<std::shared_ptr<const Metric>> Define(const MetricSpec& spec,
                                                       StoreBatch* batch);

  // Takes the metric and its series out; its tiles are the caller's, which lie
  // under the ids that it answers. NOT_FOUND where there is none.
  absl::StatusOr<std::vector<MetricId>> Drop(absl::string_view name,
                                             StoreBatch* batch);

  // As Database::AlterMetric(); whether values allow it is the caller's. The
  // batch stays empty where nothing changes.
  absl::StatusOr<std::shared_ptr<const Metric>> Alter(
      absl::string_view name, const MetricChanges& changes, StoreBatch* batch);

  // What metrics were declared as before, as `before` knows it, from which the
  // same store was loaded earlier.
  void RememberEarlier(const Catalog& before);

  // The samples of steps before `step` go from one of the metric's grids (0:
  // its own; then its tiers), which are the caller's. Requires: the metric and
  // that tier are there.
  void SetKeptFrom(MetricId metric, int level, int64_t step, StoreBatch* batch);

  // Makes the plan's members and series. Requires: it still holds.
  void AdoptSeries(const MetricState& state, const SeriesPlan& plan,
                   StoreBatch* batch);

  // PlanSeries() and AdoptSeries(); returns the number of new series. After an
  // error nothing was changed.
  absl::StatusOr<uint64_t> CreateSeries(const MetricState& state,
                                        absl::Span<const MemberColumn> columns,
                                        absl::Span<const RowKind> kinds,
                                        absl::Span<SeriesId> out,
                                        StoreBatch* batch);

  // Whether the changes could be made. Nothing is changed.
  //
  //   NOT_FOUND  no metric ever had the dimension of an alias or attribute
  //   else       as Check() of each table
  struct NameChanges {
    absl::Span<const EventChange> events;
    absl::Span<const AliasChange> aliases;
    absl::Span<const AttributeChange> attributes;

    bool empty() const {
      return events.empty() && aliases.empty() && attributes.empty();
    }
  };
  absl::Status CheckNames(const NameChanges& changes) const;

  // Changes events, aliases and attributes; both names of an alias, and the
  // member of an attribute, become members of its dimension, the value one of
  // that with the attribute's name. Requires: valid ones that CheckNames() let
  // pass.
  struct NameCounts {
    EventTable::Counts events;
    AliasTable::Counts aliases;
    AttributeTable::Counts attributes;
  };
  NameCounts ChangeNames(const NameChanges& changes, StoreBatch* batch);

  // The state of now, as readers may see it.
  std::shared_ptr<const CatalogView> View();

 private:
  Catalog() = default;

  absl::Status LoadRecord(absl::string_view key, absl::string_view value);
  absl::Status LoadMetric(MetricId metric, absl::string_view value);
  absl::Status LoadMembers(uint32_t dictionary, MemberId first,
                           absl::string_view value);
  // That of a dimension name, made where there is none.
  Dictionary* DictionaryOf(const std::string& name, StoreBatch* batch);
  absl::Status CheckRoom(const std::string& dimension, size_t more) const;
  void AddMember(Dictionary* dictionary, absl::string_view name,
                 StoreBatch* batch);
  absl::Status LoadSeries(MetricId metric, SeriesId first,
                          absl::string_view value);
  std::shared_ptr<const MetricState> MakeState(
      std::shared_ptr<const Metric> metric, storage::TileShape shape,
      std::vector<TierIds> tier_ids) const;
  // (tier_states.cc) Ids of new tiers. RESOURCE_EXHAUSTED where none are left.
  absl::StatusOr<std::vector<TierIds>> NewTierIds(const MetricSpec& spec);
  // The metric's record.
  static std::string RecordOf(const MetricState& state);
  // Puts the states of a metric and of its tiers in their places; false where
  // another has one of their ids.
  bool Install(std::shared_ptr<const MetricState> state);
  void Uninstall(const MetricState& state);
  // Puts the metric in the place of the one with its id; its tiers may have
  // other ids.
  void Replace(std::shared_ptr<const Metric> metric,
               const std::vector<TierIds>& tier_ids, StoreBatch* batch);

  uint64_t commit_ = 0;
  bool is_new_ = false;
  std::optional<storage::TileShape> shape_;
  Counters counters_;
  FlatHashMap<MetricId, std::shared_ptr<const MetricState>> metrics_;
  FlatHashMap<std::string, MetricId> by_name_;
  FlatHashMap<std::string, std::shared_ptr<Dictionary>> dictionaries_;
  FlatHashMap<uint32_t, std::shared_ptr<Dictionary>> dictionary_ids_;
  EventTable events_;
  AliasTable aliases_;
  AttributeTable attributes_;
  StoredFormat format_;
  EraRecords eras_{&format_};
  // Null: must be made again.
  std::shared_ptr<const Declarations> declarations_;
  std::shared_ptr<const CatalogView> view_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_CATALOG_CATALOG_H_
