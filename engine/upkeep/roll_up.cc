// Keeper: samples that are too old for their grid go into the next coarser one.

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/read/tile_range.h"
#include "engine/upkeep/keep.h"
#include "engine/write/deletion_patches.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_builder.h"

namespace footfall::engine {
namespace {

constexpr int kLooksOutside = 2;

struct RollUpPlan {
  std::shared_ptr<const MetricState> metric;
  std::shared_ptr<const MetricState> from;
  std::shared_ptr<const MetricState> to;
  StepRange steps;        // of `from`, to be rolled up; whole ones of `to`
  int32_t first_era = 0;  // of `from`
};

std::string KeyOf(MetricId metric, int32_t era) {
  return storage::EncodeTileKey({.metric = metric, .era = era, .band = 0});
}

std::vector<SeriesId> AllSeries(const MetricState& state,
                                const DatabaseSnapshot& snapshot) {
  std::vector<SeriesId> series(
      snapshot.catalog().Find(state.metric->id)->series.count());
  std::iota(series.begin(), series.end(), SeriesId{0});
  return series;
}

// A slab as a patch of a tile of `to`: its values, or 1 each.
absl::Status AddSlab(CommitQueue* queue, const MetricState& to,
                     const Slab& slab, bool with_values,
                     DeletionPatches* made) {
  const TileLayout& layout = to.layout;
  storage::TileBuilder builder(layout.shape, layout.type,
                               storage::Effort::kFast, layout.season);
  const uint32_t shift = layout.OffsetOf(slab.first_step);
  std::vector<uint64_t> bits(layout.shape.words());
  std::vector<int64_t> values;
  for (size_t row = 0; row < slab.series.size(); ++row) {
    std::fill(bits.begin(), bits.end(), 0);
    values.clear();
    for (uint32_t i = 0; i < slab.step_count; ++i) {
      if ((slab.present[row * slab.words + i / 64] >> (i % 64) & 1) == 0)
        continue;
      const uint32_t at = shift + i;
      bits[at / 64] |= uint64_t{1} << (at % 64);
      values.push_back(with_values ? slab.values[row * slab.step_count + i]
                                   : 1);
    }
    builder.AddLane(layout.LaneOf(slab.series[row]),
                    {.present = bits, .deleted = {}, .values = values});
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::string tile, builder.Finish());
  std::string frame;
  storage::AppendFrame(tile, &frame);
  return AddPatch(queue,
                  {.metric = to.metric->id,
                   .era = layout.EraOf(slab.first_step),
                   .band = layout.BandOf(slab.series.front())},
                  frame, made);
}

absl::StatusOr<std::unique_ptr<SlabCursor>> Scan(
    const DatabaseSnapshot& snapshot, const ScanRequest& request) {
  std::unique_ptr<SlabCursor> cursor = snapshot.Scan(request);
  if (cursor == nullptr) {
    return absl::ResourceExhaustedError("there is no memory for a scan");
  }
  return cursor;
}

// What the coarse steps come to, and which of them are whole.
absl::Status AddRolledUp(CommitQueue* queue, const DatabaseSnapshot& snapshot,
                         const RollUpPlan& plan, const StopCheck& stop,
                         DeletionPatches* made) {
  const MetricState& to = *plan.to;
  const std::vector<SeriesId> series = AllSeries(to, snapshot);
  ScanRequest request;
  request.metric = to.metric->id;
  request.series = series;
  request.steps = {to.coarse.Of(plan.steps.begin),
                   to.coarse.Of(plan.steps.end - 1) + 1};
  FOOTFALL_ASSIGN_OR_RETURN(const auto values, Scan(snapshot, request));
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, values->Next());
    if (!more) break;
    FOOTFALL_RETURN_IF_ERROR(AddSlab(queue, to, values->slab(),
                                     /*with_values=*/true, made));
  }
  request.depth = ScanDepth::kWhole;
  FOOTFALL_ASSIGN_OR_RETURN(const auto whole, Scan(snapshot, request));
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, whole->Next());
    if (!more) return absl::OkStatus();
    FOOTFALL_RETURN_IF_ERROR(AddSlab(queue, *to.whole, whole->slab(),
                                     /*with_values=*/false, made));
  }
}

// Takes what was rolled up out of the era that is cut; earlier ones go whole.
absl::Status AddDeletions(CommitQueue* queue, const DatabaseSnapshot& snapshot,
                          const MetricState& from, int64_t end,
                          const StopCheck& stop, DeletionPatches* made) {
  const int64_t begin = from.layout.FirstStepOf(from.layout.EraOf(end));
  if (begin == end) return absl::OkStatus();
  return MakeDeletionPatches(queue, snapshot, from, AllSeries(from, snapshot),
                             {begin, end}, stop, made);
}

absl::Status Prepare(CommitQueue* queue, const DatabaseSnapshot& snapshot,
                     const RollUpPlan& plan, const StopCheck& stop,
                     DeletionPatches* made) {
  // Keys ascend: a tier's ids are above those of the grid before.
  FOOTFALL_RETURN_IF_ERROR(
      AddDeletions(queue, snapshot, *plan.from, plan.steps.end, stop, made));
  if (plan.from->whole != nullptr) {
    FOOTFALL_RETURN_IF_ERROR(AddDeletions(queue, snapshot, *plan.from->whole,
                                          plan.steps.end, stop, made));
  }
  return AddRolledUp(queue, snapshot, plan, stop, made);
}

