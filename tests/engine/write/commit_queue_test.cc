// The commit queue: groups, failures, and a store that breaks.

#include "engine/write/commit_queue.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "engine/catalog/records.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/failing_store.h"
#include "tests/support/store_wrapper.h"

namespace footfall::engine {
namespace {

using testing::FailingStore;
using testing::FailureMode;
using testing::FailurePlan;
using testing::ReadSamples;
using testing::Samples;

// A store that counts the batches that reach it and can hold them up.
class GatedStore final : public testing::StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;

  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    ++applied;
    synced += durability == Durability::kPowerLoss ? 1 : 0;
    while (closed) {
      std::this_thread::yield();
    }
    return target().Apply(batch, durability);
  }

  std::atomic<bool> closed = false;
  std::atomic<int> applied = 0;
  std::atomic<int> synced = 0;
};

std::unique_ptr<CommitQueue> NewQueue(Store* store) {
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, FormatKey(), EncodeNumber(kFormatVersion));
  REQUIRE(store->Apply(batch, Durability::kPowerLoss) == absl::OkStatus());
  auto catalog = Catalog::Load(*store->TakeView(), std::nullopt);
  REQUIRE(catalog.ok());
  return std::make_unique<CommitQueue>(store, *std::move(catalog),
                                       /*read_only=*/false,
                                       std::make_shared<OpenGate>(), nullptr);
}

absl::StatusOr<uint64_t> Put(CommitQueue* queue, const std::string& key,
                             Durability durability = Durability::kPowerLoss) {
  return queue->Run(durability, key.size(),
                    [&](CommitQueue::Change& change) -> absl::Status {
                      change.batch->Put(Keyspace::kTiles, key, "x");
                      return absl::OkStatus();
                    });
}

TEST_CASE("batches that wait together share one sync and keep their numbers",
          "[write][thread]") {
  GatedStore store(storage::NewMemoryStore());
  const auto queue = NewQueue(&store);
  const int before = store.applied;
  store.closed = true;
  // Catch2's own macros belong to one thread.
  absl::StatusOr<uint64_t> led = absl::UnknownError("not run");
  std::thread leader([&] { led = Put(queue.get(), "leader"); });
  while (store.applied == before) {
    std::this_thread::yield();
  }
  constexpr int kWaiting = 12;
  std::vector<uint64_t> commits(kWaiting);
  std::vector<absl::Status> statuses(kWaiting);
  std::atomic<int> started = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWaiting; ++i) {
    threads.emplace_back([&, i] {
      ++started;
      const auto work = [&](CommitQueue::Change& change) -> absl::Status {
        if (i % 3 == 0) {
          return absl::NotFoundError("mine alone");
        }
        change.batch->Put(Keyspace::kTiles, "key" + std::to_string(i), "x");
        return absl::OkStatus();
      };
      const auto commit = queue->Run(Durability::kPowerLoss, 10, work);
      statuses[static_cast<size_t>(i)] = commit.status();
      commits[static_cast<size_t>(i)] = commit.ok() ? *commit : 0;
    });
  }
  // Snapshots are never behind the sync.
  CHECK(queue->current()->commit() == 0);
  while (started < kWaiting) {
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  store.closed = false;
  leader.join();
  for (std::thread& thread : threads) {
    thread.join();
  }
  REQUIRE(led.status() == absl::OkStatus());
  CHECK(*led == 1);
  // One for the leader; those behind it in one or, where a thread was slow to
  // queue up, a few.
  CHECK(store.applied - before <= 1 + kWaiting / 2);
  std::map<uint64_t, int> numbers;
  for (int i = 0; i < kWaiting; ++i) {
    CAPTURE(i);
    const absl::Status& status = statuses[static_cast<size_t>(i)];
    if (i % 3 == 0) {
      CHECK(status == absl::NotFoundError("mine alone"));
    } else {
      CHECK(status == absl::OkStatus());
      ++numbers[commits[static_cast<size_t>(i)]];
    }
  }
  CHECK(numbers.size() == 8);  // all different
  CHECK(numbers.begin()->first == 2);
  CHECK(numbers.rbegin()->first == 9);
  CHECK(queue->current()->commit() == 9);
  std::string value;
  for (int i = 0; i < kWaiting; ++i) {
    CHECK(*queue->current()->view().Get(Keyspace::kTiles,
                                        "key" + std::to_string(i),
                                        &value) == (i % 3 != 0));
  }
}

TEST_CASE("a group is synced only where someone asked for it", "[write]") {
  GatedStore store(storage::NewMemoryStore());
  const auto queue = NewQueue(&store);
  const int synced = store.synced;
  REQUIRE(Put(queue.get(), "a", Durability::kProcessCrash).ok());
  CHECK(store.synced == synced);
  REQUIRE(Put(queue.get(), "b", Durability::kPowerLoss).ok());
  CHECK(store.synced == synced + 1);
}

