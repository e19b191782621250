// Tiles as earlier releases wrote them, which must be read for ever. Nothing
// here is ever changed or removed; a new release adds its own.

#include <bit>
#include <vector>

#include "absl/strings/escaping.h"
#include "storage/tile/tile_reader.h"
#include "tests/storage/tile/cells.h"
#include "tests/support/catch.h"
#include "tests/support/hex.h"

namespace footfall::storage {
namespace {

int64_t Bits(double value) { return std::bit_cast<int64_t>(value); }

TEST_CASE("tiles of earlier releases read as they were written", "[compat]") {
  struct Case {
    const char* why;
    Cells cells;
    CellType type;
    const char* bytes;
    Effort effort = Effort::kFast;
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
#include "tests/compat/tiles.inc"
  };
  for (const Case& c : cases) {
    CAPTURE(c.why);
    const std::string tile = FromHex(c.bytes);
    const auto reader = TileReader::Open(tile);
    REQUIRE(reader.ok());
    REQUIRE(reader->type() == c.type);
    const TileShape shape = reader->shape();
    CHECK(shape == TileShape{64, 256});
    Cells cells;
    for (uint32_t lane = 0; lane < shape.lanes; ++lane) {
      std::vector<int64_t> values(shape.steps);
      std::vector<uint64_t> present(shape.words());
      std::vector<uint64_t> deleted(shape.words());
      REQUIRE(reader
                  ->OverlayCells(lane, absl::MakeSpan(values),
                                 absl::MakeSpan(present),
                                 absl::MakeSpan(deleted))
                  .ok());
      for (uint32_t step = 0; step < shape.steps; ++step) {
        if ((present[step / 64] >> (step % 64) & 1) != 0) {
          cells[{lane, step}] = values[step];
        } else if ((deleted[step / 64] >> (step % 64) & 1) != 0) {
          cells[{lane, step}] = std::nullopt;
        }
      }
    }
    CHECK(cells == c.cells);
  }
}

}  // namespace
}  // namespace footfall::storage