void Publish(const RollUpPlan& plan, DeletionPatches* made,
             CommitQueue::Change* change) {
  const int32_t cut = plan.from->layout.EraOf(plan.steps.end);
  const auto remove = [&](MetricId id) {
    change->batch->DeleteRange(Keyspace::kTiles, FirstTileKeyOf(id),
                               KeyOf(id, cut));
  };
  remove(plan.from->metric->id);
  if (plan.from->whole != nullptr) remove(plan.from->whole->metric->id);
  PublishDeletion(made, change);
  change->catalog->SetKeptFrom(plan.metric->metric->id,
                               plan.from->metric->level, plan.steps.end,
                               change->batch);
}

// What is due of one grid; nullopt: nothing.
absl::StatusOr<std::optional<RollUpPlan>> PlanRollUp(
    const DatabaseSnapshot& snapshot, MetricId id, size_t level,
    absl::Time now) {
  const CatalogView::PublishedMetric* const found = snapshot.catalog().Find(id);
  if (found == nullptr || found->state->tier_ids.size() <= level ||
      !found->state->metric->usable.ok()) {
    return std::nullopt;
  }
  RollUpPlan plan;
  plan.metric = found->state;
  const auto state_of = [&](MetricId tier) {
    return snapshot.catalog().Find(tier)->state;
  };
  plan.from = level == 0 ? plan.metric
                         : state_of(plan.metric->tier_ids[level - 1].values);
  plan.to = state_of(plan.metric->tier_ids[level].values);
  const Metric& metric = *plan.from->metric;
  const CoarseSteps& coarse = plan.to->coarse;
  const std::optional<int64_t> kept = FirstStepKept(metric, now);
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<EraRange> eras,
                            FindEras(snapshot.view(), metric.id));
  if (!kept.has_value() || !eras.has_value()) return std::nullopt;
  const TileLayout& layout = plan.from->layout;
  plan.first_era = eras->first;
  plan.steps.end = *kept;
  if (plan.from->is_tier()) {
    // What is still on the grid before goes there first.
    const int64_t first = plan.from->FirstRolledAsRead();
    if (first == std::numeric_limits<int64_t>::min()) return std::nullopt;
    plan.steps.end =
        std::min(plan.steps.end, coarse.FineOf(coarse.Of(first)).begin);
  }
  plan.steps.begin =
      coarse
          .FineOf(coarse.Of(std::max(layout.FirstStepOf(eras->first),
                                     metric.grid.Limits().begin)))
          .begin;
  if (metric.kept_from.has_value()) {
    plan.steps.begin = std::max(plan.steps.begin, *metric.kept_from);
  }
  if (plan.steps.empty()) return std::nullopt;
  return plan;
}

}  // namespace

absl::StatusOr<bool> Keeper::RollUp(MetricId id, size_t level, When when,
                                    const StopCheck& stop) {
  for (int look = 1;; ++look) {
    const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
    const absl::Time now = AskClock(clock_);
    FOOTFALL_ASSIGN_OR_RETURN(std::optional<RollUpPlan> plan,
                              PlanRollUp(*snapshot, id, level, now));
    if (!plan.has_value()) return false;
    if (when == When::kWhenItPays &&
        plan->steps.size() <
            StepsKept(*plan->from->metric, plan->steps.end, now) / kCutShare) {
      return false;
    }
    const MetricId from = plan->from->metric->id;
    const auto nothing = nothing_until_.find(from);
    if (nothing != nothing_until_.end() && plan->steps.end <= nothing->second) {
      return false;
    }
    DeletionPatches made;
    const bool inside = look > kLooksOutside;
    if (!inside) {
      FOOTFALL_RETURN_IF_ERROR(Prepare(queue_, *snapshot, *plan, stop, &made));
      // A boundary says that there was something before it.
      if (made.patches.empty() && made.stage == nullptr) {
        nothing_until_[from] = plan->steps.end;
        return false;
      }
    }
    bool is_stale = false;
    const auto work = [&](CommitQueue::Change& change) -> absl::Status {
      const auto own = change.catalog->Find(id);
      const TileLayout& layout = plan->from->layout;
      is_stale = own != plan->metric ||
                 (!inside &&
                  change.catalog->eras().AnyTouchedSince(
                      plan->from->metric->id, plan->first_era,
                      layout.EraOf(plan->steps.end - 1), snapshot->commit()));
      if (is_stale) return absl::AbortedError("others came between");
      if (inside) {
        FOOTFALL_RETURN_IF_ERROR(
            Prepare(queue_, *change.current, *plan, stop, &made));
      }
      Publish(*plan, &made, &change);
      return absl::OkStatus();
    };
    const absl::StatusOr<uint64_t> commit =
        queue_->RunAlone(Durability::kPowerLoss, work);
    if (is_stale && look <= 2 * kLooksOutside) continue;
    if (is_stale) return false;  // the next look tries again
    FOOTFALL_RETURN_IF_ERROR(commit.status());
    nothing_until_.erase(from);
    damaged_->RemoveRange(
        {.metric = from, .era = std::numeric_limits<int32_t>::min(), .band = 0},
        {.metric = from,
         .era = plan->from->layout.EraOf(plan->steps.end),
         .band = 0});
    return true;
  }
}

}  // namespace footfall::engine
