#include "engine/upkeep/keep.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "engine/read/tile_range.h"
#include "engine/upkeep/walk.h"
#include "engine/write/deletion_patches.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {
namespace {

constexpr int64_t kCutShare = 32;

// Steps from `first` to the one that holds `now`.
int64_t StepsSince(const Grid& grid, int64_t first, absl::Time now) {
  const StepRange limits = grid.Limits();
  const absl::Time inside =
      std::clamp(now, grid.Start(limits.begin), grid.Start(limits.end - 1));
  return grid.StepAt(inside) - first;
}

}  // namespace

absl::StatusOr<bool> Keeper::Remove(MetricId id, When when,
                                    const StopCheck& stop) {
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  const CatalogView::PublishedMetric* const published =
      snapshot->catalog().Find(id);
  if (published == nullptr ||
      !published->state->metric->spec.keep.has_value() ||
      !published->state->metric->usable.ok()) {
    looked_.erase(id);
    return false;
  }
  const MetricState& state = *published->state;
  const Metric& metric = *state.metric;
  const TileLayout& layout = state.layout;
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<EraRange> eras,
                            FindEras(snapshot->view(), id));
  if (!eras.has_value()) return false;
  const absl::Time now = AskClock(clock_);
  int64_t first_kept = FirstStepKept(metric.grid, *metric.spec.keep, now);
  const int32_t cut_era = layout.EraOf(first_kept);
  const int64_t cut_begin = layout.FirstStepOf(cut_era);
  const bool has_whole = eras->first < cut_era;

  // From where on the era that is cut was not looked through.
  int64_t from = cut_begin;
  const auto note_until = [&](int64_t step) {
    if (step <= first_kept) from = std::max(from, step);
  };
  const auto looked = looked_.find(id);
  if (looked != looked_.end() && looked->second.keep == *metric.spec.keep) {
    note_until(looked->second.until);
  } else if (looked == looked_.end() && when == When::kWhenItPays &&
             metric.kept_from.has_value()) {
    // Nearly always as true, and every opening would open these tiles else.
    note_until(*metric.kept_from);
  }
  const int64_t pays =
      when == When::kAtOnce
          ? 1
          : std::max<int64_t>(
                1, StepsSince(metric.grid, first_kept, now) / kCutShare);
  const bool cuts = eras->last >= cut_era && eras->first <= cut_era &&
                    first_kept - from >= pays;
  if (!has_whole && !cuts) return false;

  DeletionPatches made;
  if (cuts) {
    std::vector<SeriesId> series(published->series.count());
    std::iota(series.begin(), series.end(), SeriesId{0});
    const absl::Status status = MakeDeletionPatches(
        queue_, *snapshot, state, series, {cut_begin, first_kept}, stop, &made);
    if (!status.ok() && !IsOfTile(status)) return status;
    looked_[id] = {*metric.spec.keep, first_kept};
    if (!status.ok()) made = DeletionPatches();
    if (!has_whole && made.deleted == 0) return false;
    if (!status.ok()) first_kept = cut_begin;
  } else {
    first_kept = cut_begin;
  }
  bool is_stale = false;
  const auto work = [&](CommitQueue::Change& change) -> absl::Status {
    const auto own = change.catalog->Find(id);
    // What was lengthened meanwhile must not remove; what was written meanwhile
    // to the steps that go was old, and goes the next time.
    is_stale = own == nullptr || own->metric->spec.keep != metric.spec.keep;
    if (is_stale) return absl::AbortedError("altered meanwhile");
    if (has_whole) {
      change.batch->DeleteRange(
          Keyspace::kTiles, FirstTileKeyOf(id),
          storage::EncodeTileKey({.metric = id, .era = cut_era, .band = 0}));
    }
    PublishDeletion(&made, &change);
    change.catalog->SetKeptFrom(id, first_kept, change.batch);
    return absl::OkStatus();
  };
  const absl::Status status =
      queue_->RunAlone(Durability::kPowerLoss, work).status();
  if (is_stale) return false;
  if (!status.ok()) {
    looked_.erase(id);
    return status;
  }
  if (has_whole) {
    damaged_->RemoveRange({.metric = id, .era = eras->first, .band = 0},
                          {.metric = id, .era = cut_era, .band = 0});
  }
  return true;
}

bool Keeper::AnyKept() const {
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  if (snapshot == nullptr) return false;
  const auto& metrics = snapshot->catalog().metrics();
  return std::any_of(metrics.begin(), metrics.end(), [](const auto& metric) {
    return metric->spec.keep.has_value();
  });
}

}  // namespace footfall::engine
