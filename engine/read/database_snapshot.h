// The snapshot: a commit number, a view of the store and a view of the catalog.

#ifndef FOOTFALL_ENGINE_READ_DATABASE_SNAPSHOT_H_
#define FOOTFALL_ENGINE_READ_DATABASE_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "engine/read/coarse_scan.h"
#include "engine/read/open_gate.h"
#include "footfall/hash_table.h"
#include "footfall/question_log.h"
#include "footfall/snapshot.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"
#include "storage/tile/verified_tiles.h"

namespace footfall::engine {

// One is published after every commit; TakeSnapshot() hands out the last.
//
// Readers outside the gate may hold it: they pass the gate for each read.
class DatabaseSnapshot final : public Snapshot, private OpenGate::Holder {
 public:
  // Requires: the caller is inside the gate, or the gate is not in use yet.
  // `verified` is that of the store.
  DatabaseSnapshot(std::shared_ptr<OpenGate> gate,
                   std::shared_ptr<storage::VerifiedTiles> verified,
                   uint64_t commit, std::unique_ptr<StoreView> view,
                   std::shared_ptr<const CatalogView> catalog,
                   std::shared_ptr<QuestionLog> questions = nullptr)
      : Holder(gate.get()),
        gate_(std::move(gate)),
        verified_(std::move(verified)),
        commit_(commit),
        view_(std::move(view)),
        catalog_(std::move(catalog)),
        questions_(std::move(questions)) {
    Hold();
  }
  ~DatabaseSnapshot() override { Release(); }

  // Requires: the caller is inside the gate.
  const StoreView& view() const { return *view_; }
  const CatalogView& catalog() const { return *catalog_; }

  absl::Status CheckOpen() const override { return gate_->CheckOpen(); }
  uint64_t commit() const override { return commit_; }
  QuestionLog* questions() const override { return questions_.get(); }
  const std::shared_ptr<const Declarations>& declarations() const override {
    return catalog_->declarations();
  }
  std::vector<std::shared_ptr<const Metric>> Metrics() const override;
  std::shared_ptr<const Metric> FindMetric(
      absl::string_view name) const override;
  MemberId MemberCount(absl::string_view dimension) const override;
  absl::string_view MemberName(absl::string_view dimension,
                               MemberId member) const override;
  std::optional<MemberId> FindMember(absl::string_view dimension,
                                     absl::string_view name) const override;
  absl::Span<const std::shared_ptr<const Event>> Events() const override {
    return catalog_->events();
  }
  absl::Span<const std::shared_ptr<const Alias>> Aliases() const override {
    return catalog_->aliases();
  }
  absl::Span<const std::shared_ptr<const Attribute>> Attributes()
      const override {
    return catalog_->attributes();
  }
  const SeriesTable& Series(MetricId metric) const override;
  SeriesId BandSize(MetricId metric) const override;
  int64_t EraSize(MetricId metric) const override;
  absl::StatusOr<std::optional<StepRange>> StepBounds(
      MetricId metric) const override;
  absl::StatusOr<std::vector<StepRange>> StepStretches(
      MetricId metric, StepRange steps) const override;
  absl::StatusOr<uint64_t> CountTiles(
      const ScanRequest& request) const override;
  std::unique_ptr<SlabCursor> Scan(const ScanRequest& request) const override;

 private:
  void LetGo() override { view_.reset(); }
  absl::StatusOr<std::optional<StepRange>> FindStepBounds(MetricId metric) const
      ABSL_LOCKS_EXCLUDED(bounds_mutex_);
  absl::StatusOr<std::vector<StepRange>> FindStepStretches(
      MetricId metric, StepRange steps) const;
  absl::StatusOr<uint64_t> WalkTiles(const ScanRequest& request) const;
  // Requires: the caller is inside the gate.
  TileSource SourceOf(const CatalogView::PublishedMetric& metric) const {
    return {gate_.get(), verified_.get(), *view_, metric.series.count()};
  }

  const std::shared_ptr<OpenGate> gate_;
  const std::shared_ptr<storage::VerifiedTiles> verified_;
  const uint64_t commit_;
  std::unique_ptr<StoreView> view_;  // null once the database was closed
  const std::shared_ptr<const CatalogView> catalog_;
  const std::shared_ptr<QuestionLog> questions_;
  // What StepBounds() has found: every question asks for them, and the seeks
  // cost as much as reading a month of a series.
  mutable storage::Mutex bounds_mutex_;
  mutable FlatHashMap<MetricId, std::optional<StepRange>> bounds_
      ABSL_GUARDED_BY(bounds_mutex_);
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_READ_DATABASE_SNAPSHOT_H_
