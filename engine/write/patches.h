// Turns rows whose series are known into patches, one per tile.

#ifndef FOOTFALL_ENGINE_WRITE_PATCHES_H_
#define FOOTFALL_ENGINE_WRITE_PATCHES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/catalog/catalog_view.h"
#include "footfall/metric.h"
#include "footfall/sample_batch.h"
#include "footfall/store.h"

namespace footfall::engine {

// Rows as columns of equal length. A row of kUnknownId is left out: it deletes
// from a series that is not there.
struct ResolvedRows {
  absl::Span<const int64_t> steps;
  absl::Span<const int64_t> values;  // checked, as they were given
  absl::Span<const RowKind> kinds;
  absl::Span<const SeriesId> series;
};

struct PatchCounts {
  uint64_t samples = 0;   // cells that get a value
  uint64_t replaced = 0;  // rows that a later row of the same cell undid
};

// Appends one framed patch for every tile that a row lies in. Of rows for the
// same cell the last counts. Requires: fewer than 2^32 rows, which
// Database::Write() sees to. INTERNAL where the tile builder refuses.
absl::Status AppendPatches(const MetricState& state, const ResolvedRows& rows,
                           StoreBatch* batch, PatchCounts* counts);

}  // namespace footfall::engine

#endif  // FOOTFALL_ENGINE_WRITE_PATCHES_H_
