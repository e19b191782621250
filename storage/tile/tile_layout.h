// The fixed parts of a tile's bytes, shared by builder and reader. Every byte
// is given in storage/FORMAT.md.

#ifndef FOOTFALL_STORAGE_TILE_TILE_LAYOUT_H_
#define FOOTFALL_STORAGE_TILE_TILE_LAYOUT_H_

#include <cstddef>
#include <cstdint>

namespace footfall::storage {

//   u8   magic
//   u8   version
//   u32  checksum of all bytes after it, seeded with the version
//   varint lanes, varint steps
//   u8   flags
//   varint season, if the flags say so
//   ...  as the form says
inline constexpr unsigned char kTileMagic = 0xF7;
inline constexpr unsigned char kTileVersion = 1;
inline constexpr size_t kTileChecksumAt = 2;
inline constexpr size_t kTileHeadSize = 6;  // up to and with the checksum

// Flags: bits 0-1 cell type, bit 2 any cell deleted, bit 3 season, bits 4-7
// form.
inline constexpr unsigned char kTileTypeMask = 0x03;
inline constexpr unsigned char kTileHasDeleted = 0x04;
inline constexpr unsigned char kTileHasSeason = 0x08;
inline constexpr uint32_t kTileFormShift = 4;

// How the lanes lie in the tile.
enum class TileForm : uint8_t {
  // Lane by lane: set of the lanes; for each, varint size; then their bytes:
  // u8 head; presence; if some cell is deleted, set of the deleted; values.
  kLanes = 0,
  // Every lane has one cell, a value, at the same step: set of the lanes;
  // varint step; u8 codec; the values, lane after lane.
  kColumn = 1,
  // Lane by lane, nothing deleted: set of the lanes; set of the steps that any
  // lane has; heads; sizes; then the lanes' bytes: presence among those steps;
  // values.
  kSealed = 2,
  // As kSealed, with varint largest value and a ceiling a lane (ceilings.h)
  // before the lanes' bytes.
  kSealedWithCeilings = 3,
};
inline constexpr uint8_t kMaxTileForm =
    static_cast<uint8_t>(TileForm::kSealedWithCeilings);

// Ceilings are kept where lanes have so many values on average: they take a
// byte a lane.
inline constexpr size_t kValuesForCeiling = 64;

// Head of a lane: bits 0-3 codec, bits 4-6 presence form, bit 7 any deleted.
inline constexpr unsigned char kLaneCodecMask = 0x0F;
inline constexpr uint32_t kLaneFormShift = 4;
inline constexpr unsigned char kLaneFormMask = 0x07;
inline constexpr unsigned char kLaneHasDeleted = 0x80;

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_TILE_LAYOUT_H_
