// What copies, backups and followers cost, beside a writer that goes on.
//
//   copy_figures FOLDER MEGABYTES        checkpoints, backups, one follower
//   copy_figures FOLDER readers SECONDS  ten reading processes beside a writer
//
// Makes a database in FOLDER, which must not exist. The second form checks
// every answer: whole commits, and none before the last one seen.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "footfall/admin.h"
#include "footfall/database.h"

namespace footfall {
namespace {

constexpr int kSeries = 50;  // of a commit, all at its step
constexpr int kReaders = 10;

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "copy_figures: %s\n", status.ToString().c_str());
  std::exit(1);
}

double Milliseconds(const std::function<void()>& work) {
  const absl::Time begin = absl::Now();
  work();
  return absl::ToDoubleMilliseconds(absl::Now() - begin);
}

void PrintTimes(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  std::printf("%s: %zu times, median %.2f ms, 99 %% %.2f ms, max %.2f ms\n",
              what, times.size(), times[times.size() / 2],
              times[times.size() * 99 / 100], times.back());
  std::fflush(stdout);
}

std::unique_ptr<Database> Open(const std::string& path, bool read_only) {
  DatabaseOptions options;
  options.read_only = read_only;
  auto database = Database::Open(path, options);
  Require(database.status());
  return *std::move(database);
}

std::shared_ptr<const Metric> Define(Database* database,
                                     const std::string& name) {
  MetricSpec spec;
  spec.name = name;
  spec.period = {Unit::kMinute, 1};
  spec.dimensions = {{"app", Additivity::kAdds}};
  spec.over_time = Additivity::kAdds;
  const auto metric = database->Define(spec);
  Require(metric.status());
  return *metric;
}

// Values of 64 random bits, so that nothing is packed.
void Load(Database* database, const std::string& name, int64_t begin,
          int64_t steps, int series_count) {
  const auto metric = Define(database, name);
  auto loader = database->NewBulkLoader(metric, uint64_t{64} << 20);
  Require(loader.status());
  std::mt19937_64 random(static_cast<uint64_t>(begin));
  std::vector<BulkLoader::Row> rows;
  for (int series = 0; series < series_count; ++series) {
    const auto id = (*loader)->SeriesOf({absl::StrCat("app ", series)});
    Require(id.status());
    rows.clear();
    for (int64_t step = 0; step < steps; ++step) {
      rows.push_back({begin + step, static_cast<int64_t>(random()), *id});
    }
    Require((*loader)->AddRows(rows));
  }
  Require((*loader)->Finish().status());
}

// Commits in a thread of its own, as fast as it can or every so often.
class Writer {
 public:
  Writer(Database* database, absl::Duration pause)
      : database_(database),
        metric_(Define(database, "live")),
        pause_(pause),
        thread_([this] { Write(); }) {}
  ~Writer() {
    stop_ = true;
    thread_.join();
  }
  int64_t commits() const { return commits_; }

 private:
  void Write() {
    while (!stop_) {
      const int64_t step = commits_ + 1;
      SampleBatch batch;
      for (int i = 0; i < kSeries; ++i) {
        batch.RowsOf(metric_).AddStep(step, {absl::StrCat("live ", i)}, step);
      }
      Require(database_->Write(batch, {.durability = Durability::kProcessCrash})
                  .status());
      commits_ = step;
      if (pause_ > absl::ZeroDuration()) absl::SleepFor(pause_);
    }
  }

  Database* const database_;
  const std::shared_ptr<const Metric> metric_;
  const absl::Duration pause_;
  std::atomic<bool> stop_ = false;
  std::atomic<int64_t> commits_ = 0;
  std::thread thread_;
};

void MeasureCopies(const std::string& folder, const std::string& path) {
  std::vector<double> times;
  CheckpointReport last;
  for (int i = 0; i < 9; ++i) {
    const std::string target = absl::StrCat(folder, "/copy", i);
    times.push_back(Milliseconds([&] {
      const auto report = CheckpointDatabase(path, target);
      Require(report.status());
      last = *report;
    }));
    std::filesystem::remove_all(target);
  }
  PrintTimes("checkpoint", times);
  std::printf("  %llu tables, %.1f MB linked, %.3f MB copied\n",
              static_cast<unsigned long long>(last.table_count),
              static_cast<double>(last.linked_bytes) / 1e6,
              static_cast<double>(last.copied_bytes) / 1e6);
}

