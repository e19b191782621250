#include "storage/tile/ceilings.h"

namespace footfall::storage {
namespace {

__extension__ using Wide = unsigned __int128;

// 2^32 * 2^(-q / 4), rounded up.
constexpr uint64_t kQuarters[4] = {4294967296, 3611622603, 3037000500,
                                   2553802834};

// Codes below it are octaves and quarters.
constexpr uint8_t kCodes = 252;

}  // namespace

int64_t CeilingOf(int64_t top, uint8_t code) {
  if (code >= kCodes) return 0;
  const Wide quarter =
      (Wide{static_cast<uint64_t>(top)} * kQuarters[code % 4] + 0xffffffff) >>
      32;
  const uint32_t octaves = code / 4;
  return static_cast<int64_t>((quarter + ((Wide{1} << octaves) - 1)) >>
                              octaves);
}

uint8_t CeilingCode(int64_t top, int64_t most) {
  if (most == 0) return kZeroCeiling;
  // Ceilings fall with the code: the last that is not below `most`.
  uint8_t low = 0;
  uint8_t high = kCodes - 1;
  while (low < high) {
    const uint8_t middle = static_cast<uint8_t>((low + high + 1) / 2);
    if (CeilingOf(top, middle) >= most) {
      low = middle;
    } else {
      high = static_cast<uint8_t>(middle - 1);
    }
  }
  return low;
}

}  // namespace footfall::storage
