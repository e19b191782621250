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
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "footfall/snapshot.h"
#include "footfall/store.h"
#include "storage/base/mutex.h"

namespace footfall::engine {

// One is published after every commit; TakeSnapshot() hands out the last.
class DatabaseSnapshot final : public Snapshot {
 public:
  DatabaseSnapshot(uint64_t commit, std::unique_ptr<StoreView> view,
                   std::shared_ptr<const CatalogView> catalog)
      : commit_(commit), view_(std::move(view)), catalog_(std::move(catalog)) {}

  const StoreView& view() const { return *view_; }
  const CatalogView& catalog() const { return *catalog_; }

  uint64_t commit() const override { return commit_; }
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
  const SeriesTable& Series(MetricId metric) const override;
  absl::StatusOr<std::optional<StepRange>> StepBounds(
      MetricId metric) const override ABSL_LOCKS_EXCLUDED(bounds_mutex_);
  absl::StatusOr<uint64_t> CountTiles(
      const ScanRequest& request) const override;
  std::unique_ptr<SlabCursor> Scan(const ScanRequest& request) const override;

 private:
  const uint64_t commit_;
  const std::unique_ptr<StoreView> view_;
  const std::shared_ptr<const CatalogView> catalog_;
  // What StepBounds() has found: every question asks for them, and the seeks
  // cost as much as reading a month of a series.
  mutable storage::Mutex bounds_mutex_;
  mutable absl::flat_hash_map<MetricId, std::optional<StepRange>> bounds_
      ABSL_GUARDED_BY(bounds_mutex_);
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_READ_DATABASE_SNAPSHOT_H_
