// A bundle: the value of one tile key. An optional base tile and the patches
// after it, oldest first; every part is a tile in a frame (storage/FORMAT.md).
// The store only ever puts a bundle whole or appends a frame to one.
//
// The newer of two cells wins, so laying parts over each other in order gives
// the tile's state; the operation is associative.

#ifndef FOOTFALL_STORAGE_TILE_BUNDLE_H_
#define FOOTFALL_STORAGE_TILE_BUNDLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/tile/tile.h"
#include "storage/tile/tile_reader.h"

namespace footfall::storage {

// Appends `tile` as a frame to *bundle.
void AppendFrame(absl::string_view tile, std::string* bundle);

// Borrows the bytes it was opened on. May be shared between two openings.
class Bundle {
 public:
  // To be opened before anything else.
  Bundle() = default;

  // Splits the frames and opens each tile. All parts have one shape and type.
  // Errors as TileReader::Open(); the message says which part.
  static absl::StatusOr<Bundle> Open(absl::string_view bytes);

  // The same in place: see TileReader::OpenAgain(). `verified` is asked about a
  // bundle of one part alone: several are put together by the store, at a place
  // where other bytes were a moment ago.
  absl::Status OpenAgain(absl::string_view bytes, VerifiedTiles* verified);

  TileShape shape() const { return parts_.front().shape(); }
  CellType type() const { return parts_.front().type(); }

  // Parts, the first included; at least 1.
  uint32_t part_count() const { return static_cast<uint32_t>(parts_.size()); }
  // Bytes of the first part, and of all later ones together.
  size_t first_size() const { return first_size_; }
  size_t later_size() const { return later_size_; }

  bool HasLane(uint32_t lane) const;  // some part has a cell in it

  // Cells of all parts together, whatever lies over them: how many say a value,
  // and how many that there is none. Nothing is decoded. Errors as
  // TileReader::TakeLane().
  struct CellCounts {
    uint64_t values = 0;
    uint64_t deleted = 0;
  };
  absl::StatusOr<CellCounts> CountCells() const;

  // The state of a lane at steps [begin, end): present bits, and values that
  // are 0 where absent. Everything is written, whatever was there. Arguments
  // and errors as TileReader::OverlayLane().
  absl::Status ReadLane(uint32_t lane, uint32_t begin, uint32_t end,
                        absl::Span<int64_t> values,
                        absl::Span<uint64_t> present) const;

  // The same for the lanes of `lanes` that have a value at these steps.
  // Arguments as TileReader::ReadLanes().
  absl::Status ReadLanes(absl::Span<const uint32_t> lanes, uint32_t begin,
                         uint32_t end, LaneBlock* block) const;

  // The same without the values, which are rubbish then.
  absl::Status ReadPresence(absl::Span<const uint32_t> lanes, uint32_t begin,
                            uint32_t end, LaneBlock* block) const;

  // A number that no value of the lane is above, found without decoding one;
  // INT64_MAX where the lane has none, nullopt where it has no cell.
  std::optional<int64_t> Ceiling(uint32_t lane) const;

  // All parts as one tile (not yet framed); "" if no cell with a value is
  // left. `season` as in TileBuilder. Deleted cells are dropped: a bundle read
  // whole has nothing under it. A lane that only one part touches is copied as
  // bytes when `effort` is kFast.
  absl::StatusOr<std::string> Fold(Effort effort, uint32_t season) const;

  std::string Dump() const;

 private:
  absl::InlinedVector<TileReader, 1> parts_;
  size_t first_size_ = 0;
  size_t later_size_ = 0;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_BUNDLE_H_
