// What is read of a folder beside its writer: whether it belongs together.

#include "storage/store/folder_place.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

using storage::CheckFolder;
using storage::FolderPlace;
using storage::StillHolds;

// A store with tables of keys from "a" on, and "z" in the log.
std::unique_ptr<Store> Writer(const std::string& path) {
  auto store = *storage::OpenRocksdbStore(path, {});
  StoreBatch batch;
  for (int i = 0; i < 100; ++i) {
    batch.Put(Keyspace::kTiles, absl::StrCat("a", i), std::string(100, 'v'));
  }
  REQUIRE(store->Apply(batch, Durability::kProcessCrash).ok());
  REQUIRE(store->Flush().ok());
  batch.Clear();
  for (int i = 0; i < 100; i += 2) {
    batch.Delete(Keyspace::kTiles, absl::StrCat("a", i));
  }
  REQUIRE(store->Apply(batch, Durability::kProcessCrash).ok());
  REQUIRE(store->Flush().ok());
  batch.Clear();
  batch.Put(Keyspace::kCatalog, "last", "z");
  batch.Put(Keyspace::kTiles, "z", "z");
  REQUIRE(store->Apply(batch, Durability::kProcessCrash).ok());
  return store;
}

TEST_CASE("what was read holds while its writer moves bytes alone",
          "[rocksdb]") {
  struct Case {
    const char* what;
    void (*act)(Store* store);
    bool holds;
  };
  const Case given = GENERATE(values<Case>({
      {"nothing", [](Store*) {}, true},
      {"a batch",
       [](Store* store) {
         StoreBatch batch;
         batch.Put(Keyspace::kTiles, "b", "b");
         REQUIRE(store->Apply(batch, Durability::kProcessCrash).ok());
       },
       true},
      {"tables without what was deleted",
       [](Store* store) { REQUIRE(store->Reclaim(StopCheck()).ok()); }, true},
      // The log is gone: it may have been so before it was read.
      {"a flush", [](Store* store) { REQUIRE(store->Flush().ok()); }, false},
      // No log has it, and what came after it is in one.
      {"a load",
       [](Store* store) {
         auto stage = *store->NewStage();
         REQUIRE(stage->Add(StoreBatch::Kind::kPut, Keyspace::kTiles, "c", "c")
                     .ok());
         REQUIRE(store->Publish(std::move(stage), StoreBatch()).ok());
       },
       false},
  }));
  CAPTURE(given.what);
  TempDir dir;
  const auto store = Writer(dir.path());
  const auto folder = CheckFolder(dir.path());
  REQUIRE(folder.ok());
  REQUIRE(folder->damage.empty());
  const std::string before = storage::FolderMark(dir.path());
  given.act(store.get());
  CHECK(StillHolds(dir.path(), *folder) == given.holds);
  const std::string what = given.what;
  CHECK((storage::FolderMark(dir.path()) == before) ==
        (what == "nothing" || what == "a batch"));
}

TEST_CASE("what was read does not hold once the folder was opened anew",
          "[rocksdb]") {
  TempDir dir;
  auto store = Writer(dir.path());
  const auto folder = CheckFolder(dir.path());
  REQUIRE(folder.ok());
  REQUIRE(store->Close().ok());
  store = *storage::OpenRocksdbStore(dir.path(), {});
  CHECK_FALSE(StillHolds(dir.path(), *folder));
}

}  // namespace
}  // namespace footfall::testing
