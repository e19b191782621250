// How fast a CSV file becomes a folded, sealed and compacted database.

#include <benchmark/benchmark.h>
#include <zlib.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "bench/support/workload.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "tests/support/temp_dir.h"

namespace footfall::bench {
namespace {

// The daily market as a file, in the order of a daily export if `by_day`.
class CsvFile {
 public:
  CsvFile(bool by_day, bool zipped) : path_(folder_ / "dau.csv") {
    const std::vector<SeriesData> data = MakeSeries(BenchDaily());
    const gzFile file = gzopen(path_.c_str(), zipped ? "wb1" : "wbT");
    if (file == nullptr) Require(absl::UnavailableError(path_));
    Write(file, "date,app,platform,users\n");
    const size_t days = data[0].values.size();
    if (by_day) {
      for (size_t day = 0; day < days; ++day) {
        for (const SeriesData& series : data) WriteRow(file, series, day);
      }
    } else {
      for (const SeriesData& series : data) {
        for (size_t day = 0; day < days; ++day) WriteRow(file, series, day);
      }
    }
    gzclose(file);
  }

  const std::string& path() const { return path_; }
  int64_t rows() const { return rows_; }

 private:
  static void Write(gzFile file, const std::string& text) {
    if (gzwrite(file, text.data(), static_cast<unsigned>(text.size())) <= 0) {
      Require(absl::UnavailableError("cannot write the file to import"));
    }
  }
  void WriteRow(gzFile file, const SeriesData& series, size_t day) {
    if (series.present[day] == 0) return;
    Write(file, absl::StrCat(absl::FormatCivilTime(market::kFirstDay +
                                                   static_cast<int64_t>(day)),
                             ",", series.app, ",", series.platform, ",",
                             series.values[day], "\n"));
    ++rows_;
  }

  testing::TempDir folder_;
  const std::string path_;
  int64_t rows_ = 0;
};

// How many rows a second, sorted by series or by day, plain or gzipped.
void BM_ImportCsv(benchmark::State& state) {
  const CsvFile file(state.range(0) != 0, state.range(1) != 0);
  double bytes = 0;
  for (auto _ : state) {
    testing::TempDir folder;
    auto database = Database::Open(folder.path(), {});
    Require(database.status());
    Require((*database)->Define(DailyMetric()).status());
    ImportSpec spec;
    spec.path = file.path();
    spec.metric = "dau";
    spec.columns = {
        {ImportColumn::Role::kTime, "date", "", ""},
        {ImportColumn::Role::kDimension, "app", "app", ""},
        {ImportColumn::Role::kDimension, "platform", "platform", ""},
        {ImportColumn::Role::kValue, "users", "", ""}};
    const auto report = ImportCsv(**database, spec, {});
    Require(report.status());
    Require((*database)->Close());
    bytes = static_cast<double>(TableBytes(folder.path()));
  }
  state.SetItemsProcessed(state.iterations() * file.rows());
  state.counters["bytes_per_sample"] = bytes / static_cast<double>(file.rows());
}
BENCHMARK(BM_ImportCsv)
    ->ArgNames({"by_day", "gzip"})
    ->Args({0, 0})
    ->Args({1, 0})
    ->Args({0, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace footfall::bench
