// Ranks of cells among each other.

#include "query/cell/rank.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "query/cell/compare.h"

namespace footfall::query {
namespace {

// A place in the order of all there is: NaN, open towards -inf, the numbers,
// open towards +inf.
struct Place {
  int level = 0;  // of numbers
  Scalar number;
};
constexpr int kNanLevel = -2;
constexpr int kLowest = -1;
constexpr int kHighest = 1;

bool Above(const Place& a, const Place& b) {
  if (a.level != b.level) return a.level > b.level;
  return a.level == 0 && CompareScalars(a.number, b.number) > 0;
}

struct Places {
  Place value;
  Place low;
  Place high;
};

Places PlacesOf(const Cell& cell) {
  if (IsNan(cell.value)) {
    const Place nan = {kNanLevel, {}};
    return {nan, nan, nan};
  }
  const auto end = [&cell](const std::optional<Scalar>& bound, int open) {
    if (cell.inexact || !bound.has_value() || IsNan(*bound)) {
      return Place{open, {}};
    }
    return Place{0, *bound};
  };
  return {{0, cell.value}, end(cell.low, kLowest), end(cell.high, kHighest)};
}

// How many of `places`, the highest first, stand above `place`.
int64_t CountAbove(const std::vector<Place>& places, const Place& place) {
  const auto end =
      std::partition_point(places.begin(), places.end(),
                           [&](const Place& p) { return Above(p, place); });
  return end - places.begin();
}

}  // namespace

std::vector<Cell> RankCells(absl::Span<const Cell> cells) {
  std::vector<Place> values;
  std::vector<Place> lows;
  std::vector<Place> highs;
  bool exact = true;
  for (const Cell& cell : cells) {
    if (!cell.is_known()) continue;
    const Places places = PlacesOf(cell);
    if (cell.hidden) {
      // It has no place itself, and may stand before others.
      exact = false;
      highs.push_back(places.high);
      continue;
    }
    exact = exact && cell.kind() == CellKind::kExact;
    values.push_back(places.value);
    lows.push_back(places.low);
    highs.push_back(places.high);
  }
  std::sort(values.begin(), values.end(), Above);
  if (!exact) {
    std::sort(lows.begin(), lows.end(), Above);
    std::sort(highs.begin(), highs.end(), Above);
  }
  std::vector<Cell> ranks;
  ranks.reserve(cells.size());
  for (const Cell& cell : cells) {
    if (!cell.has_value) {
      ranks.push_back(Cell::Missing(cell.present, cell.expected));
      continue;
    }
    const Places own = PlacesOf(cell);
    const auto rank = [](int64_t above) { return Scalar::Integer(above + 1); };
    ranks.push_back(Cell::Exact(rank(CountAbove(values, own.value)),
                                cell.present, cell.expected));
    if (exact) continue;
    // Its own high, above its own low, is no other's.
    const int64_t itself = Above(own.high, own.low) ? 1 : 0;
    ranks.back().low = rank(CountAbove(lows, own.high));
    ranks.back().high = rank(CountAbove(highs, own.low) - itself);
  }
  return ranks;
}

}  // namespace footfall::query
