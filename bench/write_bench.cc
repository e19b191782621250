// What writing costs, from one sample to everything.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "bench/support/workload.h"
#include "footfall/database.h"
#include "tests/support/temp_dir.h"

namespace footfall::bench {
namespace {

std::unique_ptr<Database> Open(const testing::TempDir& folder) {
  auto database = Database::Open(folder.path(), {});
  Require(database.status());
  return *std::move(database);
}

std::shared_ptr<const Metric> Define(Database* database) {
  auto metric = database->Define(DailyMetric());
  Require(metric.status());
  return *metric;
}

const std::vector<SeriesData>& Series() {
  static const std::vector<SeriesData> series = MakeSeries(BenchDaily());
  return series;
}

// Samples as a caller has them who keeps columns.
class Columns {
 public:
  // The day of every series.
  static Columns OfDay(size_t day) {
    Columns columns;
    for (const SeriesData& series : Series()) {
      columns.Add(series, day % series.values.size());
    }
    return columns;
  }
  // All of `count` series, one after the other.
  static Columns OfSeries(size_t first, size_t count) {
    Columns columns;
    for (size_t i = first; i < std::min(first + count, Series().size()); ++i) {
      const SeriesData& series = Series()[i];
      for (size_t day = 0; day < series.values.size(); ++day) {
        columns.Add(series, day);
      }
    }
    return columns;
  }

  SampleColumns view() {
    members_ = {{app_names_, apps_}, {platform_names_, platforms_}};
    return {.steps = steps_,
            .integers = values_,
            .decimals = {},
            .members = members_};
  }

 private:
  using Codes = absl::flat_hash_map<absl::string_view, uint32_t>;

  static uint32_t CodeOf(absl::string_view name, Codes* codes,
                         std::vector<absl::string_view>* names) {
    const auto [at, is_new] =
        codes->try_emplace(name, static_cast<uint32_t>(names->size()));
    if (is_new) names->push_back(name);
    return at->second;
  }

  void Add(const SeriesData& series, size_t day) {
    if (series.present[day] == 0) return;
    steps_.push_back(series.first_step + static_cast<int64_t>(day));
    values_.push_back(series.values[day]);
    apps_.push_back(CodeOf(series.app, &app_codes_, &app_names_));
    platforms_.push_back(
        CodeOf(series.platform, &platform_codes_, &platform_names_));
  }

