#include "query/cell/rank.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

Cell Between(int64_t low, int64_t value, int64_t high) {
  Cell cell = Cell::Exact(Scalar::Integer(value), 1, 1);
  cell.low = Scalar::Integer(low);
  cell.high = Scalar::Integer(high);
  return cell;
}

// By the definition: one more than the number of larger values.
int64_t RankOf(const std::vector<int64_t>& values, size_t i) {
  int64_t rank = 1;
  for (const int64_t value : values) rank += value > values[i] ? 1 : 0;
  return rank;
}

TEST_CASE("equal values share the smaller rank, NaN is behind the numbers",
          "[rank]") {
  const auto exact = [](double v) {
    return Cell::Exact(Scalar::Decimal(v), 1, 2);
  };
  const std::vector<Cell> ranks =
      RankCells({exact(5), exact(7), Cell::Missing(0, 3), exact(7),
                 exact(std::nan("")), exact(-1)});
  const int64_t expected[] = {3, 1, 0, 1, 5, 4};
  for (size_t i = 0; i < ranks.size(); ++i) {
    INFO(i);
    REQUIRE(ranks[i].has_value == (i != 2));
    if (i == 2) continue;
    CHECK(ranks[i].value.integer == expected[i]);
    CHECK(ranks[i].kind() == CellKind::kExact);
    CHECK(ranks[i].expected == 2);
  }
  CHECK(ranks[2].expected == 3);
}

TEST_CASE("a value of which nothing is known may have any rank", "[rank]") {
  Cell unknown = Between(6, 6, 6);
  unknown.inexact = true;
  Cell open = Between(6, 6, 6);
  open.high.reset();
  for (const Cell& doubtful : {unknown, open}) {
    const std::vector<Cell> ranks =
        RankCells({Between(9, 9, 9), doubtful, Between(4, 4, 4)});
    CHECK(ranks[1].value.integer == 2);
    CHECK(ranks[1].low->integer == 1);
    CHECK(ranks[1].high->integer == (doubtful.inexact ? 3 : 2));
    CHECK(ranks[0].kind() == CellKind::kLower);  // 1, or 2
  }
}

TEST_CASE("the true rank lies within low and high, which both can be true",
          "[rank]") {
  const uint32_t seed = 7;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int64_t> any(0, 12);
  for (int round = 0; round < 300; ++round) {
    std::vector<Cell> cells;
    for (int i = 0; i < 6; ++i) {
      std::vector<int64_t> ends = {any(random), any(random), any(random)};
      if (round % 3 == 0) ends[1] = ends[2] = ends[0];
      std::sort(ends.begin(), ends.end());
      cells.push_back(Between(ends[0], ends[1], ends[2]));
    }
    const std::vector<Cell> ranks = RankCells(cells);
    for (size_t i = 0; i < cells.size(); ++i) {
      std::vector<int64_t> best;  // i at its highest, all others lowest
      std::vector<int64_t> worst;
      std::vector<int64_t> values;
      std::vector<int64_t> truth;
      for (size_t k = 0; k < cells.size(); ++k) {
        best.push_back(k == i ? cells[k].high->integer : cells[k].low->integer);
        worst.push_back(k == i ? cells[k].low->integer
                               : cells[k].high->integer);
        values.push_back(cells[k].value.integer);
        truth.push_back(std::uniform_int_distribution<int64_t>(
            cells[k].low->integer, cells[k].high->integer)(random));
      }
      REQUIRE(ranks[i].value.integer == RankOf(values, i));
      REQUIRE(ranks[i].low->integer == RankOf(best, i));
      REQUIRE(ranks[i].high->integer == RankOf(worst, i));
      REQUIRE(RankOf(truth, i) >= ranks[i].low->integer);
      REQUIRE(RankOf(truth, i) <= ranks[i].high->integer);
    }
  }
}

}  // namespace
}  // namespace footfall::query
