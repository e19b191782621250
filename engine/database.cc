#include "footfall/database.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/records.h"
#include "engine/open_database.h"
#include "engine/read/open_gate.h"
#include "engine/read/tile_range.h"
#include "engine/upkeep/touched_tiles.h"
#include "engine/upkeep/upkeep.h"
#include "engine/watch/counters.h"
#include "engine/watch/event_queue.h"
#include "engine/watch/question_counts.h"
#include "engine/write/alter_metric.h"
#include "engine/write/bulk_load.h"
#include "engine/write/commit_queue.h"
#include "engine/write/delete_range.h"
#include "engine/write/writes.h"
#include "footfall/guard.h"
#include "footfall/metrics.h"
#include "storage/base/mutex.h"
#include "storage/base/status_macros.h"
#include "storage/store/memory_store.h"
#include "storage/store/rocksdb_store.h"

namespace footfall::engine {
namespace {

class StoredDatabase final : public Database {
 public:
  StoredDatabase(std::unique_ptr<Store> store, std::unique_ptr<Catalog> catalog,
                 const DatabaseOptions& options,
                 const InternalOptions& internal)
      : options_(options),
        internal_(internal),
        store_(std::move(store)),
        queue_(
            store_.get(), std::move(catalog), options.read_only, gate_,
            [this](const StoreBatch& batch) { NoteApplied(batch); },
            questions_),
        upkeep_(&queue_, store_.get(), &touched_, options.upkeep, options.clock,
                events_) {
    if (options.background_upkeep && !options.read_only) {
      upkeep_.Start();
    }
  }

  ~StoredDatabase() override {
    Close().IgnoreError();  // a caller who wants to know calls Close()
  }

  absl::StatusOr<std::shared_ptr<const Metric>> Define(
      const MetricSpec& spec) override {
    return Inside([&] { return DefineInside(spec); });
  }

  absl::StatusOr<std::shared_ptr<const Metric>> AlterMetric(
      absl::string_view name, const MetricChanges& changes,
      const StopCheck& stop) override {
    return Inside([&]() -> absl::StatusOr<std::shared_ptr<const Metric>> {
      FOOTFALL_ASSIGN_OR_RETURN(
          auto metric, engine::AlterMetric(&queue_, name, changes, stop));
      if (changes.keep.has_value()) upkeep_.NoteKeep(metric->id);
      return metric;
    });
  }

  absl::Status DropMetric(absl::string_view name) override {
    const auto work = [&](CommitQueue::Change& change) -> absl::Status {
      FOOTFALL_ASSIGN_OR_RETURN(const std::vector<MetricId> dropped,
                                change.catalog->Drop(name, change.batch));
      for (const MetricId id : dropped) {
        change.batch->DeleteRange(Keyspace::kTiles, FirstTileKeyOf(id),
                                  EndTileKeyOf(id));
      }
      return absl::OkStatus();
    };
    return Inside(
        [&] { return queue_.RunAlone(Durability::kPowerLoss, work).status(); });
  }

  absl::StatusOr<WriteResult> Write(const SampleBatch& batch,
                                    const WriteOptions& options) override {
    return Inside([&]() -> absl::StatusOr<WriteResult> {
      const uint64_t rows = batch.row_count() + batch.event_changes().size() +
                            batch.alias_changes().size() +
                            batch.attribute_changes().size();
      const uint64_t most = std::min<uint64_t>(
          options_.max_batch_rows, std::numeric_limits<uint32_t>::max());
      if (rows > most) {
        return absl::ResourceExhaustedError(absl::StrCat(
            "the batch has ", rows, " rows; max_batch_rows allows ", most));
      }
      FOOTFALL_ASSIGN_OR_RETURN(
          const WriteResult result,
          WriteRows(&queue_, batch, options, options_.clock));
      counters_.writes.Add(1);
      counters_.samples.Add(result.samples);
      counters_.expired_rows.Add(result.expired);
      return result;
    });
  }

  absl::StatusOr<uint64_t> Delete(const Metric& metric,
                                  absl::Span<const SeriesId> series,
                                  StepRange steps,
                                  const WriteOptions& options) override {
    return Inside([&]() -> absl::StatusOr<uint64_t> {
      FOOTFALL_ASSIGN_OR_RETURN(
          const uint64_t deleted,
          DeleteRange(&queue_, metric, series, steps, options));
      counters_.deleted_samples.Add(deleted);
      return deleted;
    });
  }

