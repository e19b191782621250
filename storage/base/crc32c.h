// CRC-32C (Castagnoli), as RocksDB keeps it in logs and MANIFEST.

#ifndef FOOTFALL_STORAGE_BASE_CRC32C_H_
#define FOOTFALL_STORAGE_BASE_CRC32C_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace footfall::storage {

// Of `bytes`, going on from the crc of what came before them; 0 at the start.
uint32_t Crc32c(uint32_t crc, absl::string_view bytes);

// A crc over bytes that hold crcs is weak, so RocksDB stores it rotated and
// shifted.
inline uint32_t MaskCrc32c(uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_BASE_CRC32C_H_
