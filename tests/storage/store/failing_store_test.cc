// The store that fails on purpose does it as it says.

#include "tests/support/failing_store.h"

#include "storage/store/memory_store.h"
#include "tests/storage/store/store_under_test.h"
#include "tests/support/catch.h"
#include "tests/support/lent_store.h"

namespace footfall::testing {
namespace {

constexpr Keyspace kTiles = Keyspace::kTiles;

StoreBatch PutOf(const std::string& key) {
  StoreBatch batch;
  batch.Put(kTiles, key, "1");
  return batch;
}

TEST_CASE("a failing store fails at its n-th call and from then on",
          "[support]") {
  const std::shared_ptr<Store> inner = storage::NewMemoryStore();
  auto plan = std::make_shared<FailurePlan>();
  FailingStore store(std::make_shared<LentStore>(inner), plan);
  plan->fail_at = 3;
  CHECK(store.Apply(PutOf("a"), Durability::kPowerLoss).ok());
  CHECK(store.Flush().ok());
  CHECK(!plan->failed);
  CHECK(store.Apply(PutOf("b"), Durability::kPowerLoss).code() ==
        absl::StatusCode::kUnavailable);
  CHECK(plan->failed);
  CHECK(!store.Apply(PutOf("c"), Durability::kPowerLoss).ok());
  CHECK(!store.NewStage().ok());
  // Reads go on.
  CHECK(Read(store, kTiles) == Contents{{"a", "1"}});
  CHECK(plan->calls == 5);
}

TEST_CASE("a batch that was applied but reported failed shows up later",
          "[support]") {
  const bool publish = GENERATE(false, true);
  const std::shared_ptr<Store> inner = storage::NewMemoryStore();
  auto plan = std::make_shared<FailurePlan>();
  plan->mode = FailureMode::kAppliedButReportedFailed;
  {
    FailingStore store(std::make_shared<LentStore>(inner), plan);
    CHECK(store.Apply(PutOf("a"), Durability::kPowerLoss).ok());
    if (publish) {
      plan->fail_at = 4;
      auto stage = store.NewStage();
      REQUIRE(stage.ok());
      REQUIRE((*stage)->Add(StoreBatch::Kind::kPut, kTiles, "b", "1").ok());
      CHECK(!store.Publish(*std::move(stage), StoreBatch()).ok());
    } else {
      plan->fail_at = 2;
      CHECK(!store.Apply(PutOf("b"), Durability::kPowerLoss).ok());
    }
    CHECK(Read(store, kTiles) == Contents{{"a", "1"}});
  }
  CHECK(Read(*inner, kTiles) == Contents{{"a", "1"}, {"b", "1"}});
}

TEST_CASE("a failing store's reads fail when told to", "[support]") {
  const auto code =
      GENERATE(absl::StatusCode::kDataLoss, absl::StatusCode::kUnavailable);
  auto plan = std::make_shared<FailurePlan>();
  FailingStore store(storage::NewMemoryStore(), plan);
  REQUIRE(store.Apply(PutOf("a"), Durability::kPowerLoss).ok());
  const std::unique_ptr<StoreView> view = store.TakeView();
  const std::unique_ptr<StoreIterator> iterator = view->Scan(kTiles, "", "");
  plan->read_failure = code;
  std::string value;
  CHECK(view->Get(kTiles, "a", &value).status().code() == code);
  CHECK(iterator->Next().status().code() == code);
  plan->read_failure = absl::StatusCode::kOk;
  CHECK(*view->Get(kTiles, "a", &value));
}

}  // namespace
}  // namespace footfall::testing
