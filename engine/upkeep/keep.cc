#include "engine/upkeep/keep.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "engine/read/tile_range.h"
#include "engine/upkeep/walk.h"
#include "engine/write/deletion_patches.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"

namespace footfall::engine {
namespace {

// Whether there is a tile in [begin, end), or what cannot be read.
enum class Found : uint8_t { kNothing, kTiles, kDamage };
absl::StatusOr<Found> LookFor(const StoreView& view, const std::string& begin,
                              const std::string& end) {
  const auto tiles = view.Scan(Keyspace::kTiles, begin, end);
  const absl::StatusOr<bool> any = tiles->Next();
  if (any.ok()) return *any ? Found::kTiles : Found::kNothing;
  if (IsOfTile(any.status())) return Found::kDamage;
  return any.status();
}

}  // namespace

int64_t StepsKept(const Metric& metric, int64_t first, absl::Time now) {
  const StepRange limits = metric.grid.Limits();
  const absl::Time inside = std::clamp(now, metric.grid.Start(limits.begin),
                                       metric.grid.Start(limits.end - 1));
  return metric.grid.StepAt(inside) - first;
}

absl::StatusOr<bool> Keeper::Remove(MetricId id, When when,
                                    const StopCheck& stop) {
  size_t tiers = 0;
  {
    const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
    const CatalogView::PublishedMetric* const found =
        snapshot->catalog().Find(id);
    if (found != nullptr && found->state->is_tier()) return false;
    if (found != nullptr) tiers = found->state->tier_ids.size();
  }
  bool any = false;
  for (size_t level = 0; level < tiers; ++level) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool rolled, RollUp(id, level, when, stop));
    any |= rolled;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const bool removed, RemoveLast(id, when, stop));
  return any || removed;
}

