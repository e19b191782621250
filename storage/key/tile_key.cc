// The bytes of a tile's key; storage/FORMAT.md gives them for readers.

#include "storage/key/tile_key.h"

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace footfall::storage {
namespace {

// Turns the order of int32 into the order of uint32.
constexpr uint32_t kSignBit = uint32_t{1} << 31;

void PutBigEndian32(uint32_t number, std::string* out) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>((number >> shift) & 0xff));
  }
}

// Requires: bytes.size() >= 4.
uint32_t BigEndian32(absl::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) {
    number = (number << 8) | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

}  // namespace

std::string EncodeTileKey(const TileKey& key) {
  std::string bytes;
  bytes.reserve(kTileKeySize);
  PutBigEndian32(key.metric, &bytes);
  PutBigEndian32(static_cast<uint32_t>(key.era) ^ kSignBit, &bytes);
  PutBigEndian32(key.band, &bytes);
  return bytes;
}

absl::StatusOr<TileKey> DecodeTileKey(absl::string_view bytes) {
  if (bytes.size() != kTileKeySize) {
    // A damaged key may be of any length: the message shows its beginning.
    return absl::DataLossError(absl::StrCat(
        "tile key ", absl::BytesToHexString(bytes.substr(0, 2 * kTileKeySize)),
        ": ", bytes.size(), " bytes; a tile key has ", kTileKeySize));
  }
  TileKey key;
  key.metric = BigEndian32(bytes);
  key.era = static_cast<int32_t>(BigEndian32(bytes.substr(4)) ^ kSignBit);
  key.band = BigEndian32(bytes.substr(8));
  return key;
}

std::string DescribeTileKey(const TileKey& key) {
  return absl::StrCat("metric ", key.metric, "/era ", key.era, "/band ",
                      key.band);
}

}  // namespace footfall::storage
