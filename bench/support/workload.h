// Databases for benchmarks: the made-up market of examples/, at any size.

#ifndef FOOTFALL_BENCH_SUPPORT_WORKLOAD_H_
#define FOOTFALL_BENCH_SUPPORT_WORKLOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "examples/market/market.h"
#include "footfall/database.h"
#include "footfall/metric.h"

namespace footfall::bench {

// One series: its members, and a value for each step from `first_step` on,
// where `present` is not 0.
struct SeriesData {
  std::string app;
  std::string platform;
  int64_t first_step = 0;
  std::vector<int64_t> values;
  std::vector<uint8_t> present;
};

// `dau` by app and platform, daily; `active` likewise, minutely.
MetricSpec DailyMetric();
MetricSpec MinutelyMetric();

// Series by series, in the order of apps and then platforms. Made while it
// runs: a benchmark of loading keeps them first.
void ForEachSeries(const market::DailySpec& spec,
                   const std::function<void(const SeriesData&)>& each);
void ForEachSeries(const market::MinutelySpec& spec,
                   const std::function<void(const SeriesData&)>& each);

// All of them at once.
std::vector<SeriesData> MakeSeries(const market::DailySpec& spec);
std::vector<SeriesData> MakeSeries(const market::MinutelySpec& spec);
uint64_t CountSamples(absl::Span<const SeriesData> data);

// Defines the metric and loads all samples in bulk, then folds, seals and
// compacts.
absl::Status BulkLoad(Database* database, const MetricSpec& spec,
                      absl::Span<const SeriesData> data);

// Bytes of all files of a folder, and of its tables alone.
uint64_t FolderBytes(const std::string& path);
uint64_t TableBytes(const std::string& path);

// For benchmarks: prints and ends the program.
void Require(const absl::Status& status);

// An environment variable as a number, for sizes: FOOTFALL_BENCH_APPS=20000.
int FromEnvironment(const char* name, int otherwise);

// The daily market that benchmarks share: FOOTFALL_BENCH_APPS apps (2,000),
// which span the sizes of 20,000, on 3 platforms over 1,096 days.
market::DailySpec BenchDaily();
// FOOTFALL_BENCH_SERIES series (100) over 30 days.
market::MinutelySpec BenchMinutely();

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_SUPPORT_WORKLOAD_H_
