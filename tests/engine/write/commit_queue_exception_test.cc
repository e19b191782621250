// The commit queue, where memory runs out in the middle.

#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/catalog/catalog.h"
#include "engine/catalog/records.h"
#include "engine/write/commit_queue.h"
#include "footfall/database.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"
#include "tests/support/database_home.h"
#include "tests/support/lent_store.h"
#include "tests/support/store_wrapper.h"

namespace footfall::engine {
namespace {

using testing::LentStore;
using testing::ReadSamples;

// Throws where it is told to.
class ThrowingStore final : public testing::StoreWrapper {
 public:
  ThrowingStore() : StoreWrapper(storage::NewMemoryStore()) {}

  absl::Status Apply(const StoreBatch& batch, Durability durability) override {
    if (throw_before_apply) throw std::bad_alloc();
    const absl::Status status = target().Apply(batch, durability);
    if (throw_after_apply) throw std::bad_alloc();
    return status;
  }
  std::unique_ptr<StoreView> TakeView() override {
    if (throw_in_view) throw std::bad_alloc();
    return target().TakeView();
  }

  bool throw_before_apply = false;
  bool throw_after_apply = false;
  bool throw_in_view = false;
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

absl::Status Put(CommitQueue* queue, const std::string& key) {
  return queue
      ->Run(Durability::kPowerLoss, key.size(),
            [&](CommitQueue::Change& change) -> absl::Status {
              change.batch->Put(Keyspace::kTiles, key, "x");
              return absl::OkStatus();
            })
      .status();
}

bool Has(const CommitQueue& queue, const std::string& key) {
  std::string value;
  return *queue.current()->view().Get(Keyspace::kTiles, key, &value);
}

MetricSpec Spec(const std::string& name) {
  MetricSpec spec;
  spec.name = name;
  spec.dimensions = {{"app", Additivity::kAdds}};
  return spec;
}

TEST_CASE("an entry that throws writes nothing and stops nobody", "[write]") {
  ThrowingStore store;
  const auto queue = NewQueue(&store);
  REQUIRE(Put(queue.get(), "before") == absl::OkStatus());
  const auto thrown = queue->Run(
      Durability::kPowerLoss, 0,
      [](CommitQueue::Change& change) -> absl::Status {
        // Half done: in the catalog, and partly in the batch.
        REQUIRE(change.catalog->Define(Spec("half"), change.batch).ok());
        throw std::bad_alloc();
      });
  CHECK(absl::IsResourceExhausted(thrown.status()));
  CHECK(queue->current()->commit() == 1);
  CHECK(queue->current()->FindMetric("half") == nullptr);
  CHECK(Put(queue.get(), "after") == absl::OkStatus());
  CHECK(queue->current()->commit() == 2);
  CHECK(Has(*queue, "before"));
  CHECK(Has(*queue, "after"));
  // The next leader found a catalog without it.
  const auto defined =
      queue->Run(Durability::kPowerLoss, 0, [](CommitQueue::Change& change) {
        return change.catalog->Define(Spec("half"), change.batch).status();
      });
  CHECK(defined.status() == absl::OkStatus());
  CHECK(queue->current()->FindMetric("half")->id == 1);
}

TEST_CASE("neighbours of an entry that throws are told, not stuck",
          "[write][thread]") {
  ThrowingStore store;
  const auto queue = NewQueue(&store);
  constexpr int kThreads = 4;
  constexpr int kRounds = 200;
  // Catch2's own macros belong to one thread.
  std::vector<int> written(kThreads);
  std::vector<int> refused(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < kRounds; ++round) {
        const std::string key =
            "key " + std::to_string(i) + " " + std::to_string(round);
        const auto status =
            queue
                ->Run(Durability::kProcessCrash, 10,
                      [&](CommitQueue::Change& change) -> absl::Status {
                        change.batch->Put(Keyspace::kTiles, key, "x");
                        if (i == 0 && round % 3 == 0) throw std::bad_alloc();
                        return absl::OkStatus();
                      })
                .status();
        const bool there = Has(*queue, key);
        written[static_cast<size_t>(i)] += status.ok() && there ? 1 : 0;
        refused[static_cast<size_t>(i)] +=
            absl::IsResourceExhausted(status) && !there ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kThreads; ++i) {
    const size_t at = static_cast<size_t>(i);
    CHECK(written[at] + refused[at] == kRounds);
    CHECK((i != 0 || refused[at] >= kRounds / 3));
  }
}

TEST_CASE("a store that throws leaves the outcome unknown", "[write]") {
  ThrowingStore store;
  const auto queue = NewQueue(&store);
  const bool was_applied = GENERATE(false, true);
  store.throw_before_apply = !was_applied;
  store.throw_after_apply = was_applied;
  CHECK(absl::IsUnavailable(Put(queue.get(), "unknown")));
  store.throw_before_apply = store.throw_after_apply = false;
  CHECK(absl::IsFailedPrecondition(Put(queue.get(), "later")));
  CHECK(absl::IsFailedPrecondition(queue->CheckOpen()));
  CHECK(queue->current()->commit() == 0);
}

TEST_CASE("a write that cannot be shown is shown later", "[write]") {
  ThrowingStore store;
  const auto queue = NewQueue(&store);
  store.throw_in_view = true;
  CHECK(absl::IsUnavailable(Put(queue.get(), "first")));
  CHECK(!Has(*queue, "first"));
  // Nothing is written on a state that readers cannot see.
  CHECK(absl::IsResourceExhausted(Put(queue.get(), "second")));
  store.throw_in_view = false;
  CHECK(Put(queue.get(), "third") == absl::OkStatus());
  CHECK(Has(*queue, "first"));
  CHECK(!Has(*queue, "second"));
  CHECK(Has(*queue, "third"));
  CHECK(queue->current()->commit() == 2);
}

// Series of a batch that was given up may not be used by rows that were
// prepared before the catalog was read anew.
TEST_CASE("rows prepared beside a batch that throws get numbers of their own",
          "[write]") {
  auto store = std::make_shared<ThrowingStore>();
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = *Database::Open(std::make_unique<LentStore>(store), options);
  const auto metric = *database->Define(Spec("m"));
  const auto write = [&](absl::string_view app) {
    SampleBatch batch;
    batch.RowsOf(metric).AddStep(1, {app}, int64_t{1});
    return database->Write(batch, {}).status();
  };
  REQUIRE(write("first") == absl::OkStatus());
  store->throw_in_view = true;
  CHECK(absl::IsUnavailable(write("second")));
  CHECK(absl::IsResourceExhausted(write("third")));
  store->throw_in_view = false;
  CHECK(write("fourth") == absl::OkStatus());
  CHECK(write("third") == absl::OkStatus());
  const testing::Samples expected = {{{"first", 1}, 1},
                                     {{"second", 1}, 1},
                                     {{"third", 1}, 1},
                                     {{"fourth", 1}, 1}};
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
  REQUIRE(database->Close() == absl::OkStatus());
  database = *Database::Open(std::make_unique<LentStore>(store), options);
  CHECK(ReadSamples(*database->TakeSnapshot(), *metric) == expected);
}

}  // namespace
}  // namespace footfall::engine