  absl::StatusOr<std::unique_ptr<BulkLoader>> NewBulkLoader(
      std::shared_ptr<const Metric> metric, uint64_t memory_bytes) override {
    return Inside([&] {
      return engine::NewBulkLoader(
          gate_, &queue_, std::move(metric), memory_bytes,
          internal_.spill_folder,
          [this](MetricId loaded, const WriteResult& result) {
            counters_.loads.Add(1);
            counters_.loaded_samples.Add(result.samples);
            counters_.expired_rows.Add(result.expired);
            touched_.NoteMetric(loaded);
          },
          options_.clock);
    });
  }

  std::shared_ptr<const Snapshot> TakeSnapshot() const override {
    std::shared_ptr<const Snapshot> current = queue_.current();
    return current != nullptr ? current : last_;
  }

  absl::Status RunUpkeep() override {
    return Inside([&] { return upkeep_.Run(); });
  }

  absl::Status RunUpkeep(absl::string_view metric,
                         const StopCheck& stop) override {
    return Inside([&]() -> absl::Status {
      FOOTFALL_ASSIGN_OR_RETURN(const MetricId id, FindId(metric));
      return upkeep_.RunMetric(id, stop);
    });
  }

  absl::Status Compact(const StopCheck& stop) override {
    return Inside([&]() -> absl::Status {
      absl::Status first;
      const auto snapshot = queue_.current();  // owns the list
      for (const auto& metric : snapshot->catalog().metrics()) {
        for (const MetricId id : IdsOf(metric->id)) {
          const absl::Status folded = upkeep_.FoldMetric(id, stop);
          if (!folded.ok() && !IsOfTile(folded)) return folded;
          first.Update(folded);
        }
      }
      FOOTFALL_RETURN_IF_ERROR(upkeep_.FoldCatalog(std::nullopt, stop));
      FOOTFALL_RETURN_IF_ERROR(CompactStore("", "", stop));
      return first;
    });
  }

  absl::Status CompactMetric(absl::string_view metric,
                             const StopCheck& stop) override {
    return Inside([&]() -> absl::Status {
      FOOTFALL_ASSIGN_OR_RETURN(const MetricId id, FindId(metric));
      absl::Status first;
      for (const MetricId each : IdsOf(id)) {
        const absl::Status folded = upkeep_.FoldMetric(each, stop);
        if (!folded.ok() && !IsOfTile(folded)) return folded;
        first.Update(folded);
      }
      FOOTFALL_RETURN_IF_ERROR(upkeep_.FoldCatalog(id, stop));
      for (const MetricId each : IdsOf(id)) {
        FOOTFALL_RETURN_IF_ERROR(
            CompactStore(FirstTileKeyOf(each), EndTileKeyOf(each), stop));
      }
      return first;
    });
  }

  DatabaseStats Stats() const override {
    DatabaseStats stats;
    Inside([&]() -> absl::Status {
      const auto snapshot = queue_.current();
      stats.store = store_->Stats();
      stats.commit = snapshot->commit();
      stats.metric_count = snapshot->catalog().metrics().size();
      stats.series_count = snapshot->catalog().series_count();
      const FromDeclarations* const plans = snapshot->declarations()->kept();
      if (plans != nullptr) stats.plan_bytes = plans->size_bytes();
      return absl::OkStatus();
    }).IgnoreError();
    return stats;
  }

  DatabaseMetrics Metrics() const override {
    DatabaseMetrics metrics;
    const OpenGate::Pass pass(gate_.get());
    if (!pass.inside()) return metrics;
    const DatabaseStats stats = Stats();
    const DatabaseHealth health = Health();
    const UpkeepCounters& upkept = upkeep_.counters();
    metrics.writes = counters_.writes.count();
    metrics.samples = counters_.samples.count();
    metrics.expired_rows = counters_.expired_rows.count();
    metrics.loads = counters_.loads.count();
    metrics.loaded_samples = counters_.loaded_samples.count();
    metrics.deleted_samples = counters_.deleted_samples.count();
    metrics.write_bytes = counters_.write_bytes.count();
    metrics.patches = counters_.patches.count();
    metrics.folded_tiles = upkept.folded_tiles.count();
    metrics.removed_tiles = upkept.removed_tiles.count();
    metrics.keep_removals = upkept.keep_removals.count();
    metrics.catalog_folds = upkept.catalog_folds.count();
    metrics.cache_hits = stats.store.cache_hits;
    metrics.cache_misses = stats.store.cache_misses;
    metrics.stalls = stats.store.stalls;
    metrics.dropped_events = events_->dropped();
    questions_->AddTo(&metrics);
    metrics.commit = stats.commit;
    metrics.metrics = stats.metric_count;
    metrics.series = stats.series_count;
    metrics.upkeep_tiles = health.upkeep_tiles;
    metrics.upkeep_metrics = health.upkeep_metrics;
    metrics.upkeep_names = health.upkeep_names;
    metrics.damaged_tiles = health.damaged_tiles;
    metrics.table_bytes = stats.store.table_bytes;
    metrics.catalog_bytes = stats.store.catalog_bytes;
    metrics.log_bytes = stats.store.log_bytes;
    metrics.memory_bytes = stats.store.memory_bytes;
    metrics.plan_bytes = stats.plan_bytes;
    metrics.tables = stats.store.table_count;
    metrics.oldest_snapshot_seconds = stats.store.oldest_view_seconds;
    metrics.takes_writes =
        !options_.read_only && health.state == DatabaseHealth::State::kGood;
    return metrics;
  }

