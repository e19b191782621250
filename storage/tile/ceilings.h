// Ceilings: about how large the values of a tile's lanes are, in a byte a lane.
// A question for the largest skips lanes that cannot be among them without
// decoding one.
//
// A code counts quarter octaves below the tile's largest value, as a picture's
// exponent would; what it stands for is never below the lane's largest.

#ifndef FOOTFALL_STORAGE_TILE_CEILINGS_H_
#define FOOTFALL_STORAGE_TILE_CEILINGS_H_

#include <cstdint>

namespace footfall::storage {

// Of a lane all of whose values are 0.
inline constexpr uint8_t kZeroCeiling = 255;

// The ceiling that `code` stands for in a tile whose largest value is `top` >=
// 0; at most `top`.
int64_t CeilingOf(int64_t top, uint8_t code);

// The code of the lowest ceiling that is not below `most`; 0 <= most <= top.
uint8_t CeilingCode(int64_t top, int64_t most);

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_TILE_CEILINGS_H_
