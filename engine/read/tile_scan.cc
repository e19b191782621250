#include "engine/read/tile_scan.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/read/tile_range.h"
#include "footfall/guard.h"
#include "storage/base/status_macros.h"
#include "storage/tile/bundle.h"

namespace footfall::engine {
namespace {

// Up to so many bundles are always fetched one by one: an iterator costs as
// much as some of them.
constexpr int64_t kFewPoints = 16;
// Up to so many if they are sparse: a Get costs less than a Seek.
constexpr int64_t kManyPoints = 4096;
// Sparse: at most one band of so many is wanted.
constexpr int64_t kSparse = 4;
// Bands that a walk steps over rather than seeks.
constexpr int64_t kShortLeap = 4;

}  // namespace

TileWalk::TileWalk(const StoreView& view, const MetricState& state,
                   SeriesId series_count, absl::Span<const SeriesId> series,
                   StepRange steps)
    : view_(view), metric_(state.metric->id) {
  series = series.subspan(
      0, static_cast<size_t>(
             std::lower_bound(series.begin(), series.end(), series_count) -
             series.begin()));
  const StepRange limits = state.metric->grid.Limits();
  steps.begin = std::max(steps.begin, limits.begin);
  steps.end = std::min(steps.end, limits.end);
  if (series.empty() || steps.empty()) {
    return;  // last_era_ is before first_era_: nothing to walk
  }
  first_era_ = state.layout.EraOf(steps.begin);
  last_era_ = state.layout.EraOf(steps.end - 1);
  band_count_ = state.layout.BandOf(series_count - 1) + 1;
  for (size_t begin = 0; begin < series.size();) {
    const uint32_t band = state.layout.BandOf(series[begin]);
    const uint64_t past = (uint64_t{band} + 1) * state.layout.shape.lanes;
    size_t end = begin + 1;
    while (end < series.size() && series[end] < past) {
      ++end;
    }
    bands_.push_back(
        {.band = band, .series = series.subspan(begin, end - begin)});
    begin = end;
  }
  const int64_t wanted = static_cast<int64_t>(bands_.size());
  const int64_t points = wanted * (int64_t{last_era_} - first_era_ + 1);
  by_points_ = points <= kFewPoints ||
               (points <= kManyPoints && wanted * kSparse <= band_count_);
  era_ = first_era_;
}

absl::StatusOr<bool> TileWalk::Next() {
  return by_points_ ? NextPoint() : NextKey();
}

absl::StatusOr<bool> TileWalk::NextPoint() {
  while (era_ <= last_era_) {
    key_ = {.metric = metric_,
            .era = static_cast<int32_t>(era_),
            .band = bands_[next_].band};
    band_ = next_;
    if (++next_ == bands_.size()) {
      next_ = 0;
      ++era_;
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        const bool found,
        view_.GetPinned(Keyspace::kTiles, storage::EncodeTileKey(key_), &pin_));
    if (found) {
      value_ = pin_.bytes();
      return true;
    }
  }
  return false;
}

absl::StatusOr<bool> TileWalk::SeekTo(int64_t era, size_t band) {
  if (era > last_era_) {
    return false;
  }
  return iterator_->Seek(
      storage::EncodeTileKey({.metric = metric_,
                              .era = static_cast<int32_t>(era),
                              .band = bands_[band].band}));
}

absl::StatusOr<bool> TileWalk::NextKey() {
  if (last_era_ < first_era_) {
    return false;
  }
  bool found = false;
  if (iterator_ == nullptr) {
    const std::string begin = storage::EncodeTileKey(
        {.metric = metric_, .era = first_era_, .band = bands_.front().band});
    const std::string end = storage::EncodeTileKey(
        {.metric = metric_, .era = last_era_ + 1, .band = 0});
    iterator_ = view_.Scan(Keyspace::kTiles, begin, end);
    FOOTFALL_ASSIGN_OR_RETURN(found, iterator_->Next());
  } else if (next_ < bands_.size() &&
             int64_t{bands_[next_].band} - key_.band > kShortLeap) {
    FOOTFALL_ASSIGN_OR_RETURN(found, SeekTo(era_, next_));
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(found, iterator_->Next());
  }
  while (found) {
    FOOTFALL_ASSIGN_OR_RETURN(key_, storage::DecodeTileKey(iterator_->key()));
    if (key_.era != era_) {
      era_ = key_.era;
      next_ = 0;
    }
    if (next_ < bands_.size() && bands_[next_].band < key_.band) {
      next_ = static_cast<size_t>(
          std::lower_bound(bands_.begin() + static_cast<ptrdiff_t>(next_),
                           bands_.end(), key_.band,
                           [](const Band& band, uint32_t number) {
                             return band.band < number;
                           }) -
          bands_.begin());
    }
    int64_t leap = 0;  // bands to the next wanted one
    if (next_ == bands_.size()) {
      leap = int64_t{band_count_} - key_.band + bands_.front().band;
    } else if (bands_[next_].band == key_.band) {
      band_ = next_++;
      value_ = iterator_->value();
      return true;
    } else {
      leap = int64_t{bands_[next_].band} - key_.band;
    }
    if (leap <= kShortLeap) {
      FOOTFALL_ASSIGN_OR_RETURN(found, iterator_->Next());
    } else if (next_ == bands_.size()) {
      FOOTFALL_ASSIGN_OR_RETURN(found, SeekTo(era_ + 1, 0));
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(found, SeekTo(era_, next_));
    }
  }
  return false;
}

namespace {

class TileScan final : public SlabCursor, private OpenGate::Holder {
 public:
  TileScan(OpenGate* gate, storage::VerifiedTiles* verified,
           const StoreView& view, const MetricState& state,
           SeriesId series_count, const ScanRequest& request)
      : Holder(gate),
        gate_(gate),
        verified_(verified),
        state_(state),
        steps_(request.steps),
        depth_(request.depth),
        walk_(view, state, series_count, request.series, request.steps) {
    Hold();
  }
  ~TileScan() override { Release(); }

