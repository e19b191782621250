#include <cmath>
#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_builder.h"
#include "storage/tile/tile_layout.h"
#include "storage/tile/tile_reader.h"
#include "tests/storage/tile/cells.h"
#include "tests/support/catch.h"
#include "tests/support/hex.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 4;
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

int64_t Bits(double value) { return std::bit_cast<int64_t>(value); }

Cells ReadCells(const TileReader& reader) {
  Cells cells;
  const TileShape shape = reader.shape();
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    std::vector<int64_t> values(shape.steps);
    std::vector<uint64_t> present(shape.words());
    std::vector<uint64_t> deleted(shape.words());
    const absl::Status status =
        reader.OverlayCells(lane, absl::MakeSpan(values),
                            absl::MakeSpan(present), absl::MakeSpan(deleted));
    CAPTURE(status.ToString());
    REQUIRE(status.ok());
    for (uint32_t step = 0; step < shape.steps; ++step) {
      if ((present[step / 64] >> (step % 64) & 1) != 0) {
        cells[{lane, step}] = values[step];
      } else if ((deleted[step / 64] >> (step % 64) & 1) != 0) {
        cells[{lane, step}] = std::nullopt;
      }
    }
  }
  return cells;
}

Cells Lane(uint32_t lane, uint32_t step, const std::vector<int64_t>& values) {
  Cells cells;
  for (const int64_t value : values) {
    cells[{lane, step++}] = value;
  }
  return cells;
}

TEST_CASE("a tile returns the cells it was given", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    static constexpr TileShape kShapes[] = {{1, 1},     {64, 1},    {1, 64},
                                            {64, 256},  {16, 1024}, {4, 4096},
                                            {1, 16384}, {16384, 1}, {3, 65}};
    const TileShape shape = kShapes[round < 18 ? round % 9 : 3 + round % 2];
    const CellType type =
        round % 3 == 0 ? CellType::kDecimal : CellType::kInteger;
    const BuildOptions options = {
        round % 2 == 0 ? Effort::kFast : Effort::kDense,
        static_cast<uint32_t>(random() % 2 * 7)};
    const Cells cells = RandomCells(shape, &random);
    const std::string tile = BuildTile(cells, shape, type, options);
    const auto reader = TileReader::Open(tile);
    REQUIRE(reader.ok());
    REQUIRE(reader->shape() == shape);
    REQUIRE(reader->type() == type);
    REQUIRE(ReadCells(*reader) == cells);
  }
}

TEST_CASE("hostile values come back bit for bit", "[tile]") {
  struct Case {
    const char* why;
    CellType type;
    std::vector<int64_t> values;
  };
  std::vector<int64_t> climbing;
  std::vector<int64_t> week;
  for (int64_t i = 0; i < 250; ++i) {
    climbing.push_back(1000000 + 1000 * i);
    week.push_back(500000 + (i % 7) * 10000 + (i * i) % 97);
  }
  const std::vector<Case> cases = {
      {"one", CellType::kInteger, {0}},
      {"the ends of int64", CellType::kInteger, {kMin, kMax, kMin, kMax, 0}},
      {"one end alone", CellType::kInteger, {kMin}},
      {"differences that wrap", CellType::kInteger, {kMax, kMin, -1, 1, kMin}},
      {"a constant", CellType::kInteger, std::vector<int64_t>(200, -7)},
      {"zeros", CellType::kInteger, std::vector<int64_t>(200, 0)},
      {"a climb", CellType::kInteger, climbing},
      {"weeks", CellType::kInteger, week},
      {"a lone giant", CellType::kInteger, {5, 6, 5, kMax, 6, 5, 7, 8, 9}},
      {"cents", CellType::kDecimal, {Bits(12.34), Bits(0.1), Bits(-7.25)}},
      {"negative zero", CellType::kDecimal, {Bits(-0.0), Bits(0.0), Bits(1.5)}},
      {"infinities", CellType::kDecimal, {Bits(INFINITY), Bits(-INFINITY)}},
      {"a NaN with a payload",
       CellType::kDecimal,
       {Bits(1.5), 0x7ff80000deadbeef, 0x7ff0000000000001, Bits(2.5)}},
      {"a third", CellType::kDecimal, {Bits(1.0 / 3), Bits(2.0 / 3)}},
      {"the smallest and largest",
       CellType::kDecimal,
       {1, Bits(5e-324), Bits(1.7976931348623157e308), Bits(2.2e-308)}},
      {"a constant that is no decimal", CellType::kDecimal,
       std::vector<int64_t>(100, Bits(M_PI))},
  };
  for (const Case& c : cases) {
    for (const Effort effort : {Effort::kFast, Effort::kDense}) {
      CAPTURE(c.why);
      const Cells cells = Lane(2, 3, c.values);
      const std::string tile = BuildTile(cells, {4, 256}, c.type, {effort, 7});
      const auto reader = TileReader::Open(tile);
      REQUIRE(reader.ok());
      CHECK(ReadCells(*reader) == cells);
    }
  }
}

