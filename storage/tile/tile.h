// A tile: a block of lanes x steps of one metric, and what its bytes promise.
//
// A lane is one series' stretch of consecutive steps. A cell is absent, a
// value, or deleted (a patch's word that an older value is gone). Values are 64
// bits: an int64, or a double's bits; a codec never looks at what they count.
// The bytes are given in storage/FORMAT.md.

#ifndef FOOTFALL_STORAGE_TILE_TILE_H_
#define FOOTFALL_STORAGE_TILE_TILE_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "storage/codec/column.h"

namespace footfall::storage {

// Cells of one tile at most: what a reader may be asked to allocate.
inline constexpr uint32_t kMaxTileCells = 16384;

struct TileShape {
  uint32_t lanes;  // >= 1
  uint32_t steps;  // >= 1; lanes * steps <= kMaxTileCells

  uint32_t words() const { return (steps + 63) / 64; }
  friend bool operator==(const TileShape&, const TileShape&) = default;
};

// CellType says what the values are, Effort what to spend on them: see
// storage/codec/column.h.

// The cells of one lane. Bit i of word i / 64 stands for step i of the tile.
struct LaneCells {
  absl::Span<const uint64_t> present;  // [shape.words()] the cell has a value
  absl::Span<const uint64_t> deleted;  // [shape.words()], or empty: none is.
                                       // Disjoint from `present`.
  absl::Span<const int64_t> values;    // [popcount(present)] in step order
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_TILE_H_
