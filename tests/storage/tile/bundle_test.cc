#include "storage/tile/bundle.h"

#include "absl/strings/match.h"
#include "storage/tile/tile_builder.h"
#include "tests/storage/tile/cells.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 20250208;

// Every cell of the bundle, read lane by lane over the whole tile.
Cells ReadAll(const Bundle& bundle) {
  Cells cells;
  const TileShape shape = bundle.shape();
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    // What stood there before must not show through.
    std::vector<int64_t> values(shape.steps, 77);
    std::vector<uint64_t> present(shape.words(), ~uint64_t{0});
    REQUIRE(bundle
                .ReadLane(lane, 0, shape.steps, absl::MakeSpan(values),
                          absl::MakeSpan(present))
                .ok());
    for (uint32_t step = 0; step < shape.steps; ++step) {
      if ((present[step / 64] >> (step % 64) & 1) != 0) {
        cells[{lane, step}] = values[step];
      } else {
        REQUIRE(values[step] == 0);
      }
    }
  }
  return cells;
}

std::string Framed(const std::vector<std::string>& tiles) {
  std::string bytes;
  for (const std::string& tile : tiles) {
    AppendFrame(tile, &bytes);
  }
  return bytes;
}

TEST_CASE("a bundle reads as a map that is written part by part", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const TileShape shape = {1 + static_cast<uint32_t>(random() % 64),
                             1 + static_cast<uint32_t>(random() % 256)};
    Cells model;
    std::string bytes;
    const int parts = 1 + static_cast<int>(random() % 6);
    for (int part = 0; part < parts; ++part) {
      const Cells cells = RandomCells(shape, &random);
      model = Overlaid(std::move(model), cells);
      AppendFrame(BuildTile(cells, shape, CellType::kInteger), &bytes);
    }
    const auto bundle = Bundle::Open(bytes);
    REQUIRE(bundle.ok());
    REQUIRE(bundle->part_count() == static_cast<uint32_t>(parts));
    const Cells expected = WithoutDeleted(model);
    REQUIRE(ReadAll(*bundle) == expected);

    for (const Effort effort : {Effort::kFast, Effort::kDense}) {
      const auto folded = bundle->Fold(effort, 7);
      REQUIRE(folded.ok());
      if (expected.empty()) {
        REQUIRE(folded->empty());
        continue;
      }
      const std::string framed = Framed({*folded});
      const auto again = Bundle::Open(framed);
      REQUIRE(again.ok());
      REQUIRE(ReadAll(*again) == expected);
      const auto reader = TileReader::Open(*folded);
      REQUIRE(reader.ok());
      CHECK_FALSE(reader->has_deleted());
    }
  }
}

TEST_CASE("any stretch of steps reads as that stretch of the lane", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const TileShape shape = {3, 1 + static_cast<uint32_t>(random() % 700)};
    std::string bytes;
    Cells model;
    for (int part = 0; part < 3; ++part) {
      const Cells cells = RandomCells(shape, &random);
      model = Overlaid(std::move(model), cells);
      AppendFrame(BuildTile(cells, shape, CellType::kInteger,
                            {part == 0 ? Effort::kDense : Effort::kFast, 7}),
                  &bytes);
    }
    const auto bundle = Bundle::Open(bytes);
    REQUIRE(bundle.ok());
    for (int read = 0; read < 30; ++read) {
      const uint32_t lane = static_cast<uint32_t>(random() % shape.lanes);
      const uint32_t begin = static_cast<uint32_t>(random() % shape.steps);
      const uint32_t end =
          begin + 1 + static_cast<uint32_t>(random() % (shape.steps - begin));
      CAPTURE(lane, begin, end);
      std::vector<int64_t> values(end - begin, -1);
      std::vector<uint64_t> present((end - begin + 63) / 64, ~uint64_t{0});
      REQUIRE(bundle
                  ->ReadLane(lane, begin, end, absl::MakeSpan(values),
                             absl::MakeSpan(present))
                  .ok());
      for (uint32_t i = 0; i < end - begin; ++i) {
        const auto cell = model.find({lane, begin + i});
        const bool expected = cell != model.end() && cell->second.has_value();
        const bool found = (present[i / 64] >> (i % 64) & 1) != 0;
        REQUIRE(found == expected);
        REQUIRE(values[i] == (expected ? *cell->second : 0));
      }
      if ((end - begin) % 64 != 0) {
        REQUIRE(present.back() >> ((end - begin) % 64) == 0);
      }
    }
  }
}

