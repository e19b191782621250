// A store that is open for reading follows the one that writes.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/store.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_file_system.h"

namespace footfall::testing {
namespace {

namespace fs = std::filesystem;

using Values = std::map<std::pair<Keyspace, std::string>, std::string>;

// What is synced there costs nothing.
rocksdb::Env* SoundFiles() {
  static TestFileSystem files;
  return files.env();
}

std::unique_ptr<Store> OpenAt(const std::string& path, bool read_only,
                              rocksdb::Env* env = SoundFiles()) {
  auto store = storage::OpenRocksdbStore(
      path,
      {.read_only = read_only, .memory_budget_bytes = 4 << 20, .env = env});
  INFO(store.status());
  REQUIRE(store.ok());
  return *std::move(store);
}

Values ValuesOf(const StoreView& view) {
  Values values;
  for (const Keyspace keyspace : {Keyspace::kCatalog, Keyspace::kTiles}) {
    const auto scan = view.Scan(keyspace, "", "");
    while (true) {
      const auto more = scan->Next();
      INFO(more.status());
      REQUIRE(more.ok());
      if (!*more) break;
      const std::string key(scan->key());
      values[{keyspace, key}] = std::string(scan->value());
    }
  }
  return values;
}

std::string Key(uint64_t i) { return absl::StrCat("key ", 100 + i % 60); }

// The same by other ways: one by one, from a place on, and up to a place.
void CheckWays(const StoreView& view, const Values& values,
               std::mt19937* random) {
  for (const Keyspace keyspace : {Keyspace::kCatalog, Keyspace::kTiles}) {
    for (int i = 0; i < 8; ++i) {
      const std::string key = Key((*random)());
      std::string value;
      const auto found = view.Get(keyspace, key, &value);
      REQUIRE(found.ok());
      const auto expected = values.find({keyspace, key});
      REQUIRE(*found == (expected != values.end()));
      if (*found) REQUIRE(value == expected->second);
    }
    const std::string end = Key((*random)());
    const auto scan = view.Scan(keyspace, "", end);
    std::string from = Key((*random)());
    for (int leap = 0; leap < 4; ++leap) {
      auto more = scan->Seek(from);
      auto expected = values.lower_bound({keyspace, from});
      for (int step = 0; step < 3; ++step) {
        REQUIRE(more.ok());
        const bool any = expected != values.end() &&
                         expected->first.first == keyspace &&
                         expected->first.second < end;
        REQUIRE(*more == any);
        if (!any) break;
        REQUIRE(scan->key() == expected->first.second);
        REQUIRE(scan->value() == expected->second);
        ++expected;
        more = scan->Next();
      }
      from = Key((*random)());
    }
  }
}

// Name, size and bytes of everything in the folder.
std::string HashOf(const std::string& path) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().string()] =
        std::string(std::istreambuf_iterator<char>(file), {});
  }
  std::string all;
  for (const auto& [name, bytes] : files) {
    absl::StrAppend(&all, name, " ", bytes.size(), " ",
                    std::hash<std::string>()(bytes), "\n");
  }
  return all;
}

// A catalog that is kept by what a follower tells.
class ToldCatalog {
 public:
  explicit ToldCatalog(Store* follower) : follower_(follower) { ReadAnew(); }

  // Whether all that came was told. Moves the follower on.
  void CatchUp() {
    const auto news = follower_->CatchUp();
    INFO(news.status());
    REQUIRE(news.ok());
    is_all_new_ = news->is_all_new;
    if (is_all_new_) return ReadAnew();
    for (const StoreBatch::Operation& operation : news->catalog) {
      const std::pair key(operation.keyspace, operation.key);
      if (operation.kind == StoreBatch::Kind::kPut) {
        values_[key] = operation.value;
      } else {
        values_.erase(key);
      }
    }
    CHECK(values_ == CatalogOf());
  }
  bool is_all_new() const { return is_all_new_; }

 private:
  Values CatalogOf() const {
    const Values all = ValuesOf(*follower_->TakeView());
    return {all.begin(), all.lower_bound({Keyspace::kTiles, ""})};
  }
  void ReadAnew() { values_ = CatalogOf(); }

  Store* const follower_;
  Values values_;
  bool is_all_new_ = false;
};

// A writer and what it may do, at random.
class Writer {
 public:
  Writer(const std::string& path, uint32_t seed)
      : path_(path), random_(seed), store_(OpenAt(path, false)) {}

  Store& store() { return *store_; }

  std::string Do() {
    switch (random_() % 20) {
      case 0:
        REQUIRE(store_->Flush().ok());
        return "flush";
      case 1:
        REQUIRE(store_->Compact().ok());
        return "compact";
      case 2:
        Publish();
        return "publish";
      case 3: {
        StoreBatch batch;
        batch.DeleteRange(Keyspace::kTiles, Key(random_()), "key 2");
        REQUIRE(store_->Apply(batch, Durability::kPowerLoss).ok());
        return "delete a range";
      }
      case 4:
        if (random_() % 3 != 0) return "nothing";
        REQUIRE(store_->Close().ok());
        store_.reset();
        store_ = OpenAt(path_, false);
        return "open again";
      default:
        for (uint32_t i = 0; i <= random_() % 4; ++i) Apply();
        return "apply";
    }
  }

