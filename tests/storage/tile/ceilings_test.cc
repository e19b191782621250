#include "storage/tile/ceilings.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "storage/tile/bundle.h"
#include "storage/tile/tile_reader.h"
#include "tests/storage/tile/cells.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr TileShape kShape = {64, 256};

TEST_CASE("a ceiling is never below what it is of, and not far above",
          "[ceilings]") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 20000; ++round) {
    const int64_t top = static_cast<int64_t>(random() >> (1 + random() % 63));
    const int64_t most =
        round % 3 == 0
            ? top >> (random() % 63)
            : static_cast<int64_t>(random() % (static_cast<uint64_t>(top) + 1));
    const uint8_t code = CeilingCode(top, most);
    const int64_t ceiling = CeilingOf(top, code);
    CAPTURE(top, most, code, ceiling);
    REQUIRE(ceiling >= most);
    REQUIRE(ceiling <= top);
    // A quarter octave, and what is rounded up.
    REQUIRE(static_cast<double>(ceiling) <=
            static_cast<double>(most) * 1.1893 + 2);
    if (most == 0) REQUIRE(ceiling == 0);
  }
  CHECK(CeilingOf(kMost, CeilingCode(kMost, kMost)) == kMost);
  CHECK(CeilingOf(kMost, CeilingCode(kMost, 1)) >= 1);
}

TEST_CASE("ceilings fall with their codes", "[ceilings]") {
  for (const int64_t top : {int64_t{1}, int64_t{1000}, kMost}) {
    for (int code = 1; code < 256; ++code) {
      REQUIRE(CeilingOf(top, static_cast<uint8_t>(code)) <=
              CeilingOf(top, static_cast<uint8_t>(code - 1)));
    }
  }
}

// Lanes of 30 to 256 values, the largest by far in lane 7.
Cells ManyValues(std::mt19937_64* random, int64_t least) {
  Cells cells;
  for (uint32_t lane = 0; lane < kShape.lanes; lane += 1 + (*random)() % 3) {
    const uint32_t first = (*random)() % 200;
    const int64_t size = lane == 7 ? int64_t{1} << 40 : int64_t{1} << lane % 20;
    for (uint32_t step = first / 2; step < kShape.steps; ++step) {
      if ((*random)() % 20 == 0) continue;
      cells[{lane, step}] =
          least +
          static_cast<int64_t>((*random)() % static_cast<uint64_t>(size + 1));
    }
  }
  return cells;
}

int64_t LargestOf(const Cells& cells, uint32_t lane) {
  int64_t largest = 0;
  for (const auto& [at, value] : cells) {
    if (at.first == lane && value) largest = std::max(largest, *value);
  }
  return largest;
}

TEST_CASE("a sealed tile tells how large its lanes are", "[ceilings]") {
  std::mt19937_64 random(17);
  for (int round = 0; round < 50; ++round) {
    const Cells cells = ManyValues(&random, 0);
    const std::string bytes =
        BuildTile(cells, kShape, CellType::kInteger, {Effort::kDense, 7});
    const auto tile = TileReader::Open(bytes);
    REQUIRE(tile.ok());
    for (uint32_t lane = 0; lane < kShape.lanes; ++lane) {
      if (!tile->HasLane(lane)) continue;
      const auto ceiling = tile->Ceiling(lane);
      REQUIRE(ceiling.has_value());
      const int64_t largest = LargestOf(cells, lane);
      REQUIRE(*ceiling >= largest);
      REQUIRE(static_cast<double>(*ceiling) <=
              static_cast<double>(largest) * 1.1893 + 2);
    }
  }
}

TEST_CASE("ceilings cost little, and nothing where lanes are short",
          "[ceilings]") {
  std::mt19937_64 random(23);
  const auto has = [](const std::string& bytes) {
    const auto tile = TileReader::Open(bytes);
    REQUIRE(tile.ok());
    for (uint32_t lane = 0; lane < kShape.lanes; ++lane) {
      if (tile->HasLane(lane)) return tile->Ceiling(lane).has_value();
    }
    return false;
  };
  const Cells cells = ManyValues(&random, 0);
  const auto build = [](const Cells& of, CellType type, Effort effort) {
    return BuildTile(of, kShape, type, {effort, 7});
  };
  CHECK(has(build(cells, CellType::kInteger, Effort::kDense)));
  CHECK_FALSE(has(build(cells, CellType::kInteger, Effort::kFast)));
  CHECK_FALSE(has(build(cells, CellType::kDecimal, Effort::kDense)));
  CHECK_FALSE(
      has(build(ManyValues(&random, -5), CellType::kInteger, Effort::kDense)));
  Cells few;
  for (const auto& [at, value] : cells) {
    if (at.second < 60) few[at] = value;
  }
  CHECK_FALSE(has(build(few, CellType::kInteger, Effort::kDense)));
}

TEST_CASE("a lane that was patched has no ceiling, the others keep theirs",
          "[ceilings]") {
  std::mt19937_64 random(29);
  Cells cells = ManyValues(&random, 0);
  cells[{7, 100}] = 1;
  cells[{0, 100}] = 1;
  std::string bytes;
  AppendFrame(BuildTile(cells, kShape, CellType::kInteger, {Effort::kDense, 7}),
              &bytes);
  const std::string unpatched = bytes;  // borrowed
  const auto before = Bundle::Open(unpatched);
  REQUIRE(before.ok());
  AppendFrame(BuildTile({{{7, 3}, int64_t{1} << 50}}, kShape,
                        CellType::kInteger, {Effort::kFast, 7}),
              &bytes);
  const auto after = Bundle::Open(bytes);
  REQUIRE(after.ok());
  CHECK(before->Ceiling(7) < int64_t{1} << 41);
  CHECK(after->Ceiling(7) == kMost);
  CHECK(after->Ceiling(0) == before->Ceiling(0));
  for (uint32_t lane = 0; lane < kShape.lanes; ++lane) {
    CHECK(after->Ceiling(lane).has_value() == after->HasLane(lane));
  }
}

TEST_CASE("presence alone is what a reading with values says", "[tile]") {
  std::mt19937_64 random(31);
  for (int round = 0; round < 60; ++round) {
    const bool dense = round % 2 == 0;
    const Cells cells =
        dense ? ManyValues(&random, 0) : RandomCells(kShape, &random);
    std::string bytes;
    AppendFrame(BuildTile(cells, kShape, CellType::kInteger,
                          {dense ? Effort::kDense : Effort::kFast, 7}),
                &bytes);
    if (round % 3 == 0) {
      AppendFrame(BuildTile(RandomCells(kShape, &random), kShape,
                            CellType::kInteger, {Effort::kFast, 7}),
                  &bytes);
    }
    const auto bundle = Bundle::Open(bytes);
    REQUIRE(bundle.ok());
    std::vector<uint32_t> lanes;
    for (uint32_t lane = 0; lane < kShape.lanes; ++lane) {
      if (random() % 4 != 0) lanes.push_back(lane);
    }
    const uint32_t begin = static_cast<uint32_t>(random() % 255);
    const uint32_t end =
        begin + 1 + static_cast<uint32_t>(random() % (256 - begin));
    LaneBlock with;
    LaneBlock without;
    REQUIRE(bundle->ReadLanes(lanes, begin, end, &with).ok());
    REQUIRE(bundle->ReadPresence(lanes, begin, end, &without).ok());
    REQUIRE(with.lanes() == without.lanes());
    REQUIRE(with.present() == without.present());
  }
}

}  // namespace
}  // namespace footfall::storage
