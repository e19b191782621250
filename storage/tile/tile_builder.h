// Builds the bytes of one tile, lane by lane.

#ifndef FOOTFALL_STORAGE_TILE_TILE_BUILDER_H_
#define FOOTFALL_STORAGE_TILE_TILE_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/tile/tile.h"

namespace footfall::storage {

// Threads: one at a time. Reusable: Finish() leaves it empty.
class TileBuilder {
 public:
  // `season`: steps after which the calendar repeats (7 for days, 12 for
  // months), 0 for none; a hint to predictors. `first_step` is the absolute
  // step of the tile's step 0: it gives the season's phase.
  TileBuilder(TileShape shape, CellType type, uint32_t season = 0,
              int64_t first_step = 0);

  // Adds a lane. A lane without a cell may be left out.
  // Requires: `lane` is above every lane added so far and below shape.lanes;
  // the spans have the lengths that LaneCells gives.
  void AddLane(uint32_t lane, const LaneCells& cells);

  // Adds a lane as it stands in another tile of the same shape and type,
  // without coding it again. `bytes` come from TileReader::LaneBytes().
  void AddEncodedLane(uint32_t lane, absl::string_view bytes);

  bool empty() const;

  // The tile's bytes; the builder is empty after it.
  //   INTERNAL  a promise above was broken: nothing doubtful is written
  absl::StatusOr<std::string> Finish(Effort effort);

 private:
  // (the owner of this file fills this in)
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_TILE_BUILDER_H_
