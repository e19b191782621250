// XXH3 with vectors of 32 bytes.

#ifndef FOOTFALL_STORAGE_BASE_CHECKSUM_AVX2_H_
#define FOOTFALL_STORAGE_BASE_CHECKSUM_AVX2_H_

#include <stddef.h>
#include <stdint.h>

namespace footfall::storage {

// XXH3_64bits_withSeed(). Requires: the processor has AVX2.
uint64_t Xxh3Avx2(const char* bytes, size_t size, uint64_t seed);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_BASE_CHECKSUM_AVX2_H_
