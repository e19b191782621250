#include "engine/write/delete_range.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/write/metric_of_write.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_builder.h"

namespace footfall::engine {
namespace {

constexpr int kPreparations = 3;
constexpr size_t kMaxPatchBytes = size_t{1} << 20;

// A deletion that is ready, as long as nothing was written to its eras since.
struct Prepared {
  std::shared_ptr<const MetricState> state;
  uint64_t commit = 0;  // of the snapshot that it was made from
  uint64_t deleted = 0;
  StoreBatch patches;
  // Where there are too many: all of them, and the eras that they lie in.
  std::unique_ptr<StoreStage> stage;
  std::vector<StagedEra> eras;
};

// A patch that marks the present cells of a slab as deleted.
absl::StatusOr<std::string> MakePatch(const TileLayout& layout,
                                      const Slab& slab, uint32_t shift,
                                      uint64_t* deleted) {
  storage::TileBuilder builder(layout.shape, layout.type,
                               storage::Effort::kFast, layout.season);
  const std::vector<uint64_t> nothing(layout.shape.words());
  std::vector<uint64_t> marks(layout.shape.words());
  for (size_t row = 0; row < slab.series.size(); ++row) {
    marks.assign(marks.size(), 0);
    for (uint32_t i = 0; i < slab.step_count; ++i) {
      if ((slab.present[row * slab.words + i / 64] >> (i % 64) & 1) == 0) {
        continue;
      }
      const uint32_t offset = shift + i;
      marks[offset / 64] |= uint64_t{1} << (offset % 64);
      ++*deleted;
    }
    builder.AddLane(layout.LaneOf(slab.series[row]),
                    {.present = nothing, .deleted = marks, .values = {}});
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::string patch, builder.Finish());
  std::string frame;
  storage::AppendFrame(patch, &frame);
  return frame;
}

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
    const TileLayout& layout = prepared->state->layout;
    const std::unique_ptr<SlabCursor> cursor = snapshot.Scan(
        {.metric = metric_.id, .series = series_, .steps = steps_});
    if (cursor == nullptr) {
      return absl::ResourceExhaustedError("there is no memory for a scan");
    }
    while (true) {
      FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
      if (!more) return absl::OkStatus();
      const Slab& slab = cursor->slab();
      const storage::TileKey key{.metric = metric_.id,
                                 .era = layout.EraOf(slab.first_step),
                                 .band = layout.BandOf(slab.series.front())};
      FOOTFALL_ASSIGN_OR_RETURN(
          const std::string frame,
          MakePatch(layout, slab, layout.OffsetOf(slab.first_step),
                    &prepared->deleted));
      FOOTFALL_RETURN_IF_ERROR(Keep(key, frame, prepared));
    }
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
      Publish(prepared, &change);
      return absl::OkStatus();
    };
    const absl::Status status = queue_->RunAlone(durability, work).status();
    if (is_stale) return false;
    FOOTFALL_RETURN_IF_ERROR(status);
    return true;
  }

  static void Publish(Prepared* prepared, CommitQueue::Change* change) {
    AppendAll(prepared->patches, change->batch);
    change->stage = std::move(prepared->stage);
    change->staged_eras = std::move(prepared->eras);
  }

 private:
  // Keeps a patch in memory, or with the others in the stage. Keys ascend.
  absl::Status Keep(const storage::TileKey& key, const std::string& frame,
                    Prepared* prepared) {
    StoreBatch& patches = prepared->patches;
    if (prepared->stage == nullptr &&
        patches.size_bytes() + frame.size() > kMaxPatchBytes) {
      FOOTFALL_ASSIGN_OR_RETURN(prepared->stage, queue_->NewStage());
      for (const StoreBatch::Operation& each : patches.operations()) {
        FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey earlier,
                                  storage::DecodeTileKey(each.key));
        FOOTFALL_RETURN_IF_ERROR(Stage(earlier, each.value, prepared));
      }
      patches.Clear();
    }
    if (prepared->stage != nullptr) return Stage(key, frame, prepared);
    patches.Append(Keyspace::kTiles, storage::EncodeTileKey(key), frame);
    return absl::OkStatus();
  }

  static absl::Status Stage(const storage::TileKey& key,
                            absl::string_view frame, Prepared* prepared) {
    if (prepared->eras.empty() || prepared->eras.back().era != key.era) {
      prepared->eras.push_back({.metric = key.metric,
                                .era = key.era,
                                .is_put = false,
                                .is_appended = true});
    }
    return prepared->stage->Add(StoreBatch::Kind::kAppend, Keyspace::kTiles,
                                storage::EncodeTileKey(key), frame);
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
    if (adopted) return prepared.deleted;
  }
  uint64_t deleted = 0;
  const auto alone = [&](CommitQueue::Change& change) -> absl::Status {
    Prepared prepared;
    FOOTFALL_RETURN_IF_ERROR(deletion.Prepare(*change.current, &prepared));
    deleted = prepared.deleted;
    Deletion::Publish(&prepared, &change);
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(queue->RunAlone(options.durability, alone).status());
  return deleted;
}

}  // namespace footfall::engine