TEST_CASE("an overlay changes what the tile holds and nothing else", "[tile]") {
  const TileShape shape = {2, 130};
  const std::string tile =
      BuildTile({{{1, 60}, 5}, {{1, 70}, std::nullopt}, {{1, 129}, 6}}, shape,
                CellType::kInteger);
  const auto reader = TileReader::Open(tile);
  REQUIRE(reader.ok());
  CHECK(reader->has_deleted());
  CHECK(reader->lane_count() == 1);
  std::vector<int64_t> values(100, 33);
  std::vector<uint64_t> present = {~uint64_t{0}, 0};
  REQUIRE(reader
              ->OverlayLane(0, 30, 130, absl::MakeSpan(values),
                            absl::MakeSpan(present))
              .ok());
  CHECK(values == std::vector<int64_t>(100, 33));
  REQUIRE(reader
              ->OverlayLane(1, 30, 130, absl::MakeSpan(values),
                            absl::MakeSpan(present))
              .ok());
  std::vector<int64_t> expected(100, 33);
  expected[30] = 5;
  expected[40] = 0;
  expected[99] = 6;
  CHECK(values == expected);
  CHECK(present[0] == ~(uint64_t{1} << 40));
  CHECK(present[1] == uint64_t{1} << 35);
}

TEST_CASE("a patch of one cell in each lane costs little", "[tile]") {
  struct Case {
    uint32_t lanes;
    size_t most;  // bytes
  };
  for (const Case& c : std::vector<Case>{
           {1, 19}, {8, 16 + 8 * 3}, {60, 20 + 60 * 3}, {64, 16 + 64 * 3}}) {
    Cells cells;
    for (uint32_t lane = 0; lane < c.lanes; ++lane) {
      cells[{lane, 200}] = 1000000 - 15000 * static_cast<int64_t>(lane);
    }
    const std::string tile = BuildTile(cells, {64, 256}, CellType::kInteger);
    CAPTURE(c.lanes, tile.size());
    CHECK(tile.size() <= c.most);
    const auto reader = TileReader::Open(tile);
    REQUIRE(reader.ok());
    CHECK(ReadCells(*reader) == cells);
  }
}

TEST_CASE("lanes move to another tile as they stand", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  const TileShape shape = {16, 64};
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    const Cells cells = RandomCells(shape, &random);
    const std::string tile =
        BuildTile(cells, shape, CellType::kInteger, {Effort::kDense, 7});
    const auto reader = TileReader::Open(tile);
    REQUIRE(reader.ok());
    TileBuilder builder(shape, CellType::kInteger, Effort::kFast, 7);
    for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
      if (reader->HasLane(lane)) {
        builder.AddEncodedLane(lane, *reader);
      }
    }
    CHECK(builder.empty() == cells.empty());
    const auto moved = builder.Finish();
    REQUIRE(moved.ok());
    CHECK(builder.empty());
    const auto moved_reader = TileReader::Open(*moved);
    REQUIRE(moved_reader.ok());
    REQUIRE(ReadCells(*moved_reader) == cells);
  }
}