 private:
  void Apply() {
    StoreBatch batch;
    const uint32_t count = 1 + random_() % 6;
    for (uint32_t i = 0; i < count; ++i) {
      const auto keyspace =
          random_() % 3 == 0 ? Keyspace::kCatalog : Keyspace::kTiles;
      const std::string bytes(random_() % 50, static_cast<char>(random_()));
      const uint32_t kind = random_() % 5;
      if (kind == 0) {
        batch.Delete(keyspace, Key(random_()));
      } else if (kind == 1 || keyspace == Keyspace::kCatalog) {
        batch.Put(keyspace, Key(random_()), bytes);
      } else {
        batch.Append(keyspace, Key(random_()), bytes);
      }
    }
    // More than a block of the log, now and then.
    if (random_() % 8 == 0) {
      batch.Append(Keyspace::kTiles, Key(random_()), std::string(70'000, 'x'));
    }
    const auto durability =
        random_() % 2 == 0 ? Durability::kPowerLoss : Durability::kProcessCrash;
    REQUIRE(store_->Apply(batch, durability).ok());
  }

  void Publish() {
    auto stage = store_->NewStage();
    REQUIRE(stage.ok());
    const std::string key = Key(random_());
    REQUIRE((*stage)
                ->Add(StoreBatch::Kind::kAppend, Keyspace::kTiles, key, "st")
                .ok());
    StoreBatch batch;
    batch.Put(Keyspace::kCatalog, Key(random_()), "published");
    REQUIRE(store_->Publish(*std::move(stage), batch).ok());
  }

  const std::string path_;
  std::mt19937 random_;
  std::unique_ptr<Store> store_;
};

TEST_CASE("a follower shows what its writer has, and old views stay",
          "[follower]") {
  const uint32_t seed = GENERATE(1, 2, 3);
  CAPTURE(seed);
  TempDir home;
  Writer writer(home / "db", seed);
  std::mt19937 random(seed);
  const auto follower = OpenAt(home / "db", true);
  ToldCatalog told(follower.get());
  std::vector<std::pair<std::shared_ptr<StoreView>, Values>> held;
  int known = 0;
  int all_new = 0;
  for (int i = 0; i < 150; ++i) {
    const std::string done = writer.Do();
    CAPTURE(i, done);
    if (random() % 4 == 0) continue;  // several at once
    told.CatchUp();
    (told.is_all_new() ? all_new : known) += 1;
    std::shared_ptr<StoreView> view = follower->TakeView();
    Values values = ValuesOf(*writer.store().TakeView());
    REQUIRE(ValuesOf(*view) == values);
    CheckWays(*view, values, &random);
    if (random() % 3 == 0) held.emplace_back(std::move(view), values);
    if (held.size() > 6) held.erase(held.begin() + random() % held.size());
    for (const auto& [old, expected] : held)
      REQUIRE(ValuesOf(*old) == expected);
  }
  // Most of the time it reads on.
  CHECK(known > 2 * all_new);
  CHECK(all_new > 0);
}

TEST_CASE("a follower changes no byte and keeps few files open", "[follower]") {
  TempDir home;
  Writer writer(home / "db", 7);
  for (int i = 0; i < 30; ++i) writer.Do();
  const std::string before = HashOf(home / "db");
  const auto files = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), {});
  };
  const auto open_before = files();
  TestFileSystem own;
  const auto follower = OpenAt(home / "db", true, own.env());
  for (int i = 0; i < 5; ++i) {
    REQUIRE(follower->CatchUp().ok());
    ValuesOf(*follower->TakeView());
  }
  CHECK(HashOf(home / "db") == before);
  for (int i = 0; i < 60; ++i) {
    writer.Do();
    REQUIRE(follower->CatchUp().ok());
    ValuesOf(*follower->TakeView());
  }
  CHECK(own.calls(kOpens | kWrites | kSyncs | kDirectorySyncs | kRenames |
                  kLinks | kDeletes) == 0);
  const auto tables = follower->Stats().table_count;
  CHECK(files() - open_before < static_cast<long>(tables) + 40);
  REQUIRE(follower->Close().ok());
}

