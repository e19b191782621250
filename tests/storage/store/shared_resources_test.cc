// One cache and one limit of background writes for several stores.

#include "footfall/shared_resources.h"

#include <memory>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/one_budget.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

std::shared_ptr<SharedResources> Share(const SharedLimits& limits) {
  auto shared = SharedResources::New(limits);
  INFO(shared.status());
  REQUIRE(shared.ok());
  return *std::move(shared);
}

std::unique_ptr<Store> OpenShared(const std::string& path,
                                  std::shared_ptr<SharedResources> shared,
                                  bool read_only = false) {
  auto store = storage::OpenRocksdbStore(
      path, {.read_only = read_only, .shared = std::move(shared)});
  INFO(store.status());
  REQUIRE(store.ok());
  return *std::move(store);
}

// 8 MiB that do not compress, in tables.
void Fill(Store* store, unsigned seed) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 128; ++i) {
    std::string value(64 << 10, ' ');
    for (char& byte : value) byte = static_cast<char>(random());
    StoreBatch batch;
    batch.Put(Keyspace::kTiles, absl::StrCat("tile", 1000 + i), value);
    REQUIRE(store->Apply(batch, Durability::kProcessCrash).ok());
  }
  REQUIRE(store->Flush().ok());
}

void ReadAll(const Store& store, StoreView* view) {
  auto tiles = view->Scan(Keyspace::kTiles, "tile", "");
  int found = 0;
  for (auto more = tiles->Next();; more = tiles->Next()) {
    REQUIRE(more.ok());
    if (!*more) break;
    ++found;
  }
  CHECK(found == 128);
  CHECK(store.Stats().cache_misses >= 128);
}

TEST_CASE("stores that share their memory take one budget together",
          "[rocksdb]") {
  const TempDir folder;
  const auto shared = Share({.memory_budget_bytes = 4 * kMiB});
  for (const char* name : {"a", "b"}) {
    Fill(OpenShared(folder / name, nullptr).get(), name[0]);
  }
  // Each alone keeps what it has read, 8 MiB.
  for (const char* name : {"a", "b"}) {
    const auto store = OpenShared(folder / name, nullptr);
    ReadAll(*store, store->TakeView().get());
    CHECK(store->Stats().memory_bytes > 8 * kMiB);
  }
  const auto writer = OpenShared(folder / "a", shared);
  const auto reader = OpenShared(folder / "b", shared, /*read_only=*/true);
  for (Store* store : {writer.get(), reader.get(), writer.get()}) {
    ReadAll(*store, store->TakeView().get());
    CHECK(shared->memory_bytes() > 2 * kMiB);
    CHECK(shared->memory_bytes() < 6 * kMiB);
    CheckOneBudget(*shared, {
                                [&] { return writer->Stats().memory_bytes; },
                                [&] { return reader->Stats().memory_bytes; },
                            });
  }
}

TEST_CASE("what stores write in the background counts against one limit",
          "[rocksdb]") {
  const TempDir folder;
  auto shared = Share({.max_background_bytes_per_second = 1024 * kMiB});
  CHECK(shared->background_bytes() == 0);
  auto a = OpenShared(folder / "a", shared);
  auto b = OpenShared(folder / "b", shared);
  Fill(a.get(), 1);
  const uint64_t of_a = shared->background_bytes();
  CHECK(of_a > 8 * kMiB);
  Fill(b.get(), 2);
  CHECK(shared->background_bytes() > of_a + 8 * kMiB);
  REQUIRE(b->Compact().ok());
  CHECK(shared->background_bytes() > of_a + 16 * kMiB);

  // They keep it.
  const std::weak_ptr<SharedResources> watched = shared;
  shared.reset();
  Fill(a.get(), 3);
  REQUIRE(a->Close().ok());
  REQUIRE(b->Close().ok());
  a.reset();
  b.reset();
  CHECK(watched.expired());
}

TEST_CASE("a rate at which nothing gets done is refused", "[rocksdb]") {
  for (const uint64_t rate :
       {uint64_t{1}, uint64_t{65'535}, (uint64_t{1} << 62) + 1, UINT64_MAX}) {
    const auto shared =
        SharedResources::New({.max_background_bytes_per_second = rate});
    CHECK(shared.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(shared.status().message(), absl::StrCat(rate)));
  }
  for (const uint64_t rate : {uint64_t{0}, uint64_t{65'536}}) {
    CHECK(Share({.max_background_bytes_per_second = rate}) != nullptr);
  }
  CHECK(Share({})->background_bytes() == 0);
}

}  // namespace
}  // namespace footfall::testing
