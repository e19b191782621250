// Everything that changes a store at once, against a map for each writer.
//
// Debian builds RocksDB with its assertions: what it takes for impossible ends
// the process. So writers, loads, deletions of ranges and all kinds of
// compaction meet here in orders that nobody chose. FOOTFALL_LONG=1 does a
// hundred times as much.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "storage/store/rocksdb_store.h"
#include "tests/storage/store/store_under_test.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

using Kind = StoreBatch::Kind;

constexpr int kWriters = 3;
constexpr int kAreas = 12;  // of the key spaces: in turn one of each writer
constexpr int kKeys = 40;   // in each area

std::string KeyOf(int area, int key) {
  return absl::StrFormat("%02d-%02d", area, key);
}

// Changes areas of its own, and knows what must be in them. Keys of others lie
// between its areas, so that what it does to several crosses what they do.
class Writer {
 public:
  Writer(Store* store, int number, uint64_t seed)
      : store_(store), number_(number), random_(seed + number) {}

  // Empty, or what went wrong.
  std::string Run(int changes) {
    for (int i = 0; i < changes; ++i) {
      const absl::Status status = Below(3) == 0 ? Load() : Write();
      if (!status.ok()) return status.ToString();
      if (i % 16 == 0 || i + 1 == changes) {
        std::string difference = Compare();
        if (!difference.empty()) return difference;
      }
    }
    return "";
  }

  // What is in its areas must be what it put there.
  std::string Compare() const {
    const std::unique_ptr<StoreView> view = store_->TakeView();
    for (const Keyspace keyspace : {Keyspace::kCatalog, Keyspace::kTiles}) {
      for (int area = number_; area < kAreas; area += kWriters) {
        Contents found;
        const auto walk =
            view->Scan(keyspace, KeyOf(area, 0), KeyOf(area, kKeys));
        while (true) {
          const absl::StatusOr<bool> moved = walk->Next();
          if (!moved.ok()) return moved.status().ToString();
          if (!*moved) break;
          found[std::string(walk->key())] = std::string(walk->value());
        }
        const Contents& all = contents_[static_cast<int>(keyspace)];
        const Contents wanted(all.lower_bound(KeyOf(area, 0)),
                              all.lower_bound(KeyOf(area, kKeys)));
        if (found != wanted) {
          return absl::StrCat("area ", area, " has ", found.size(),
                              " keys, not the ", wanted.size(), " written");
        }
      }
    }
    return "";
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % n); }
  int OwnArea() { return number_ + kWriters * Below(kAreas / kWriters); }
  Keyspace AnyKeyspace() {
    return Below(2) == 0 ? Keyspace::kCatalog : Keyspace::kTiles;
  }
  std::string Value() { return std::string(Below(3000), 'a' + Below(26)); }
  Contents& Of(Keyspace keyspace) {
    return contents_[static_cast<int>(keyspace)];
  }

  void Add(StoreBatch* batch) {
    const Keyspace keyspace = AnyKeyspace();
    const int area = OwnArea();
    const std::string key = KeyOf(area, Below(kKeys));
    switch (Below(6)) {
      case 0:
        batch->Delete(keyspace, key);
        Of(keyspace).erase(key);
        return;
      case 1: {
        const std::string end = KeyOf(area, Below(kKeys + 1));
        batch->DeleteRange(keyspace, key, end);
        if (key < end) {
          Of(keyspace).erase(Of(keyspace).lower_bound(key),
                             Of(keyspace).lower_bound(end));
        }
        return;
      }
      case 2: {
        const std::string value = Value();
        batch->Append(Keyspace::kTiles, key, value);
        Of(Keyspace::kTiles)[key] += value;
        return;
      }
      default: {
        const std::string value = Value();
        batch->Put(keyspace, key, value);
        Of(keyspace)[key] = value;
      }
    }
  }

  absl::Status Write() {
    StoreBatch batch;
    for (int n = 1 + Below(4); n > 0; --n) Add(&batch);
    return store_->Apply(batch, Durability::kProcessCrash);
  }

  absl::Status Load() {
    auto stage = store_->NewStage();
    if (!stage.ok()) return stage.status();
    std::map<std::string, std::string> rows;
    for (int n = 1 + Below(30); n > 0; --n) {
      rows[KeyOf(OwnArea(), Below(kKeys))] = Value();
    }
    for (const auto& [key, value] : rows) {
      const absl::Status added =
          (*stage)->Add(Kind::kPut, Keyspace::kTiles, key, value);
      if (!added.ok()) return added;
      Of(Keyspace::kTiles)[key] = value;
    }
    StoreBatch batch;
    for (int n = Below(3); n > 0; --n) Add(&batch);
    return store_->Publish(*std::move(stage), batch);
  }

  Store* const store_;
  const int number_;
  std::mt19937_64 random_;
  Contents contents_[2];  // [keyspaces]
};

// One pass over what keeps a store small.
absl::Status Tidy(Store* store, std::mt19937_64* random) {
  switch ((*random)() % 8) {
    case 0:
      return store->Compact();
    case 1:
    case 2:
      return store->Flush();
    case 3:
    case 4: {
      const int first = static_cast<int>((*random)() % kAreas);
      return store->CompactTiles(KeyOf(first, 0), KeyOf(first + 3, 0),
                                 StopCheck());
    }
    default:
      return store->Reclaim(StopCheck());
  }
}

TEST_CASE("a store in which everything goes on at once is right", "[rocksdb]") {
  const int changes = FOOTFALL_BUSY_CHANGES *
                      (std::getenv("FOOTFALL_LONG") != nullptr ? 100 : 1);
  const char* seed_text = std::getenv("FOOTFALL_SEED");
  const uint64_t seed =
      seed_text != nullptr ? std::strtoull(seed_text, nullptr, 10) : 1;
  INFO("FOOTFALL_SEED=" << seed);
  const TempDir folder;
  // Small, so that buffers fill up and flush by themselves.
  auto store = storage::OpenRocksdbStore(
      folder / "db", {.memory_budget_bytes = uint64_t{4} << 20});
  REQUIRE(store.ok());
  std::vector<Writer> writers;
  for (int i = 0; i < kWriters; ++i)
    writers.emplace_back(store->get(), i, seed);
  std::vector<std::string> failures(kWriters + 1);
  std::atomic<int> writing = kWriters;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&, i] {
      failures[i] = writers[i].Run(changes);
      --writing;
    });
  }
  threads.emplace_back([&] {
    std::mt19937_64 random(seed);
    while (writing > 0) {
      const absl::Status status = Tidy(store->get(), &random);
      if (!status.ok()) failures[kWriters] = status.ToString();
    }
  });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) CHECK(failure == "");
  REQUIRE((*store)->Compact().ok());
  for (const Writer& writer : writers) CHECK(writer.Compare() == "");
}

}  // namespace
}  // namespace footfall::testing
