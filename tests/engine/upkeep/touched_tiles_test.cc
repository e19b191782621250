// What commits have touched: where upkeep looks first.

#include "engine/upkeep/touched_tiles.h"

#include <string>
#include <thread>

#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

using storage::TileKey;

void Touch(TouchedTiles* touched, const TileKey& key) {
  StoreBatch batch;
  batch.Append(Keyspace::kTiles, storage::EncodeTileKey(key), "x");
  touched->NoteApplied(batch);
}

TileKey Key(uint32_t metric, uint32_t band) {
  return {.metric = metric, .era = 10, .band = band};
}

TEST_CASE("tiles that were touched are handed out once, by metric",
          "[upkeep]") {
  TouchedTiles touched;
  Touch(&touched, Key(2, 5));
  Touch(&touched, Key(2, 5));
  Touch(&touched, Key(2, 3));
  Touch(&touched, Key(1, 0));
  CHECK(touched.tile_count() == 3);
  MetricId metric = 1;
  TouchedTiles::Touched got;
  REQUIRE(touched.Take(&metric, &got));
  CHECK(metric == 2);  // the one after 1
  CHECK_FALSE(got.walks);
  CHECK(got.tiles == std::set<TileKey>{Key(2, 3), Key(2, 5)});
  REQUIRE(touched.Take(&metric, &got));
  CHECK(metric == 1);
  CHECK_FALSE(touched.Take(&metric, &got));
  CHECK(touched.tile_count() == 0);
  touched.GiveBack(1, {.walks = false, .tiles = {Key(1, 0)}});
  CHECK(touched.TakeOf(1).tiles == std::set<TileKey>{Key(1, 0)});
  CHECK(touched.TakeOf(1).tiles.empty());
}

TEST_CASE("of a metric with too many touched tiles all is to be looked at",
          "[upkeep]") {
  TouchedTiles touched;
  for (uint32_t band = 0; band <= TouchedTiles::kMaxTiles; ++band) {
    Touch(&touched, Key(1, band));
  }
  CHECK(touched.walk_count() == 1);
  CHECK(touched.TakeOf(1).walks);
  CHECK(touched.tile_count() == 0);
  // Many metrics together are bounded, too.
  const uint32_t metrics = 2 * TouchedTiles::kMaxAllTiles / 1000;
  for (uint32_t metric = 0; metric < metrics; ++metric) {
    for (uint32_t band = 0; band < 1000; ++band) {
      Touch(&touched, Key(metric, band));
    }
  }
  CHECK(touched.tile_count() <= TouchedTiles::kMaxAllTiles);
  size_t walks = 0;
  for (uint32_t metric = 0; metric < metrics; ++metric) {
    const auto taken = touched.TakeOf(metric);
    CHECK(taken.walks == (taken.tiles.size() < 1000));
    walks += taken.walks;
  }
  CHECK(walks > 0);
  CHECK(touched.tile_count() == 0);
}

TEST_CASE("only patches of tiles and deleted ranges count", "[upkeep]") {
  TouchedTiles touched;
  StoreBatch batch;
  batch.Put(Keyspace::kTiles, storage::EncodeTileKey(Key(1, 0)), "folded");
  batch.Delete(Keyspace::kTiles, storage::EncodeTileKey(Key(1, 1)));
  batch.Put(Keyspace::kCatalog, "C", "12345678");
  batch.DeleteRange(Keyspace::kCatalog, "S", "T");
  touched.NoteApplied(batch);
  CHECK(touched.tile_count() + touched.walk_count() == 0);
  CHECK_FALSE(touched.TakeDeleted());
  batch.DeleteRange(Keyspace::kTiles, "a", "b");
  touched.NoteApplied(batch);
  CHECK(touched.TakeDeleted());
  CHECK_FALSE(touched.TakeDeleted());
}

TEST_CASE("a wait ends when something comes, or when told to", "[upkeep]") {
  TouchedTiles touched;
  std::thread writer([&] { Touch(&touched, Key(1, 0)); });
  CHECK(touched.Wait(absl::InfiniteDuration()));
  writer.join();
  CHECK(touched.TakeOf(1).tiles.size() == 1);
  CHECK(touched.Rest(absl::ZeroDuration()));
  CHECK(touched.Wait(absl::ZeroDuration()));  // nothing, for so long
  std::thread stopper([&] { touched.Stop(); });
  CHECK_FALSE(touched.Wait(absl::InfiniteDuration()));
  CHECK_FALSE(touched.Rest(absl::Hours(1)));
  stopper.join();
}

}  // namespace
}  // namespace footfall::engine
