// Reads the bytes of one tile: the lanes and steps that are asked for, no more.

#ifndef FOOTFALL_STORAGE_TILE_TILE_READER_H_
#define FOOTFALL_STORAGE_TILE_TILE_READER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/tile/tile.h"

namespace footfall::storage {

// Borrows the bytes it was opened on. Immutable, may be shared.
class TileReader {
 public:
  // Checks the header, the directory and the checksum over all bytes.
  //
  //   DATA_LOSS      the bytes are not a whole tile
  //   UNIMPLEMENTED  a version or codec of a later release; the message says
  //                  which, and what this build knows
  static absl::StatusOr<TileReader> Open(absl::string_view bytes);

  TileShape shape() const;
  CellType type() const;

  // Lanes that have a cell.
  uint32_t lane_count() const;
  bool HasLane(uint32_t lane) const;
  // Whether any cell is marked deleted.
  bool has_deleted() const;

  // The cells of `lane` at steps [begin, end), laid over what is there:
  // a value sets present and writes values[i]; a deleted cell clears present
  // and sets values[i] = 0; an absent one leaves both as they are. i and the
  // bits count from `begin`. A lane without cells changes nothing.
  //
  // Requires: begin < end <= shape().steps; values has end - begin elements;
  // present has ceil((end - begin) / 64) words.
  //   DATA_LOSS  the lane's bytes do not decode; the output is unspecified
  absl::Status OverlayLane(uint32_t lane, uint32_t begin, uint32_t end,
                           absl::Span<int64_t> values,
                           absl::Span<uint64_t> present) const;

  // As OverlayLane over the whole lane, and `deleted` ([shape().words()])
  // marks deleted cells (a later value clears the mark).
  absl::Status OverlayCells(uint32_t lane, absl::Span<int64_t> values,
                            absl::Span<uint64_t> present,
                            absl::Span<uint64_t> deleted) const;

  // The lane as it is coded; for TileBuilder::AddEncodedLane().
  absl::string_view LaneBytes(uint32_t lane) const;

  // What the tile holds, a line a lane, for people.
  std::string Dump() const;

 private:
  // (the owner of this file fills this in)
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_TILE_READER_H_
