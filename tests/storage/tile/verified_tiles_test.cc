// A checksum is summed up once for bytes that stay where they are, and always
// for others.

#include "storage/tile/verified_tiles.h"

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "storage/tile/bundle.h"
#include "storage/tile/tile_reader.h"
#include "tests/storage/tile/cells.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 31;

std::string SomeTile() {
  std::mt19937_64 random(kSeed);
  Cells cells;
  for (uint32_t step = 0; step < 40; ++step) {
    cells[{2, step}] = static_cast<int64_t>(random() % 1000);
  }
  return BuildTile(cells, {8, 40}, CellType::kInteger, {Effort::kDense, 7});
}

TEST_CASE("what was verified is known by place, size and checksum", "[tile]") {
  const auto tiles = std::make_unique<VerifiedTiles>();
  const std::string bytes(100, 'x');
  const absl::string_view tile(bytes.data() + 10, 50);
  CHECK_FALSE(tiles->Knows(tile, 7));
  tiles->Add(tile, 7);
  CHECK(tiles->Knows(tile, 7));
  CHECK_FALSE(tiles->Knows(tile, 8));
  CHECK_FALSE(tiles->Knows(tile.substr(0, 49), 7));
  CHECK_FALSE(tiles->Knows(absl::string_view(bytes.data() + 11, 50), 7));
}

TEST_CASE("thousands of tiles are remembered, the newest surely", "[tile]") {
  CAPTURE(kSeed);
  const auto tiles = std::make_unique<VerifiedTiles>();
  std::mt19937_64 random(kSeed);
  const std::string bytes(1 << 20, 'x');
  std::vector<std::pair<absl::string_view, uint32_t>> added;
  for (int i = 0; i < 5000; ++i) {
    added.emplace_back(absl::string_view(bytes.data() + random() % 1000000,
                                         18000 + random() % 1000),
                       static_cast<uint32_t>(random()));
    tiles->Add(added.back().first, added.back().second);
    REQUIRE(tiles->Knows(added.back().first, added.back().second));
  }
  int known = 0;
  for (const auto& [tile, checksum] : added) {
    known += tiles->Knows(tile, checksum) ? 1 : 0;
  }
  // All but those that share one of 32,768 places with two later ones.
  CHECK(known > 4900);
}

TEST_CASE("any flipped byte is found at the first reading", "[tile]") {
  const auto tiles = std::make_unique<VerifiedTiles>();
  const std::string sound = SomeTile();
  TileReader reader;
  REQUIRE(reader.OpenAgain(sound, tiles.get()).ok());
  REQUIRE(reader.OpenAgain(sound, tiles.get()).ok());
  for (size_t at = 0; at < sound.size(); ++at) {
    CAPTURE(at);
    std::string damaged = sound;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    // Again and again: what is not sound is never remembered.
    for (int reading = 0; reading < 2; ++reading) {
      CHECK(reader.OpenAgain(damaged, tiles.get()).code() ==
            absl::StatusCode::kDataLoss);
    }
  }
}

TEST_CASE("other bytes at the same place are summed up anew", "[tile]") {
  const auto tiles = std::make_unique<VerifiedTiles>();
  std::string place = SomeTile();
  TileReader reader;
  REQUIRE(reader.OpenAgain(place, tiles.get()).ok());
  SECTION("another checksum") {
    place[3] = static_cast<char>(place[3] ^ 1);
    CHECK_FALSE(reader.OpenAgain(place, tiles.get()).ok());
  }
  SECTION("another size") {
    const absl::string_view cut(place.data(), place.size() - 1);
    CHECK_FALSE(reader.OpenAgain(cut, tiles.get()).ok());
  }
  SECTION("no table to ask") {
    place.back() = static_cast<char>(place.back() ^ 1);
    CHECK_FALSE(reader.OpenAgain(place, nullptr).ok());
    CHECK_FALSE(TileReader::Open(place).ok());
  }
  SECTION("the same again is not summed up") {
    // A bit that turns over in memory later: what is given up.
    place.back() = static_cast<char>(place.back() ^ 1);
    CHECK(reader.OpenAgain(place, tiles.get()).ok());
  }
}

TEST_CASE("bundles of several parts are always summed up", "[tile]") {
  const auto tiles = std::make_unique<VerifiedTiles>();
  std::string bytes;
  AppendFrame(SomeTile(), &bytes);
  Bundle bundle;
  SECTION("one part") {
    REQUIRE(bundle.OpenAgain(bytes, tiles.get()).ok());
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    CHECK(bundle.OpenAgain(bytes, tiles.get()).ok());
  }
  SECTION("two parts") {
    AppendFrame(SomeTile(), &bytes);
    REQUIRE(bundle.OpenAgain(bytes, tiles.get()).ok());
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    CHECK(bundle.OpenAgain(bytes, tiles.get()).code() ==
          absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("a bundle may be opened again on fewer and more parts", "[tile]") {
  std::string one;
  AppendFrame(SomeTile(), &one);
  std::string three = one;
  AppendFrame(BuildTile({{{1, 5}, 9}, {{2, 5}, std::nullopt}}, {8, 40},
                        CellType::kInteger),
              &three);
  AppendFrame(
      BuildTile({{{3, 7}, 1}, {{4, 7}, 2}}, {8, 40}, CellType::kInteger),
      &three);
  std::string other;
  AppendFrame(BuildTile({{{0, 9}, 5}}, {1, 10}, CellType::kDecimal), &other);
  Bundle bundle;
  for (const std::string& bytes :
       {three, one, other, three, std::string("rubbish"), one, three}) {
    const auto fresh = Bundle::Open(bytes);
    REQUIRE(bundle.OpenAgain(bytes, nullptr).code() == fresh.status().code());
    if (fresh.ok()) {
      CHECK(bundle.Dump() == fresh->Dump());
    }
  }
}

TEST_CASE("threads may ask and add at once", "[tile]") {
  const auto tiles = std::make_unique<VerifiedTiles>();
  const std::string bytes(1 << 16, 'x');
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (uint32_t number = 0; number < 3; ++number) {
    threads.emplace_back([&, number] {
      for (size_t at = 0; at < 20000; ++at) {
        const absl::string_view tile(bytes.data() + at, 9);
        tiles->Add(tile, number);
        wrong += tiles->Knows(tile, 5) ? 1 : 0;  // nobody adds it
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace footfall::storage