TEST_CASE("an entry that changes nothing is no commit", "[write]") {
  GatedStore store(storage::NewMemoryStore());
  const auto queue = NewQueue(&store);
  REQUIRE(Put(queue.get(), "a").ok());
  const int applied = store.applied;
  const auto nothing =
      queue->Run(Durability::kPowerLoss, 0,
                 [](CommitQueue::Change&) { return absl::OkStatus(); });
  CHECK(*nothing == 1);
  CHECK(store.applied == applied);
  // What readers cannot tell from before keeps the number, and is published.
  const auto upkeep = queue->RunAlone(
      Durability::kProcessCrash, [](CommitQueue::Change& change) {
        change.is_commit = false;
        change.batch->Put(Keyspace::kTiles, "folded", "x");
        return absl::OkStatus();
      });
  CHECK(*upkeep == 1);
  CHECK(queue->current()->commit() == 1);
  std::string value;
  CHECK(*queue->current()->view().Get(Keyspace::kTiles, "folded", &value));
}

TEST_CASE("an entry alone sees the state right before it", "[write][thread]") {
  GatedStore store(storage::NewMemoryStore());
  const auto queue = NewQueue(&store);
  constexpr int kThreads = 4;
  constexpr int kRounds = 50;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        // A counter without a lock of its own.
        const auto work = [&](CommitQueue::Change& change) -> absl::Status {
          std::string value;
          const auto found =
              change.current->view().Get(Keyspace::kTiles, "counter", &value);
          const int count = found.ok() && *found ? std::stoi(value) : 0;
          change.batch->Put(Keyspace::kTiles, "counter",
                            std::to_string(count + 1));
          return absl::OkStatus();
        };
        failures +=
            queue->RunAlone(Durability::kProcessCrash, work).ok() ? 0 : 1;
        failures +=
            Put(queue.get(), "other", Durability::kProcessCrash).ok() ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(failures == 0);
  std::string value;
  REQUIRE(*queue->current()->view().Get(Keyspace::kTiles, "counter", &value));
  CHECK(value == std::to_string(kThreads * kRounds));
  CHECK(queue->current()->commit() == 2 * kThreads * kRounds);
}

TEST_CASE("an entry that fails half way leaves nothing", "[write]") {
  GatedStore store(storage::NewMemoryStore());
  const auto queue = NewQueue(&store);
  const auto half =
      queue->Run(Durability::kPowerLoss, 0, [](CommitQueue::Change& change) {
        change.batch->Put(Keyspace::kTiles, "half", "x");
        return absl::InternalError("a promise of our own");
      });
  CHECK(half.status() == absl::InternalError("a promise of our own"));
  CHECK(*Put(queue.get(), "a") == 1);
  CHECK(queue->current()->commit() == 1);
  std::string value;
  CHECK(!*queue->current()->view().Get(Keyspace::kTiles, "half", &value));
}

TEST_CASE("after Close nothing is taken", "[write]") {
  GatedStore store(storage::NewMemoryStore());
  const auto queue = NewQueue(&store);
  REQUIRE(Put(queue.get(), "a").ok());
  queue->Close();
  CHECK(absl::IsFailedPrecondition(Put(queue.get(), "b").status()));
  CHECK(absl::IsFailedPrecondition(queue->CheckOpen()));
  CHECK(queue->current() == nullptr);
}

MetricSpec DauSpec() {
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app"}};
  return spec;
}

