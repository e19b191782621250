// Builds the bytes of one tile, lane by lane.

#ifndef FOOTFALL_STORAGE_TILE_TILE_BUILDER_H_
#define FOOTFALL_STORAGE_TILE_TILE_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/codec/presence.h"
#include "storage/tile/tile.h"
#include "storage/tile/tile_reader.h"

namespace footfall::storage {

// Threads: one at a time. Reusable: Finish() leaves it empty.
class TileBuilder {
 public:
  // `season`: steps after which the calendar repeats (7 for days, 12 for
  // months), 0 for none; a hint to predictors.
  TileBuilder(TileShape shape, CellType type, Effort effort,
              uint32_t season = 0);

  // Adds a lane. A lane without a cell may be left out.
  // Requires: `lane` is above every lane added so far and below shape.lanes;
  // the spans have the lengths that LaneCells gives.
  void AddLane(uint32_t lane, const LaneCells& cells);

  // Adds a lane as it stands in another tile of the same shape and type, as
  // bytes and without coding it again where the other tile's form allows that.
  // Requires: as AddLane(); source.HasLane(lane).
  void AddEncodedLane(uint32_t lane, const TileReader& source);

  bool empty() const { return lanes_.empty(); }

  // The tile's bytes; the builder is empty after it.
  //   INTERNAL  a promise above was broken: nothing doubtful is written
  absl::StatusOr<std::string> Finish();

 private:
  // A lane that waits for Finish(): coded in bytes_ or, where it has one value
  // and may become part of a column of all lanes, as it is in values_.
  struct PendingLane {
    uint32_t lane;
    Presence present;
    Presence deleted;
    bool coded = false;
    // The least and the largest value; of a lane that was copied: not known.
    int64_t least = 0;
    int64_t most = 0;
    bool copied = false;
    Codec codec = Codec::kNone;  // if coded
    size_t begin = 0;            // in values_ or bytes_
    size_t end = 0;
  };

  void CheckShape();
  bool AcceptsLane(uint32_t lane);
  // The step at which every lane has its one and only cell, a value; -1 if
  // that is not so.
  int64_t OnlyStep() const;
  // Codes the values of a lane into bytes_.
  void Code(absl::Span<const int64_t> values, PendingLane* lane);
  void PutColumn(std::string* tile);
  void PutLanes(std::string* tile);
  void PutSealed(bool ceilings, std::string* tile);
  // Whether the lanes' ceilings are known and worth their bytes.
  bool HasCeilings() const;
  void PutCeilings(std::string* tile) const;
  // Appends, lane by lane, its piece of `sets`, which ends at ends[i], and its
  // coded values.
  void PutPieces(absl::string_view sets, absl::Span<const size_t> ends,
                 std::string* tile) const;
  void Clear();
  void BreakPromise(absl::string_view message);

  TileShape shape_;
  CellType type_;
  Effort effort_;
  uint32_t season_;
  std::vector<PendingLane> lanes_;
  std::vector<int64_t> values_;
  std::string bytes_;
  bool needs_season_ = false;
  absl::Status promises_;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_TILE_BUILDER_H_
