// The database through its public face: what is written is what is read.

#include "footfall/database.h"

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "storage/store/memory_store.h"

namespace footfall {
namespace {

MetricSpec DauSpec() {
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app", Additivity::kAdds},
                     {"platform", Additivity::kOverlaps}};
  spec.over_time = Additivity::kOverlaps;
  return spec;
}

TEST_CASE("what is written is what is read", "[database]") {
  auto database = Database::Open(storage::NewMemoryStore(), {});
  REQUIRE(database.ok());
  auto metric = (*database)->Define(DauSpec());
  REQUIRE(metric.ok());
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(*metric);
  rows.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app"}, 34'940'000);
  rows.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "web"}, 48'000'000);
  rows.Add(absl::CivilDay(2025, 2, 8), {"DeepSeek", "app"}, 34'940'001);
  rows.Add(absl::CivilDay(1960, 2, 8), {"DeepSeek", ""}, 7);
  const auto result = (*database)->Write(batch, {});
  REQUIRE(result.ok());
  CHECK(result->samples == 3);
  CHECK(result->replaced_in_batch == 1);
  CHECK(result->new_series == 3);
  CHECK(result->commit == 2);
  const auto snapshot = (*database)->TakeSnapshot();
  const SeriesTable& table = snapshot->Series((*metric)->id);
  REQUIRE(table.count() == 3);
  std::vector<SeriesId> all = {0, 1, 2};
  const auto cursor = snapshot->Scan(
      {(*metric)->id, all, (*metric)->grid.Limits()});
  std::vector<int64_t> found;
  while (true) {
    auto more = cursor->Next();
    REQUIRE(more.ok());
    if (!*more) break;
    const Slab& slab = cursor->slab();
    for (size_t i = 0; i < slab.series.size() * slab.step_count; ++i) {
      if (slab.values[i] != 0) found.push_back(slab.values[i]);
    }
  }
  CHECK(found == std::vector<int64_t>{7, 34'940'001, 48'000'000});
}

}  // namespace
}  // namespace footfall
