// Tiles whose bytes are cut, flipped or made up: an error or an answer, never a
// read beyond them.

#include <random>
#include <vector>

#include "absl/strings/escaping.h"
#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_layout.h"
#include "storage/tile/tile_reader.h"
#include "tests/storage/tile/cells.h"
#include "tests/support/catch.h"
#include "tests/support/hex.h"

namespace footfall::storage {
namespace {

constexpr uint64_t kSeed = 99;

// Makes the checksum right again, so that the damage reaches the decoders.
void Reseal(std::string* tile) {
  if (tile->size() >= kTileHeadSize) {
    const absl::string_view bytes(*tile);
    StoreU32(Checksum(bytes.substr(kTileHeadSize),
                      static_cast<unsigned char>(bytes[1])),
             tile->data() + kTileChecksumAt);
  }
}

bool IsExpected(absl::StatusCode code) {
  return code == absl::StatusCode::kOk || code == absl::StatusCode::kDataLoss ||
         code == absl::StatusCode::kUnimplemented;
}

// Opens and reads everything there is to read, from bytes that end where the
// heap block ends.
void ReadEverything(const std::string& tile) {
  const std::vector<char> exact(tile.begin(), tile.end());
  const auto reader =
      TileReader::Open(absl::string_view(exact.data(), exact.size()));
  REQUIRE(IsExpected(reader.status().code()));
  if (!reader.ok()) {
    return;
  }
  const TileShape shape = reader->shape();
  REQUIRE(uint64_t{shape.lanes} * shape.steps <= kMaxTileCells);
  std::vector<int64_t> values(shape.steps);
  std::vector<uint64_t> present(shape.words());
  std::vector<uint64_t> deleted(shape.words());
  const uint32_t from = shape.steps / 3;
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    REQUIRE(IsExpected(reader
                           ->OverlayCells(lane, absl::MakeSpan(values),
                                          absl::MakeSpan(present),
                                          absl::MakeSpan(deleted))
                           .code()));
    std::vector<int64_t> some(shape.steps - from);
    std::vector<uint64_t> bits((some.size() + 63) / 64);
    REQUIRE(
        IsExpected(reader
                       ->OverlayLane(lane, from, shape.steps,
                                     absl::MakeSpan(some), absl::MakeSpan(bits))
                       .code()));
    // The way of a scan: the same answer and the same verdict.
    std::vector<int64_t> filled(some.size());
    std::vector<uint64_t> filled_bits(bits.size());
    const absl::Status one_by_one =
        reader->FillLane(lane, from, shape.steps, absl::MakeSpan(filled),
                         absl::MakeSpan(filled_bits));
    LaneBlock block;
    const absl::Status together =
        reader->ReadLanes({&lane, 1}, from, shape.steps, &block);
    REQUIRE(together.code() == one_by_one.code());
    if (together.ok() && !block.lanes().empty()) {
      REQUIRE(block.values() == filled);
      REQUIRE(block.present() == filled_bits);
    }
  }
  REQUIRE_FALSE(reader->Dump().empty());
}

std::vector<std::string> Samples() {
  std::mt19937_64 random(kSeed);
  std::vector<std::string> tiles;
  for (int i = 0; i < 24; ++i) {
    const TileShape shape = {8, i % 2 == 0 ? 40u : 300u};
    const BuildOptions options = {i % 3 == 0 ? Effort::kFast : Effort::kDense,
                                  7};
    tiles.push_back(BuildTile(
        RandomCells(shape, &random), shape,
        i % 4 == 0 ? CellType::kDecimal : CellType::kInteger, options));
  }
  tiles.push_back(BuildTile({{{0, 5}, 1000}, {{1, 5}, 900}, {{5, 5}, 7}},
                            {8, 40}, CellType::kInteger));
  return tiles;
}

TEST_CASE("a tile cut anywhere is refused", "[tile]") {
  for (const std::string& tile : Samples()) {
    for (size_t size = 0; size < tile.size(); size += 1 + tile.size() / 300) {
      CHECK(TileReader::Open(tile.substr(0, size)).status().code() ==
            absl::StatusCode::kDataLoss);
      std::string resealed = tile.substr(0, size);
      Reseal(&resealed);
      ReadEverything(resealed);
    }
  }
}

TEST_CASE("any flipped bit of a tile is found", "[tile]") {
  for (const std::string& tile : Samples()) {
    for (size_t bit = 0; bit < tile.size() * 8; bit += 1 + tile.size() / 100) {
      std::string damaged = tile;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      CAPTURE(bit);
      CHECK(TileReader::Open(damaged).status().code() ==
            absl::StatusCode::kDataLoss);
    }
  }
}

TEST_CASE("damage under a right checksum is survived", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  const std::vector<std::string> samples = Samples();
  for (int round = 0; round < 6000; ++round) {
    CAPTURE(round);
    std::string tile = samples[random() % samples.size()];
    const int changes = 1 + static_cast<int>(random() % 3);
    for (int i = 0; i < changes && tile.size() > kTileHeadSize; ++i) {
      const size_t body = tile.size() - kTileHeadSize;
      // Half of the damage hits the header and the directory.
      const size_t at =
          kTileHeadSize +
          random() % (random() % 2 == 0 ? std::min<size_t>(body, 24) : body);
      if (random() % 3 == 0) {
        tile[at] = static_cast<char>(random());
      } else {
        tile[at] = static_cast<char>(tile[at] ^ (1 << random() % 8));
      }
    }
    Reseal(&tile);
    ReadEverything(tile);
  }
}

TEST_CASE("random bytes with a tile's head are survived", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 6000; ++round) {
    CAPTURE(round);
    std::string tile(kTileHeadSize + random() % 80, '\0');
    for (char& byte : tile) {
      byte = static_cast<char>(random() >> (random() % 8));
    }
    tile[0] = static_cast<char>(kTileMagic);
    tile[1] = static_cast<char>(kTileVersion);
    if (tile.size() > kTileHeadSize + 3) {
      tile[kTileHeadSize] = 8;  // a plausible shape goes further
      tile[kTileHeadSize + 1] = 40;
      tile[kTileHeadSize + 2] = static_cast<char>(random() % 4 << 4);
    }
    Reseal(&tile);
    ReadEverything(tile);
  }
}

