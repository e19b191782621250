// Where samples lie: shapes and seasons by period, eras and offsets by step.

#include "engine/catalog/tile_layout.h"
#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

TEST_CASE("a period has its shape and its season", "[catalog]") {
  struct Case {
    const char* why;
    Period period;
    uint32_t lanes;
    uint32_t steps;
    uint32_t season;
  };
  const auto c = GENERATE(values<Case>({
      {"seconds", {Unit::kSecond, 1}, 4, 4096, 0},
      {"minutes", {Unit::kMinute, 1}, 16, 1024, 0},
      {"hours, a day of them", {Unit::kHour, 1}, 16, 1024, 24},
      {"two hours", {Unit::kHour, 2}, 16, 1024, 0},
      {"days, a week of them", {Unit::kDay, 1}, 64, 256, 7},
      {"seven days", {Unit::kDay, 7}, 64, 256, 0},
      {"weeks", {Unit::kWeek, 1}, 64, 256, 0},
      {"months, a year of them", {Unit::kMonth, 1}, 64, 256, 12},
      {"quarters, a year of them", {Unit::kQuarter, 1}, 64, 256, 4},
      {"years", {Unit::kYear, 1}, 64, 256, 0},
  }));
  CAPTURE(c.why);
  const storage::TileShape shape = DefaultTileShape(c.period);
  CHECK(shape.lanes == c.lanes);
  CHECK(shape.steps == c.steps);
  CHECK(SeasonOf(c.period) == c.season);
}

TEST_CASE("a step lies in one era, before 1970 too", "[catalog]") {
  const TileLayout layout = {{64, 256}, storage::CellType::kInteger, 7};
  for (const int64_t step : {-719162, -257, -256, -255, -1, 0, 1, 255, 256}) {
    CAPTURE(step);
    const int32_t era = layout.EraOf(step);
    CHECK(layout.FirstStepOf(era) <= step);
    CHECK(step < layout.FirstStepOf(era + 1));
    CHECK(layout.FirstStepOf(era) + layout.OffsetOf(step) == step);
  }
  CHECK(layout.EraOf(-1) == -1);
  CHECK(layout.OffsetOf(-1) == 255);
  CHECK(layout.BandOf(130) == 2);
  CHECK(layout.LaneOf(130) == 2);
}

}  // namespace
}  // namespace footfall::engine
