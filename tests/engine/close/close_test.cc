// Closing: what comes after it, what overlaps it, and what outlives it.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/csv_import.h"
#include "footfall/database.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using testing::AllSeries;
using testing::DatabaseHome;
using testing::Home;
using testing::ReadSamples;
using testing::Samples;

constexpr int kSeries = 300;
constexpr int kSteps = 40;

MetricSpec Spec(const std::string& name) {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app", Additivity::kAdds}};
  spec.over_time = Additivity::kAdds;
  return spec;
}

// A metric of kSeries x kSteps samples.
std::shared_ptr<const Metric> Fill(Database* database) {
  auto metric = database->Define(Spec("m"));
  REQUIRE(metric.status() == absl::OkStatus());
  SampleBatch batch;
  SampleRows& rows = batch.RowsOf(*metric);
  for (int series = 0; series < kSeries; ++series) {
    const std::string app = absl::StrCat("app ", series);
    for (int step = 0; step < kSteps; ++step) {
      rows.AddStep(step, {app}, int64_t{series + step});
    }
  }
  REQUIRE(database->Write(batch, {}).status() == absl::OkStatus());
  return *metric;
}

SampleBatch OneSample(const std::shared_ptr<const Metric>& metric,
                      absl::string_view app, int64_t step) {
  SampleBatch batch;
  batch.RowsOf(metric).AddStep(step, {app}, int64_t{1});
  return batch;
}

absl::Status Load(Database* database,
                  const std::shared_ptr<const Metric>& metric) {
  auto loader = database->NewBulkLoader(metric, uint64_t{1} << 20);
  if (!loader.ok()) return loader.status();
  const absl::string_view members[] = {"app 1"};
  const absl::Status added = (*loader)->Add(3, members, 7);
  return added.ok() ? (*loader)->Finish().status() : added;
}

// The first error of a scan of everything.
absl::Status ScanAll(const Snapshot& snapshot, const Metric& metric) {
  const std::vector<SeriesId> series = AllSeries(snapshot, metric.id);
  const auto cursor = snapshot.Scan(
      {.metric = metric.id, .series = series, .steps = {0, kSteps}});
  while (true) {
    const absl::StatusOr<bool> more = cursor->Next();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
  }
}

absl::Status TakeAndScan(const Database& database, const Metric& metric) {
  return ScanAll(*database.TakeSnapshot(), metric);
}

TEST_CASE("every call of a closed database says that it is closed", "[close]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  const bool read_only = GENERATE(false, true);
  CAPTURE(home, read_only);
  DatabaseHome at(home);
  auto database = at.Open();
  const auto metric = Fill(database.get());
  const uint64_t last_commit = database->Stats().commit;
  REQUIRE(database->Close() == absl::OkStatus());
  DatabaseOptions options;
  options.read_only = read_only;
  database = *at.TryOpen(options);
  REQUIRE(database->Close() == absl::OkStatus());

  const std::vector<SeriesId> series = {0, 1};
  const std::vector<std::pair<std::string, absl::Status>> calls = {
      {"Define anew", database->Define(Spec("other")).status()},
      {"Define again", database->Define(Spec("m")).status()},
      {"DropMetric", database->DropMetric("m")},
      {"Write", database->Write(OneSample(metric, "x", 1), {}).status()},
      {"Write nothing", database->Write(SampleBatch(), {}).status()},
      {"Delete", database->Delete(*metric, series, {0, 9}, {}).status()},
      {"NewBulkLoader", database->NewBulkLoader(metric, 1 << 20).status()},
      {"RunUpkeep", database->RunUpkeep()},
      {"Compact", database->Compact()},
      {"ImportCsv",
       ImportCsv(*database, ImportSpec{"x", "m", {}, {}, {}}, {}).status()},
  };
  for (const auto& [name, status] : calls) {
    CAPTURE(name);
    CHECK(status == absl::FailedPreconditionError("the database is closed"));
  }
  // Its snapshot may be used as any other: it has the names.
  const auto snapshot = database->TakeSnapshot();
  REQUIRE(snapshot != nullptr);
  CHECK(snapshot->CheckOpen().code() == absl::StatusCode::kFailedPrecondition);
  REQUIRE(snapshot->FindMetric("m") != nullptr);
  CHECK(snapshot->commit() == last_commit);
  CHECK(TakeAndScan(*database, *metric) == snapshot->CheckOpen());
  CHECK(snapshot->StepBounds(metric->id).status() == snapshot->CheckOpen());
  CHECK(database->Stats().metric_count == 0);
  CHECK(database->read_only() == read_only);
  CHECK(database->Close() == absl::OkStatus());
}

