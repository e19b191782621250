// The cells of a piece, and the stretch of hashes that it covers.
//
// A piece holds up to 64 lanes (series) at 64 steps; a cell is one lane at one
// step, number lane * 64 + step. A user's steps in one lane are one word.

#ifndef FOOTFALL_STORAGE_SETS_CELLS_H_
#define FOOTFALL_STORAGE_SETS_CELLS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace footfall::storage {

inline constexpr uint32_t kPieceLanes = 64;
inline constexpr uint32_t kPieceSteps = 64;
inline constexpr uint32_t kPieceCells = kPieceLanes * kPieceSteps;

// Some of a piece's cells: bit s of lanes[l] is lane l at step s.
struct CellSet {
  std::array<uint64_t, kPieceLanes> lanes = {};

  static CellSet All() {
    CellSet all;
    all.lanes.fill(~uint64_t{0});
    return all;
  }

  bool Has(uint32_t cell) const {
    return (lanes[cell / 64] >> cell % 64 & 1) != 0;
  }
  void Add(uint32_t cell) { lanes[cell / 64] |= uint64_t{1} << cell % 64; }
  void Add(const CellSet& other) {
    for (uint32_t i = 0; i < kPieceLanes; ++i) lanes[i] |= other.lanes[i];
  }
  void Remove(const CellSet& other) {
    for (uint32_t i = 0; i < kPieceLanes; ++i) lanes[i] &= ~other.lanes[i];
  }
  void Keep(const CellSet& other) {
    for (uint32_t i = 0; i < kPieceLanes; ++i) lanes[i] &= other.lanes[i];
  }
  bool empty() const {
    return std::all_of(lanes.begin(), lanes.end(),
                       [](uint64_t steps) { return steps == 0; });
  }
  friend bool operator==(const CellSet&, const CellSet&) = default;
};

// Calls visit(cell) for each cell of the set, ascending.
template <typename Visit>
void ForEachCell(const CellSet& cells, Visit visit) {
  for (uint32_t lane = 0; lane < kPieceLanes; ++lane) {
    for (uint64_t steps = cells.lanes[lane]; steps != 0; steps &= steps - 1) {
      visit(lane * kPieceSteps +
            static_cast<uint32_t>(std::countr_zero(steps)));
    }
  }
}

// One user in one lane: the steps as bits.
struct UserSteps {
  uint64_t hash;
  uint64_t steps;
  uint32_t lane;
};

// The hashes that begin with some bits: none, 4, 8 or 12 of them. The code is a
// one and these bits.
struct HashRange {
  uint32_t code = 1;

  // Whether `code` is one that a range has.
  static bool IsCode(uint64_t code) {
    const int depth = static_cast<int>(std::bit_width(code)) - 1;
    return depth == 0 || depth == 4 || depth == 8 || depth == 12;
  }
  uint32_t depth() const {
    return static_cast<uint32_t>(std::bit_width(code | 1)) - 1;
  }
  uint64_t first() const {
    return depth() == 0 ? 0 : uint64_t{code} << (64 - depth());
  }
  uint64_t last() const { return first() | ~uint64_t{0} >> depth(); }

  friend bool operator==(const HashRange&, const HashRange&) = default;
};

}  // namespace footfall::storage

#endif  // FOOTFALL_STORAGE_SETS_CELLS_H_
