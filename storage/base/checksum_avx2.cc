// Compiled for AVX2, where checksum.cc calls it. No header but xxHash's and
// C's: a function that other files compile as well must not come from here.

#include "storage/base/checksum_avx2.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace footfall::storage {

uint64_t Xxh3Avx2(const char* bytes, size_t size, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

}  // namespace footfall::storage
