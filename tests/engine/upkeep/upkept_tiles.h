// What tests of upkeep have in common: days of some apps, and what the tiles in
// a store are made of.

#ifndef FOOTFALL_TESTS_ENGINE_UPKEEP_UPKEPT_TILES_H_
#define FOOTFALL_TESTS_ENGINE_UPKEEP_UPKEPT_TILES_H_

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "storage/key/tile_key.h"
#include "storage/tile/frame_heads.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall::testing {

inline constexpr int32_t kSteps = 256;  // of an era

inline std::shared_ptr<const Metric> Define(Database* database,
                                            const std::string& name = "dau") {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app"}};
  return *database->Define(spec);
}

inline std::string App(int number) { return absl::StrCat("app", number); }

inline void Write(Database* database,
                  const std::shared_ptr<const Metric>& metric, int64_t step,
                  int apps, Samples* samples) {
  SampleBatch batch;
  for (int app = 0; app < apps; ++app) {
    batch.RowsOf(metric).AddStep(step, {App(app)}, step * 10 + app);
    (*samples)[{App(app), step}] = step * 10 + app;
  }
  REQUIRE(database->Write(batch, {Durability::kProcessCrash}).ok());
}

// The most parts of a tile; by era.
inline std::map<int32_t, uint32_t> MostParts(const Store& store,
                                             MetricId metric) {
  std::map<int32_t, uint32_t> most;
  const auto view = const_cast<Store&>(store).TakeView();
  const auto tiles = view->Scan(Keyspace::kTiles, "", "");
  while (*tiles->Next()) {
    const auto key = storage::DecodeTileKey(tiles->key());
    const auto heads = storage::ReadFrameHeads(tiles->value());
    if (key->metric != metric || !heads.ok()) continue;
    most[key->era] = std::max(most[key->era], heads->part_count);
  }
  return most;
}

}  // namespace footfall::testing

#endif  // FOOTFALL_TESTS_ENGINE_UPKEEP_UPKEPT_TILES_H_
