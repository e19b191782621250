// Reading a tier: what was rolled up, and behind it the finer samples, rolled
// up as they are read. Upkeep stores what this reads: so no answer depends on
// when it has come by.

#ifndef FOOTFALL_ENGINE_READ_COARSE_SCAN_H_
#define FOOTFALL_ENGINE_READ_COARSE_SCAN_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/catalog/catalog_view.h"
#include "engine/read/coarse_range.h"
#include "engine/read/open_gate.h"
#include "footfall/snapshot.h"
#include "footfall/store.h"
#include "storage/tile/verified_tiles.h"

namespace footfall::engine {

// What reads of a metric or tier go by. All is borrowed. Requires: the caller
// is inside the gate; cursors pass it anew for each step.
struct TileSource {
  OpenGate* gate;
  storage::VerifiedTiles* verified;
  const StoreView& view;
  SeriesId series_count;  // of the metric
};

// As Snapshot::Scan(), of a metric or a tier. A cursor of a tier answers
// OUT_OF_RANGE where a sum leaves 64 bits.
std::unique_ptr<SlabCursor> OpenScan(const TileSource& source,
                                     const MetricState& state,
                                     const ScanRequest& request);

// As Snapshot::CountTiles(), of a metric or a tier.
absl::StatusOr<uint64_t> CountBundles(const TileSource& source,
                                      const MetricState& state,
                                      const ScanRequest& request);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_READ_COARSE_SCAN_H_
