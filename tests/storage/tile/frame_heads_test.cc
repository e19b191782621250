#include "storage/tile/frame_heads.h"

#include "storage/tile/bundle.h"
#include "tests/storage/tile/cells.h"
#include "tests/support/catch.h"

namespace footfall::storage {
namespace {

constexpr TileShape kShape = {8, 64};

// Of every lane and step; step `deleted`, if any, says that there is none.
std::string Tile(Effort effort, int deleted_step = -1) {
  TileBuilder builder(kShape, CellType::kInteger, effort);
  for (uint32_t lane = 0; lane < kShape.lanes; ++lane) {
    std::vector<uint64_t> present(1, ~uint64_t{0});
    std::vector<uint64_t> deleted(1);
    std::vector<int64_t> values(64, 100 + lane);
    if (deleted_step >= 0) {
      deleted[0] = uint64_t{1} << deleted_step;
      present[0] &= ~deleted[0];
      values.pop_back();
    }
    builder.AddLane(lane, {present, deleted, values});
  }
  return *builder.Finish();
}

TEST_CASE("heads say what a bundle is made of", "[tile]") {
  const std::string dense = Tile(Effort::kDense);
  const std::string fast = Tile(Effort::kFast);
  const std::string deleting = Tile(Effort::kFast, 7);
  struct Case {
    const char* what;
    std::vector<std::string> tiles;
    bool has_deleted;
    bool is_sealed;
  };
  const Case cases[] = {
      {"one part, sealed", {dense}, false, true},
      {"one part, folded fast", {fast}, false, false},
      {"sealed, and a patch", {dense, fast}, false, false},
      {"a patch, and what only sealing makes", {fast, dense}, false, false},
      {"a deletion over it", {dense, fast, deleting}, true, false},
      {"a deletion alone", {deleting}, true, false},
  };
  for (const Case& test : cases) {
    CAPTURE(test.what);
    std::string bytes;
    for (const std::string& tile : test.tiles) AppendFrame(tile, &bytes);
    const auto heads = ReadFrameHeads(bytes);
    REQUIRE(heads.ok());
    const auto bundle = Bundle::Open(bytes);
    REQUIRE(bundle.ok());
    CHECK(heads->part_count == bundle->part_count());
    CHECK(heads->first_size == bundle->first_size());
    CHECK(heads->later_size == bundle->later_size());
    CHECK(heads->has_deleted == test.has_deleted);
    CHECK(heads->is_sealed == test.is_sealed);
    const auto cells = bundle->CountCells();
    REQUIRE(cells.ok());
    const uint64_t deleted = test.has_deleted ? kShape.lanes : 0;
    CHECK(cells->deleted == deleted);
    CHECK(cells->values == test.tiles.size() * 8 * 64 - deleted);
  }
}

TEST_CASE("heads of what is no bundle are DATA_LOSS", "[tile]") {
  std::string bytes;
  AppendFrame(Tile(Effort::kFast), &bytes);
  const size_t whole = bytes.size();
  AppendFrame(Tile(Effort::kDense), &bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const auto heads = ReadFrameHeads(bytes.substr(0, size));
    CHECK(heads.ok() == (size == whole));
    if (!heads.ok()) CHECK(absl::IsDataLoss(heads.status()));
  }
  std::string flipped = bytes;
  flipped[flipped.find('\xf7')] ^= 1;  // the magic number, after the size
  CHECK(absl::IsDataLoss(ReadFrameHeads(flipped).status()));
}

}  // namespace
}  // namespace footfall::storage
