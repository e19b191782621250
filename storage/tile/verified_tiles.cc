#include "storage/tile/verified_tiles.h"

#include "absl/hash/hash.h"

namespace footfall::storage {
namespace {

uint64_t WordOf(absl::string_view tile, uint32_t checksum) {
  const uint64_t word = absl::HashOf(reinterpret_cast<uintptr_t>(tile.data()),
                                     tile.size(), checksum);
  return word == 0 ? 1 : word;
}

}  // namespace

bool VerifiedTiles::Knows(absl::string_view tile, uint32_t checksum) const {
  const uint64_t word = WordOf(tile, checksum);
  for (const std::atomic<uint64_t>& way : sets_[word % kSets]) {
    if (way.load(std::memory_order_relaxed) == word) return true;
  }
  return false;
}

void VerifiedTiles::Add(absl::string_view tile, uint32_t checksum) {
  const uint64_t word = WordOf(tile, checksum);
  Set& set = sets_[word % kSets];
  // The newer of the two before moves on, the older goes.
  set[1].store(set[0].load(std::memory_order_relaxed),
               std::memory_order_relaxed);
  set[0].store(word, std::memory_order_relaxed);
}

}  // namespace footfall::storage
