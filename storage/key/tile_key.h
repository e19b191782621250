// The key of a tile: metric, era, band; byte order is number order.

#ifndef FOOTFALL_STORAGE_KEY_TILE_KEY_H_
#define FOOTFALL_STORAGE_KEY_TILE_KEY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footfall::storage {

// 12 bytes, big-endian: metric u32, era i32 with the sign bit flipped, band
// u32. Time before band: new data goes to the end of a metric's keys.
struct TileKey {
  uint32_t metric;
  int32_t era;
  uint32_t band;

  friend bool operator==(const TileKey&, const TileKey&) = default;
  friend auto operator<=>(const TileKey&, const TileKey&) = default;
};

inline constexpr size_t kTileKeySize = 12;

std::string EncodeTileKey(const TileKey& key);

// DATA_LOSS unless the bytes are exactly a tile key.
absl::StatusOr<TileKey> DecodeTileKey(absl::string_view bytes);

// "metric 3/era 78/band 12", for messages.
std::string DescribeTileKey(const TileKey& key);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_KEY_TILE_KEY_H_
