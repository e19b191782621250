// Which shape of tile serves daily series best: bytes a sample, a month of one
// series, the top 50 of a month, and everything once. README.md has the table.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "bench/support/workload.h"
#include "engine/open_database.h"
#include "footfall/query.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/temp_dir.h"

namespace footfall::bench {
namespace {

// A database whose tiles have `steps` steps.
struct Shaped {
  testing::TempDir folder;
  std::unique_ptr<Database> database;
  std::shared_ptr<const Snapshot> snapshot;
  double bytes_per_sample = 0;
};

// By steps. Emptied before the program ends: RocksDB's own statics may go
// before ours.
std::map<int64_t, Shaped>& Databases() {
  static std::map<int64_t, Shaped> databases;
  return databases;
}

const Shaped& OfSteps(int64_t steps) {
  static const auto& data =
      *new std::vector<SeriesData>(MakeSeries(BenchDaily()));
  const auto [at, is_new] = Databases().try_emplace(steps);
  Shaped& shaped = at->second;
  if (!is_new) return shaped;
  auto store = storage::OpenRocksdbStore(
      shaped.folder.path(), {.memory_budget_bytes = uint64_t{256} << 20});
  Require(store.status());
  engine::InternalOptions internal;
  const auto t = static_cast<uint32_t>(steps);
  internal.tile_shape =
      storage::TileShape{.lanes = storage::kMaxTileCells / t, .steps = t};
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = engine::OpenDatabase(*std::move(store), options, internal);
  Require(database.status());
  shaped.database = *std::move(database);
  Require(BulkLoad(shaped.database.get(), DailyMetric(), data));
  shaped.snapshot = shaped.database->TakeSnapshot();
  shaped.bytes_per_sample =
      static_cast<double>(TableBytes(shaped.folder.path())) /
      static_cast<double>(CountSamples(data));
  return shaped;
}

void Shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("steps")->RangeMultiplier(2)->Range(128, 1024);
}

// 30 days of one series, chosen at random.
void BM_ShapeMonthOfSeries(benchmark::State& state) {
  const Shaped& shaped = OfSteps(state.range(0));
  const auto metric = shaped.snapshot->FindMetric("dau");
  const SeriesId count = shaped.snapshot->Series(metric->id).count();
  const int64_t first = market::kFirstDay - absl::CivilDay(1970, 1, 1);
  std::mt19937 random(1);
  for (auto _ : state) {
    const SeriesId series = random() % count;
    const int64_t begin = first + random() % 1060;
    const auto cursor =
        shaped.snapshot->Scan({metric->id, absl::MakeConstSpan(&series, 1),
                               StepRange{begin, begin + 30}});
    while (true) {
      const auto moved = cursor->Next();
      Require(moved.status());
      if (!*moved) break;
      benchmark::DoNotOptimize(cursor->slab().values.data());
    }
  }
  state.counters["bytes_per_sample"] = shaped.bytes_per_sample;
}
BENCHMARK(BM_ShapeMonthOfSeries)->Apply(Shapes)->Unit(benchmark::kMicrosecond);

// The top 50 apps over 30 days.
void BM_ShapeTop50(benchmark::State& state) {
  const Shaped& shaped = OfSteps(state.range(0));
  for (auto _ : state) {
    const auto answer = Query(
        *shaped.snapshot,
        "SELECT avg(dau) BY app DURING 2020-06-01..2020-06-30 TOP 50", {});
    Require(answer.status());
    benchmark::DoNotOptimize(answer->row_count());
  }
}
BENCHMARK(BM_ShapeTop50)->Apply(Shapes)->Unit(benchmark::kMillisecond);

// Every sample once.
void BM_ShapeScanAll(benchmark::State& state) {
  const Shaped& shaped = OfSteps(state.range(0));
  const auto metric = shaped.snapshot->FindMetric("dau");
  std::vector<SeriesId> all(shaped.snapshot->Series(metric->id).count());
  std::iota(all.begin(), all.end(), SeriesId{0});
  for (auto _ : state) {
    int64_t sum = 0;
    const auto cursor =
        shaped.snapshot->Scan({metric->id, all, metric->grid.Limits()});
    while (true) {
      const auto moved = cursor->Next();
      Require(moved.status());
      if (!*moved) break;
      for (const int64_t value : cursor->slab().values) sum += value;
    }
    benchmark::DoNotOptimize(sum);
  }
}
BENCHMARK(BM_ShapeScanAll)->Apply(Shapes)->Unit(benchmark::kMillisecond);

}  // namespace

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  Databases().clear();
  return 0;
}

}  // namespace footfall::bench

int main(int argc, char** argv) { return footfall::bench::Main(argc, argv); }
