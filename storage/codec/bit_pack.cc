#include "storage/codec/bit_pack.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "storage/base/bytes.h"
#include "storage/base/check.h"
#include "storage/codec/kernels.h"

namespace footfall::storage {
namespace {

uint64_t Mask(uint32_t width) {
  return width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
}

// One value, from no bytes but its own.
uint64_t UnpackOne(absl::string_view in, uint32_t width, size_t index) {
  const size_t bit = index * width;
  const size_t byte = bit / 8;
  const uint32_t shift = bit % 8;
  const size_t size = (shift + width + 7) / 8;
  uint64_t value =
      LoadPartialU64(in.data() + byte, std::min<size_t>(size, 8)) >> shift;
  if (size > 8) {
    value |= uint64_t{static_cast<unsigned char>(in[byte + 8])} << (64 - shift);
  }
  return value & Mask(width);
}

// Eight values of kWidth bits each from kWidth bytes; reads up to 8 bytes past
// them. Everything but the address is known when compiling.
template <uint32_t kWidth>
void UnpackEights(const char* in, size_t eights, uint64_t base, uint64_t* out) {
  static_assert(kWidth <= 56);
  constexpr uint64_t kMask = (uint64_t{1} << kWidth) - 1;
  for (; eights > 0; --eights, in += kWidth, out += 8) {
#pragma GCC unroll 8
    for (uint32_t i = 0; i < 8; ++i) {
      const uint32_t bit = i * kWidth;
      out[i] = base + ((LoadU64(in + bit / 8) >> (bit % 8)) & kMask);
    }
  }
}

using UnpackFunction = void (*)(const char*, size_t, uint64_t, uint64_t*);

template <size_t... kWidths>
constexpr std::array<UnpackFunction, sizeof...(kWidths)> UnpackTable(
    std::index_sequence<kWidths...>) {
  return {&UnpackEights<kWidths>...};
}

// Wider values straddle 9 bytes and take the slow way.
constexpr auto kUnpack = UnpackTable(std::make_index_sequence<57>());

// Widths that the kernels unpack.
constexpr uint32_t kKernelWidth = 25;

// Unpacks all of `out`; value `begin` starts on a byte.
void UnpackByKernel(absl::string_view in, uint32_t width, size_t begin,
                    uint64_t base, absl::Span<uint64_t> out) {
  // So many values at once that their bytes fit a small buffer.
  constexpr size_t kPiece = 128;
  const Kernels& kernels = ActiveKernels();
  in.remove_prefix(begin / 8 * width);
  // In place, as long as whole vectors can be loaded and stored.
  const size_t slack = kernels.unpack_slack;
  const size_t readable =
      in.size() < slack ? 0 : (in.size() - slack) * 8 / width;
  const size_t direct = std::min(out.size(), readable) / 16 * 16;
  if (direct > 0) {
    kernels.unpack64(in.data(), width, direct, base, out.data());
    in.remove_prefix(direct / 8 * width);
    out.remove_prefix(direct);
  }
  while (!out.empty()) {
    const size_t count = std::min(kPiece, out.size());
    const size_t size = PackedSize(count, width);
    char bytes[kPiece * kKernelWidth / 8 + kInputSlack];
    uint64_t values[kPiece + kValueSlack];
    std::memcpy(bytes, in.data(), size);
    std::memset(bytes + size, 0, kInputSlack);
    kernels.unpack64(bytes, width, count, base, values);
    std::copy(values, values + count, out.data());
    in.remove_prefix(std::min(in.size(), kPiece / 8 * width));
    out.remove_prefix(count);
  }
}

}  // namespace

void PackBits(absl::Span<const uint64_t> values, uint64_t base, uint32_t width,
              std::string* out) {
  FOOTFALL_DCHECK(width <= 64);
  if (width == 0) {
    return;
  }
  const size_t start = out->size();
  // Whole words are written, so leave room for one and cut it off again.
  out->resize(start + PackedSize(values.size(), width) + 8);
  char* const bytes = out->data() + start;
  size_t written = 0;
  uint64_t word = 0;
  uint32_t used = 0;
  for (const uint64_t value : values) {
    const uint64_t offset = value - base;
    FOOTFALL_DCHECK((offset & ~Mask(width)) == 0);
    word |= offset << used;
    used += width;
    if (used >= 64) {
      StoreU64(word, bytes + written);
      written += 8;
      used -= 64;
      word = used == 0 ? 0 : offset >> (width - used);
    }
  }
  StoreU64(word, bytes + written);
  out->resize(start + PackedSize(values.size(), width));
}

void UnpackBits(absl::string_view in, uint32_t width, size_t begin,
                uint64_t base, absl::Span<uint64_t> out) {
  FOOTFALL_DCHECK(width <= 64);
  FOOTFALL_DCHECK(in.size() >= PackedSize(begin + out.size(), width));
  if (width == 0) {
    std::fill(out.begin(), out.end(), base);
    return;
  }
  size_t done = 0;
  // To the next multiple of 8, which starts on a byte.
  const size_t lead = std::min(out.size(), (8 - begin % 8) % 8);
  for (; done < lead; ++done) {
    out[done] = base + UnpackOne(in, width, begin + done);
  }
  if (width <= kKernelWidth && done < out.size()) {
    UnpackByKernel(in, width, begin + done, base, out.subspan(done));
    return;
  } else if (width < kUnpack.size() && done < out.size()) {
    const size_t byte = (begin + done) / 8 * width;
    // The last group's loads must end within `in`.
    const size_t room = in.size() - byte;
    const size_t readable = room < 8 ? 0 : (room - 8) / width;
    const size_t eights = std::min((out.size() - done) / 8, readable);
    kUnpack[width](in.data() + byte, eights, base, out.data() + done);
    done += eights * 8;
  }
  for (; done < out.size(); ++done) {
    out[done] = base + UnpackOne(in, width, begin + done);
  }
}

}  // namespace footfall::storage
