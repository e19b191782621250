// Cells in order, coded into tiles and handed to a stage.

#ifndef FOOTFALL_ENGINE_WRITE_TILE_STAGER_H_
#define FOOTFALL_ENGINE_WRITE_TILE_STAGER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "engine/read/tile_range.h"
#include "engine/write/cell_keys.h"
#include "engine/write/cell_runs.h"
#include "engine/write/commit_queue.h"
#include "footfall/store.h"
#include "storage/tile/tile_builder.h"

namespace footfall::engine {

struct StagedCounts {
  uint64_t samples = 0;   // cells
  uint64_t replaced = 0;  // cells beyond the first of their key
  uint64_t equal = 0;     // of them, those that say the same value
};

// Keys ascend, from call to call, too.
class TileStager {
 public:
  // `view` is the store before the stage. All outlive this.
  TileStager(const MetricState& state, CellKeys keys, const StoreView& view,
             StoreStage* stage);

  // Learns where the metric has tiles. Call once, first.
  absl::Status Start();
  // Whether it has any.
  bool found_tiles() const { return eras_.has_value(); }

  // The eras that have got tiles so far.
  const std::vector<StagedEra>& eras_staged() const { return staged_; }

  absl::Status Add(absl::Span<const Cell> cells);
  // Writes what is left.
  absl::StatusOr<StagedCounts> Finish();

 private:
  absl::Status StartLane(uint64_t key);
  void EndLane();
  absl::Status StartTile(int32_t era, uint32_t band);
  absl::Status EndTile();

  const MetricState& state_;
  const CellKeys keys_;
  const StoreView& view_;
  StoreStage* const stage_;
  std::optional<EraRange> eras_;  // that have tiles

  // The open tile.
  std::optional<storage::TileBuilder> builder_;
  int32_t era_ = 0;
  uint32_t band_ = 0;
  std::string key_;
  bool is_there_ = false;  // in the store: a patch is added to it
  uint64_t lane_key_ = 0;  // key of the open lane without its offset
  uint32_t lane_ = 0;
  std::vector<uint64_t> present_;
  std::vector<int64_t> values_;  // the first count_ of them
  uint32_t count_ = 0;
  std::string found_;
  std::string frame_;
  StagedCounts counts_;
  std::vector<StagedEra> staged_;
};

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_TILE_STAGER_H_