void MeasureBackup(const std::string& folder, const std::string& path) {
  BackupReport last;
  const double time = Milliseconds([&] {
    const auto report = BackupDatabase(path, folder + "/backups");
    Require(report.status());
    last = *report;
  });
  std::printf("backup %u: %.0f ms, %.1f MB, %.2f MB of them new\n",
              last.backup.id, time,
              static_cast<double>(last.backup.size_bytes) / 1e6,
              static_cast<double>(last.new_bytes) / 1e6);
  std::fflush(stdout);
}

void MeasureFollower(const std::string& path, const Writer& writer,
                     absl::Duration span) {
  const auto reader = Open(path, true);
  std::vector<double> times;
  uint64_t commits = 0;
  const int64_t written = writer.commits();
  for (const absl::Time end = absl::Now() + span; absl::Now() < end;) {
    times.push_back(Milliseconds([&] {
      const auto state = reader->Refresh();
      Require(state.status());
      commits += state->commit - state->previous_commit;
    }));
    absl::SleepFor(absl::Milliseconds(10));
  }
  PrintTimes("refresh", times);
  std::printf("  %llu commits seen, %lld written\n",
              static_cast<unsigned long long>(commits),
              static_cast<long long>(writer.commits() - written));
}

int Measure(const std::string& folder, int64_t megabytes) {
  const std::string path = folder + "/db";
  std::filesystem::create_directories(folder);
  auto database = Open(path, false);
  const int64_t steps = megabytes * 1'000'000 / 8 / 1'000;
  const double loading =
      Milliseconds([&] { Load(database.get(), "large", 0, steps, 1'000); });
  std::printf("%.1f MB of tables, loaded in %.1f s\n",
              static_cast<double>(database->Stats().store.table_bytes) / 1e6,
              loading / 1e3);
  // Else upkeep rewrites tables between two backups.
  Require(database->Compact());
  std::printf("-- nothing is written\n");
  MeasureCopies(folder, path);
  MeasureBackup(folder, path);
  MeasureBackup(folder, path);
  {
    // A day's batch of each series.
    Load(database.get(), "day", 0, 1'440, 100);
    Require(database->RunUpkeep());
    MeasureBackup(folder, path);
  }
  {
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) {
      times.push_back(Milliseconds([&] { Open(path, true); }));
    }
    PrintTimes("opening for reading", times);
  }
  for (const bool paced : {true, false}) {
    const Writer writer(database.get(),
                        paced ? absl::Milliseconds(5) : absl::ZeroDuration());
    std::printf(paced
                    ? "-- beside 200 commits/s of %d samples\n"
                    : "-- beside a writer at full speed, %d samples a commit\n",
                kSeries);
    MeasureFollower(path, writer, absl::Seconds(10));
    MeasureCopies(folder, path);
    MeasureBackup(folder, path);
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) {
      times.push_back(Milliseconds([&] { Open(path, true); }));
    }
    PrintTimes("opening for reading", times);
  }
  Require(database->Close());
  return 0;
}

// Reads the last commits: all series at the same steps, each with its value,
// without a gap. Returns the last.
int64_t ReadCommits(const Snapshot& snapshot, int64_t seen) {
  const auto metric = snapshot.FindMetric("live");
  if (metric == nullptr) return 0;
  std::vector<SeriesId> series(snapshot.Series(metric->id).count());
  std::iota(series.begin(), series.end(), 0);
  const int64_t begin = std::max<int64_t>(1, seen - 50);
  std::vector<int64_t> last(series.size(), 0);
  const auto cursor =
      snapshot.Scan({.metric = metric->id,
                     .series = series,
                     .steps = {begin, metric->grid.Limits().end}});
  while (true) {
    const auto more = cursor->Next();
    Require(more.status());
    if (!*more) break;
    const Slab& slab = cursor->slab();
    for (size_t row = 0; row < slab.series.size(); ++row) {
      for (uint32_t i = 0; i < slab.step_count; ++i) {
        if ((slab.present[row * slab.words + i / 64] >> (i % 64) & 1) == 0) {
          continue;
        }
        int64_t& before = last[slab.series[row]];
        const int64_t step = slab.first_step + i;
        if (slab.values[row * slab.step_count + i] != step ||
            step != (before == 0 ? begin : before + 1)) {
          Require(absl::InternalError(absl::StrCat("a hole at step ", step)));
        }
        before = step;
      }
    }
  }
  for (const int64_t one : last) {
    if (one == last[0] && last.size() == kSeries) continue;
    Require(absl::InternalError("half of a commit"));
  }
  return last.empty() ? 0 : last[0];
}

// Until the pipe closes.
void Follow(const std::string& path, int stop) {
  const auto reader = Open(path, true);
  std::vector<double> times;
  int64_t seen = 0;
  uint64_t commit = 0;
  uint64_t unavailable = 0;
  char byte = 0;
  while (read(stop, &byte, 1) != 0) {
    const absl::Time begin = absl::Now();
    const auto state = reader->Refresh();
    times.push_back(absl::ToDoubleMilliseconds(absl::Now() - begin));
    if (absl::IsUnavailable(state.status())) {
      ++unavailable;
      continue;
    }
    Require(state.status());
    if (state->commit < commit) Require(absl::InternalError("it went back"));
    commit = state->commit;
    const int64_t last = ReadCommits(*reader->TakeSnapshot(), seen);
    if (last < seen) Require(absl::InternalError("a commit went away"));
    seen = last;
    absl::SleepFor(absl::Milliseconds(20));
  }
  PrintTimes(absl::StrCat("reader, up to commit ", seen, ", ", unavailable,
                          " times UNAVAILABLE")
                 .c_str(),
             times);
}

int RunReaders(const std::string& folder, int seconds) {
  const std::string path = folder + "/db";
  std::filesystem::create_directories(folder);
  int ready[2];
  int stop[2];
  if (pipe(ready) != 0 || pipe2(stop, O_NONBLOCK) != 0) return 1;
  std::vector<pid_t> readers;
  for (int i = 0; i < kReaders; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      close(stop[1]);
      close(ready[1]);
      char byte = 0;
      static_cast<void>(read(ready[0], &byte, 1));  // until it closes
      Follow(path, stop[0]);
      std::exit(0);
    }
    readers.push_back(child);
  }
  auto database = Open(path, false);
  int64_t commits = 0;
  int loads = 0;
  {
    const Writer writer(database.get(), absl::Milliseconds(2));
    while (writer.commits() < 10) absl::SleepFor(absl::Milliseconds(1));
    close(ready[1]);
    for (const absl::Time end = absl::Now() + absl::Seconds(seconds);
         absl::Now() < end;) {
      absl::SleepFor(absl::Seconds(3));
      Load(database.get(), "loaded", 1'000 * loads++, 1'000, 20);
      if (loads % 10 == 0) Require(database->Compact());
    }
    commits = writer.commits();
  }
  close(stop[1]);
  int failed = 0;
  for (const pid_t reader : readers) {
    int status = 0;
    waitpid(reader, &status, 0);
    failed += status == 0 ? 0 : 1;
  }
  std::printf("%lld commits and %d loads in %d s; %d of %d readers failed\n",
              static_cast<long long>(commits), loads, seconds, failed,
              kReaders);
  return failed == 0 ? 0 : 1;
}

int Main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[2]) == "readers") {
    return RunReaders(argv[1], std::atoi(argv[3]));
  }
  if (argc != 3) {
    std::fprintf(stderr, "copy_figures FOLDER (MEGABYTES | readers SECONDS)\n");
    return 2;
  }
  return Measure(argv[1], std::atoll(argv[2]));
}

}  // namespace
}  // namespace footfall

int main(int argc, char** argv) { return footfall::Main(argc, argv); }
