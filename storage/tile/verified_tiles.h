// Which tiles in memory have had their checksum verified, so that a tile that a
// cache keeps is summed up once and not at every reading.
//
// A tile is known by its address, its size and the checksum that it states. A
// word in memory is put there only after all of its bytes were summed up and
// agreed. So bytes are taken unread only where bytes of the same size, stating
// the same checksum, were sound at this address before. Are these the same
// bytes? A cache may have dropped them and read others to the same place:
//
// - Another tile, sound. Taking it is right.
// - Another tile, damaged. What it states is the checksum of what it was (or
//   was hit by the damage): that this is also the other's, at the same address
//   and of the same size, has a chance of 1 in 2^32.
// - The same tile, damaged on the medium since. That is why only bytes count of
//   which the store says that it checks them itself whenever it reads them
//   (PinnedValue::checked()): RocksDB has a checksum on each block.
//
// What is given up is finding a bit that turns over in memory, in a tile that
// was sound when it was first read. Whoever copies tiles to the medium or
// vouches for them (folding, sealing, verifying, repairing) does not ask here.
//
// Two different triples that agree in all 64 bits of a hash would be taken for
// one; that chance is smaller still.

#ifndef FOOTFALL_STORAGE_TILE_VERIFIED_TILES_H_
#define FOOTFALL_STORAGE_TILE_VERIFIED_TILES_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace footfall::storage {

// 512 KiB: 2^16 tiles, some 18 KB each where they are dense. One for a store.
//
// Threads: any, at any time. A word that two threads write at once is lost at
// worst, and its tile is summed up once more.
class VerifiedTiles {
 public:
  VerifiedTiles() = default;
  VerifiedTiles(const VerifiedTiles&) = delete;
  VerifiedTiles& operator=(const VerifiedTiles&) = delete;

  // Whether Add() was called for bytes of this address and size, which stated
  // this checksum. False is possible where it was: there is room for so many.
  bool Knows(absl::string_view tile, uint32_t checksum) const;
  // Requires: the tile's bytes are sound.
  void Add(absl::string_view tile, uint32_t checksum);

 private:
  static constexpr size_t kWays = 2;
  static constexpr size_t kSets = (size_t{1} << 16) / kWays;
  using Set = std::array<std::atomic<uint64_t>, kWays>;

  std::array<Set, kSets> sets_ = {};  // 0: nothing
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_VERIFIED_TILES_H_