// Where much has come, the folder is opened in a thread. What comes meanwhile
// is told all the same, or that it cannot be.
TEST_CASE("a follower tells of what came while it opened the folder",
          "[follower]") {
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    TempDir home;
    const auto writer = OpenAt(home / "db", false);
    const auto put = [&](Keyspace keyspace, const std::string& key,
                         size_t size) {
      StoreBatch batch;
      batch.Put(keyspace, key, std::string(size, 'v'));
      REQUIRE(writer->Apply(batch, Durability::kProcessCrash).ok());
    };
    put(Keyspace::kCatalog, "first", 1);
    const auto follower = OpenAt(home / "db", true);
    ToldCatalog told(follower.get());
    // More than is laid over a base, in parts that are not flushed.
    for (int i = 0; i < 12; ++i) {
      put(Keyspace::kTiles, absl::StrCat("tile ", i), 500'000);
    }
    told.CatchUp();
    for (int i = 0; i < 30; ++i) {
      put(Keyspace::kCatalog, absl::StrCat("key ", i), 10);
    }
    // Nothing tells when the thread is done; it mostly is by then.
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    told.CatchUp();
    CHECK(ValuesOf(*follower->TakeView()) == ValuesOf(*writer->TakeView()));
  }
}

TEST_CASE("closing tells of old views, too", "[follower]") {
  TempDir home;
  Writer writer(home / "db", 5);
  const auto follower = OpenAt(home / "db", true);
  auto old = follower->TakeView();
  // A load: the folder is opened anew.
  auto stage = writer.store().NewStage();
  REQUIRE(stage.ok());
  REQUIRE(
      (*stage)->Add(StoreBatch::Kind::kPut, Keyspace::kTiles, "t", "1").ok());
  REQUIRE(writer.store().Publish(*std::move(stage), StoreBatch()).ok());
  const auto news = follower->CatchUp();
  REQUIRE(news.ok());
  REQUIRE(news->is_all_new);
  CHECK(absl::IsFailedPrecondition(follower->Close()));
}

// Of many tables only some are held open, and the writer removes the others.
TEST_CASE("a table that vanished is UNAVAILABLE until the next look",
          "[follower]") {
  TempDir home;
  const auto writer = OpenAt(home / "db", false);
  constexpr int kTables = 60;
  for (int i = 0; i < kTables; ++i) {
    // Each lies beside the others, so that none is compacted by itself.
    auto stage = writer->NewStage();
    REQUIRE(stage.ok());
    REQUIRE((*stage)
                ->Add(StoreBatch::Kind::kPut, Keyspace::kTiles,
                      absl::StrCat("table ", 100 + i), std::string(500, 'x'))
                .ok());
    REQUIRE(writer->Publish(*std::move(stage), StoreBatch()).ok());
  }
  auto opened =
      storage::OpenRocksdbStore(home / "db", {.read_only = true,
                                              .memory_budget_bytes = 4 << 20,
                                              .most_open_read_tables = 1,
                                              .env = SoundFiles()});
  REQUIRE(opened.ok());
  const auto follower = *std::move(opened);
  REQUIRE(follower->Stats().table_count > 40);
  const auto before = follower->TakeView();
  REQUIRE(writer->Compact().ok());
  int vanished = 0;
  for (int i = 0; i < kTables; ++i) {
    std::string value;
    const auto found =
        before->Get(Keyspace::kTiles, absl::StrCat("table ", 100 + i), &value);
    if (found.ok()) {
      CHECK(*found);
      continue;
    }
    ++vanished;
    INFO(found.status());
    CHECK(absl::IsUnavailable(found.status()));
  }
  CHECK(vanished > 0);
  const auto news = follower->CatchUp();
  INFO(news.status());
  REQUIRE(news.ok());
  CHECK(news->is_all_new);
  CHECK(ValuesOf(*follower->TakeView()) == ValuesOf(*writer->TakeView()));
}

TEST_CASE("a folder that has gone is UNAVAILABLE, and comes back",
          "[follower]") {
  TempDir home;
  Writer writer(home / "db", 3);
  for (int i = 0; i < 20; ++i) writer.Do();
  const auto follower = OpenAt(home / "db", true);
  const Values before = ValuesOf(*follower->TakeView());
  fs::rename(home / "db", home / "elsewhere");
  const auto gone = follower->CatchUp();
  INFO(gone.status());
  CHECK(absl::IsUnavailable(gone.status()));
  CHECK(ValuesOf(*follower->TakeView()) == before);
  fs::rename(home / "elsewhere", home / "db");
  REQUIRE(follower->CatchUp().ok());
  CHECK(ValuesOf(*follower->TakeView()) ==
        ValuesOf(*writer.store().TakeView()));
}

TEST_CASE("a closed follower says so", "[follower]") {
  TempDir home;
  Writer writer(home / "db", 3);
  const auto follower = OpenAt(home / "db", true);
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, "key", "value");
  const absl::Status refused =
      follower->Apply(batch, Durability::kProcessCrash);
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(absl::StrContains(refused.message(), "for reading only"));
  REQUIRE(follower->Close().ok());
  CHECK(follower->TakeView() == nullptr);
  CHECK(absl::IsFailedPrecondition(follower->CatchUp().status()));
  CHECK(absl::StrContains(
      follower->Apply(batch, Durability::kProcessCrash).message(), "closed"));
}

}  // namespace
}  // namespace footfall::testing
