#include "engine/read/database_snapshot.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "footfall/guard.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// A scan of a metric that is not there, or one that can read nothing.
class EmptyScan final : public SlabCursor {
 public:
  explicit EmptyScan(absl::StatusOr<bool> next) : next_(std::move(next)) {}
  absl::StatusOr<bool> Next() override { return next_; }
  const Slab& slab() const override { return slab_; }
  const ScanStats& stats() const override { return stats_; }

 private:
  const absl::StatusOr<bool> next_;
  Slab slab_;
  ScanStats stats_;
};

class NoSeries final : public SeriesTable {
 public:
  SeriesId count() const override { return 0; }
  void ReadMembers(size_t, SeriesId, absl::Span<MemberId>) const override {}
  bool BlockMayHold(size_t, SeriesId, MemberId) const override { return false; }
};

}  // namespace

std::vector<std::shared_ptr<const Metric>> DatabaseSnapshot::Metrics() const {
  return catalog_->metrics();
}

std::shared_ptr<const Metric> DatabaseSnapshot::FindMetric(
    absl::string_view name) const {
  const CatalogView::PublishedMetric* const metric = catalog_->FindByName(name);
  return metric == nullptr ? nullptr : metric->state->metric;
}

MemberId DatabaseSnapshot::MemberCount(absl::string_view dimension) const {
  const CatalogView::PublishedMembers* const members =
      catalog_->FindMembers(dimension);
  return members == nullptr ? 0 : members->count;
}

absl::string_view DatabaseSnapshot::MemberName(absl::string_view dimension,
                                               MemberId member) const {
  const CatalogView::PublishedMembers* const members =
      catalog_->FindMembers(dimension);
  if (members == nullptr || member >= members->count) {
    return absl::string_view();
  }
  return members->dictionary->Name(member);
}

std::optional<MemberId> DatabaseSnapshot::FindMember(
    absl::string_view dimension, absl::string_view name) const {
  const CatalogView::PublishedMembers* const members =
      catalog_->FindMembers(dimension);
  if (members == nullptr) {
    return std::nullopt;
  }
  return members->dictionary->Find(name, members->count);
}

const SeriesTable& DatabaseSnapshot::Series(MetricId metric) const {
  static const NoSeries kNone;
  const CatalogView::PublishedMetric* const found = catalog_->Find(metric);
  if (found == nullptr) {
    return kNone;
  }
  return found->series;
}

SeriesId DatabaseSnapshot::BandSize(MetricId metric) const {
  const CatalogView::PublishedMetric* const found = catalog_->Find(metric);
  return found == nullptr ? 1 : found->state->layout.shape.lanes;
}

int64_t DatabaseSnapshot::EraSize(MetricId metric) const {
  const CatalogView::PublishedMetric* const found = catalog_->Find(metric);
  return found == nullptr ? 1 : found->state->layout.shape.steps;
}

absl::StatusOr<std::optional<StepRange>> DatabaseSnapshot::StepBounds(
    MetricId metric) const {
  return Guarded([&] { return FindStepBounds(metric); });
}

absl::StatusOr<std::optional<StepRange>> DatabaseSnapshot::FindStepBounds(
    MetricId metric) const {
  const CatalogView::PublishedMetric* const found = catalog_->Find(metric);
  if (found == nullptr) {
    return std::optional<StepRange>();
  }
  FOOTFALL_RETURN_IF_ERROR(CheckOpen());
  FOOTFALL_RETURN_IF_ERROR(found->state->metric->usable);
  {
    storage::ReaderMutexLock lock(&bounds_mutex_);
    if (const auto known = bounds_.find(metric); known != bounds_.end()) {
      return known->second;
    }
  }
  const OpenGate::Pass pass(gate_.get());
  if (!pass.inside()) return OpenGate::ClosedError();
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                            FindBounds(*view_, *found->state));
  storage::MutexLock lock(&bounds_mutex_);
  bounds_.emplace(metric, bounds);
  return bounds;
}

absl::StatusOr<std::vector<StepRange>> DatabaseSnapshot::StepStretches(
    MetricId metric, StepRange steps) const {
  return Guarded([&] { return FindStepStretches(metric, steps); });
}

absl::StatusOr<std::vector<StepRange>> DatabaseSnapshot::FindStepStretches(
    MetricId metric, StepRange steps) const {
  std::vector<StepRange> stretches;
  const CatalogView::PublishedMetric* const found = catalog_->Find(metric);
  if (found == nullptr) return stretches;
  FOOTFALL_RETURN_IF_ERROR(found->state->metric->usable);
  const OpenGate::Pass pass(gate_.get());
  if (!pass.inside()) return OpenGate::ClosedError();
  return FindStretches(*view_, *found->state, steps);
}

absl::StatusOr<uint64_t> DatabaseSnapshot::CountTiles(
    const ScanRequest& request) const {
  return Guarded([&] { return WalkTiles(request); });
}

absl::StatusOr<uint64_t> DatabaseSnapshot::WalkTiles(
    const ScanRequest& request) const {
  const CatalogView::PublishedMetric* const found =
      catalog_->Find(request.metric);
  if (found == nullptr) {
    return uint64_t{0};
  }
  FOOTFALL_RETURN_IF_ERROR(found->state->metric->usable);
  const OpenGate::Pass pass(gate_.get());
  if (!pass.inside()) return OpenGate::ClosedError();
  return CountBundles(SourceOf(*found), *found->state, request);
}

std::unique_ptr<SlabCursor> DatabaseSnapshot::Scan(
    const ScanRequest& request) const {
  try {
    const CatalogView::PublishedMetric* const found =
        catalog_->Find(request.metric);
    if (found == nullptr) {
      return std::make_unique<EmptyScan>(false);
    }
    const OpenGate::Pass pass(gate_.get());
    if (!pass.inside()) {
      return std::make_unique<EmptyScan>(OpenGate::ClosedError());
    }
    if (!found->state->metric->usable.ok()) {
      return std::make_unique<EmptyScan>(found->state->metric->usable);
    }
    return OpenScan(SourceOf(*found), *found->state, request);
  } catch (...) {
    return nullptr;  // not even the memory for a cursor that says so
  }
}

}  // namespace footfall::engine