TEST_CASE("lanes read together are as each by itself", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  LaneBlock block;  // one for all, as a scan has it
  Bundle bundle;
  size_t rows = 0;
  for (int round = 0; round < 300; ++round) {
    const TileShape shape = {1 + static_cast<uint32_t>(random() % 12),
                             1 + static_cast<uint32_t>(random() % 600)};
    const CellType type =
        random() % 4 == 0 ? CellType::kDecimal : CellType::kInteger;
    const uint64_t parts = 1 + (random() % 3 == 0 ? random() % 2 : 0);
    CAPTURE(round, shape.lanes, shape.steps, parts);
    std::string bytes;
    for (uint64_t part = 0; part < parts; ++part) {
      Cells cells = RandomCells(shape, &random);
      if (random() % 2 == 0) cells = WithoutDeleted(std::move(cells));
      if (random() % 8 == 0) {
        // A column: one step of all lanes.
        const uint32_t step = static_cast<uint32_t>(random() % shape.steps);
        std::erase_if(cells, [step](const auto& cell) {
          return cell.first.second != step || !cell.second.has_value();
        });
      }
      const Effort effort = random() % 3 == 0 ? Effort::kFast : Effort::kDense;
      const uint32_t season = random() % 2 == 0 ? 7 : 0;
      if (cells.empty()) cells[{0, 0}] = 1;
      AppendFrame(BuildTile(cells, shape, type, {effort, season}), &bytes);
    }
    REQUIRE(bundle.OpenAgain(bytes, nullptr).ok());
    for (int read = 0; read < 6; ++read) {
      const uint32_t begin =
          read == 0 ? 0 : static_cast<uint32_t>(random() % shape.steps);
      const uint32_t end =
          read == 0
              ? shape.steps
              : begin + 1 +
                    static_cast<uint32_t>(random() % (shape.steps - begin));
      std::vector<uint32_t> lanes;
      for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
        if (read == 0 || random() % 3 != 0) lanes.push_back(lane);
      }
      CAPTURE(begin, end, lanes);
      REQUIRE(bundle.ReadLanes(lanes, begin, end, &block).ok());
      const uint32_t steps = end - begin;
      REQUIRE(block.steps() == steps);
      REQUIRE(block.words() == (steps + 63) / 64);
      size_t row = 0;
      for (const uint32_t lane : lanes) {
        std::vector<int64_t> values(steps, -1);
        std::vector<uint64_t> present(block.words(), ~uint64_t{0});
        REQUIRE(bundle
                    .ReadLane(lane, begin, end, absl::MakeSpan(values),
                              absl::MakeSpan(present))
                    .ok());
        if (present == std::vector<uint64_t>(present.size(), 0)) continue;
        REQUIRE(row < block.lanes().size());
        REQUIRE(block.lanes()[row] == lane);
        REQUIRE(block.values().subspan(row * steps, steps) == values);
        REQUIRE(block.present().subspan(row * block.words(), block.words()) ==
                present);
        ++row;
      }
      REQUIRE(row == block.lanes().size());
      REQUIRE(row * steps == block.values().size());
      rows += row;
    }
  }
  CHECK(rows > 2500);
}