  DatabaseHealth Health() const override {
    DatabaseHealth health = queue_.Health();
    Inside([&]() -> absl::Status {
      const absl::Status of_store = ForCaller(store_->Health());
      if (of_store.ok() || health.state == DatabaseHealth::State::kLatched) {
        return absl::OkStatus();
      }
      health.cause = of_store;
      health.state = absl::IsFailedPrecondition(of_store)
                         ? DatabaseHealth::State::kLatched
                         : DatabaseHealth::State::kRefusing;
      return absl::OkStatus();
    }).IgnoreError();
    Upkeep::State upkeep = upkeep_.state();
    health.upkeep_error = std::move(upkeep.last_error);
    health.upkeep_tiles = upkeep.backlog_tiles;
    health.upkeep_metrics = upkeep.backlog_metrics;
    health.upkeep_names = upkeep.backlog_names;
    health.damaged_tiles = upkeep.damaged_count;
    health.damage = std::move(upkeep.damaged);
    return health;
  }

  absl::Status Resume() override {
    return Inside([&] { return queue_.Resume(); });
  }

  bool read_only() const override { return options_.read_only; }

  absl::StatusOr<FollowState> Refresh() override {
    return Inside([&] { return queue_.CatchUp(/*shows=*/true); });
  }

  absl::StatusOr<FollowState> Lag() override {
    return Inside([&] { return queue_.CatchUp(/*shows=*/false); });
  }

  uint64_t memory_budget_bytes() const override {
    return options_.memory_budget_bytes;
  }

  absl::Status Close() override {
    return Guarded([&]() -> absl::Status {
      storage::MutexLock lock(&close_mutex_);
      if (closed_) return absl::OkStatus();
      closed_ = true;
      // Upkeep and compaction give up, all else finishes.
      upkeep_.Stop();
      gate_->Shut();
      last_ = queue_.current();
      queue_.Close();
      const absl::Status status = ForCaller(store_->Close());
      events_->Stop();
      return status;
    });
  }

 private:
  void NoteApplied(const StoreBatch& batch) {
    uint64_t patches = 0;
    for (const StoreBatch::Operation& operation : batch.operations()) {
      patches += operation.kind == StoreBatch::Kind::kAppend ? 1 : 0;
    }
    counters_.patches.Add(patches);
    counters_.write_bytes.Add(batch.size_bytes());
    touched_.NoteApplied(batch);
  }

  // Runs the work of a call. FAILED_PRECONDITION once the database is being
  // closed, which waits for the calls that are inside.
  template <typename Call>
  auto Inside(Call&& call) const -> decltype(call()) {
    return Guarded([&]() -> decltype(call()) {
      const OpenGate::Pass pass(gate_.get());
      if (!pass.inside()) return OpenGate::ClosedError();
      return call();
    });
  }

  absl::StatusOr<MetricId> FindId(absl::string_view name) const {
    FOOTFALL_RETURN_IF_ERROR(queue_.CheckOpen());
    const auto metric = queue_.current()->FindMetric(name);
    if (metric != nullptr) return metric->id;
    return absl::NotFoundError(absl::StrCat("there is no metric ", name));
  }

  // The metric's own, and those of its tiers.
  std::vector<MetricId> IdsOf(MetricId metric) const {
    std::vector<MetricId> ids = {metric};
    const auto snapshot = queue_.current();
    const auto* const found = snapshot->catalog().Find(metric);
    if (found == nullptr) return ids;
    const std::vector<MetricId> tiers = TierIdsOf(*found->state);
    ids.insert(ids.end(), tiers.begin(), tiers.end());
    return ids;
  }

