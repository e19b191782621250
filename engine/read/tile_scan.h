// Reads the tiles of a scan: which to fetch, how, and what to decode of each.

#ifndef FOOTFALL_ENGINE_READ_TILE_SCAN_H_
#define FOOTFALL_ENGINE_READ_TILE_SCAN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "engine/read/open_gate.h"
#include "footfall/snapshot.h"
#include "footfall/store.h"
#include "storage/key/tile_key.h"

namespace footfall::storage {
class VerifiedTiles;
}

namespace footfall::engine {

// Finds the bundles that hold any of some series at some steps, by era, then
// by band. Few and sparse ones are fetched one by one, others by walking the
// keys, leaping over what is not wanted.
class TileWalk {
 public:
  // Borrows all three. `series` ascends; those past `series_count` are left
  // out.
  TileWalk(const StoreView& view, const MetricState& state,
           SeriesId series_count, absl::Span<const SeriesId> series,
           StepRange steps);

  // Moves to the next bundle; false once there is none.
  absl::StatusOr<bool> Next();

  const storage::TileKey& key() const { return key_; }
  // The bundle's bytes; valid until the next move.
  absl::string_view value() const { return value_; }
  // As PinnedValue::stable().
  bool stable() const {
    return by_points_ ? pin_.stable() : iterator_->stable();
  }
  // The wanted series of the band.
  absl::Span<const SeriesId> series() const { return bands_[band_].series; }

  // Drops what it holds of the store; no call may follow.
  void LetGo() {
    iterator_.reset();
    pin_ = PinnedValue();
  }

 private:
  struct Band {
    uint32_t band;
    absl::Span<const SeriesId> series;
  };

  absl::StatusOr<bool> NextPoint();
  absl::StatusOr<bool> NextKey();
  absl::StatusOr<bool> SeekTo(int64_t era, size_t band);

  const StoreView& view_;
  const MetricId metric_;
  std::vector<Band> bands_;  // that hold a wanted series
  uint32_t band_count_ = 0;  // of the metric
  int32_t first_era_ = 0;
  int32_t last_era_ = -1;

  bool by_points_ = false;
  int64_t era_ = 0;  // the next point, or the era that the iterator is in
  size_t next_ = 0;  // index into bands_, likewise
  size_t band_ = 0;  // index into bands_ of the bundle
  std::unique_ptr<StoreIterator> iterator_;
  storage::TileKey key_ = {};
  absl::string_view value_;
  PinnedValue pin_;
};

// As Snapshot::Scan(). Borrows all. `verified` is that of the store. Requires:
// the caller is inside the gate. The cursor passes it anew for each step.
std::unique_ptr<SlabCursor> NewTileScan(OpenGate* gate,
                                        storage::VerifiedTiles* verified,
                                        const StoreView& view,
                                        const MetricState& state,
                                        SeriesId series_count,
                                        const ScanRequest& request);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_READ_TILE_SCAN_H_
