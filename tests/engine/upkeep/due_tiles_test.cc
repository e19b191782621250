// What upkeep is told to look at.

#include "engine/upkeep/due_tiles.h"

#include <string>
#include <thread>

#include "tests/support/catch.h"

namespace footfall::engine {
namespace {

using storage::TileKey;

// A batch with a patch of `size` bytes for a tile.
void Touch(DueTiles* due, const TileKey& key, size_t size) {
  StoreBatch batch;
  batch.Append(Keyspace::kTiles, storage::EncodeTileKey(key),
               std::string(size, 'x'));
  due->NoteApplied(batch);
}

constexpr TileKey kNow{.metric = 1, .era = 10, .band = 0};
constexpr TileKey kLate{.metric = 1, .era = 9, .band = 0};

// Takes all; the number of tiles.
size_t TakeAll(DueTiles* due) {
  DueTiles::Due all;
  size_t count = 0;
  while (due->Take(&all)) {
    count += all.tiles.size();
  }
  return count;
}

TEST_CASE("a tile of the newest era is due after more than eight patches",
          "[upkeep]") {
  DueTiles due;
  for (int i = 0; i < 8; ++i) {
    Touch(&due, kNow, 10);
    CHECK(TakeAll(&due) == 0);
  }
  Touch(&due, kNow, 10);
  CHECK(TakeAll(&due) == 1);
  // It is in hand: not told again until it was seen to.
  Touch(&due, kNow, 10);
  CHECK(TakeAll(&due) == 0);
  due.NoteTile(kNow, {.patches = 0, .patch_bytes = 0, .base_bytes = 990});
  // Now its base is known: eight more, and a quarter of it.
  for (int i = 0; i < 12; ++i) {
    Touch(&due, kNow, 20);
    CHECK(TakeAll(&due) == (i == 11 ? 1 : 0));
  }
}

TEST_CASE("a late tile is due as soon as its patches are a quarter of it",
          "[upkeep]") {
  DueTiles due;
  Touch(&due, kNow, 10);
  Touch(&due, kLate, 10);  // its base is not known: look
  CHECK(TakeAll(&due) == 1);
  due.NoteTile(kLate, {.patches = 1, .patch_bytes = 10, .base_bytes = 100});
  Touch(&due, kLate, 10);
  CHECK(TakeAll(&due) == 0);
  Touch(&due, kLate, 10);
  CHECK(TakeAll(&due) == 1);
}

TEST_CASE("a metric is due when an era begins", "[upkeep]") {
  DueTiles due;
  DueTiles::Due taken;
  Touch(&due, kLate, 10);
  REQUIRE(due.Take(&taken));
  CHECK(taken.metrics == std::vector<MetricId>{1});
  Touch(&due, kLate, 10);
  CHECK_FALSE(due.Take(&taken));
  CHECK(due.IsNewestEra(1, 9));
  Touch(&due, kNow, 10);
  REQUIRE(due.Take(&taken));
  CHECK(taken.metrics == std::vector<MetricId>{1});
  CHECK_FALSE(due.IsNewestEra(1, 9));
  // The store may know of a later one.
  due.NoteNewestEra(1, 12);
  CHECK_FALSE(due.IsNewestEra(1, 10));
  due.NoteNewestEra(1, 11);
  CHECK(due.IsNewestEra(1, 12));
}

TEST_CASE("memory is bounded, and no tile is out of sight for ever",
          "[upkeep]") {
  DueTiles due;
  const uint32_t tiles = DueTiles::kMaxTiles + 50'000;
  for (uint32_t band = 0; band < tiles; ++band) {
    Touch(&due, {.metric = 1, .era = 10, .band = band}, 10);
  }
  CHECK(due.tile_count() == DueTiles::kMaxTiles);
  TakeAll(&due);
  // Of the tiles that it does not know one touch in eight counts.
  for (uint32_t i = 0; i < 800; ++i) {
    Touch(&due, {.metric = 1, .era = 10, .band = tiles - 1}, 10);
  }
  CHECK(TakeAll(&due) == 100);
  due.ForgetErasBefore(1, 11);
  CHECK(due.tile_count() == 0);
}

TEST_CASE("what is gone is forgotten", "[upkeep]") {
  DueTiles due;
  Touch(&due, kNow, 10);
  Touch(&due, {.metric = 2, .era = 0, .band = 0}, 10);
  due.ForgetMetric(1);
  CHECK(due.tile_count() == 1);
  due.ForgetTile({.metric = 2, .era = 0, .band = 0});
  CHECK(due.tile_count() == 0);
}

TEST_CASE("waiting ends with work, or with Stop", "[upkeep][thread]") {
  DueTiles due;
  int takes = 0;
  std::thread waiting([&] {
    DueTiles::Due taken;
    while (due.WaitAndTake(&taken)) {
      ++takes;
    }
  });
  due.NoteMetric(3);
  due.Stop();
  waiting.join();
  CHECK(takes <= 1);
}

}  // namespace
}  // namespace footfall::engine
