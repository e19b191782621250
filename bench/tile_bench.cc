// What a tile costs: to seal, to fold, to read a month of one lane, and whole.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/support/workload.h"
#include "storage/tile/bundle.h"
#include "storage/tile/tile_builder.h"
#include "storage/tile/tile_reader.h"

namespace footfall::bench {
namespace {

using storage::Bundle;
using storage::CellType;
using storage::Effort;
using storage::TileBuilder;
using storage::TileShape;

constexpr TileShape kShape = {.lanes = 64, .steps = 256};
constexpr uint32_t kSeason = 7;

// The first lanes of the daily market, in its second era.
const std::vector<SeriesData>& Lanes() {
  static const std::vector<SeriesData> lanes = [] {
    market::DailySpec spec;
    spec.apps = 40;
    spec.rank_stride = 50;
    return MakeSeries(spec);
  }();
  return lanes;
}

// Steps [begin, end) of the tile; answers the number of values.
std::string MakeTile(uint32_t begin, uint32_t end, Effort effort,
                     uint64_t* values) {
  TileBuilder builder(kShape, CellType::kInteger, effort, kSeason);
  *values = 0;
  for (uint32_t lane = 0; lane < kShape.lanes; ++lane) {
    const SeriesData& series = Lanes()[lane];
    std::vector<uint64_t> present(kShape.words());
    std::vector<int64_t> cells;
    for (uint32_t step = begin; step < end; ++step) {
      if (series.present[kShape.steps + step] == 0) continue;
      present[step / 64] |= uint64_t{1} << (step % 64);
      cells.push_back(series.values[kShape.steps + step]);
    }
    if (cells.empty()) continue;
    *values += cells.size();
    builder.AddLane(lane, {.present = present, .deleted = {}, .values = cells});
  }
  auto tile = builder.Finish();
  Require(tile.status());
  return *std::move(tile);
}

std::string Framed(const std::string& tile) {
  std::string bundle;
  storage::AppendFrame(tile, &bundle);
  return bundle;
}

// How fast a whole tile is coded, and how small it gets.
void BM_TileBuild(benchmark::State& state) {
  const auto effort = state.range(0) == 0 ? Effort::kFast : Effort::kDense;
  uint64_t values = 0;
  std::string tile;
  for (auto _ : state) {
    tile = MakeTile(0, kShape.steps, effort, &values);
    benchmark::DoNotOptimize(tile.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(values));
  state.counters["bytes_per_value"] =
      static_cast<double>(tile.size()) / static_cast<double>(values);
}
BENCHMARK(BM_TileBuild)->ArgName("dense")->Arg(0)->Arg(1);

// How long a month of one lane takes, tile in hand: opening checks its sum.
void BM_TileReadMonthOfLane(benchmark::State& state) {
  uint64_t values = 0;
  const std::string bundle =
      Framed(MakeTile(0, kShape.steps, Effort::kDense, &values));
  std::vector<int64_t> cells(30);
  std::vector<uint64_t> present(1);
  uint32_t lane = 0;
  for (auto _ : state) {
    const auto opened = Bundle::Open(bundle);
    Require(opened.status());
    Require(opened->ReadLane(lane++ % kShape.lanes, 100, 130,
                             absl::MakeSpan(cells), absl::MakeSpan(present)));
    benchmark::DoNotOptimize(cells.data());
  }
}
BENCHMARK(BM_TileReadMonthOfLane);

// How fast a whole tile decodes, with a number of patches of a day on it.
void BM_TileReadAll(benchmark::State& state) {
  const auto patches = static_cast<uint32_t>(state.range(0));
  uint64_t values = 0;
  std::string bundle =
      Framed(MakeTile(0, kShape.steps - patches, Effort::kDense, &values));
  for (uint32_t i = kShape.steps - patches; i < kShape.steps; ++i) {
    uint64_t more = 0;
    storage::AppendFrame(MakeTile(i, i + 1, Effort::kFast, &more), &bundle);
    values += more;
  }
  std::vector<int64_t> cells(kShape.steps);
  std::vector<uint64_t> present(kShape.words());
  for (auto _ : state) {
    const auto opened = Bundle::Open(bundle);
    Require(opened.status());
    for (uint32_t lane = 0; lane < kShape.lanes; ++lane) {
      Require(opened->ReadLane(lane, 0, kShape.steps, absl::MakeSpan(cells),
                               absl::MakeSpan(present)));
      benchmark::DoNotOptimize(cells.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(values));
}
BENCHMARK(BM_TileReadAll)->ArgName("patches")->Arg(0)->Arg(8)->Arg(64);

// What folding some patches onto a tile costs upkeep.
void BM_TileFold(benchmark::State& state) {
  const auto effort = state.range(0) == 0 ? Effort::kFast : Effort::kDense;
  uint64_t values = 0;
  std::string bundle =
      Framed(MakeTile(0, kShape.steps - 9, Effort::kDense, &values));
  for (uint32_t i = kShape.steps - 9; i < kShape.steps; ++i) {
    uint64_t more = 0;
    storage::AppendFrame(MakeTile(i, i + 1, Effort::kFast, &more), &bundle);
    values += more;
  }
  for (auto _ : state) {
    const auto opened = Bundle::Open(bundle);
    Require(opened.status());
    const auto folded = opened->Fold(effort, kSeason);
    Require(folded.status());
    benchmark::DoNotOptimize(folded->data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(values));
}
BENCHMARK(BM_TileFold)->ArgName("dense")->Arg(0)->Arg(1);

}  // namespace
}  // namespace footfall::bench