TEST_CASE("a failed Apply shows nothing, latches, and is whole or absent later",
          "[write][failure]") {
  // Every writing call fails once; from it on the store is broken.
  for (const FailureMode mode :
       {FailureMode::kNotApplied, FailureMode::kAppliedButReportedFailed}) {
    for (uint64_t fail_at = 1; fail_at < 40; ++fail_at) {
      CAPTURE(fail_at, static_cast<int>(mode));
      const std::shared_ptr<Store> memory = storage::NewMemoryStore();
      auto plan = std::make_shared<FailurePlan>();
      plan->mode = mode;
      DatabaseOptions options;
      options.background_upkeep = false;
      Samples acknowledged;
      Samples in_doubt;
      {
        auto opened = Database::Open(
            std::make_unique<FailingStore>(
                std::make_shared<testing::LentStore>(memory), plan),
            options);
        REQUIRE(opened.ok());
        const auto database = *std::move(opened);
        auto metric = database->Define(DauSpec());
        REQUIRE(metric.ok());
        plan->fail_at = plan->calls + fail_at;
        int latched = 0;
        for (int64_t i = 0; i < 30; ++i) {
          if (i % 10 == 9) {
            database->RunUpkeep().IgnoreError();  // may be what breaks
          }
          SampleBatch batch;
          Samples written;
          for (int64_t app = 0; app <= i; ++app) {
            batch.RowsOf(*metric).AddStep(20000 + 40 * i,
                                          {"app" + std::to_string(app)}, i);
            written[{"app" + std::to_string(app), 20000 + 40 * i}] = i;
          }
          const auto result = database->Write(batch, {});
          const auto snapshot = database->TakeSnapshot();
          if (result.ok()) {
            acknowledged.insert(written.begin(), written.end());
          } else if (latched++ == 0 && absl::IsUnavailable(result.status())) {
            in_doubt = written;
            CHECK_THAT(
                std::string(result.status().message()),
                ContainsSubstring("unknown") && ContainsSubstring("again"));
          } else {
            CHECK(absl::IsFailedPrecondition(result.status()));
            CHECK_THAT(std::string(result.status().message()),
                       ContainsSubstring("no more writes"));
          }
          // Reads go on, and never see what was not acknowledged.
          CHECK(ReadSamples(*snapshot, **metric) == acknowledged);
        }
        CHECK((latched > 0) == (plan->failed == true));
        if (latched > 0) {
          CHECK(absl::IsFailedPrecondition(database->DropMetric("dau")));
          CHECK(absl::IsFailedPrecondition(database->Compact()));
        }
      }
      // Opened again: every acknowledged batch is whole, the one in doubt is
      // whole or absent.
      auto opened =
          Database::Open(std::make_unique<testing::LentStore>(memory), options);
      REQUIRE(opened.status() == absl::OkStatus());
      const auto metric = *(*opened)->Define(DauSpec());
      const Samples found = ReadSamples(*(*opened)->TakeSnapshot(), *metric);
      Samples with_doubt = acknowledged;
      with_doubt.insert(in_doubt.begin(), in_doubt.end());
      const bool whole_or_absent = found == acknowledged || found == with_doubt;
      CHECK(whole_or_absent);
      if (mode == FailureMode::kAppliedButReportedFailed) {
        CHECK(found == with_doubt);
      }
      // A number given in the lost batch is not another series' now.
      SampleBatch batch;
      batch.RowsOf(metric).AddStep(30000, {"new"}, 1);
      REQUIRE((*opened)->Write(batch, {}).ok());
      with_doubt = found;
      with_doubt[{"new", 30000}] = 1;
      CHECK(ReadSamples(*(*opened)->TakeSnapshot(), *metric) == with_doubt);
    }
  }
}

TEST_CASE("writers beside each other lose nothing", "[write][thread]") {
  const testing::Home home =
      GENERATE(testing::Home::kMemory, testing::Home::kDisk);
  CAPTURE(home);
  testing::DatabaseHome at(home);
  DatabaseOptions options;  // upkeep in its thread
  Samples expected;
  constexpr int kThreads = 4;
  constexpr int kBatches = 60;
  std::shared_ptr<const Metric> metric;
  {
    const auto database = *at.TryOpen(options);
    metric = *database->Define(DauSpec());
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < kBatches; ++i) {
          // Two rows that must be seen together.
          SampleBatch batch;
          const std::string app = "app" + std::to_string(thread * 7 + i % 7);
          batch.RowsOf(metric).AddStep(20000 + i, {app}, i);
          batch.RowsOf(metric).AddStep(21000 + i, {app}, i);
          failures += database->Write(batch, {}).ok() ? 0 : 1;
        }
      });
    }
    std::thread reader([&] {
      uint64_t last = 0;
      while (!done) {
        const auto snapshot = database->TakeSnapshot();
        torn += snapshot->commit() < last ? 1 : 0;
        last = snapshot->commit();
        const auto samples = testing::TryReadSamples(
            *snapshot, *metric, testing::AllSeries(*snapshot, metric->id),
            metric->grid.Limits());
        if (!samples.ok()) {
          ++torn;
          continue;
        }
        for (const auto& [key, value] : *samples) {
          const int64_t other =
              key.second < 21000 ? key.second + 1000 : key.second - 1000;
          torn += samples->count({key.first, other}) == 1 ? 0 : 1;
        }
      }
    });
    for (std::thread& thread : threads) {
      thread.join();
    }
    done = true;
    reader.join();
    CHECK(failures == 0);
    CHECK(torn == 0);
    for (int thread = 0; thread < kThreads; ++thread) {
      for (int i = 0; i < kBatches; ++i) {
        const std::string app = "app" + std::to_string(thread * 7 + i % 7);
        expected[{app, 20000 + i}] = i;
        expected[{app, 21000 + i}] = i;
      }
    }
    CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
    CHECK(database->Stats().commit == 1 + kThreads * kBatches);
  }
  const auto database = *at.TryOpen(options);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
}

}  // namespace
}  // namespace footfall::engine
