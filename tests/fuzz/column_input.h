// The input of the column target.
//
//   u8 codec, u8 and u8 count, u8 season, u8 gaps, then the column

#ifndef FOOTFALL_TESTS_FUZZ_COLUMN_INPUT_H_
#define FOOTFALL_TESTS_FUZZ_COLUMN_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/codec/presence.h"

namespace footfall::storage {

inline constexpr size_t kColumnHeadSize = 5;
inline constexpr uint32_t kMaxColumnCount = 1499;

// `count` steps, with holes between as `gaps` says; 0: none.
inline Presence ColumnSteps(uint32_t count, uint32_t gaps) {
  if (gaps == 0 || count == 0) {
    return Presence::Run(1, 1 + count);
  }
  std::vector<uint64_t> words(count / 21 + 2);
  uint32_t step = 0;
  for (uint32_t i = 0; i < count; ++i) {
    words[step / 64] |= uint64_t{1} << (step % 64);
    step += 1 + (i % (gaps % 7 + 2) == 0 ? gaps % 3 : 0);
  }
  return Presence::Of(words);
}

}  // namespace footfall::storage

#endif  // FOOTFALL_TESTS_FUZZ_COLUMN_INPUT_H_
