#include "engine/write/tile_stager.h"

#include <algorithm>

#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"

namespace footfall::engine {

TileStager::TileStager(const MetricState& state, CellKeys keys,
                       const StoreView& view, StoreStage* stage)
    : state_(state),
      keys_(keys),
      view_(view),
      stage_(stage),
      present_(state.layout.shape.words()),
      values_(state.layout.shape.steps) {}

absl::Status TileStager::Start() {
  FOOTFALL_ASSIGN_OR_RETURN(eras_, FindEras(view_, state_.metric->id));
  return absl::OkStatus();
}

absl::Status TileStager::Add(absl::Span<const Cell> cells) {
  size_t i = 0;
  while (i < cells.size()) {
    const uint64_t lane_key = cells[i].key >> keys_.offset_bits;
    if (count_ == 0 || lane_key != lane_key_) {
      FOOTFALL_RETURN_IF_ERROR(StartLane(cells[i].key));
    }
    uint32_t count = count_;
    for (; i < cells.size() && cells[i].key >> keys_.offset_bits == lane_key;
         ++i) {
      const uint32_t offset = keys_.OffsetOf(cells[i].key);
      present_[offset / 64] |= uint64_t{1} << (offset % 64);
      values_[count++] = cells[i].value;
    }
    count_ = count;
  }
  return absl::OkStatus();
}

absl::Status TileStager::StartLane(uint64_t key) {
  EndLane();
  const TileLayout& layout = state_.layout;
  const int32_t era = keys_.EraOf(key);
  const SeriesId series = keys_.SeriesOf(key);
  const uint32_t band = layout.BandOf(series);
  if (!builder_.has_value() || era != era_ || band != band_) {
    FOOTFALL_RETURN_IF_ERROR(EndTile());
    FOOTFALL_RETURN_IF_ERROR(StartTile(era, band));
  }
  lane_key_ = key >> keys_.offset_bits;
  lane_ = layout.LaneOf(series);
  return absl::OkStatus();
}

void TileStager::EndLane() {
  if (count_ == 0) return;
  builder_->AddLane(lane_,
                    {.present = present_,
                     .deleted = {},
                     .values = absl::MakeConstSpan(values_).first(count_)});
  counts_.samples += count_;
  std::fill(present_.begin(), present_.end(), 0);
  count_ = 0;
}

absl::Status TileStager::StartTile(int32_t era, uint32_t band) {
  era_ = era;
  band_ = band;
  key_ = storage::EncodeTileKey(
      {.metric = state_.metric->id, .era = era, .band = band});
  is_there_ = false;
  if (eras_.has_value() && era >= eras_->first && era <= eras_->last) {
    FOOTFALL_ASSIGN_OR_RETURN(is_there_,
                              view_.Get(Keyspace::kTiles, key_, &found_));
  }
  if (staged_.empty() || staged_.back().era != era) {
    staged_.push_back({.metric = state_.metric->id,
                       .era = era,
                       .is_put = false,
                       .is_appended = false});
  }
  (is_there_ ? staged_.back().is_appended : staged_.back().is_put) = true;
  const TileLayout& layout = state_.layout;
  builder_.emplace(layout.shape, layout.type,
                   is_there_ ? storage::Effort::kFast : storage::Effort::kDense,
                   layout.season);
  return absl::OkStatus();
}

absl::Status TileStager::EndTile() {
  if (!builder_.has_value()) return absl::OkStatus();
  FOOTFALL_ASSIGN_OR_RETURN(const std::string tile, builder_->Finish());
  builder_.reset();
  frame_.clear();
  storage::AppendFrame(tile, &frame_);
  return stage_->Add(
      is_there_ ? StoreBatch::Kind::kAppend : StoreBatch::Kind::kPut,
      Keyspace::kTiles, key_, frame_);
}

absl::StatusOr<StagedCounts> TileStager::Finish() {
  EndLane();
  FOOTFALL_RETURN_IF_ERROR(EndTile());
  return counts_;
}

}  // namespace footfall::engine
