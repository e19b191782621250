// A checksum that finds damaged bytes; it does not stop a forger.

#ifndef FOOTFALL_STORAGE_BASE_CHECKSUM_H_
#define FOOTFALL_STORAGE_BASE_CHECKSUM_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace footfall::storage {

// The low 32 bits of XXH3-64 with this seed. Above 10 GB/s on long inputs,
// a few ns on short ones (zlib's crc32 manages about 1 GB/s). These values
// are on disk: they never change.
uint32_t Checksum(absl::string_view bytes, uint64_t seed);

// The same without the processor's wide vectors: for tests.
uint32_t PlainChecksum(absl::string_view bytes, uint64_t seed);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_BASE_CHECKSUM_H_
