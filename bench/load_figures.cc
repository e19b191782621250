// How long a small writer waits beside a bulk load.
//
//   load_figures FOLDER [rows, in millions] [synced]
//
// Makes a database in FOLDER, which must not exist. A thread commits one sample
// each millisecond, synced if that is said: alone, beside two threads that only
// compute, which is what the machine itself does to it, and beside a load of so
// many rows (10) into another metric. Prints a histogram of commits for each,
// and the slowest ones with what the load was at.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "footfall/database.h"

namespace footfall {
namespace {

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "load_figures: %s\n", status.ToString().c_str());
  std::exit(1);
}

std::shared_ptr<const Metric> Define(Database* database,
                                     const std::string& name) {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app"}};
  const auto metric = database->Define(spec);
  Require(metric.status());
  return *metric;
}

enum class At : uint8_t { kNothing, kAdding, kFinishing };

struct Commit {
  double ms = 0;
  At at = At::kNothing;  // when it had returned
};

// Commits until `done`.
std::vector<Commit> WriteBeside(Database* database,
                                const std::shared_ptr<const Metric>& metric,
                                Durability durability,
                                const std::atomic<bool>& done,
                                const std::atomic<At>& at) {
  std::vector<Commit> commits;
  int64_t value = 0;
  while (!done) {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(20'000 + value % 64, {"a"}, value);
    ++value;
    const absl::Time begin = absl::Now();
    Require(database->Write(batch, {durability}).status());
    commits.push_back({absl::ToDoubleMilliseconds(absl::Now() - begin), at});
    absl::SleepFor(absl::Milliseconds(1));
  }
  return commits;
}

void Print(const std::string& beside, std::vector<Commit> commits) {
  std::sort(commits.begin(), commits.end(),
            [](const Commit& a, const Commit& b) { return a.ms < b.ms; });
  const auto of = [&](double share) {
    const size_t last = commits.size() - 1;
    return commits[static_cast<size_t>(share * static_cast<double>(last))].ms;
  };
  std::printf(
      "%-24s %zu commits: p50 %.3f, p90 %.3f, p99 %.3f, p99.9 %.2f, max "
      "%.2f ms\n",
      beside.c_str(), commits.size(), of(0.5), of(0.9), of(0.99), of(0.999),
      of(1));
  constexpr double kEdges[] = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 100, 1e9};
  size_t first = 0;
  for (const double edge : kEdges) {
    const size_t end = static_cast<size_t>(
        std::partition_point(commits.begin(), commits.end(),
                             [edge](const Commit& c) { return c.ms < edge; }) -
        commits.begin());
    if (edge < 1e9) std::printf("  < %-6g %zu\n", edge, end - first);
    if (edge == 1e9) std::printf("  more     %zu\n", end - first);
    first = end;
  }
  for (size_t i = 0; i < std::min<size_t>(5, commits.size()); ++i) {
    const Commit& slow = commits[commits.size() - 1 - i];
    std::printf("  slow: %.2f ms%s\n", slow.ms,
                slow.at == At::kAdding      ? ", rows were being added"
                : slow.at == At::kFinishing ? ", the load was being finished"
                                            : "");
  }
  std::fflush(stdout);
}

// 20,000 apps, a day at a time.
void Load(Database* database, const std::shared_ptr<const Metric>& metric,
          int64_t rows, std::atomic<At>* at) {
  constexpr int64_t kApps = 20'000;
  auto loader = database->NewBulkLoader(metric, uint64_t{64} << 20);
  Require(loader.status());
  const absl::Time begin = absl::Now();
  *at = At::kAdding;
  std::vector<uint32_t> series;
  for (int64_t app = 0; app < kApps; ++app) {
    const std::string name = absl::StrCat("app", app);
    const auto found = (*loader)->SeriesOf({absl::string_view(name)});
    Require(found.status());
    series.push_back(*found);
  }
  std::vector<BulkLoader::Row> day(kApps);
  for (int64_t done = 0; done < rows; done += kApps) {
    const int64_t step = done / kApps;
    for (int64_t app = 0; app < kApps; ++app) {
      day[static_cast<size_t>(app)] = {step,
                                       1000 + app % 997 * 31 + step * app % 89,
                                       series[static_cast<size_t>(app)]};
    }
    Require((*loader)->AddRows(day));
  }
  const absl::Time added = absl::Now();
  *at = At::kFinishing;
  Require((*loader)->Finish().status());
  *at = At::kNothing;
  std::printf("%lld rows: added in %.1f s, finished in %.1f s\n",
              static_cast<long long>(rows),
              absl::ToDoubleSeconds(added - begin),
              absl::ToDoubleSeconds(absl::Now() - added));
}

void Run(const std::string& folder, int64_t rows, Durability durability) {
  if (std::filesystem::exists(folder)) {
    std::fprintf(stderr, "load_figures: %s exists\n", folder.c_str());
    std::exit(1);
  }
  auto opened = Database::Open(folder, {});
  Require(opened.status());
  Database* const database = opened->get();
  const auto small = Define(database, "small");
  const auto large = Define(database, "large");
  std::atomic<At> at = At::kNothing;
  const auto beside = [&](const std::string& what,
                          const std::function<void()>& work) {
    std::atomic<bool> done = false;
    std::vector<Commit> commits;
    std::thread writer(
        [&] { commits = WriteBeside(database, small, durability, done, at); });
    work();
    done = true;
    writer.join();
    Print(what, std::move(commits));
  };
  const auto compute = [] {
    std::atomic<bool> stop = false;
    const auto spin = [&stop] {
      volatile uint64_t sum = 0;
      while (!stop) sum = sum + 1;
    };
    std::thread one(spin);
    std::thread two(spin);
    absl::SleepFor(absl::Seconds(10));
    stop = true;
    one.join();
    two.join();
  };
  beside("alone", [] { absl::SleepFor(absl::Seconds(10)); });
  beside("beside two that compute", compute);
  beside("beside a load", [&] { Load(database, large, rows, &at); });
  Require(database->Close());
}

}  // namespace
}  // namespace footfall

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "load_figures FOLDER [rows, in millions] [synced]\n");
    return 2;
  }
  const int64_t millions = argc > 2 ? std::atoll(argv[2]) : 10;
  const bool synced = argc > 3 && std::strcmp(argv[3], "synced") == 0;
  footfall::Run(argv[1], millions * 1'000'000,
                synced ? footfall::Durability::kPowerLoss
                       : footfall::Durability::kProcessCrash);
  return 0;
}
