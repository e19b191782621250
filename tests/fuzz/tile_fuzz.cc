// Any bytes as a tile, its checksum made right so that they reach the decoders.
// What opens can be read, dumped, and moved lane by lane to a tile that holds
// the same.

#include <string>
#include <vector>

#include "storage/base/bytes.h"
#include "storage/base/checksum.h"
#include "storage/tile/tile_builder.h"
#include "storage/tile/tile_layout.h"
#include "storage/tile/tile_reader.h"
#include "tests/fuzz/require.h"

namespace footfall::storage {
namespace {

struct Lane {
  explicit Lane(TileShape shape)
      : values(shape.steps), present(shape.words()), deleted(shape.words()) {}
  absl::Status Read(const TileReader& reader, uint32_t lane) {
    return reader.OverlayCells(lane, absl::MakeSpan(values),
                               absl::MakeSpan(present),
                               absl::MakeSpan(deleted));
  }
  std::vector<int64_t> values;
  std::vector<uint64_t> present;
  std::vector<uint64_t> deleted;
};

void CheckTile(absl::string_view tile) {
  const auto reader = TileReader::Open(tile);
  if (!reader.ok()) {
    return;
  }
  const TileShape shape = reader->shape();
  FUZZ_REQUIRE(uint64_t{shape.lanes} * shape.steps <= kMaxTileCells);
  reader->Dump();
  TileBuilder builder(shape, reader->type(), Effort::kDense, reader->season());
  bool whole = true;
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    Lane cells(shape);
    whole &= cells.Read(*reader, lane).ok();
    if (whole && reader->HasLane(lane)) {
      builder.AddEncodedLane(lane, *reader);
    }
  }
  if (!whole) {
    return;
  }
  const auto moved = builder.Finish();
  // A cell both present and deleted is refused.
  if (!moved.ok()) {
    return;
  }
  const auto moved_reader = TileReader::Open(*moved);
  FUZZ_REQUIRE(moved_reader.ok());
  for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
    Lane before(shape);
    Lane after(shape);
    FUZZ_REQUIRE(before.Read(*reader, lane).ok());
    FUZZ_REQUIRE(after.Read(*moved_reader, lane).ok());
    FUZZ_REQUIRE(before.present == after.present);
    FUZZ_REQUIRE(before.deleted == after.deleted);
    FUZZ_REQUIRE(before.values == after.values);
  }
}

}  // namespace
}  // namespace footfall::storage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footfall::storage;
  std::string tile(reinterpret_cast<const char*>(data), size);
  if (size >= kTileHeadSize) {
    StoreU32(Checksum(absl::string_view(tile).substr(kTileHeadSize), data[1]),
             tile.data() + kTileChecksumAt);
  }
  const std::vector<char> exact(tile.begin(), tile.end());
  CheckTile(absl::string_view(exact.data(), exact.size()));
  return 0;
}