  std::vector<int64_t> steps_;
  std::vector<int64_t> values_;
  std::vector<uint32_t> apps_;
  std::vector<uint32_t> platforms_;
  Codes app_codes_;
  Codes platform_codes_;
  std::vector<absl::string_view> app_names_;
  std::vector<absl::string_view> platform_names_;
  std::vector<SampleColumns::Members> members_;
};

// How many samples a second arrive a day at a time, through the log: one batch
// holds the day of every series, row by row or as columns.
void BM_WriteDays(benchmark::State& state) {
  const auto durability = static_cast<Durability>(state.range(0));
  testing::TempDir folder;
  const std::unique_ptr<Database> database = Open(folder);
  const auto metric = Define(database.get());
  size_t day = 0;
  int64_t samples = 0;
  Series();  // made once, out of the time
  for (auto _ : state) {
    SampleBatch batch;
    SampleRows& rows = batch.RowsOf(metric);
    if (state.range(1) != 0) {
      state.PauseTiming();
      Columns columns = Columns::OfDay(day);
      state.ResumeTiming();
      Require(rows.AddColumns(columns.view()));
    } else {
      for (const SeriesData& series : Series()) {
        const size_t i = day % series.values.size();
        if (series.present[i] == 0) continue;
        rows.AddStep(series.first_step + static_cast<int64_t>(i),
                     {series.app, series.platform}, series.values[i]);
      }
    }
    ++day;
    samples += static_cast<int64_t>(rows.size());
    WriteOptions options;
    options.durability = durability;
    Require(database->Write(batch, options).status());
  }
  state.SetItemsProcessed(samples);
}
BENCHMARK(BM_WriteDays)
    ->ArgNames({"power_loss", "columns"})
    ->Args({0, 0})
    ->Args({1, 0})
    ->Args({0, 1})
    ->Iterations(256)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// How long one small batch takes, and what a sync to the device adds.
void BM_WriteSmallBatch(benchmark::State& state) {
  const auto durability = static_cast<Durability>(state.range(0));
  testing::TempDir folder;
  const std::unique_ptr<Database> database = Open(folder);
  const auto metric = Define(database.get());
  int64_t step = 17'000;
  for (auto _ : state) {
    SampleBatch batch;
    for (size_t i = 0; i < 10; ++i) {
      const SeriesData& series = Series()[i];
      batch.RowsOf(metric).AddStep(step, {series.app, series.platform}, step);
    }
    ++step;
    WriteOptions options;
    options.durability = durability;
    Require(database->Write(batch, options).status());
  }
  state.SetItemsProcessed(state.iterations() * 10);
}
BENCHMARK(BM_WriteSmallBatch)
    ->ArgName("power_loss")
    ->Arg(0)
    ->Arg(1)
    ->UseRealTime();

// How many synced batches a second come through when threads share the sync.
void BM_WriteTogether(benchmark::State& state) {
  static testing::TempDir* folder = nullptr;
  static std::unique_ptr<Database> database;
  static std::shared_ptr<const Metric> metric;
  if (state.thread_index() == 0) {
    folder = new testing::TempDir;
    database = Open(*folder);
    metric = Define(database.get());
  }
  int64_t step = 0;
  for (auto _ : state) {
    SampleBatch batch;
    const std::string app =
        market::AppName(static_cast<int>(state.thread_index()));
    batch.RowsOf(metric).AddStep(step, {app, "web"}, step);
    ++step;
    Require(database->Write(batch, {}).status());
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    metric.reset();
    database.reset();
    delete folder;
  }
}
BENCHMARK(BM_WriteTogether)->Threads(1)->Threads(8)->UseRealTime();

// The forms in which a bulk load takes its samples: rows of numbered series;
// columns of 64 series, one after the other; columns of a day of all series.
enum LoadForm : int64_t { kRows, kSeriesColumns, kDayColumns };

std::vector<Columns> ColumnsOf(LoadForm form) {
  std::vector<Columns> columns;
  if (form == kSeriesColumns) {
    for (size_t i = 0; i < Series().size(); i += 64) {
      columns.push_back(Columns::OfSeries(i, 64));
    }
  } else if (form == kDayColumns) {
    for (size_t day = 0; day < Series()[0].values.size(); ++day) {
      columns.push_back(Columns::OfDay(day));
    }
  }
  return columns;
}

absl::Status LoadColumns(Database* database, std::vector<Columns>* all) {
  const auto metric = Define(database);
  auto loader = database->NewBulkLoader(metric, uint64_t{256} << 20);
  if (!loader.ok()) return loader.status();
  for (Columns& columns : *all) {
    const absl::Status added = (*loader)->AddColumns(columns.view());
    if (!added.ok()) return added;
  }
  const absl::Status finished = (*loader)->Finish().status();
  return finished.ok() ? database->Compact() : finished;
}

// How many samples load in bulk in a second of CPU of all threads, compaction
// included, and how many bytes each takes in the end.
void BM_BulkLoad(benchmark::State& state) {
  const auto form = static_cast<LoadForm>(state.range(0));
  const auto samples = static_cast<int64_t>(CountSamples(Series()));
  std::vector<Columns> columns = ColumnsOf(form);
  double bytes = 0;
  for (auto _ : state) {
    testing::TempDir folder;
    const std::unique_ptr<Database> database = Open(folder);
    Require(form == kRows ? BulkLoad(database.get(), DailyMetric(), Series())
                          : LoadColumns(database.get(), &columns));
    state.PauseTiming();
    Require(database->Close());
    bytes = static_cast<double>(TableBytes(folder.path()));
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * samples);
  state.counters["bytes_per_sample"] = bytes / static_cast<double>(samples);
}
BENCHMARK(BM_BulkLoad)
    ->ArgName("form")
    ->Arg(kRows)
    ->Arg(kSeriesColumns)
    ->Arg(kDayColumns)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace footfall::bench
