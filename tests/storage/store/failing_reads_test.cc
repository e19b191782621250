// Reads that fail while tables are published: RocksDB takes a table that it
// cannot read for an empty one, or ends the process.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "footfall/store.h"
#include "storage/store/rocksdb_publishing.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_file_system.h"

namespace footfall::testing {
namespace {

constexpr int kKeys = 40;  // of several blocks

std::string KeyOf(int i) { return absl::StrCat("key ", 100 + i); }
std::string ValueOf(int i) {
  std::string value;
  for (int k = 0; value.size() < 5'000; ++k) absl::StrAppend(&value, i * k);
  return value;
}

absl::Status Publish(Store& store) {
  auto stage = store.NewStage();
  if (!stage.ok()) return stage.status();
  for (int i = 0; i < kKeys; ++i) {
    const absl::Status added = (*stage)->Add(
        StoreBatch::Kind::kPut, Keyspace::kTiles, KeyOf(i), ValueOf(i));
    if (!added.ok()) return added;
  }
  StoreBatch batch;
  batch.Put(Keyspace::kCatalog, "names", "here");
  batch.DeleteRange(Keyspace::kTiles, "gone", "gonf");
  return store.Publish(*std::move(stage), batch);
}

// Whether all of it is there; fails where a part is.
bool IsPublished(Store& store) {
  const auto view = store.TakeView();
  int found = 0;
  for (int i = 0; i < kKeys; ++i) {
    std::string value;
    const auto has = view->Get(Keyspace::kTiles, KeyOf(i), &value);
    REQUIRE(has.ok());
    if (*has) REQUIRE(value == ValueOf(i));
    found += *has ? 1 : 0;
  }
  std::string value;
  found += *view->Get(Keyspace::kCatalog, "names", &value) ? 1 : 0;
  found += *view->Get(Keyspace::kTiles, "gone too", &value) ? 0 : 1;
  CAPTURE(found);
  const bool all = found == kKeys + 2;
  REQUIRE((all || found == 0));
  return all;
}

TEST_CASE("what cannot be read is not published", "[store][disk]") {
  int refused = 0;
  bool met = true;
  for (uint64_t n = 1; met; ++n) {
    CAPTURE(n);
    REQUIRE(n < 500);
    const TempDir folder;
    TestFileSystem files;
    auto store = storage::OpenRocksdbStore(
        folder.path(), {.memory_budget_bytes = 4 << 20, .env = files.env()});
    REQUIRE(store.ok());
    StoreBatch first;
    first.Put(Keyspace::kTiles, "gone too", "x");
    REQUIRE((*store)->Apply(first, Durability::kPowerLoss).ok());
    files.FailAt(kReads, n, {});
    const absl::Status status = Publish(**store);
    met = files.met();
    files.Heal();
    INFO(status);
    REQUIRE(IsPublished(**store) == status.ok());
    if (status.ok()) continue;
    ++refused;
    REQUIRE(Publish(**store) == absl::OkStatus());
    REQUIRE(IsPublished(**store));
  }
  CHECK(refused > 5);
}

TEST_CASE("a publishing that is left early is over", "[store][disk]") {
  storage::RocksdbPublishing publishing;
  {
    storage::RocksdbPublishing::Scope scope(&publishing);
    publishing.NoteRead("a", 0, 1, rocksdb::IOStatus::IOError(), {});
    CHECK(publishing.HoldsBack("a"));
    CHECK_FALSE(publishing.LinkError().ok());
  }
  CHECK_FALSE(publishing.HoldsBack("b"));
  CHECK(publishing.LinkError().ok());
  storage::RocksdbPublishing::Scope next(&publishing);
  CHECK(next.Rehearsed().ok());
  CHECK(next.End().empty());
}

}  // namespace
}  // namespace footfall::testing
