#include "engine/write/patches.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/casts.h"
#include "engine/catalog/members.h"
#include "storage/base/status_macros.h"
#include "storage/key/tile_key.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_builder.h"

namespace footfall::engine {
namespace {

// Where a row goes. Ordered by tile, by cell within it, and by row.
struct Placed {
  uint64_t tile;  // era with its sign bit flipped, then band
  uint32_t cell;  // lane * steps + offset
  uint32_t row;

  friend bool operator<(const Placed& a, const Placed& b) {
    if (a.tile != b.tile) {
      return a.tile < b.tile;
    }
    return a.cell != b.cell ? a.cell < b.cell : a.row < b.row;
  }
};

std::vector<Placed> Place(const TileLayout& layout, const ResolvedRows& rows) {
  std::vector<Placed> placed;
  placed.reserve(rows.steps.size());
  int64_t era_begin = 0;  // of the era that the row before lay in
  int64_t era_end = 0;
  uint64_t era_bits = 0;
  bool ascends = true;
  for (size_t i = 0; i < rows.steps.size(); ++i) {
    const SeriesId series = rows.series[i];
    if (series == kUnknownId) {
      continue;
    }
    const int64_t step = rows.steps[i];
    if (step < era_begin || step >= era_end) {
      const int32_t era = layout.EraOf(step);
      era_begin = layout.FirstStepOf(era);
      era_end = era_begin + layout.shape.steps;
      era_bits = uint64_t{static_cast<uint32_t>(era) ^ 0x80000000u} << 32;
    }
    const uint32_t band = layout.BandOf(series);
    const uint32_t lane = series - band * layout.shape.lanes;
    const Placed next{.tile = era_bits | band,
                      .cell = lane * layout.shape.steps +
                              static_cast<uint32_t>(step - era_begin),
                      .row = static_cast<uint32_t>(i)};
    ascends = ascends && (placed.empty() || placed.back() < next);
    placed.push_back(next);
  }
  if (!ascends) {
    std::sort(placed.begin(), placed.end());
  }
  return placed;
}

// The cells of one lane as they are gathered.
class Lane {
 public:
  explicit Lane(storage::TileShape shape)
      : present_(shape.words()), deleted_(shape.words()) {}

  void AddValue(uint32_t offset, int64_t value) {
    present_[offset / 64] |= uint64_t{1} << (offset % 64);
    values_.push_back(value);
  }
  void AddDeleted(uint32_t offset) {
    deleted_[offset / 64] |= uint64_t{1} << (offset % 64);
    any_deleted_ = true;
  }

  // Hands the cells to the builder and starts again.
  void MoveTo(uint32_t lane, storage::TileBuilder* builder) {
    storage::LaneCells cells{
        .present = present_, .deleted = {}, .values = values_};
    if (any_deleted_) {
      cells.deleted = deleted_;
    }
    builder->AddLane(lane, cells);
    std::fill(present_.begin(), present_.end(), 0);
    if (any_deleted_) {
      std::fill(deleted_.begin(), deleted_.end(), 0);
    }
    any_deleted_ = false;
    values_.clear();
  }

 private:
  std::vector<uint64_t> present_;
  std::vector<uint64_t> deleted_;
  std::vector<int64_t> values_;
  bool any_deleted_ = false;
};

}  // namespace

absl::Status AppendPatches(const MetricState& state, const ResolvedRows& rows,
                           StoreBatch* batch, PatchCounts* counts) {
  const TileLayout& layout = state.layout;
  const bool to_double = layout.type == storage::CellType::kDecimal;
  const std::vector<Placed> placed = Place(layout, rows);
  Lane lane(layout.shape);
  std::string frame;
  std::optional<storage::TileBuilder> builder;  // of the era before, if any
  int32_t builder_era = 0;
  for (size_t i = 0; i < placed.size();) {
    const uint64_t tile = placed[i].tile;
    const storage::TileKey key{
        .metric = state.metric->id,
        .era = static_cast<int32_t>(static_cast<uint32_t>(tile >> 32) ^
                                    0x80000000u),
        .band = static_cast<uint32_t>(tile)};
    if (!builder.has_value() || key.era != builder_era) {
      builder.emplace(layout.shape, layout.type, storage::Effort::kFast,
                      layout.season);
      builder_era = key.era;
    }
    while (i < placed.size() && placed[i].tile == tile) {
      const uint32_t lane_number = placed[i].cell / layout.shape.steps;
      const uint32_t lane_begin = lane_number * layout.shape.steps;
      const uint32_t lane_end = lane_begin + layout.shape.steps;
      for (; i < placed.size() && placed[i].tile == tile &&
             placed[i].cell < lane_end;
           ++i) {
        if (i + 1 < placed.size() && placed[i + 1].tile == tile &&
            placed[i + 1].cell == placed[i].cell) {
          ++counts->replaced;
          continue;
        }
        const uint32_t row = placed[i].row;
        const uint32_t offset = placed[i].cell - lane_begin;
        const RowKind kind = rows.kinds[row];
        if (kind == RowKind::kDelete) {
          lane.AddDeleted(offset);
          continue;
        }
        int64_t value = rows.values[row];
        if (to_double && kind == RowKind::kInteger) {
          value = absl::bit_cast<int64_t>(static_cast<double>(value));
        }
        lane.AddValue(offset, value);
        ++counts->samples;
      }
      lane.MoveTo(lane_number, &*builder);
    }
    FOOTFALL_ASSIGN_OR_RETURN(const std::string patch, builder->Finish());
    frame.clear();
    storage::AppendFrame(patch, &frame);
    batch->Append(Keyspace::kTiles, storage::EncodeTileKey(key), frame);
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
