// The cells of a tile as a plain map, and tiles made from them: what the tests
// of this folder compare with.

#ifndef FOOTFALL_TESTS_STORAGE_TILE_CELLS_H_
#define FOOTFALL_TESTS_STORAGE_TILE_CELLS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "storage/tile/tile.h"
#include "storage/tile/tile_builder.h"

namespace footfall::storage {

// (lane, step) -> value; no value: the cell is deleted.
using Cells = std::map<std::pair<uint32_t, uint32_t>, std::optional<int64_t>>;

struct BuildOptions {
  Effort effort = Effort::kFast;
  uint32_t season = 0;
};

// Adds every lane that `cells` mention to `builder`.
inline void AddCells(const Cells& cells, TileShape shape,
                     TileBuilder* builder) {
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    const auto first = cells.lower_bound({lane, 0});
    if (first == cells.end() || first->first.first != lane) {
      continue;
    }
    std::vector<uint64_t> present(shape.words());
    std::vector<uint64_t> deleted(shape.words());
    std::vector<int64_t> values;
    for (auto it = first; it != cells.end() && it->first.first == lane; ++it) {
      const uint32_t step = it->first.second;
      const uint64_t bit = uint64_t{1} << (step % 64);
      if (it->second.has_value()) {
        present[step / 64] |= bit;
        values.push_back(*it->second);
      } else {
        deleted[step / 64] |= bit;
      }
    }
    builder->AddLane(lane, {present, deleted, values});
  }
}

inline std::string BuildTile(const Cells& cells, TileShape shape, CellType type,
                             const BuildOptions& options = {}) {
  TileBuilder builder(shape, type, options.effort, options.season);
  AddCells(cells, shape, &builder);
  return builder.Finish().value();
}

// Lays `newer` over `older`.
inline Cells Overlaid(Cells older, const Cells& newer) {
  for (const auto& [place, value] : newer) {
    older[place] = value;
  }
  return older;
}

inline Cells WithoutDeleted(Cells cells) {
  std::erase_if(cells,
                [](const auto& cell) { return !cell.second.has_value(); });
  return cells;
}

// Random cells of every kind of lane: dense, run, holes, few, one.
inline Cells RandomCells(TileShape shape, std::mt19937_64* random) {
  Cells cells;
  const auto below = [random](uint64_t limit) { return (*random)() % limit; };
  const uint64_t lane_chance = 1 + below(4);
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    if (below(lane_chance) != 0) {
      continue;
    }
    const uint32_t begin = static_cast<uint32_t>(below(shape.steps));
    const uint32_t end =
        begin + 1 + static_cast<uint32_t>(below(shape.steps - begin));
    const uint64_t keep = below(5);  // 0: every step
    const uint64_t delete_one_in = below(3) == 0 ? 4 : 0;
    const uint64_t spread = uint64_t{1} << below(63);
    uint64_t value = below(spread);
    for (uint32_t step = keep == 1 ? 0 : begin;
         step < (keep == 1 ? shape.steps : end); ++step) {
      if (keep > 1 && below(keep) != 0) {
        continue;
      }
      value += below(spread);
      if (delete_one_in != 0 && below(delete_one_in) == 0) {
        cells[{lane, step}] = std::nullopt;
      } else {
        cells[{lane, step}] = static_cast<int64_t>(value);
      }
    }
  }
  return cells;
}

}  // namespace footfall::storage

#endif  // FOOTFALL_TESTS_STORAGE_TILE_CELLS_H_
