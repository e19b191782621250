// What a bundle is made of, by the heads of its frames and tiles alone: what
// upkeep looks at, bundle after bundle, without opening a tile.

#ifndef FOOTFALL_STORAGE_TILE_FRAME_HEADS_H_
#define FOOTFALL_STORAGE_TILE_FRAME_HEADS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footfall::storage {

struct FrameHeads {
  uint32_t part_count = 0;   // the first included
  uint64_t first_size = 0;   // bytes of the first part
  uint64_t later_size = 0;   // of all later ones together
  bool has_deleted = false;  // some part says that a cell is deleted
  // It is one part and of a form that only sealing makes.
  bool is_sealed = false;
};

// DATA_LOSS where the bytes are not whole frames of what begins as a tile. A
// tile's checksum is not looked at.
absl::StatusOr<FrameHeads> ReadFrameHeads(absl::string_view bundle);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_FRAME_HEADS_H_
