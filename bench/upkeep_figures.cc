// What upkeep keeps cheap over years: questions after many openings, many
// loads and deletions, and a look when nothing is due.
//
//   upkeep_figures FOLDER [rounds]
//
// Makes databases in FOLDER, which must not exist, and prints a line each.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "footfall/database.h"
#include "footfall/query.h"

namespace footfall {
namespace {

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "upkeep_figures: %s\n", status.ToString().c_str());
  std::exit(1);
}

double Milliseconds(const std::function<void()>& work) {
  const absl::Time begin = absl::Now();
  work();
  return absl::ToDoubleMilliseconds(absl::Now() - begin);
}

double BestOf(int times, const std::function<void()>& work) {
  double best = Milliseconds(work);
  for (int i = 1; i < times; ++i) best = std::min(best, Milliseconds(work));
  return best;
}

std::unique_ptr<Database> Open(const std::string& path,
                               bool background = true) {
  DatabaseOptions options;
  options.background_upkeep = background;
  auto database = Database::Open(path, options);
  Require(database.status());
  return *std::move(database);
}

std::shared_ptr<const Metric> Define(Database* database) {
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app", Additivity::kAdds}};
  spec.over_time = Additivity::kAdds;
  const auto metric = database->Define(spec);
  Require(metric.status());
  return *metric;
}

// The metric's sum by year, as it is asked first after an opening and later.
void Ask(const std::string& what, const std::string& path) {
  const auto database = Open(path, /*background=*/false);
  const auto ask = [&] {
    const auto snapshot = database->TakeSnapshot();
    Require(Query(*snapshot, "SELECT sum(dau) EVERY year", {}).status());
  };
  const double first = Milliseconds(ask);
  std::printf("%-44s first %8.2f ms, later %8.2f ms, tables %6.2f MB\n",
              what.c_str(), first, BestOf(10, ask),
              static_cast<double>(database->Stats().store.table_bytes) / 1e6);
  std::fflush(stdout);
}

std::string App(int64_t number) { return absl::StrCat("app ", number); }

void OpenWriteClose(const std::string& path, int rounds) {
  const double time = Milliseconds([&] {
    for (int round = 0; round < rounds; ++round) {
      const auto database = Open(path);
      SampleBatch batch;
      batch.RowsOf(Define(database.get()))
          .AddStep(78 * 256 + round % 250, {App(round % 7)}, round);
      Require(database->Write(batch, {Durability::kProcessCrash}).status());
      Require(database->Close());
    }
  });
  Ask(absl::StrCat("after ", rounds, " times open, write, close"), path);
  std::printf("%-44s %.2f ms\n", "  a round", time / rounds);
}

void Load(Database* database, int64_t first_day, int64_t days, int64_t apps) {
  const auto metric = Define(database);
  auto loader = database->NewBulkLoader(metric, 64 << 20);
  Require(loader.status());
  for (int64_t app = 0; app < apps; ++app) {
    for (int64_t day = first_day; day < first_day + days; ++day) {
      Require(
          (*loader)->Add(day, {App(app)}, 1000 + (app * 37 + day * 91) % 500));
    }
  }
  Require((*loader)->Finish().status());
}

void NightlyLoads(const std::string& path) {
  const double time = Milliseconds([&] {
    const auto database = Open(path);
    for (int64_t night = 0; night < 200; ++night) {
      Load(database.get(), 20'000 + night, 1, 2'000);
      Require(database->RunUpkeep());
    }
    Require(database->Close());
  });
  Ask("after 200 nightly loads", path);
  std::printf("%-44s %.2f ms\n", "  a night", time / 200);
}

void Deletion(const std::string& path) {
  {
    const auto database = Open(path);
    Load(database.get(), 18'000, 2'000, 2'000);
    const auto metric = Define(database.get());
    std::vector<SeriesId> all(2'000);
    std::iota(all.begin(), all.end(), 0);
    double time = Milliseconds([&] {
      Require(database->Delete(*metric, all, {0, 30'000}, {}).status());
    });
    std::printf("%-44s %.2f ms\n", "deleting 4,000,000 samples", time);
    time = Milliseconds([&] { Require(database->RunUpkeep()); });
    std::printf("%-44s %.2f ms\n", "  upkeep after it", time);
    Require(database->Close());
  }
  Ask("after deleting them", path);
}

void Look(const std::string& path) {
  {
    const auto database = Open(path, /*background=*/false);
    Load(database.get(), 19'000, 3 * 365, 20'000);
    Require(database->RunUpkeep());
    Require(database->Close());
  }
  const auto database = Open(path, /*background=*/false);
  const auto run = [&] { Require(database->RunUpkeep()); };
  std::printf("%-44s %.3f ms\n", "20,000 series x 3 years: a look, cold",
              Milliseconds(run));
  std::printf("%-44s %.6f ms\n", "  another, nothing came", BestOf(20, run));
  const auto metric = Define(database.get());
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(20'090, {App(i)}, 1);
    Require(database->Write(batch, {Durability::kProcessCrash}).status());
    best = std::min(best, Milliseconds(run));
  }
  std::printf("%-44s %.3f ms\n", "  after a batch of one sample", best);
  Require(database->Close());
  double warm = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto again = Open(path, /*background=*/false);
    warm = std::min(warm, Milliseconds([&] { Require(again->RunUpkeep()); }));
    Require(again->Close());
  }
  std::printf("%-44s %.3f ms\n", "  a look after an opening, warm", warm);
}

int Main(int argc, char** argv) {
  if (argc < 2 || std::filesystem::exists(argv[1])) {
    std::fprintf(stderr, "usage: upkeep_figures NEW_FOLDER [rounds]\n");
    return 2;
  }
  const std::string folder = argv[1];
  std::filesystem::create_directories(folder);
  OpenWriteClose(folder + "/opens", argc > 2 ? std::atoi(argv[2]) : 2'000);
  NightlyLoads(folder + "/loads");
  Deletion(folder + "/deleted");
  Look(folder + "/look");
  return 0;
}

}  // namespace
}  // namespace footfall

int main(int argc, char** argv) { return footfall::Main(argc, argv); }
