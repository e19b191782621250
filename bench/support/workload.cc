#include "bench/support/workload.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "footfall/period.h"

namespace footfall::bench {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);

MetricSpec MetricOf(absl::string_view name, Unit unit) {
  MetricSpec spec;
  spec.name = std::string(name.data(), name.size());
  spec.period = {unit, 1};
  spec.dimensions = {{"app", Additivity::kOverlaps},
                     {"platform", Additivity::kOverlaps}};
  spec.over_time = Additivity::kOverlaps;
  spec.unit = "users";
  return spec;
}

std::string Platform(int platform) {
  const absl::string_view name = market::PlatformName(platform);
  return std::string(name.data(), name.size());
}

uint64_t Bytes(const std::string& path, const char* extension) {
  uint64_t bytes = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    if (extension != nullptr && entry.path().extension() != extension) continue;
    bytes += entry.file_size();
  }
  return bytes;
}

template <typename Spec>
std::vector<SeriesData> MakeAll(const Spec& spec) {
  std::vector<SeriesData> data;
  ForEachSeries(spec,
                [&](const SeriesData& series) { data.push_back(series); });
  return data;
}

}  // namespace

MetricSpec DailyMetric() { return MetricOf("dau", Unit::kDay); }
MetricSpec MinutelyMetric() { return MetricOf("active", Unit::kMinute); }

void ForEachSeries(const market::DailySpec& spec,
                   const std::function<void(const SeriesData&)>& each) {
  market::AppDays days;
  SeriesData series;
  series.first_step = market::kFirstDay - kEpoch;
  for (int app = 0; app < spec.apps; ++app) {
    market::MakeAppDays(spec, app, &days);
    series.app = market::AppName(app);
    for (int platform = 0; platform < spec.platforms; ++platform) {
      series.platform = Platform(platform);
      const ptrdiff_t begin = ptrdiff_t{platform} * spec.days;
      const ptrdiff_t end = begin + spec.days;
      series.values.assign(days.users.begin() + begin,
                           days.users.begin() + end);
      series.present.assign(days.running.begin() + begin,
                            days.running.begin() + end);
      each(series);
    }
  }
}

void ForEachSeries(const market::MinutelySpec& spec,
                   const std::function<void(const SeriesData&)>& each) {
  SeriesData data;
  data.first_step = (market::kFirstMinuteDay - kEpoch) * 24 * 60;
  data.present.assign(static_cast<size_t>(spec.minutes), 1);
  for (int series = 0; series < spec.series; ++series) {
    data.app = market::AppName(market::MinutelyApp(series));
    data.platform = Platform(market::MinutelyPlatform(series));
    market::MakeMinutes(spec, series, &data.values);
    each(data);
  }
}

std::vector<SeriesData> MakeSeries(const market::DailySpec& spec) {
  return MakeAll(spec);
}
std::vector<SeriesData> MakeSeries(const market::MinutelySpec& spec) {
  return MakeAll(spec);
}

uint64_t CountSamples(absl::Span<const SeriesData> data) {
  uint64_t count = 0;
  for (const SeriesData& series : data) {
    count += static_cast<uint64_t>(
        std::count_if(series.present.begin(), series.present.end(),
                      [](uint8_t present) { return present != 0; }));
  }
  return count;
}

absl::Status BulkLoad(Database* database, const MetricSpec& spec,
                      absl::Span<const SeriesData> data) {
  const auto metric = database->Define(spec);
  if (!metric.ok()) return metric.status();
  auto loader = database->NewBulkLoader(*metric, uint64_t{256} << 20);
  if (!loader.ok()) return loader.status();
  std::vector<BulkLoader::Row> rows;
  for (const SeriesData& series : data) {
    const auto number = (*loader)->SeriesOf({series.app, series.platform});
    if (!number.ok()) return number.status();
    rows.clear();
    for (size_t i = 0; i < series.values.size(); ++i) {
      if (series.present[i] == 0) continue;
      rows.push_back({.step = series.first_step + static_cast<int64_t>(i),
                      .value = series.values[i],
                      .series = *number});
    }
    absl::Status status = (*loader)->AddRows(rows);
    if (!status.ok()) return status;
  }
  absl::Status status = (*loader)->Finish().status();
  return status.ok() ? database->Compact() : status;
}

uint64_t FolderBytes(const std::string& path) { return Bytes(path, nullptr); }
uint64_t TableBytes(const std::string& path) { return Bytes(path, ".sst"); }

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

int FromEnvironment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  int number = 0;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number
                                                            : otherwise;
}

market::DailySpec BenchDaily() {
  market::DailySpec spec;
  spec.apps = FromEnvironment("FOOTFALL_BENCH_APPS", 2'000);
  spec.rank_stride = std::max(1, 20'000 / spec.apps);
  return spec;
}

market::MinutelySpec BenchMinutely() {
  market::MinutelySpec spec;
  spec.series = FromEnvironment("FOOTFALL_BENCH_SERIES", 100);
  spec.rank_stride = std::max(1, 1'000 / spec.series);
  return spec;
}

}  // namespace footfall::bench
