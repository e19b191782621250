#include "storage/tile/frame_heads.h"

#include "absl/strings/str_cat.h"
#include "storage/base/varint.h"
#include "storage/tile/tile.h"
#include "storage/tile/tile_layout.h"

namespace footfall::storage {

absl::StatusOr<FrameHeads> ReadFrameHeads(absl::string_view bundle) {
  FrameHeads heads;
  for (; !bundle.empty(); ++heads.part_count) {
    uint64_t size;
    if (!TakeVarint(&bundle, &size) || size > bundle.size()) {
      return absl::DataLossError(absl::StrCat("bundle: the frame of part ",
                                              heads.part_count, " is cut off"));
    }
    absl::string_view tile = bundle.substr(0, size);
    bundle.remove_prefix(size);
    uint32_t lanes;
    uint32_t steps;
    const bool begins =
        size > kTileHeadSize && static_cast<uint8_t>(tile[0]) == kTileMagic;
    tile.remove_prefix(begins ? kTileHeadSize : tile.size());
    if (!TakeVarint32(&tile, kMaxTileCells, &lanes) ||
        !TakeVarint32(&tile, kMaxTileCells, &steps) || tile.empty()) {
      return absl::DataLossError(absl::StrCat("bundle: part ", heads.part_count,
                                              " does not begin as a tile"));
    }
    const auto flags = static_cast<uint8_t>(tile.front());
    heads.has_deleted |= (flags & kTileHasDeleted) != 0;
    const auto form = static_cast<TileForm>(flags >> kTileFormShift);
    heads.is_sealed =
        heads.part_count == 0 &&
        (form == TileForm::kSealed || form == TileForm::kSealedWithCeilings);
    (heads.part_count == 0 ? heads.first_size : heads.later_size) += size;
  }
  if (heads.part_count == 0) return absl::DataLossError("bundle: no part");
  return heads;
}

}  // namespace footfall::storage
