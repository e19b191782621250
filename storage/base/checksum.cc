#include "storage/base/checksum.h"

// XXH3 is compiled into this file alone, so that an embedder's own copy of the
// library does not matter.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace footfall::storage {

uint32_t Checksum(absl::string_view bytes, uint64_t seed) {
  return static_cast<uint32_t>(
      XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed));
}

}  // namespace footfall::storage