TEST_CASE("a lane of one patch joins lanes that are coded anew", "[tile]") {
  const TileShape shape = {8, 64};
  const std::string column =
      BuildTile({{{1, 5}, 10}, {{4, 5}, 40}}, shape, CellType::kInteger);
  const auto reader = TileReader::Open(column);
  REQUIRE(reader.ok());
  TileBuilder builder(shape, CellType::kInteger, Effort::kFast);
  builder.AddEncodedLane(1, *reader);
  AddCells({{{2, 7}, 20}, {{2, 8}, std::nullopt}}, shape, &builder);
  builder.AddEncodedLane(4, *reader);
  const std::string tile = builder.Finish().value();
  CHECK(
      ReadCells(*TileReader::Open(tile)) ==
      Cells{{{1, 5}, 10}, {{2, 7}, 20}, {{2, 8}, std::nullopt}, {{4, 5}, 40}});
}

TEST_CASE("a builder whose promises are broken writes nothing", "[tile]") {
  struct Case {
    const char* why;
    TileShape shape;
    uint32_t lane;
    std::vector<uint64_t> present;
    std::vector<uint64_t> deleted;
    std::vector<int64_t> values;
  };
  const std::vector<Case> cases = {
      {"lane not above the last", {4, 64}, 1, {1}, {}, {5}},
      {"lane beyond the shape", {4, 64}, 4, {1}, {}, {5}},
      {"too few values", {4, 64}, 2, {3}, {}, {5}},
      {"too many values", {4, 64}, 2, {1}, {}, {5, 6}},
      {"too few words", {4, 65}, 2, {1}, {}, {5}},
      {"deleted of another length", {4, 65}, 2, {1, 0}, {2}, {5}},
      {"present and deleted at once", {4, 64}, 2, {1}, {1}, {5}},
      {"a step beyond the shape", {4, 63}, 2, {uint64_t{1} << 63}, {}, {5}},
      {"a shape too large", {64, 257}, 2, {1, 0, 0, 0, 0}, {}, {5}},
      {"a shape of nothing", {0, 64}, 2, {1}, {}, {5}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    TileBuilder builder(c.shape, CellType::kInteger, Effort::kFast);
    const std::vector<uint64_t> first(c.shape.words(), 0);
    std::vector<uint64_t> one = first;
    one[0] = 1;
    builder.AddLane(1, {one, {}, std::vector<int64_t>{5}});
    builder.AddLane(c.lane, {c.present, c.deleted, c.values});
    CHECK(builder.Finish().status().code() == absl::StatusCode::kInternal);
    // Nothing is left of it; a shape that cannot be stays so.
    const bool is_shape = c.shape.lanes == 4;
    builder.AddLane(1, {one, {}, std::vector<int64_t>{7}});
    const auto again = builder.Finish();
    REQUIRE(again.ok() == is_shape);
    if (is_shape) {
      CHECK(*again == BuildTile({{{1, 0}, 7}}, c.shape, CellType::kInteger));
    }
  }
}

// These bytes are on users' disks. If this fails, add a form, a codec or a
// version; do not edit it.
TEST_CASE("tiles keep their bytes", "[tile][golden]") {
  struct Case {
    const char* why;
    Cells cells;
    CellType type;
    const char* bytes;
    Effort effort = Effort::kFast;
    bool chosen = true;  // else today's chooser takes another coding
  };
  Cells weeks;
  for (uint32_t step = 40; step < 80; ++step) {
    weeks[{3, step}] = 1000 + 500 * (step % 7) + step * 31 % 11;
    weeks[{4, step}] = 7;
    if (step % 10 != 0) {
      weeks[{60, step}] = 90000 - 5 * (step * 17 % 23);
    }
  }
  const std::vector<Case> cases = {
#include "tests/storage/tile/golden_tiles.inc"
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    const TileShape shape = {64, 256};
    const std::string bytes = BuildTile(c.cells, shape, c.type, {c.effort, 7});
    if (c.chosen) {
      CHECK(absl::BytesToHexString(bytes) == c.bytes);
    }
    const std::string tile = FromHex(c.bytes);
    const auto reader = TileReader::Open(tile);
    REQUIRE(reader.ok());
    CHECK(ReadCells(*reader) == c.cells);
  }
}

// A market's tile: apps in lanes, most of them there all the time.
Cells Market(TileShape shape, std::mt19937_64* random) {
  Cells cells;
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    const double level = 1e6 / (lane + 1);
    const uint32_t launch = lane % 9 == 8 ? shape.steps / 3 : 0;
    for (uint32_t step = launch; step < shape.steps; ++step) {
      if (step % 50 == 49) {
        continue;  // a day that nobody has
      }
      const double week = step % 7 >= 5 ? 1.2 : 1.0;
      const double noise = static_cast<double>((*random)() % 2001) / 1000 - 1;
      cells[{lane, step}] =
          static_cast<int64_t>(level * week * (1 + 0.02 * noise));
    }
  }
  return cells;
}

