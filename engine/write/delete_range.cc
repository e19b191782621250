#include "engine/write/delete_range.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "engine/write/deletion_patches.h"
#include "engine/write/metric_of_write.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

constexpr int kPreparations = 3;

// A deletion that is ready, as long as nothing was written to its eras since.
struct Prepared {
  std::shared_ptr<const MetricState> state;
  uint64_t commit = 0;  // of the snapshot that it was made from
  DeletionPatches made;
};

class Deletion {
 public:
  Deletion(CommitQueue* queue, const Metric& metric,
           absl::Span<const SeriesId> series, StepRange steps)
      : queue_(queue), metric_(metric), series_(series), steps_(steps) {}

  absl::Status Prepare(const DatabaseSnapshot& snapshot, Prepared* prepared) {
    prepared->state = FindSame(snapshot.catalog(), metric_);
    if (prepared->state == nullptr) return Dropped(metric_);
    FOOTFALL_RETURN_IF_ERROR(prepared->state->metric->usable);
    prepared->commit = snapshot.commit();
    if (!prepared->state->tier_ids.empty() && !steps_.empty()) {
      FOOTFALL_RETURN_IF_ERROR(CheckEdges(*prepared->state));
    }
    FOOTFALL_RETURN_IF_ERROR(
        MakeDeletionPatches(queue_, snapshot, *prepared->state, series_, steps_,
                            StopCheck(), &prepared->made));
    return DeleteRolledUp(snapshot, prepared);
  }

  // Publishes what was prepared; false where it does not hold any more.
  absl::StatusOr<bool> Adopt(Durability durability, Prepared* prepared) {
    bool is_stale = false;
    const auto work = [&](CommitQueue::Change& change) -> absl::Status {
      const auto state = change.catalog->Find(metric_.id);
      if (state == nullptr) return Dropped(metric_);
      const TileLayout& layout = state->layout;
      is_stale = state != prepared->state ||
                 change.catalog->eras().AnyTouchedSince(
                     metric_.id, layout.EraOf(steps_.begin),
                     layout.EraOf(steps_.end - 1), prepared->commit);
      if (is_stale) return absl::AbortedError("others came between");
      PublishDeletion(&prepared->made, &change);
      return absl::OkStatus();
    };
    const absl::Status status = queue_->RunAlone(durability, work).status();
    if (is_stale) return false;
    FOOTFALL_RETURN_IF_ERROR(status);
    return true;
  }

 private:
  // INVALID_ARGUMENT where the range cuts what was rolled up.
  static absl::Status CutsStep(const Metric& tier, int64_t step) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metric ", tier.spec.name, " has samples by ",
        FormatPeriod(tier.spec.period), " there, and the range cuts that of ",
        tier.grid.Format(step), " in two; take whole ",
        PluralPeriod(tier.spec.period)));
  }
  absl::Status CheckEdges(const MetricState& state) const {
    const Metric* finer = state.metric.get();
    StepRange steps = steps_;
    for (const auto& tier : state.metric->tiers) {
      const std::optional<int64_t> stored_before = finer->kept_from;
      if (!stored_before.has_value()) break;
      FOOTFALL_ASSIGN_OR_RETURN(const CoarseSteps coarse,
                                CoarseSteps::Create(finer->grid, tier->grid));
      for (const int64_t edge : {steps.begin, steps.end}) {
        if (edge >= *stored_before || edge <= finer->grid.Limits().begin) {
          continue;
        }
        const int64_t step = coarse.Of(edge);
        if (coarse.FineOf(step).begin != edge) return CutsStep(*tier, step);
      }
      steps = {coarse.Of(steps.begin), coarse.Of(steps.end - 1) + 1};
      finer = tier.get();
    }
    return absl::OkStatus();
  }

  // The same from the tiers, of which only what they store. Their ids are above
  // the metric's, and rise.
  absl::Status DeleteRolledUp(const DatabaseSnapshot& snapshot,
                              Prepared* prepared) const {
    StepRange steps = steps_;
    for (const TierIds& ids : prepared->state->tier_ids) {
      const auto tier = snapshot.catalog().Find(ids.values)->state;
      if (!tier->finer->metric->kept_from.has_value() || steps.empty()) break;
      steps = {tier->coarse.Of(steps.begin),
               tier->coarse.Of(steps.end - 1) + 1};
      const StepRange stored = {steps.begin,
                                std::min(steps.end, tier->FirstRolledAsRead())};
      if (stored.empty()) break;
      FOOTFALL_RETURN_IF_ERROR(MakeDeletionPatches(queue_, snapshot, *tier,
                                                   series_, stored, StopCheck(),
                                                   &prepared->made));
      const uint64_t deleted = prepared->made.deleted;
      FOOTFALL_RETURN_IF_ERROR(
          MakeDeletionPatches(queue_, snapshot, *tier->whole, series_, stored,
                              StopCheck(), &prepared->made));
      prepared->made.deleted = deleted;  // the marks are no samples
    }
    return absl::OkStatus();
  }

  CommitQueue* const queue_;
  const Metric& metric_;
  const absl::Span<const SeriesId> series_;
  const StepRange steps_;
};

}  // namespace

absl::StatusOr<uint64_t> DeleteRange(CommitQueue* queue, const Metric& metric,
                                     absl::Span<const SeriesId> series,
                                     StepRange steps,
                                     const WriteOptions& options) {
  for (size_t i = 1; i < series.size(); ++i) {
    if (series[i] <= series[i - 1]) {
      return absl::InvalidArgumentError(absl::StrCat(
          "metric ", metric.spec.name, ": series ", series[i], " comes after ",
          series[i - 1], "; series to delete from must ascend"));
    }
  }
  const StepRange limits = metric.grid.Limits();
  steps = {std::max(steps.begin, limits.begin),
           std::min(steps.end, limits.end)};
  Deletion deletion(queue, metric, series, steps);
  for (int i = 0; i < kPreparations; ++i) {
    FOOTFALL_RETURN_IF_ERROR(queue->CheckOpen());
    Prepared prepared;
    FOOTFALL_RETURN_IF_ERROR(deletion.Prepare(*queue->current(), &prepared));
    if (steps.empty()) return uint64_t{0};
    FOOTFALL_ASSIGN_OR_RETURN(const bool adopted,
                              deletion.Adopt(options.durability, &prepared));
    if (adopted) return prepared.made.deleted;
  }
  uint64_t deleted = 0;
  const auto alone = [&](CommitQueue::Change& change) -> absl::Status {
    Prepared prepared;
    FOOTFALL_RETURN_IF_ERROR(deletion.Prepare(*change.current, &prepared));
    deleted = prepared.made.deleted;
    PublishDeletion(&prepared.made, &change);
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(queue->RunAlone(options.durability, alone).status());
  return deleted;
}

}  // namespace footfall::engine
