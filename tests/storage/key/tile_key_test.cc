// Tile keys: their order, their bytes, and what is refused.

#include "storage/key/tile_key.h"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr uint32_t kMax = std::numeric_limits<uint32_t>::max();
constexpr int32_t kFirstEra = std::numeric_limits<int32_t>::min();
constexpr int32_t kLastEra = std::numeric_limits<int32_t>::max();

TEST_CASE("the byte order of tile keys is their number order", "[key]") {
  // Every pair of these, and neighbours of random keys.
  std::vector<TileKey> keys;
  for (const uint32_t metric : {0u, 1u, 255u, 256u, kMax}) {
    for (const int32_t era :
         {kFirstEra, -257, -256, -1, 0, 1, 255, 256, kLastEra}) {
      for (const uint32_t band : {0u, 1u, 0x80u, 0xff00u, kMax}) {
        keys.push_back({metric, era, band});
      }
    }
  }
  const uint32_t seed = 20250208;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 200; ++i) {
    keys.push_back({static_cast<uint32_t>(random() % 3),
                    static_cast<int32_t>(random()),
                    static_cast<uint32_t>(random())});
  }
  for (const TileKey& a : keys) {
    for (const TileKey& b : keys) {
      const bool bytes_less = EncodeTileKey(a) < EncodeTileKey(b);
      if (bytes_less != (a < b)) {
        FAIL(DescribeTileKey(a) << " against " << DescribeTileKey(b));
      }
    }
  }
}

TEST_CASE("a tile key comes back from its bytes", "[key]") {
  const TileKey key = GENERATE(values<TileKey>({
      {0, 0, 0},                             // all zero
      {1, -1, 2},                            // before 1970
      {kMax, kLastEra, kMax},                // the last key
      {kMax, kFirstEra, 0},                  // the sign bit alone
      {0x01020304, 0x05060708, 0x090a0b0c},  // every byte different
  }));
  const absl::StatusOr<TileKey> decoded = DecodeTileKey(EncodeTileKey(key));
  REQUIRE(decoded.ok());
  CHECK(*decoded == key);
}

// These bytes are on users' disks.
TEST_CASE("a tile key keeps its bytes", "[key][golden]") {
  CHECK(absl::BytesToHexString(EncodeTileKey({3, 78, 12})) ==
        "000000038000004e0000000c");
  CHECK(absl::BytesToHexString(EncodeTileKey({3, -1, 12})) ==
        "000000037fffffff0000000c");
  CHECK(absl::BytesToHexString(EncodeTileKey({0x01020304, 0, 0xfffefdfc})) ==
        "0102030480000000fffefdfc");
}

TEST_CASE("bytes of another length are not a tile key", "[key]") {
  const size_t size = GENERATE(0, 1, 11, 13, 4096);
  const absl::StatusOr<TileKey> decoded =
      DecodeTileKey(std::string(size, '\x7f'));
  CHECK(decoded.status().code() == absl::StatusCode::kDataLoss);
  CHECK(decoded.status().message().size() < 200);
}

TEST_CASE("a message names metric, era and band", "[key]") {
  CHECK(DescribeTileKey({3, -78, 12}) == "metric 3/era -78/band 12");
}

}  // namespace
}  // namespace footfall::storage
