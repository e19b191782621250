#include "storage/base/checksum.h"

// XXH3 is compiled into this folder alone, so that an embedder's own copy of
// the library does not matter.
#define XXH_INLINE_ALL
#include <xxhash.h>

#ifdef FOOTFALL_X86_CHECKSUM
#include "storage/base/checksum_avx2.h"
#endif

namespace footfall::storage {
namespace {

using Xxh3 = uint64_t (*)(const char* bytes, size_t size, uint64_t seed);

uint64_t Xxh3Plain(const char* bytes, size_t size, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

// A tile is checked whenever it is read: wide vectors halve what that costs.
Xxh3 ChooseXxh3() {
#ifdef FOOTFALL_X86_CHECKSUM
  if (__builtin_cpu_supports("avx2")) return Xxh3Avx2;
#endif
  return Xxh3Plain;
}

}  // namespace

uint32_t Checksum(absl::string_view bytes, uint64_t seed) {
  static const Xxh3 xxh3 = ChooseXxh3();
  return static_cast<uint32_t>(xxh3(bytes.data(), bytes.size(), seed));
}

uint32_t PlainChecksum(absl::string_view bytes, uint64_t seed) {
  return static_cast<uint32_t>(Xxh3Plain(bytes.data(), bytes.size(), seed));
}

}  // namespace footfall::storage