TEST_CASE("folding early or late gives the same cells", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  const TileShape shape = {16, 64};
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    std::vector<std::string> tiles;
    for (int part = 0; part < 3; ++part) {
      tiles.push_back(
          BuildTile(RandomCells(shape, &random), shape, CellType::kInteger));
    }
    const std::string all_bytes = Framed(tiles);
    const auto all = Bundle::Open(all_bytes);
    REQUIRE(all.ok());
    const std::string first_two = Framed({tiles[0], tiles[1]});
    const auto early = Bundle::Open(first_two)->Fold(Effort::kFast, 0);
    REQUIRE(early.ok());
    const std::string staged =
        early->empty() ? Framed({tiles[2]}) : Framed({*early, tiles[2]});
    const auto late = Bundle::Open(staged);
    REQUIRE(late.ok());
    REQUIRE(ReadAll(*late) == ReadAll(*all));
    CHECK(*late->Fold(Effort::kDense, 0) == *all->Fold(Effort::kDense, 0));
  }
}

TEST_CASE("a fold that leaves no value leaves no tile", "[tile]") {
  const TileShape shape = {4, 8};
  const std::string bytes =
      Framed({BuildTile({{{1, 2}, 5}, {{2, 2}, 6}}, shape, CellType::kInteger),
              BuildTile({{{1, 2}, std::nullopt}, {{2, 2}, std::nullopt}}, shape,
                        CellType::kInteger)});
  const auto folded = Bundle::Open(bytes)->Fold(Effort::kFast, 0);
  REQUIRE(folded.ok());
  CHECK(folded->empty());
}

TEST_CASE("a value written after a deletion is there", "[tile]") {
  const TileShape shape = {1, 300};
  const std::string bytes = Framed(
      {BuildTile({{{0, 299}, 5}, {{0, 0}, 1}}, shape, CellType::kInteger),
       BuildTile({{{0, 299}, std::nullopt}}, shape, CellType::kInteger),
       BuildTile({{{0, 299}, 9}}, shape, CellType::kInteger)});
  const auto bundle = Bundle::Open(bytes);
  REQUIRE(bundle.ok());
  CHECK(bundle->HasLane(0));
  CHECK(ReadAll(*bundle) == Cells{{{0, 0}, 1}, {{0, 299}, 9}});
}

TEST_CASE("a bundle refuses what is not a row of tiles of one shape",
          "[tile]") {
  const std::string tile = BuildTile({{{0, 0}, 5}}, {4, 8}, CellType::kInteger);
  const std::string other_shape =
      BuildTile({{{0, 0}, 5}}, {4, 9}, CellType::kInteger);
  const std::string other_type =
      BuildTile({{{0, 0}, 5}}, {4, 8}, CellType::kDecimal);
  struct Case {
    const char* why;
    std::string bytes;
  };
  const std::vector<Case> cases = {
      {"nothing", ""},
      {"a frame longer than the bytes", std::string("\x7f", 1) + tile},
      {"a frame of nothing", std::string(1, '\0')},
      {"half a second frame", Framed({tile}) + std::string("\x30\xf7", 2)},
      {"another shape", Framed({tile, other_shape})},
      {"another type", Framed({tile, other_type})},
      {"an endless varint", std::string(12, '\x80')},
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    CHECK(Bundle::Open(c.bytes).status().code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("a bundle's dump names its parts and lanes", "[tile]") {
  const std::string bytes =
      Framed({BuildTile({{{0, 0}, 5}, {{0, 1}, 6}, {{3, 7}, -2}}, {4, 8},
                        CellType::kInteger),
              BuildTile({{{0, 0}, std::nullopt}}, {4, 8}, CellType::kInteger)});
  const std::string dump = Bundle::Open(bytes)->Dump();
  CAPTURE(dump);
  CHECK(absl::StrContains(dump, "bundle of 2 parts"));
  CHECK(absl::StrContains(dump, "lane 0: steps 0..1, 2 values, 0 deleted"));
  CHECK(absl::StrContains(dump, "lane 3"));
  CHECK(absl::StrContains(dump, "0 values, 1 deleted"));
}

}  // namespace
}  // namespace footfall::storage