  // Rewrites the tables of tiles [begin, end); "" and "": all there is.
  absl::Status CompactStore(absl::string_view begin, absl::string_view end,
                            const StopCheck& stop) {
    FOOTFALL_RETURN_IF_ERROR(ForCaller(store_->Flush()));
    const StopCheck check = [&]() -> absl::Status {
      FOOTFALL_RETURN_IF_ERROR(upkeep_.CheckStopping());
      return AskStop(stop);
    };
    return ForCaller(end.empty() ? store_->CompactUnless(check)
                                 : store_->CompactTiles(begin, end, check));
  }

  absl::StatusOr<std::shared_ptr<const Metric>> DefineInside(
      const MetricSpec& spec) {
    // Nothing to write where it is there.
    std::shared_ptr<const Metric> metric =
        queue_.current()->FindMetric(spec.name);
    if (metric != nullptr && metric->spec == spec) return metric;
    const auto work = [&](CommitQueue::Change& change) -> absl::Status {
      FOOTFALL_ASSIGN_OR_RETURN(metric,
                                change.catalog->Define(spec, change.batch));
      return absl::OkStatus();
    };
    FOOTFALL_RETURN_IF_ERROR(
        queue_.RunAlone(Durability::kPowerLoss, work).status());
    if (spec.keep.has_value()) upkeep_.NoteKeep(metric->id);
    return metric;
  }

  const DatabaseOptions options_;
  const InternalOptions internal_;
  const std::unique_ptr<Store> store_;
  // Shared with the snapshots and loaders that outlive this.
  const std::shared_ptr<OpenGate> gate_ = std::make_shared<OpenGate>();
  const std::shared_ptr<EventQueue> events_ =
      std::make_shared<EventQueue>(options_.listener);
  const std::shared_ptr<QuestionCounts> questions_ =
      std::make_shared<QuestionCounts>(events_, options_.slow_question);
  WriteCounters counters_;
  TouchedTiles touched_;
  CommitQueue queue_;
  Upkeep upkeep_;
  storage::Mutex close_mutex_;
  bool closed_ ABSL_GUARDED_BY(close_mutex_) = false;
  // What the queue had when it was closed: set before the queue drops it, and
  // read only after that, so that the queue's mutex orders the two.
  std::shared_ptr<const Snapshot> last_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(
    std::unique_ptr<Store> store, const DatabaseOptions& options,
    const InternalOptions& internal) {
  FOOTFALL_ASSIGN_OR_RETURN(
      std::unique_ptr<Catalog> catalog,
      Catalog::Load(*store->TakeView(), internal.tile_shape,
                    options.stop_opening));
  if (catalog->is_new() && !options.read_only) {
    StoreBatch batch;
    batch.Put(Keyspace::kCatalog, FormatKey(),
              EncodeNumber(kFirstFormatVersion));
    FOOTFALL_RETURN_IF_ERROR(
        ForCaller(store->Apply(batch, Durability::kPowerLoss)));
  }
  return std::unique_ptr<Database>(std::make_unique<StoredDatabase>(
      std::move(store), std::move(catalog), options, internal));
}

}  // namespace footfall::engine

namespace footfall {

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    absl::string_view path, const DatabaseOptions& options) {
  return Guarded([&]() -> absl::StatusOr<std::unique_ptr<Database>> {
    const std::string folder(path);
    FOOTFALL_ASSIGN_OR_RETURN(
        std::unique_ptr<Store> store,
        storage::OpenRocksdbStore(
            folder, {.create_if_missing = options.create_if_missing,
                     .read_only = options.read_only,
                     .memory_budget_bytes = options.memory_budget_bytes,
                     .shared = options.shared}));
    return engine::OpenDatabase(
        std::move(store), options,
        {.tile_shape = std::nullopt, .spill_folder = folder});
  });
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenInMemory(
    const DatabaseOptions& options) {
  return Guarded([&] {
    DatabaseOptions written = options;
    written.read_only = false;
    return engine::OpenDatabase(storage::NewMemoryStore(), written, {});
  });
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    std::unique_ptr<Store> store, const DatabaseOptions& options) {
  return Guarded(
      [&] { return engine::OpenDatabase(std::move(store), options, {}); });
}

}  // namespace footfall