TEST_CASE("what outlives a database neither reads nor keeps its store",
          "[close]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  const bool destroyed = GENERATE(false, true);
  CAPTURE(home, destroyed);
  DatabaseHome at(home);
  auto database = at.Open();
  const auto metric = Fill(database.get());
  const auto snapshot = database->TakeSnapshot();
  const std::vector<SeriesId> series = AllSeries(*snapshot, metric->id);
  const ScanRequest request = {
      .metric = metric->id, .series = series, .steps = {0, kSteps}};
  const auto untouched = snapshot->Scan(request);
  const auto under_way = snapshot->Scan(request);
  REQUIRE(*under_way->Next());
  const Slab slab = under_way->slab();
  REQUIRE(snapshot->StepBounds(metric->id)->has_value());
  auto loader = *database->NewBulkLoader(metric, uint64_t{1} << 20);
  const absl::string_view members[] = {"app 1"};
  REQUIRE(loader->Add(3, members, 7) == absl::OkStatus());

  if (destroyed) {
    database.reset();
  } else {
    REQUIRE(database->Close() == absl::OkStatus());
  }

  const absl::Status closed =
      absl::FailedPreconditionError("the database is closed");
  CHECK(snapshot->CheckOpen() == closed);
  CHECK(snapshot->StepBounds(metric->id).status() == closed);
  CHECK(snapshot->CountTiles(request).status() == closed);
  CHECK(snapshot->Scan(request)->Next().status() == closed);
  CHECK(untouched->Next().status() == closed);
  CHECK(under_way->Next().status() == closed);
  CHECK(loader->Add(4, members, 7) == closed);
  CHECK(loader->SeriesOf(members).status() == closed);
  CHECK(loader->AddRows({}) == closed);
  CHECK(loader->Finish().status() == closed);
  // What is in memory stays: names, and the slab that was read.
  CHECK(snapshot->FindMetric("m")->id == metric->id);
  CHECK(snapshot->MemberName("app", 1) == "app 0");
  CHECK(slab.values[1] == 1);
  // Nothing is locked, and what was written is there.
  auto again = at.TryOpen();
  REQUIRE(again.status() == absl::OkStatus());
  CHECK(ReadSamples(*(*again)->TakeSnapshot(), *metric).size() ==
        size_t{kSeries} * kSteps);
}

// A call that may overlap closing, by name; `turn` counts from 0.
struct Overlap {
  std::string name;
  std::function<absl::Status(Database*, const Metric&, int thread, int turn)>
      call;
};

std::vector<Overlap> Overlaps(const std::shared_ptr<const Metric>& metric,
                              std::shared_ptr<const Snapshot> held) {
  return {
      {"Write",
       [metric](Database* database, const Metric&, int thread, int turn) {
         return database
             ->Write(OneSample(metric, absl::StrCat("w", thread), turn),
                     {.durability = Durability::kProcessCrash})
             .status();
       }},
      {"Define",
       [](Database* database, const Metric&, int thread, int turn) {
         return database->Define(Spec(absl::StrCat("x", thread, "_", turn)))
             .status();
       }},
      {"DropMetric",
       [](Database* database, const Metric&, int, int) {
         const absl::Status status = database->DropMetric("nothing");
         return absl::IsNotFound(status) ? absl::OkStatus() : status;
       }},
      {"Delete",
       [](Database* database, const Metric& of, int, int turn) {
         const std::vector<SeriesId> series = {0, 1};
         return database->Delete(of, series, {0, 1 + turn % kSteps}, {})
             .status();
       }},
      {"bulk load", [metric](Database* database, const Metric&, int,
                             int) { return Load(database, metric); }},
      {"RunUpkeep", [](Database* database, const Metric&, int,
                       int) { return database->RunUpkeep(); }},
      {"Compact", [](Database* database, const Metric&, int,
                     int) { return database->Compact(); }},
      {"Stats",
       [](Database* database, const Metric&, int, int) {
         return database->Stats().commit > 0
                    ? absl::OkStatus()
                    : absl::FailedPreconditionError("no stats");
       }},
      {"scan of a new snapshot",
       [](Database* database, const Metric& of, int, int) {
         return TakeAndScan(*database, of);
       }},
      {"scan of a held snapshot",
       [held = std::move(held)](Database*, const Metric& of, int, int) {
         return ScanAll(*held, of);
       }},
      {"bounds and counts",
       [](Database* database, const Metric& of, int, int) {
         const auto snapshot = database->TakeSnapshot();
         const std::vector<SeriesId> series = {0};
         const absl::Status bounds = snapshot->StepBounds(of.id).status();
         return bounds.ok() ? snapshot
                                  ->CountTiles({.metric = of.id,
                                                .series = series,
                                                .steps = {0, kSteps}})
                                  .status()
                            : bounds;
       }},
  };
}

