// Lanes for the benchmarks of codecs: as long as a tile's, gaps and all.

#ifndef FOOTFALL_BENCH_CODEC_LANES_H_
#define FOOTFALL_BENCH_CODEC_LANES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/codec/column.h"
#include "storage/codec/presence.h"

namespace footfall::bench {

using Values = std::vector<int64_t>;

struct Lane {
  Values values;            // int64, or the bits of doubles
  storage::Presence steps;  // one for each value
};

struct LaneSet {
  const char* name;
  const char* what;
  uint32_t steps;  // of a tile; it has 16,384 / steps lanes
  uint32_t season;
  storage::CellType type;
  std::vector<Lane> lanes;
  size_t count = 0;  // values of all lanes
};

// Made once, from the market of examples/market.
const std::vector<LaneSet>& LaneSets();

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_CODEC_LANES_H_