TEST_CASE("sealing makes a tile smaller and keeps every cell", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  const TileShape shape = {64, 256};
  const Cells cells = Market(shape, &random);
  const std::string patch = BuildTile(cells, shape, CellType::kInteger);
  const std::string sealed =
      BuildTile(cells, shape, CellType::kInteger, {Effort::kDense, 7});
  CAPTURE(patch.size(), sealed.size());
  CHECK(sealed.size() * 10 < patch.size() * 9);
  const auto reader = TileReader::Open(sealed);
  REQUIRE(reader.ok());
  CHECK(reader->season() == 7);
  CHECK(ReadCells(*reader) == cells);
}

TEST_CASE("lanes that share their steps pay for them once", "[tile]") {
  // Every third step of 256, in 64 lanes of zeros.
  Cells cells;
  Cells one;
  for (uint32_t lane = 0; lane < 64; ++lane) {
    for (uint32_t step = 0; step < 256; step += 3) {
      cells[{lane, step}] = 0;
      if (lane == 0) {
        one[{lane, step}] = 0;
      }
    }
  }
  const TileShape shape = {64, 256};
  const size_t size =
      BuildTile(cells, shape, CellType::kInteger, {Effort::kDense}).size();
  const size_t one_size =
      BuildTile(one, shape, CellType::kInteger, {Effort::kDense}).size();
  CAPTURE(size, one_size);
  // Each lane has a ceiling of a byte beside.
  CHECK(size - one_size <= 63 + 63);
}

TEST_CASE("lanes of another season are coded anew", "[tile]") {
  std::mt19937_64 random(kSeed);
  const TileShape shape = {8, 256};
  const Cells cells = Market(shape, &random);
  const std::string sealed =
      BuildTile(cells, shape, CellType::kInteger, {Effort::kDense, 7});
  const auto reader = TileReader::Open(sealed);
  REQUIRE(reader.ok());
  for (const uint32_t season : {7u, 0u, 12u}) {
    CAPTURE(season);
    TileBuilder builder(shape, CellType::kInteger, Effort::kFast, season);
    for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
      builder.AddEncodedLane(lane, *reader);
    }
    const auto moved = builder.Finish();
    REQUIRE(moved.ok());
    const auto moved_reader = TileReader::Open(*moved);
    REQUIRE(moved_reader.ok());
    CHECK(moved_reader->season() == (season == 7 ? 7 : 0));
    CHECK(ReadCells(*moved_reader) == cells);
  }
}

}  // namespace
}  // namespace footfall::storage