  absl::StatusOr<bool> Next() override {
    return Guarded([this] { return Step(); });
  }

  const Slab& slab() const override { return slab_; }
  const ScanStats& stats() const override { return stats_; }

 private:
  void LetGo() override { walk_.LetGo(); }

  absl::StatusOr<bool> Step() {
    while (true) {
      const OpenGate::Pass pass(gate_);
      if (!pass.inside()) return OpenGate::ClosedError();
      FOOTFALL_ASSIGN_OR_RETURN(const bool found, walk_.Next());
      if (!found) {
        return false;
      }
      if (const absl::Status status = ReadBundle(); !status.ok()) {
        return InTile(status, *state_.metric, walk_.key().era,
                      walk_.key().band);
      }
      if (!slab_.series.empty()) {
        return true;
      }
    }
  }

  absl::Status ReadBundle() {
    const TileLayout& layout = state_.layout;
    FOOTFALL_RETURN_IF_ERROR(
        bundle_.OpenAgain(walk_.value(), walk_.stable() ? verified_ : nullptr));
    if (bundle_.shape() != layout.shape || bundle_.type() != layout.type) {
      return absl::DataLossError(absl::StrCat(
          "it has ", bundle_.shape().lanes, " x ", bundle_.shape().steps,
          " cells of type ", static_cast<int>(bundle_.type()),
          "; the metric has ", layout.shape.lanes, " x ", layout.shape.steps,
          " of type ", static_cast<int>(layout.type)));
    }
    const int64_t era_begin = layout.FirstStepOf(walk_.key().era);
    const int64_t first = std::max(steps_.begin, era_begin);
    const int64_t end =
        std::min(steps_.end, era_begin + int64_t{layout.shape.steps});
    // Lanes and series of a band differ by the number of its first series.
    const SeriesId band_begin = walk_.key().band * layout.shape.lanes;
    lanes_.assign(walk_.series().begin(), walk_.series().end());
    for (uint32_t& lane : lanes_) lane -= band_begin;
    slab_ = Slab();
    slab_.first_step = first;
    slab_.step_count = static_cast<uint32_t>(end - first);
    slab_.words = static_cast<uint32_t>((end - first + 63) / 64);
    ++stats_.tiles;
    stats_.tile_bytes += walk_.value().size();
    const uint32_t from = static_cast<uint32_t>(first - era_begin);
    const uint32_t to = static_cast<uint32_t>(end - era_begin);
    series_.clear();
    switch (depth_) {
      case ScanDepth::kCeilings:
        ceilings_.clear();
        for (const uint32_t lane : lanes_) {
          const std::optional<int64_t> ceiling = bundle_.Ceiling(lane);
          if (!ceiling.has_value()) continue;
          series_.push_back(lane + band_begin);
          ceilings_.push_back(*ceiling);
        }
        slab_.values = ceilings_;
        break;
      case ScanDepth::kPresence:
      case ScanDepth::kWhole:
        FOOTFALL_RETURN_IF_ERROR(
            bundle_.ReadPresence(lanes_, from, to, &block_));
        TakeRows(band_begin);
        break;
      case ScanDepth::kValues:
        FOOTFALL_RETURN_IF_ERROR(bundle_.ReadLanes(lanes_, from, to, &block_));
        TakeRows(band_begin);
        slab_.values = block_.values();
        stats_.values += block_.values().size();
        break;
    }
    slab_.series = series_;
    return absl::OkStatus();
  }

  void TakeRows(SeriesId band_begin) {
    for (const uint32_t lane : block_.lanes()) {
      series_.push_back(lane + band_begin);
    }
    slab_.present = block_.present();
  }

  OpenGate* const gate_;
  storage::VerifiedTiles* const verified_;
  const MetricState& state_;
  const StepRange steps_;
  const ScanDepth depth_;
  TileWalk walk_;
  Slab slab_;
  ScanStats stats_;
  // Kept from tile to tile.
  storage::Bundle bundle_;
  std::vector<uint32_t> lanes_;
  storage::LaneBlock block_;
  std::vector<SeriesId> series_;
  std::vector<int64_t> ceilings_;
};

}  // namespace

std::unique_ptr<SlabCursor> NewTileScan(OpenGate* gate,
                                        storage::VerifiedTiles* verified,
                                        const StoreView& view,
                                        const MetricState& state,
                                        SeriesId series_count,
                                        const ScanRequest& request) {
  return std::make_unique<TileScan>(gate, verified, view, state, series_count,
                                    request);
}

}  // namespace footfall::engine