TEST_CASE("calls that overlap closing end with a status", "[close][thread]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  const bool destroyed_after = GENERATE(false, true);
  const int kinds = static_cast<int>(Overlaps(nullptr, nullptr).size());
  const int kind = GENERATE_COPY(range(0, kinds));
  CAPTURE(home, destroyed_after, kind);
  DatabaseHome at(home);
  auto database = *at.TryOpen();
  const auto metric = Fill(database.get());
  const Overlap overlap =
      Overlaps(metric, database->TakeSnapshot())[static_cast<size_t>(kind)];
  CAPTURE(overlap.name);

  // Closing begins after so many calls, in the middle of another.
  const int calls_before = 2 + kind % 3;
  std::atomic<int> done = 0;
  constexpr int kThreads = 2;
  std::vector<absl::Status> last(kThreads);
  std::vector<int> succeeded(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const size_t at_thread = static_cast<size_t>(thread);
      while (true) {
        last[at_thread] =
            overlap.call(database.get(), *metric, thread, succeeded[at_thread]);
        ++done;
        if (!last[at_thread].ok()) return;
        ++succeeded[at_thread];
      }
    });
  }
  while (done < calls_before) std::this_thread::yield();
  const absl::Status closed = database->Close();
  for (std::thread& thread : threads) thread.join();
  if (destroyed_after) database.reset();

  CHECK(closed == absl::OkStatus());
  for (const absl::Status& status : last) {
    CAPTURE(status);
    CHECK(absl::IsFailedPrecondition(status));
  }
  auto again = at.TryOpen();
  REQUIRE(again.status() == absl::OkStatus());
  const Samples samples = ReadSamples(*(*again)->TakeSnapshot(), *metric);
  if (overlap.name == "Write") {
    // What was acknowledged, and no more than the write that was under way.
    for (int thread = 0; thread < kThreads; ++thread) {
      const std::string app = absl::StrCat("w", thread);
      const int written = succeeded[static_cast<size_t>(thread)];
      for (int step = 0; step < written; ++step) {
        CHECK(samples.count({app, step}) == 1);
      }
      CHECK(samples.count({app, written}) == 0);
    }
  } else if (overlap.name != "Delete") {
    CHECK(samples.size() == size_t{kSeries} * kSteps);
  }
}

TEST_CASE("snapshots and cursors may be let go while closing",
          "[close][thread]") {
  const Home home = GENERATE(Home::kMemory, Home::kDisk);
  CAPTURE(home);
  for (int round = 0; round < 8; ++round) {
    DatabaseHome at(home);
    auto database = at.Open();
    const auto metric = Fill(database.get());
    std::atomic<int> held = 0;
    std::atomic<bool> closing = false;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 2; ++thread) {
      threads.emplace_back([&] {
        std::vector<std::shared_ptr<const Snapshot>> snapshots;
        std::vector<std::unique_ptr<SlabCursor>> cursors;
        const std::vector<SeriesId> series = {0, 1, 200};
        for (int i = 0; i < 20; ++i) {
          snapshots.push_back(database->TakeSnapshot());
          cursors.push_back(snapshots.back()->Scan(
              {.metric = metric->id, .series = series, .steps = {0, kSteps}}));
          cursors.back()->Next().IgnoreError();
        }
        ++held;
        while (!closing) std::this_thread::yield();
      });
    }
    while (held < 2) std::this_thread::yield();
    closing = true;
    CHECK(database->Close() == absl::OkStatus());
    for (std::thread& thread : threads) thread.join();
    CHECK(at.TryOpen().ok());
  }
}

TEST_CASE("closing from several threads closes once", "[close][thread]") {
  DatabaseHome at(Home::kDisk);
  auto database = at.Open();
  Fill(database.get());
  std::vector<absl::Status> statuses(4, absl::UnknownError("not run"));
  std::vector<std::thread> threads;
  for (absl::Status& status : statuses) {
    threads.emplace_back([&] { status = database->Close(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) CHECK(status == absl::OkStatus());
  CHECK(at.TryOpen().ok());
}

}  // namespace
}  // namespace footfall
