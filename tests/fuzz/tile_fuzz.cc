// Any bytes as a tile, its checksum made right so that they reach the decoders:
// a tile or a refusal, and each lane's cells or a refusal. A stretch of a lane
// is as the whole has it. A tile that reads whole can be dumped, moved lane by
// lane, and built again from its cells: all read the same.

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

// Steps [begin, end) of a lane against the whole of it, over rubbish.
void CheckStretch(const TileReader& reader, uint32_t lane, const Lane& whole,
                  uint32_t begin, uint32_t end) {
  std::vector<int64_t> values(end - begin, -1);
  std::vector<uint64_t> present((end - begin + 63) / 64, ~uint64_t{0});
  FUZZ_REQUIRE(reader
                   .FillLane(lane, begin, end, absl::MakeSpan(values),
                             absl::MakeSpan(present))
                   .ok());
  for (uint32_t step = begin; step < end; ++step) {
    const uint32_t i = step - begin;
    FUZZ_REQUIRE((present[i / 64] >> (i % 64) & 1) ==
                 (whole.present[step / 64] >> (step % 64) & 1));
    FUZZ_REQUIRE(values[i] == whole.values[step]);
  }
}

void CheckSame(const absl::StatusOr<std::string>& tile,
               const std::vector<Lane>& lanes) {
  FUZZ_REQUIRE(tile.ok());
  const auto reader = TileReader::Open(*tile);
  FUZZ_REQUIRE(reader.ok());
  for (uint32_t i = 0; i < lanes.size(); ++i) {
    Lane lane(reader->shape());
    FUZZ_REQUIRE(lane.Read(*reader, i).ok());
    FUZZ_REQUIRE(lane.present == lanes[i].present);
    FUZZ_REQUIRE(lane.deleted == lanes[i].deleted);
    FUZZ_REQUIRE(lane.values == lanes[i].values);
  }
}

void CheckTile(absl::string_view tile) {
  const auto reader = TileReader::Open(tile);
  if (!reader.ok()) {
    FUZZ_REQUIRE(IsRefusal(reader.status()));
    return;
  }
  const TileShape shape = reader->shape();
  FUZZ_REQUIRE(uint64_t{shape.lanes} * shape.steps <= kMaxTileCells);
  reader->Dump();
  std::vector<Lane> lanes;
  bool whole = true;
  for (uint32_t i = 0; i < shape.lanes; ++i) {
    lanes.emplace_back(shape);
    const absl::Status status = lanes.back().Read(*reader, i);
    if (!status.ok()) {
      FUZZ_REQUIRE(IsRefusal(status));
      whole = false;
      continue;
    }
    const uint32_t begin = shape.steps / 3;
    CheckStretch(*reader, i, lanes.back(), 0, begin + 1);
    CheckStretch(*reader, i, lanes.back(), begin, shape.steps);
  }
  if (!whole) {
    return;
  }
  for (const Effort effort : {Effort::kFast, Effort::kDense}) {
    TileBuilder moved(shape, reader->type(), effort, reader->season());
    TileBuilder built(shape, reader->type(), effort, reader->season());
    for (uint32_t i = 0; i < shape.lanes; ++i) {
      if (reader->HasLane(i)) {
        moved.AddEncodedLane(i, *reader);
      }
      std::vector<int64_t> values = lanes[i].values;
      built.AddLane(i, {lanes[i].present, lanes[i].deleted,
                        CompactCells(lanes[i].present, &values)});
    }
    CheckSame(moved.Finish(), lanes);
    CheckSame(built.Finish(), lanes);
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