absl::StatusOr<bool> Keeper::RemoveLast(MetricId own, When when,
                                        const StopCheck& stop) {
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  const CatalogView::PublishedMetric* published = snapshot->catalog().Find(own);
  const std::shared_ptr<const MetricState> metric_state =
      published == nullptr ? nullptr : published->state;
  if (published != nullptr && !metric_state->tier_ids.empty()) {
    published = snapshot->catalog().Find(metric_state->tier_ids.back().values);
  }
  if (published == nullptr ||
      !published->state->metric->spec.keep.has_value() ||
      !published->state->metric->usable.ok()) {
    looked_.erase(own);
    return false;
  }
  const MetricState& state = *published->state;
  const Metric& metric = *state.metric;
  const MetricId id = metric.id;
  const TileLayout& layout = state.layout;
  const absl::Time now = AskClock(clock_);
  int64_t first_kept = FirstStepKept(metric.grid, *metric.spec.keep, now);
  // What lies on a finer grid is rolled up first.
  if (state.is_tier()) {
    first_kept = std::min(first_kept, state.FirstRolledAsRead());
    if (first_kept < metric.grid.Limits().begin) return false;
  }
  const storage::TileKey cut = {
      .metric = id, .era = layout.EraOf(first_kept), .band = 0};
  const std::string cut_key = storage::EncodeTileKey(cut);
  const int64_t cut_begin = layout.FirstStepOf(cut.era);
  FOOTFALL_ASSIGN_OR_RETURN(
      const Found whole,
      LookFor(snapshot->view(), FirstTileKeyOf(id), cut_key));
  // What is damaged may lie beside what goes, and would go again and again.
  const bool has_whole =
      whole == Found::kTiles ||
      (whole == Found::kDamage && metric.kept_from < cut_begin);

  // From where on the era that is cut was not looked through.
  int64_t from = cut_begin;
  const auto note_until = [&](int64_t step) {
    if (step <= first_kept) from = std::max(from, step);
  };
  if (const auto looked = looked_.find(id); looked != looked_.end()) {
    bool is_touched = false;
    if (when == When::kAtOnce) {
      FOOTFALL_ASSIGN_OR_RETURN(
          is_touched, IsTouchedSince(id, cut.era, looked->second.commit));
    }
    if (!is_touched) note_until(looked->second.until);
  } else if (when == When::kWhenItPays && metric.kept_from.has_value()) {
    // Nearly always as true, and every opening would open these tiles else.
    note_until(*metric.kept_from);
  }
  const int64_t pays =
      when == When::kAtOnce
          ? 1
          : std::max<int64_t>(1,
                              StepsKept(metric, first_kept, now) / kCutShare);
  bool cuts = first_kept - from >= pays;
  if (cuts) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const Found in_cut,
        LookFor(snapshot->view(), cut_key,
                storage::EncodeTileKey(
                    {.metric = id, .era = cut.era + 1, .band = 0})));
    cuts = in_cut != Found::kNothing;
  }
  if (!has_whole && !cuts) return false;

  DeletionPatches made;
  const int64_t until = first_kept;
  if (cuts) {
    // Noted again at the end: what fails half way is looked through anew.
    looked_.erase(id);
    std::vector<SeriesId> series(published->series.count());
    std::iota(series.begin(), series.end(), SeriesId{0});
    absl::Status status = MakeDeletionPatches(
        queue_, *snapshot, state, series, {cut_begin, first_kept}, stop, &made);
    if (status.ok() && state.is_tier()) {
      status = MakeDeletionPatches(queue_, *snapshot, *state.whole, series,
                                   {cut_begin, first_kept}, stop, &made);
    }
    if (!status.ok() && !IsOfTile(status)) return status;
    if (!status.ok()) {
      made = DeletionPatches();
      first_kept = cut_begin;
    }
    if (!has_whole && made.deleted == 0) {
      looked_[id] = {snapshot->commit(), until};
      return false;
    }
  } else {
    first_kept = cut_begin;
  }
  bool is_stale = false;
  bool is_touched = false;
  const auto work = [&](CommitQueue::Change& change) -> absl::Status {
    const auto same = change.catalog->Find(id);
    // What was lengthened meanwhile must not remove; what was written meanwhile
    // to the steps that go was old, and goes the next time.
    is_stale = same == nullptr || same->metric->spec.keep != metric.spec.keep;
    if (is_stale) return absl::AbortedError("altered meanwhile");
    if (has_whole) {
      change.batch->DeleteRange(Keyspace::kTiles, FirstTileKeyOf(id), cut_key);
      if (state.is_tier()) {
        const MetricId beside = state.whole->metric->id;
        change.batch->DeleteRange(
            Keyspace::kTiles, FirstTileKeyOf(beside),
            storage::EncodeTileKey(
                {.metric = beside, .era = cut.era, .band = 0}));
      }
    }
    PublishDeletion(&made, &change);
    change.catalog->SetKeptFrom(own, metric.level, first_kept, change.batch);
    is_touched = change.catalog->eras().AnyTouchedSince(id, cut.era, cut.era,
                                                        snapshot->commit());
    return absl::OkStatus();
  };
  const absl::StatusOr<uint64_t> commit =
      queue_->RunAlone(Durability::kPowerLoss, work);
  if (is_stale) return false;
  FOOTFALL_RETURN_IF_ERROR(commit.status());
  if (cuts && !is_touched) looked_[id] = {*commit, until};
  if (has_whole) {
    damaged_->RemoveRange(
        {.metric = id, .era = std::numeric_limits<int32_t>::min(), .band = 0},
        cut);
  }
  return true;
}

absl::StatusOr<bool> Keeper::IsTouchedSince(MetricId metric, int32_t era,
                                            uint64_t commit) {
  bool is_touched = false;
  const auto work = [&](CommitQueue::Change& change) {
    is_touched =
        change.catalog->eras().AnyTouchedSince(metric, era, era, commit);
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(
      queue_->RunAlone(Durability::kProcessCrash, work).status());
  return is_touched;
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
