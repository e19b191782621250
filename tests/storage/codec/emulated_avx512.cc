// The AVX-512 kernels for a processor that has AVX2 only: what they call is
// done by SIMDe or, where its version in Debian 12 lacks it, spelled out here.
// They take the place of storage/codec/kernels_avx512.cc in a test program.

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include <cstdint>
#include <cstring>

namespace {

// Numbers in a vector, and back.
template <typename T>
struct Parts {
  T at[64 / sizeof(T)] = {};

  Parts() = default;
  template <typename Vector>
  explicit Parts(const Vector& vector) {
    static_assert(sizeof(vector) <= sizeof(at));
    std::memcpy(at, &vector, sizeof(vector));
  }
  explicit operator __m512i() const {
    __m512i vector;
    std::memcpy(&vector, at, sizeof(vector));
    return vector;
  }
};

template <typename To, typename From, typename Vector>
__m512i Widened(const Vector& vector) {
  const Parts<From> from(vector);
  Parts<To> to;
  for (size_t i = 0; i < 64 / sizeof(To); ++i) to.at[i] = from.at[i];
  return static_cast<__m512i>(to);
}

template <int kCount>
__m512i AlignRight(__m512i high, __m512i low) {
  const Parts<uint32_t> highs(high);
  const Parts<uint32_t> lows(low);
  Parts<uint32_t> to;
  for (int i = 0; i < 16; ++i) {
    const int from = i + kCount;
    to.at[i] = from < 16 ? lows.at[from] : highs.at[from - 16];
  }
  return static_cast<__m512i>(to);
}

__m512i ShiftRight(__m512i vector, unsigned count) {
  Parts<int32_t> parts(vector);
  for (int32_t& part : parts.at) part >>= count;
  return static_cast<__m512i>(parts);
}

template <typename T>
void StoreMasked(void* to, uint64_t mask, __m512i vector) {
  const Parts<T> parts(vector);
  for (size_t i = 0; i < 64 / sizeof(T); ++i) {
    if ((mask >> i & 1) != 0) {
      std::memcpy(static_cast<char*>(to) + i * sizeof(T), &parts.at[i],
                  sizeof(T));
    }
  }
}

__m512i LoadMasked32(uint64_t mask, const void* from) {
  Parts<uint32_t> to;
  for (size_t i = 0; i < 16; ++i) {
    if ((mask >> i & 1) != 0) {
      std::memcpy(&to.at[i], static_cast<const char*>(from) + i * 4, 4);
    }
  }
  return static_cast<__m512i>(to);
}

__m512i CompressBytes(uint64_t mask, __m512i vector) {
  const Parts<uint8_t> from(vector);
  Parts<uint8_t> to;
  size_t count = 0;
  for (size_t i = 0; i < 64; ++i) {
    if ((mask >> i & 1) != 0) to.at[count++] = from.at[i];
  }
  return static_cast<__m512i>(to);
}

}  // namespace

// SIMDe has some of them itself, by release.
#undef _mm512_alignr_epi32
#undef _mm512_cvtepi32_epi64
#undef _mm512_cvtepu32_epi64
#undef _mm512_cvtepu8_epi32
#undef _mm512_mask_storeu_epi64
#undef _mm512_mask_storeu_epi8
#undef _mm512_maskz_compress_epi8
#undef _mm512_maskz_loadu_epi32
#undef _mm512_srai_epi32
#define _mm512_alignr_epi32(high, low, count) AlignRight<(count)>(high, low)
#define _mm512_cvtepi32_epi64(vector) Widened<int64_t, int32_t>(vector)
#define _mm512_cvtepu32_epi64(vector) Widened<uint64_t, uint32_t>(vector)
#define _mm512_cvtepu8_epi32(vector) Widened<uint32_t, uint8_t>(vector)
#define _mm512_mask_storeu_epi64 StoreMasked<uint64_t>
#define _mm512_mask_storeu_epi8 StoreMasked<uint8_t>
#define _mm512_maskz_compress_epi8 CompressBytes
#define _mm512_maskz_loadu_epi32 LoadMasked32
#define _mm512_srai_epi32 ShiftRight

#define __AVX512VBMI2__ 1
#define FOOTFALL_KERNELS kernels_avx512
#include "storage/codec/kernels_body.inc"
