#include "engine/write/deletion_patches.h"

#include <string>
#include <utility>

#include "engine/write/metric_of_write.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_builder.h"

namespace footfall::engine {
namespace {

constexpr size_t kMaxPatchBytes = size_t{1} << 20;

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

absl::Status Stage(const storage::TileKey& key, absl::string_view frame,
                   DeletionPatches* made) {
  if (made->eras.empty() || made->eras.back().metric != key.metric ||
      made->eras.back().era != key.era) {
    made->eras.push_back({.metric = key.metric,
                          .era = key.era,
                          .is_put = false,
                          .is_appended = true});
  }
  return made->stage->Add(StoreBatch::Kind::kAppend, Keyspace::kTiles,
                          storage::EncodeTileKey(key), frame);
}

}  // namespace

absl::Status AddPatch(CommitQueue* queue, const storage::TileKey& key,
                      const std::string& frame, DeletionPatches* made) {
  StoreBatch& patches = made->patches;
  if (made->stage == nullptr &&
      patches.size_bytes() + frame.size() > kMaxPatchBytes) {
    FOOTFALL_ASSIGN_OR_RETURN(made->stage, queue->NewStage());
    for (const StoreBatch::Operation& each : patches.operations()) {
      FOOTFALL_ASSIGN_OR_RETURN(const storage::TileKey earlier,
                                storage::DecodeTileKey(each.key));
      FOOTFALL_RETURN_IF_ERROR(Stage(earlier, each.value, made));
    }
    patches.Clear();
  }
  if (made->stage != nullptr) return Stage(key, frame, made);
  patches.Append(Keyspace::kTiles, storage::EncodeTileKey(key), frame);
  return absl::OkStatus();
}

absl::Status MakeDeletionPatches(CommitQueue* queue,
                                 const DatabaseSnapshot& snapshot,
                                 const MetricState& state,
                                 absl::Span<const SeriesId> series,
                                 StepRange steps, const StopCheck& stop,
                                 DeletionPatches* made) {
  const TileLayout& layout = state.layout;
  const MetricId metric = state.metric->id;
  const std::unique_ptr<SlabCursor> cursor =
      snapshot.Scan({.metric = metric, .series = series, .steps = steps});
  if (cursor == nullptr) {
    return absl::ResourceExhaustedError("there is no memory for a scan");
  }
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return absl::OkStatus();
    const Slab& slab = cursor->slab();
    const storage::TileKey key{.metric = metric,
                               .era = layout.EraOf(slab.first_step),
                               .band = layout.BandOf(slab.series.front())};
    FOOTFALL_ASSIGN_OR_RETURN(
        const std::string frame,
        MakePatch(layout, slab, layout.OffsetOf(slab.first_step),
                  &made->deleted));
    FOOTFALL_RETURN_IF_ERROR(AddPatch(queue, key, frame, made));
  }
}

void PublishDeletion(DeletionPatches* made, CommitQueue::Change* change) {
  AppendAll(made->patches, change->batch);
  change->stage = std::move(made->stage);
  change->staged_eras = std::move(made->eras);
}

}  // namespace footfall::engine
