// What questions cost as text: parsing, binding, reading, answering.

#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "bench/support/loaded_database.h"
#include "footfall/prepared.h"
#include "footfall/query.h"
#include "storage/codec/kernels.h"

namespace footfall::bench {
namespace {

void Ask(benchmark::State& state, const LoadedDatabase& data,
         const std::string& text) {
  int64_t rows = 0;
  for (auto _ : state) {
    const auto answer = Query(data.snapshot(), text, {});
    Require(answer.status());
    rows = static_cast<int64_t>(answer->row_count());
  }
  state.counters["rows"] = static_cast<double>(rows);
}

// Once with the inner loops of each kind of processor that this one stands in
// for: 0 portable, 1 AVX2, 2 AVX-512.
void EachKernel(benchmark::internal::Benchmark* question) {
  const KernelLevel before = ActiveKernelLevel();
  question->ArgName("kernels");
  for (const KernelLevel level :
       {KernelLevel::kPortable, KernelLevel::kAvx2, KernelLevel::kAvx512}) {
    if (UseKernelLevel(level)) question->Arg(static_cast<int64_t>(level));
  }
  UseKernelLevel(before);
}

void AskWithKernels(benchmark::State& state, const LoadedDatabase& data,
                    const std::string& text) {
  const KernelLevel before = ActiveKernelLevel();
  UseKernelLevel(static_cast<KernelLevel>(state.range(0)));
  Ask(state, data, text);
  UseKernelLevel(before);
}

// How long a usual question takes before it reads anything.
void BM_Parse(benchmark::State& state) {
  for (auto _ : state) {
    const auto script = Parse(
        "SELECT avg(dau) AS a, max(dau) AS m WHERE platform = 'web' "
        "DURING 2019 BY app EVERY month ORDER BY a DESC LIMIT 20");
    Require(script.status());
    benchmark::DoNotOptimize(script->data());
  }
}
BENCHMARK(BM_Parse);

// 30 days of one app and platform, chosen at random.
void BM_MonthOfSeries(benchmark::State& state) {
  const LoadedDatabase& data = Daily();
  const int apps = BenchDaily().apps;
  std::mt19937 random(1);
  for (auto _ : state) {
    const auto answer = Query(
        data.snapshot(),
        absl::StrCat("SELECT dau WHERE app = '",
                     market::AppName(static_cast<int>(random() % apps)),
                     "' AND platform = 'web' DURING 2019-05-10..2019-06-08"),
        {});
    Require(answer.status());
    benchmark::DoNotOptimize(answer->row_count());
  }
}
BENCHMARK(BM_MonthOfSeries)->Unit(benchmark::kMicrosecond);

// The same question again and again: its text is found with its plan.
void BM_MonthOfSeriesAgain(benchmark::State& state) {
  Ask(state, Daily(),
      absl::StrCat("SELECT dau WHERE app = '", market::AppName(7),
                   "' AND platform = 'web' DURING 2019-05-10..2019-06-08"));
}
BENCHMARK(BM_MonthOfSeriesAgain)->Unit(benchmark::kMicrosecond);

// Prepared, with an app that is chosen at random.
void BM_PreparedMonthOfSeries(benchmark::State& state) {
  const LoadedDatabase& data = Daily();
  const int apps = BenchDaily().apps;
  const auto question =
      Prepare(data.snapshot(),
              "SELECT dau WHERE app = $app AND platform = 'web' "
              "DURING 2019-05-10..2019-06-08");
  Require(question.status());
  std::mt19937 random(1);
  QueryOptions options;
  std::string& app =
      std::get<std::string>(options.parameters["app"] = std::string());
  for (auto _ : state) {
    app = market::AppName(static_cast<int>(random() % apps));
    const auto answer = question->Run(data.snapshot(), options);
    Require(answer.status());
    benchmark::DoNotOptimize(answer->row_count());
  }
}
BENCHMARK(BM_PreparedMonthOfSeries)->Unit(benchmark::kMicrosecond);

// The questions that bench/compare asks of all engines.
void BM_Top50(benchmark::State& state) {
  AskWithKernels(state, Daily(),
                 "SELECT avg(dau) BY app DURING 2020-06-01..2020-06-30 TOP 50");
}
BENCHMARK(BM_Top50)->Apply(EachKernel)->Unit(benchmark::kMillisecond);

void BM_MonthlyOfAll(benchmark::State& state) {
  AskWithKernels(state, Daily(),
                 "SELECT avg(dau) AS a, max(dau) AS m BY app EVERY month "
                 "ORDER BY a DESC LIMIT 20");
}
BENCHMARK(BM_MonthlyOfAll)->Apply(EachKernel)->Unit(benchmark::kMillisecond);

void BM_ShareOfPlatforms(benchmark::State& state) {
  AskWithKernels(state, Daily(),
                 "SELECT share(user_days(dau)) BY platform EVERY month");
}
BENCHMARK(BM_ShareOfPlatforms)
    ->Apply(EachKernel)
    ->Unit(benchmark::kMillisecond);

void BM_FirstTime(benchmark::State& state) {
  AskWithKernels(state, Daily(), "SELECT first_time(dau >= 1000000) BY app");
}
BENCHMARK(BM_FirstTime)->Apply(EachKernel)->Unit(benchmark::kMillisecond);

void BM_HourlyOfSeries(benchmark::State& state) {
  Ask(state, Minutely(),
      "SELECT avg(active) WHERE app = 'app-00003' AND platform = 'ios' "
      "EVERY hour");
}
BENCHMARK(BM_HourlyOfSeries)->Unit(benchmark::kMicrosecond);

void BM_DailyMaxOfAllMinutes(benchmark::State& state) {
  AskWithKernels(state, Minutely(),
                 "SELECT max(active) BY app, platform EVERY day");
}
BENCHMARK(BM_DailyMaxOfAllMinutes)
    ->Apply(EachKernel)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace footfall::bench
