// A database on disk that benchmarks of reading share.

#ifndef FOOTFALL_BENCH_SUPPORT_LOADED_DATABASE_H_
#define FOOTFALL_BENCH_SUPPORT_LOADED_DATABASE_H_

#include <memory>
#include <vector>

#include "bench/support/workload.h"
#include "footfall/database.h"
#include "tests/support/temp_dir.h"

namespace footfall::bench {

// Loaded when it is made, removed when it goes.
class LoadedDatabase {
 public:
  // `spec` and `data` as BulkLoad().
  LoadedDatabase(const MetricSpec& spec, const std::vector<SeriesData>& data) {
    DatabaseOptions options;
    options.memory_budget_bytes = uint64_t{512} << 20;
    options.background_upkeep = false;
    auto database = Database::Open(folder_.path(), options);
    Require(database.status());
    database_ = *std::move(database);
    Require(BulkLoad(database_.get(), spec, data));
    snapshot_ = database_->TakeSnapshot();
    metric_ = snapshot_->FindMetric(spec.name);
    samples_ = CountSamples(data);
  }

  Database& database() const { return *database_; }
  const Snapshot& snapshot() const { return *snapshot_; }
  const Metric& metric() const { return *metric_; }
  uint64_t samples() const { return samples_; }
  double bytes_per_sample() const {
    return static_cast<double>(TableBytes(folder_.path())) /
           static_cast<double>(samples_);
  }

 private:
  testing::TempDir folder_;
  std::unique_ptr<Database> database_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const Metric> metric_;
  uint64_t samples_ = 0;
};

// The daily and the minutely market, made at the first call.
inline const LoadedDatabase& Daily() {
  static const LoadedDatabase database(DailyMetric(), MakeSeries(BenchDaily()));
  return database;
}
inline const LoadedDatabase& Minutely() {
  static const LoadedDatabase database(MinutelyMetric(),
                                       MakeSeries(BenchMinutely()));
  return database;
}

}  // namespace footfall::bench

#endif  // FOOTFALL_BENCH_SUPPORT_LOADED_DATABASE_H_
