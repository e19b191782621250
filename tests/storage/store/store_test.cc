// What every Store does, over each backend.

#include "footfall/store.h"

#include <atomic>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/storage/store/store_under_test.h"
#include "tests/support/catch.h"

namespace footfall::testing {
namespace {

constexpr Keyspace kCatalog = Keyspace::kCatalog;
constexpr Keyspace kTiles = Keyspace::kTiles;
using Kind = StoreBatch::Kind;

Backend AnyBackend() { return GENERATE(Backend::kMemory, Backend::kRocksdb); }

// After an operation comes what may happen to its bytes.
enum class Then { kNothing, kFlush, kCompact, kReopen };

void Do(Then then, StoreUnderTest* store) {
  switch (then) {
    case Then::kNothing:
      return;
    case Then::kFlush:
      REQUIRE((*store)->Flush().ok());
      return;
    case Then::kCompact:
      REQUIRE((*store)->Compact().ok());
      return;
    case Then::kReopen:
      store->Reopen();
      return;
  }
}

void Apply(StoreUnderTest* store, const StoreBatch& batch) {
  const absl::Status status = (*store)->Apply(batch, Durability::kProcessCrash);
  INFO(status);
  REQUIRE(status.ok());
}

TEST_CASE("a batch does its operations in order", "[store]") {
  struct Case {
    const char* why;
    std::vector<StoreBatch::Operation> operations;
    Contents catalog;
    Contents tiles;
  };
  const Case test = GENERATE(values<Case>({
      {"nothing", {}, {}, {}},
      {"one put", {{Kind::kPut, kCatalog, "a", "1"}}, {{"a", "1"}}, {}},
      {"key spaces are apart",
       {{Kind::kPut, kCatalog, "a", "1"}, {Kind::kPut, kTiles, "a", "2"}},
       {{"a", "1"}},
       {{"a", "2"}}},
      {"the later put wins",
       {{Kind::kPut, kTiles, "a", "1"}, {Kind::kPut, kTiles, "a", "2"}},
       {},
       {{"a", "2"}}},
      {"an append to nothing",
       {{Kind::kAppend, kTiles, "a", "x"}},
       {},
       {{"a", "x"}}},
      {"appends add up in order",
       {{Kind::kAppend, kTiles, "a", "x"},
        {Kind::kAppend, kTiles, "b", "y"},
        {Kind::kAppend, kTiles, "a", "z"}},
       {},
       {{"a", "xz"}, {"b", "y"}}},
      {"a put buries what was appended",
       {{Kind::kAppend, kTiles, "a", "x"},
        {Kind::kPut, kTiles, "a", "p"},
        {Kind::kAppend, kTiles, "a", "y"}},
       {},
       {{"a", "py"}}},
      {"an append after a delete begins anew",
       {{Kind::kPut, kTiles, "a", "p"},
        {Kind::kDelete, kTiles, "a", ""},
        {Kind::kAppend, kTiles, "a", "y"}},
       {},
       {{"a", "y"}}},
      {"a delete of nothing", {{Kind::kDelete, kTiles, "a", ""}}, {}, {}},
      {"a range ends before its end",
       {{Kind::kPut, kTiles, "a", "1"},
        {Kind::kPut, kTiles, "b", "2"},
        {Kind::kAppend, kTiles, "c", "3"},
        {Kind::kPut, kTiles, "d", "4"},
        {Kind::kPut, kCatalog, "b", "5"},
        {Kind::kDeleteRange, kTiles, "b", "d"},
        {Kind::kAppend, kTiles, "c", "6"}},
       {{"b", "5"}},
       {{"a", "1"}, {"c", "6"}, {"d", "4"}}},
      {"a range that ends where it begins, or before",
       {{Kind::kPut, kTiles, "b", "2"},
        {Kind::kDeleteRange, kTiles, "b", "b"},
        {Kind::kDeleteRange, kTiles, "c", "a"}},
       {},
       {{"b", "2"}}},
      {"empty values are values",
       {{Kind::kPut, kCatalog, "a", ""}, {Kind::kAppend, kTiles, "b", ""}},
       {{"a", ""}},
       {{"b", ""}}},
      {"bytes of every kind",
       {{Kind::kPut, kTiles, std::string("\0\xff", 2), std::string("\0", 1)}},
       {},
       {{std::string("\0\xff", 2), std::string("\0", 1)}}},
  }));
  INFO(test.why);
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  for (const StoreBatch::Operation& operation : test.operations) {
    switch (operation.kind) {
      case Kind::kPut:
        batch.Put(operation.keyspace, operation.key, operation.value);
        break;
      case Kind::kAppend:
        batch.Append(operation.keyspace, operation.key, operation.value);
        break;
      case Kind::kDelete:
        batch.Delete(operation.keyspace, operation.key);
        break;
      case Kind::kDeleteRange:
        batch.DeleteRange(operation.keyspace, operation.key, operation.value);
        break;
    }
  }
  Apply(&store, batch);
  for (const Then then : {Then::kNothing, Then::kReopen}) {
    Do(then, &store);
    CHECK(Read(*store, kCatalog) == test.catalog);
    CHECK(Read(*store, kTiles) == test.tiles);
  }
}

TEST_CASE("a batch counts its bytes and can be used again", "[store]") {
  StoreBatch batch;
  CHECK(batch.empty());
  batch.Put(kCatalog, "key", "value");
  batch.Delete(kTiles, "gone");
  CHECK(batch.size_bytes() == 12);
  CHECK(batch.operations().size() == 2);
  batch.Clear();
  CHECK(batch.empty());
  CHECK(batch.size_bytes() == 0);
}

TEST_CASE("appends add up wherever their bytes have gone", "[store]") {
  const Then first = GENERATE(Then::kNothing, Then::kFlush, Then::kCompact);
  const Then second = GENERATE(Then::kCompact, Then::kReopen);
  const bool with_base = first != Then::kCompact;
  StoreUnderTest store(AnyBackend());
  std::string expected;
  StoreBatch batch;
  if (with_base) {
    batch.Put(kTiles, "k", "base");
    expected = "base";
    Apply(&store, batch);
    Do(first, &store);
  }
  for (int i = 0; i < 12; ++i) {
    const std::string part = absl::StrCat("<", i, ">");
    expected += part;
    batch.Clear();
    batch.Append(kTiles, "k", part);
    batch.Put(kTiles, absl::StrCat("other", i), part);
    Apply(&store, batch);
    Do(i % 5 == 2 ? first : i % 5 == 4 ? second : Then::kNothing, &store);
  }
  CHECK(Read(*store, kTiles)["k"] == expected);
  Do(second, &store);
  CHECK(Read(*store, kTiles)["k"] == expected);
  CHECK(Read(*store, kTiles).size() == 13);
}

TEST_CASE("a view stays as it was", "[store]") {
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  batch.Put(kTiles, "changed", "1");
  batch.Put(kTiles, "gone", "1");
  batch.Put(kTiles, "range1", "1");
  batch.Append(kTiles, "grown", "1");
  batch.Put(kCatalog, "name", "1");
  Apply(&store, batch);
  std::unique_ptr<StoreView> view = store->TakeView();
  const std::unique_ptr<StoreIterator> walking = view->Scan(kTiles, "", "");
  REQUIRE(*walking->Next());
  const Contents tiles = Read(*view, kTiles);
  REQUIRE(tiles.size() == 4);

  batch.Clear();
  batch.Put(kTiles, "changed", "2");
  batch.Delete(kTiles, "gone");
  batch.DeleteRange(kTiles, "range", "rangf");
  batch.Append(kTiles, "grown", "2");
  batch.Put(kTiles, "added", "2");
  batch.Put(kCatalog, "name", "2");
  Apply(&store, batch);
  const Contents after = {{"added", "2"}, {"changed", "2"}, {"grown", "12"}};
  CHECK(Read(*store, kTiles) == after);
  CHECK(Read(*view, kTiles) == tiles);
  CHECK(Read(*view, kCatalog) == Contents{{"name", "1"}});

  // Nor does it move when the bytes are rewritten, more than once.
  batch.Clear();
  batch.Put(kTiles, "changed", "3");
  Apply(&store, batch);
  REQUIRE(store->Flush().ok());
  REQUIRE(store->Compact().ok());
  CHECK(Read(*view, kTiles) == tiles);
  CHECK(walking->key() == "changed");
  CHECK(walking->value() == "1");
  int left = 0;
  while (*walking->Next()) ++left;
  CHECK(left == 3);
  // What only it could see goes with it.
  const uint64_t before = store->Stats().table_bytes;
  view.reset();
  CHECK(before > 0);
}

TEST_CASE("an iterator walks and seeks within its range", "[store]") {
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  for (const char* key : {"b", "d", "f", "h"}) batch.Put(kTiles, key, key);
  batch.Put(kTiles, "e", "deleted");
  batch.Put(kCatalog, "c", "of the other key space");
  Apply(&store, batch);
  batch.Clear();
  batch.Delete(kTiles, "e");
  Apply(&store, batch);
  const std::unique_ptr<StoreView> view = store->TakeView();

  const auto keys = [&](absl::string_view begin, absl::string_view end) {
    std::string all;
    for (const auto& [key, value] : Read(*view, kTiles, begin, end)) all += key;
    return all;
  };
  CHECK(keys("", "") == "bdfh");
  CHECK(keys("c", "") == "dfh");
  CHECK(keys("d", "f") == "d");
  CHECK(keys("", "d") == "b");
  CHECK(keys("e", "f").empty());
  CHECK(keys("i", "").empty());
  CHECK(keys("f", "c").empty());

  const std::unique_ptr<StoreIterator> iterator = view->Scan(kTiles, "c", "g");
  struct Step {
    const char* seek;  // null: Next()
    const char* key;   // null: at the end
  };
  const Step steps[] = {
      {"e", "f"},                      // forwards, over a deleted key
      {nullptr, nullptr},              // "h" is outside
      {nullptr, nullptr},              // and so it stays
      {"a", "d"},                      // backwards, and not before the range
      {nullptr, "f"},     {"d", "d"},  // the key itself
      {"h", nullptr},                  // past the range
      {"c", "d"},
  };
  for (const Step& step : steps) {
    const absl::StatusOr<bool> moved =
        step.seek == nullptr ? iterator->Next() : iterator->Seek(step.seek);
    REQUIRE(moved.ok());
    REQUIRE(*moved == (step.key != nullptr));
    if (*moved) CHECK(iterator->key() == step.key);
  }
}

TEST_CASE("a key that is absent is not found", "[store]") {
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  batch.Put(kTiles, "a", "1");
  Apply(&store, batch);
  const std::unique_ptr<StoreView> view = store->TakeView();
  std::string value;
  CHECK(!*view->Get(kTiles, "b", &value));
  CHECK(!*view->Get(kCatalog, "a", &value));
  CHECK(*view->Get(kTiles, "a", &value));
  CHECK(value == "1");
}

TEST_CASE("an append to the catalog is refused and does nothing", "[store]") {
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  batch.Put(kTiles, "a", "1");
  batch.Append(kCatalog, "b", "1");
  CHECK(store->Apply(batch, Durability::kPowerLoss).code() ==
        absl::StatusCode::kInternal);
  CHECK(Read(*store, kTiles).empty());
}

TEST_CASE("readers never see half a batch", "[store]") {
  StoreUnderTest store(AnyBackend());
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::atomic<int> views = 0;
  std::thread reader([&] {
    do {
      const std::unique_ptr<StoreView> view = store->TakeView();
      std::string catalog, tile;
      const bool has_catalog = *view->Get(kCatalog, "n", &catalog);
      const bool has_tile = *view->Get(kTiles, "n", &tile);
      // A tile gains a byte for each batch; the catalog counts them.
      if (has_catalog != has_tile) ++torn;
      if (has_catalog && catalog != absl::StrCat(tile.size())) ++torn;
      ++views;
    } while (!done);
  });
  StoreBatch batch;
  for (int i = 1; i <= 300; ++i) {
    batch.Clear();
    batch.Put(kCatalog, "n", absl::StrCat(i));
    batch.Append(kTiles, "n", "x");
    Apply(&store, batch);
  }
  done = true;
  reader.join();
  CHECK(torn == 0);
  CHECK(views > 0);
}

TEST_CASE("threads may write at once", "[store]") {
  StoreUnderTest store(AnyBackend());
  std::vector<std::thread> threads;
  std::atomic<int> failures = 0;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 50; ++i) {
        StoreBatch batch;
        batch.Append(kTiles, "shared", std::string(1, 'a' + thread));
        batch.Put(kTiles, absl::StrCat("own", thread), absl::StrCat(i));
        if (!store->Apply(batch, Durability::kProcessCrash).ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  Contents tiles = Read(*store, kTiles);
  CHECK(tiles["shared"].size() == 200);
  CHECK(std::count(tiles["shared"].begin(), tiles["shared"].end(), 'c') == 50);
  CHECK(tiles["own3"] == "49");
}

TEST_CASE("what is staged appears at once, after what was there", "[store]") {
  const Then then = GENERATE(Then::kNothing, Then::kFlush, Then::kCompact);
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  batch.Append(kTiles, "a", "0");
  batch.Put(kTiles, "b", "0");
  batch.Put(kTiles, "range", "0");
  batch.Put(kCatalog, "c", "0");
  Apply(&store, batch);
  Do(then, &store);

  auto stage = store->NewStage();
  REQUIRE(stage.ok());
  REQUIRE((*stage)->Add(Kind::kAppend, kTiles, "a", "1").ok());
  REQUIRE((*stage)->Add(Kind::kPut, kTiles, "b", "1").ok());
  REQUIRE((*stage)->Add(Kind::kPut, kTiles, "n", "1").ok());
  REQUIRE((*stage)->Add(Kind::kPut, kCatalog, "m", "1").ok());
  REQUIRE((*stage)->NewRun().ok());
  REQUIRE((*stage)->Add(Kind::kAppend, kTiles, "a", "2").ok());
  REQUIRE((*stage)->Add(Kind::kAppend, kTiles, "b", "2").ok());
  REQUIRE((*stage)->NewRun().ok());
  REQUIRE((*stage)->Add(Kind::kAppend, kTiles, "n", "3").ok());
  const std::unique_ptr<StoreView> view = store->TakeView();
  CHECK(Read(*store, kTiles).size() == 3);  // nothing yet

  batch.Clear();
  batch.Append(kTiles, "a", "4");
  batch.Append(kTiles, "a", "5");
  batch.Put(kTiles, "range2", "4");
  batch.DeleteRange(kTiles, "r", "s");
  batch.Append(kTiles, "range2", "6");
  batch.Delete(kTiles, "n");
  batch.Append(kTiles, "n", "7");
  batch.Put(kCatalog, "c", "4");
  batch.Delete(kCatalog, "m");
  const absl::Status status = store->Publish(*std::move(stage), batch);
  INFO(status);
  REQUIRE(status.ok());

  const Contents tiles = {
      {"a", "01245"}, {"b", "12"}, {"n", "7"}, {"range2", "6"}};
  CHECK(Read(*store, kTiles) == tiles);
  CHECK(Read(*store, kCatalog) == Contents{{"c", "4"}});
  CHECK(Read(*view, kTiles) ==
        Contents{{"a", "0"}, {"b", "0"}, {"range", "0"}});
  Do(then, &store);
  CHECK(Read(*store, kTiles) == tiles);
  // A write after it lies above it.
  batch.Clear();
  batch.Append(kTiles, "a", "8");
  Apply(&store, batch);
  CHECK(Read(*store, kTiles)["a"] == "012458");
  REQUIRE(store->Compact().ok());
  CHECK(Read(*store, kTiles)["a"] == "012458");
}

TEST_CASE("published runs last", "[store]") {
  StoreUnderTest store(AnyBackend());
  auto stage = store->NewStage();
  REQUIRE(stage.ok());
  for (int i = 1000; i < 3000; ++i) {
    REQUIRE(
        (*stage)
            ->Add(Kind::kPut, kTiles, absl::StrCat(i), std::string(100, 'v'))
            .ok());
  }
  StoreBatch batch;
  batch.Put(kCatalog, "commit", "1");
  REQUIRE(store->Publish(*std::move(stage), batch).ok());
  store.Reopen();
  CHECK(Read(*store, kTiles).size() == 2000);
  CHECK(Read(*store, kCatalog) == Contents{{"commit", "1"}});
}

TEST_CASE("a stage that is dropped leaves nothing", "[store]") {
  StoreUnderTest store(AnyBackend());
  {
    auto stage = store->NewStage();
    REQUIRE(stage.ok());
    REQUIRE((*stage)->Add(Kind::kPut, kTiles, "a", "1").ok());
  }
  CHECK(Read(*store, kTiles).empty());
  // Publishing nothing is nothing.
  auto stage = store->NewStage();
  REQUIRE(stage.ok());
  CHECK(store->Publish(*std::move(stage), StoreBatch()).ok());
  CHECK(Read(*store, kTiles).empty());
}

TEST_CASE("a stage refuses what is not a run", "[store]") {
  StoreUnderTest store(AnyBackend());
  auto made = store->NewStage();
  REQUIRE(made.ok());
  StoreStage& stage = **made;
  const auto code = [&](Kind kind, Keyspace keyspace, const char* key) {
    return stage.Add(kind, keyspace, key, "v").code();
  };
  using absl::StatusCode;
  CHECK(code(Kind::kPut, kTiles, "b") == StatusCode::kOk);
  CHECK(code(Kind::kPut, kTiles, "b") == StatusCode::kInvalidArgument);
  CHECK(code(Kind::kAppend, kTiles, "a") == StatusCode::kInvalidArgument);
  CHECK(code(Kind::kPut, kCatalog, "a") == StatusCode::kOk);
  CHECK(code(Kind::kAppend, kCatalog, "b") == StatusCode::kInvalidArgument);
  CHECK(code(Kind::kDelete, kTiles, "c") == StatusCode::kInvalidArgument);
  CHECK(code(Kind::kPut, kTiles, "c") == StatusCode::kOk);
  REQUIRE(stage.NewRun().ok());
  CHECK(code(Kind::kPut, kTiles, "a") == StatusCode::kOk);
}

TEST_CASE("a stage of another store is refused", "[store]") {
  const Backend backend = AnyBackend();
  StoreUnderTest store(backend);
  StoreUnderTest other(backend == Backend::kMemory ? Backend::kRocksdb
                                                   : Backend::kMemory);
  auto stage = other->NewStage();
  REQUIRE(stage.ok());
  CHECK(store->Publish(*std::move(stage), StoreBatch()).code() ==
        absl::StatusCode::kInternal);
}

TEST_CASE("a closed store takes nothing", "[store]") {
  StoreUnderTest store(AnyBackend());
  auto stage = store->NewStage();
  REQUIRE(stage.ok());
  REQUIRE(store->Close().ok());
  StoreBatch batch;
  batch.Put(kTiles, "a", "1");
  using absl::StatusCode;
  CHECK(store->Apply(batch, Durability::kPowerLoss).code() ==
        StatusCode::kFailedPrecondition);
  CHECK(store->NewStage().status().code() == StatusCode::kFailedPrecondition);
  CHECK(store->Publish(*std::move(stage), batch).code() ==
        StatusCode::kFailedPrecondition);
  CHECK(store->TakeView() == nullptr);
  CHECK(store->Close().ok());
}

TEST_CASE("compaction drops what is replaced and deleted", "[store]") {
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  const std::string value(10'000, 'v');
  for (int round = 0; round < 5; ++round) {
    batch.Clear();
    for (int i = 0; i < 20; ++i) batch.Put(kTiles, absl::StrCat(i), value);
    Apply(&store, batch);
    REQUIRE(store->Flush().ok());
    CHECK(store->Stats().log_bytes == 0);
  }
  batch.Clear();
  batch.DeleteRange(kTiles, "1", "2");
  Apply(&store, batch);
  REQUIRE(store->Compact().ok());
  const StoreStats stats = store->Stats();
  CHECK(stats.table_bytes > 9 * value.size());
  CHECK(stats.table_bytes < 11 * value.size());
  CHECK(stats.table_count >= 1);
  CHECK(Read(*store, kTiles).size() == 9);
}

TEST_CASE("random operations match a map", "[store]") {
  const uint32_t seed = GENERATE(1u, 2u, 3u);
  CAPTURE(seed);
  const Backend backend = AnyBackend();
  StoreUnderTest store(backend);
  std::mt19937 random(seed);
  Contents expected[2];
  const auto key = [&] { return absl::StrCat("k", random() % 40 + 10); };
  for (int round = 0; round < 120; ++round) {
    StoreBatch batch;
    for (uint32_t n = random() % 12; n > 0; --n) {
      const Keyspace keyspace = random() % 3 == 0 ? kCatalog : kTiles;
      Contents& contents = expected[static_cast<size_t>(keyspace)];
      const std::string at = key();
      const std::string value = absl::StrCat("<", random() % 1000, ">");
      switch (random() % 8) {
        case 0:
          batch.Delete(keyspace, at);
          contents.erase(at);
          break;
        case 1: {
          const std::string end = key();
          batch.DeleteRange(keyspace, at, end);
          if (at < end) {
            contents.erase(contents.lower_bound(at), contents.lower_bound(end));
          }
          break;
        }
        case 2:
        case 3:
          batch.Put(keyspace, at, value);
          contents[at] = value;
          break;
        default:
          if (keyspace == kCatalog) break;
          batch.Append(keyspace, at, value);
          contents[at] += value;
      }
    }
    if (random() % 10 == 0) {
      auto stage = store->NewStage();
      REQUIRE(stage.ok());
      REQUIRE(store->Publish(*std::move(stage), batch).ok());
    } else {
      Apply(&store, batch);
    }
    if (random() % 12 == 0) Do(Then::kFlush, &store);
    if (random() % 30 == 0) Do(Then::kCompact, &store);
    if (random() % 40 == 0) Do(Then::kReopen, &store);
    if (round % 10 == 9) {
      REQUIRE(Read(*store, kCatalog) == expected[0]);
      REQUIRE(Read(*store, kTiles) == expected[1]);
    }
  }
}

// RocksDB gives what is loaded into an empty store the number 0, and a view
// taken then the same; before release 9.10 compactions drop what has it.
TEST_CASE("what is loaded first outlives a compaction beside a view",
          "[store]") {
  StoreUnderTest store(AnyBackend());
  StoreBatch batch;
  batch.Put(kCatalog, "a", "1");
  auto stage = store->NewStage();
  REQUIRE(stage.ok());
  REQUIRE((*stage)->Add(Kind::kPut, kTiles, "b", "2").ok());
  REQUIRE(store->Publish(*std::move(stage), batch).ok());
  const std::unique_ptr<StoreView> view = store->TakeView();
  REQUIRE(store->Compact().ok());
  CHECK(Read(*store, kCatalog) == Contents{{"a", "1"}});
  CHECK(Read(*store, kTiles) == Contents{{"b", "2"}});
  CHECK(Read(*view, kCatalog) == Contents{{"a", "1"}});
  CHECK(Read(*view, kTiles) == Contents{{"b", "2"}});
}

TEST_CASE("keys are not empty", "[store]") {
  StoreUnderTest store(AnyBackend());
  StoreBatch put;
  put.Put(kTiles, "", "1");
  CHECK(store->Apply(put, Durability::kProcessCrash).code() ==
        absl::StatusCode::kInternal);
  StoreBatch removal;
  removal.Delete(kCatalog, "");
  CHECK(store->Apply(removal, Durability::kProcessCrash).code() ==
        absl::StatusCode::kInternal);
  auto stage = store->NewStage();
  REQUIRE(stage.ok());
  CHECK((*stage)->Add(Kind::kPut, kTiles, "", "1").code() ==
        absl::StatusCode::kInvalidArgument);
  StoreBatch range;
  range.Put(kTiles, "a", "1");
  range.DeleteRange(kTiles, "", "b");
  CHECK(store->Apply(range, Durability::kProcessCrash) == absl::OkStatus());
  CHECK(Read(*store, kTiles).empty());
}

}  // namespace
}  // namespace footfall::testing