// A set in any form, with bytes that may be right.
std::string PlausibleSet(uint32_t places, std::mt19937_64* random) {
  std::string set(1, static_cast<char>((*random)() % (kMaxPresenceForm + 1)));
  switch (static_cast<PresenceForm>(set[0])) {
    case PresenceForm::kBits:
      for (uint32_t place = 0; place < places; place += 8) {
        set.push_back(static_cast<char>((*random)()));
      }
      break;
    case PresenceForm::kNone:
    case PresenceForm::kAll:
      break;
    default:
      for (uint64_t i = 2 + (*random)() % 6; i > 0; --i) {
        set.push_back(static_cast<char>((*random)() % (places + 1)));
      }
  }
  return set;
}

// A sealed tile of lanes that say they have `steps` places.
std::string PlausibleSealedTile(std::mt19937_64* random) {
  const uint32_t lanes = 1 + static_cast<uint32_t>((*random)() % 3);
  const uint32_t steps = 1 + static_cast<uint32_t>((*random)() % 40);
  std::string tile(kTileHeadSize, '\0');
  tile[0] = static_cast<char>(kTileMagic);
  tile[1] = static_cast<char>(kTileVersion);
  tile.push_back(static_cast<char>(lanes));
  tile.push_back(static_cast<char>(steps));
  tile.push_back(static_cast<char>(static_cast<uint32_t>(TileForm::kSealed)
                                   << kTileFormShift));
  tile.push_back(static_cast<char>(PresenceForm::kAll));
  tile += PlausibleSet(steps, random);
  // One head for all; sizes that are all the same.
  const std::string set = PlausibleSet(steps, random);
  std::string lane = set.substr(1);
  for (uint64_t i = (*random)() % 8; i > 0; --i) {
    lane.push_back(static_cast<char>((*random)() % 8));
  }
  tile.push_back(0);
  tile.push_back(static_cast<char>(
      (*random)() % 10 | static_cast<uint32_t>(set[0]) << kLaneFormShift));
  tile.push_back(static_cast<char>(lane.size()));
  tile.push_back(0);
  for (uint32_t i = 0; i < lanes; ++i) {
    tile += lane;
  }
  Reseal(&tile);
  return tile;
}

TEST_CASE("sealed tiles of plausible parts are survived", "[tile]") {
  CAPTURE(kSeed);
  std::mt19937_64 random(kSeed);
  size_t opened = 0;
  for (int round = 0; round < 20000; ++round) {
    CAPTURE(round);
    const std::string tile = PlausibleSealedTile(&random);
    opened += TileReader::Open(tile).ok() ? 1 : 0;
    ReadEverything(tile);
  }
  CHECK(opened > 2000);
}

TEST_CASE("a sealed tile has a step with a value", "[tile]") {
  // Its one lane has values at some of no steps.
  std::string tile = FromHex("f70100000000010820010000500000");
  Reseal(&tile);
  const absl::Status status = TileReader::Open(tile).status();
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  CHECK(status.message().find("steps") != absl::string_view::npos);
}

TEST_CASE("a lane without a value has no bytes of values", "[tile]") {
  // A constant for none of the 8 steps.
  std::string tile = FromHex("f7010000000001082001010001010002");
  Reseal(&tile);
  const auto reader = TileReader::Open(tile);
  REQUIRE(reader.ok());
  std::vector<int64_t> values(8);
  std::vector<uint64_t> present(1);
  CHECK(reader
            ->OverlayLane(0, 0, 8, absl::MakeSpan(values),
                          absl::MakeSpan(present))
            .code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("bytes of a later release are named, not called damaged", "[tile]") {
  const std::string tile =
      BuildTile({{{0, 5}, 1000}, {{0, 6}, 900}}, {8, 40}, CellType::kInteger);
  struct Case {
    const char* why;
    size_t at;
    unsigned char byte;
    const char* says;
  };
  const auto c = GENERATE(values<Case>({
      {"version", 1, 9, "version 9"},
      {"cell type", 8, 3, "type 3"},
      {"form", 8, 0xf0, "form 15"},
      {"presence form of the lanes", 9, 7, "presence form 7"},
      {"codec", 12, 0x3f, "codec 15"},
      {"presence form of a lane", 12, 0x71, "presence form 7"},
  }));
  CAPTURE(c.why);
  std::string later = tile;
  later[c.at] = static_cast<char>(c.byte);
  Reseal(&later);
  const absl::Status status = TileReader::Open(later).status();
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CAPTURE(status.ToString());
  CHECK(status.message().find(c.says) != absl::string_view::npos);
}

}  // namespace
}  // namespace footfall::storage
