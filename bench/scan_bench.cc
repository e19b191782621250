// What reading through the C++ interface costs, below the language.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "bench/support/loaded_database.h"

namespace footfall::bench {
namespace {

// Sums what a cursor gives.
int64_t Sum(SlabCursor* cursor, uint64_t* samples) {
  int64_t sum = 0;
  while (true) {
    const absl::StatusOr<bool> moved = cursor->Next();
    Require(moved.status());
    if (!*moved) return sum;
    const Slab& slab = cursor->slab();
    for (const int64_t value : slab.values) sum += value;  // 0 where absent
    for (const uint64_t word : slab.present) {
      *samples += static_cast<uint64_t>(__builtin_popcountll(word));
    }
  }
}

// How long 30 days of one series take, chosen at random.
void BM_ScanMonthOfSeries(benchmark::State& state) {
  const LoadedDatabase& data = Daily();
  const SeriesId count = data.snapshot().Series(data.metric().id).count();
  const int64_t first = market::kFirstDay - absl::CivilDay(1970, 1, 1);
  std::mt19937 random(1);
  uint64_t samples = 0;
  for (auto _ : state) {
    const SeriesId series = random() % count;
    const int64_t begin = first + random() % 1060;
    const auto cursor =
        data.snapshot().Scan({data.metric().id, absl::MakeConstSpan(&series, 1),
                              StepRange{begin, begin + 30}});
    benchmark::DoNotOptimize(Sum(cursor.get(), &samples));
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
}
BENCHMARK(BM_ScanMonthOfSeries)->Unit(benchmark::kMicrosecond);

// How fast everything is read once, daily and minutely.
void BM_ScanAll(benchmark::State& state) {
  const LoadedDatabase& data = state.range(0) == 0 ? Daily() : Minutely();
  std::vector<SeriesId> all(data.snapshot().Series(data.metric().id).count());
  std::iota(all.begin(), all.end(), SeriesId{0});
  uint64_t samples = 0;
  for (auto _ : state) {
    const auto cursor = data.snapshot().Scan(
        {data.metric().id, all, data.metric().grid.Limits()});
    benchmark::DoNotOptimize(Sum(cursor.get(), &samples));
  }
  state.SetItemsProcessed(static_cast<int64_t>(samples));
  state.counters["bytes_per_sample"] = data.bytes_per_sample();
}
BENCHMARK(BM_ScanAll)
    ->ArgName("minutely")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

// What a snapshot costs.
void BM_TakeSnapshot(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(Daily().database().TakeSnapshot());
  }
}
BENCHMARK(BM_TakeSnapshot);

}  // namespace
}  // namespace footfall::bench
