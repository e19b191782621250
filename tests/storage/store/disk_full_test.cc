// A store whose disk is full: what it refuses, what it keeps, and that it goes
// on once there is room.

#include <memory>
#include <random>
#include <string>
#include "tests/support/catch.h"

#include "absl/strings/str_cat.h"
#include "footfall/store.h"
#include "storage/store/rocksdb_store.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_file_system.h"

namespace footfall::testing {
namespace {

constexpr uint64_t kValueBytes = 20'000;

std::string KeyOf(int i) { return absl::StrCat("key ", 1000 + i); }
std::string ValueOf(int i) {
  std::string value(kValueBytes, '\0');
  for (size_t at = 0; at < value.size(); ++at) {
    value[at] = static_cast<char>(at * 31 + at / 7 + static_cast<size_t>(i));
  }
  return value;
}

StoreBatch BatchOf(int i) {
  StoreBatch batch;
  batch.Put(Keyspace::kTiles, KeyOf(i), ValueOf(i));
  batch.Put(Keyspace::kCatalog, KeyOf(i), "name");
  return batch;
}

class FullDisk {
 public:
  FullDisk() { Open(); }

  void Open() {
    store_.reset();
    auto opened = TryOpen();
    INFO(opened.status());
    REQUIRE(opened.ok());
    store_ = *std::move(opened);
  }
  absl::StatusOr<std::unique_ptr<Store>> TryOpen() {
    return storage::OpenRocksdbStore(
        folder_.path(), {.memory_budget_bytes = 4 << 20, .env = files_.env()});
  }
  absl::Status Put(int i) {
    return store_->Apply(BatchOf(i), Durability::kPowerLoss);
  }
  void MustPut(int i) {
    const absl::Status status = Put(i);
    INFO(i << ": " << status);
    REQUIRE(status.ok());
  }
  // Writes until there is no room; answers the batch that did not fit.
  int Fill(int first) {
    files_.SetCapacity(files_.used_bytes() + 10 * kValueBytes);
    for (int i = first;; ++i) {
      REQUIRE(i < first + 1000);
      const absl::Status status = Put(i);
      if (status.ok()) continue;
      INFO(status);
      REQUIRE(absl::IsResourceExhausted(status));
      return i;
    }
  }
  // Batches [begin, end) are there, and no other of the first 300.
  void Check(const StoreView& view, int begin, int end) {
    for (int i = 0; i < 300; ++i) {
      CAPTURE(i);
      std::string value;
      std::string name;
      const auto has_value = view.Get(Keyspace::kTiles, KeyOf(i), &value);
      const auto has_name = view.Get(Keyspace::kCatalog, KeyOf(i), &name);
      REQUIRE(has_value.ok());
      REQUIRE(has_name.ok());
      REQUIRE(*has_value == (i >= begin && i < end));
      REQUIRE(*has_name == *has_value);
      if (*has_value) REQUIRE(value == ValueOf(i));
    }
  }
  void Check(int begin, int end) { Check(*store_->TakeView(), begin, end); }

  const std::string& path() const { return folder_.path(); }
  TestFileSystem& files() { return files_; }
  Store& store() { return *store_; }
  std::unique_ptr<Store>& owner() { return store_; }

 private:
  TempDir folder_;
  TestFileSystem files_;
  std::unique_ptr<Store> store_;
};

TEST_CASE("a full disk refuses batches until there is room", "[store][full]") {
  // Batches before, so many that there are tables, or none; and whether writes
  // go on without Resume().
  const auto [first, by_itself] = GENERATE(table<int, bool>({
      {0, true},
      {0, false},
      {150, true},
  }));
  FullDisk disk;
  for (int i = 0; i < first; ++i) disk.MustPut(i);
  const int refused = disk.Fill(first);
  auto view = disk.store().TakeView();
  // What RocksDB lets go of by and by makes no room.
  disk.files().FailAt(kWrites, 1, {.no_space = true, .lasts = true});
  CHECK(disk.Put(refused).code() == absl::StatusCode::kResourceExhausted);
  CHECK(disk.store().Resume().code() == absl::StatusCode::kResourceExhausted);
  CHECK(disk.store().Flush().code() == absl::StatusCode::kResourceExhausted);
  CHECK(disk.store().Compact().code() == absl::StatusCode::kResourceExhausted);
  disk.Check(0, refused);
  disk.files().Heal();
  if (!by_itself) REQUIRE(disk.store().Resume() == absl::OkStatus());
  // The batch after the refused one: that is not there, now or later.
  StoreBatch later;
  later.Put(Keyspace::kTiles, "later", "x");
  REQUIRE(disk.store().Apply(later, Durability::kPowerLoss) ==
          absl::OkStatus());
  disk.Check(0, refused);
  disk.Check(*view, 0, refused);
  view.reset();
  REQUIRE(disk.store().Compact().ok());
  disk.Open();
  disk.Check(0, refused);
  std::string value;
  CHECK(*disk.store().TakeView()->Get(Keyspace::kTiles, "later", &value));
}

TEST_CASE("the first batch of a log may meet a full disk", "[store][full]") {
  FullDisk disk;
  const bool flushed = GENERATE(true, false);
  if (flushed) {
    disk.MustPut(0);
    REQUIRE(disk.store().Flush().ok());
  }
  const uint32_t call = GENERATE(kWrites, kSyncs);
  disk.files().FailAt(call, 1, {.no_space = true});
  CHECK(disk.Put(1).code() == absl::StatusCode::kResourceExhausted);
  CHECK(disk.files().met());
  disk.Check(0, flushed ? 1 : 0);
  for (int i = flushed ? 1 : 0; i < 20; ++i) {
    if (i != 1) disk.MustPut(i);
  }
  StoreBatch gone;
  gone.Delete(Keyspace::kTiles, KeyOf(0));
  gone.Delete(Keyspace::kCatalog, KeyOf(0));
  REQUIRE(disk.store().Apply(gone, Durability::kPowerLoss).ok());
  disk.Open();
  std::string value;
  CHECK(!*disk.store().TakeView()->Get(Keyspace::kTiles, KeyOf(1), &value));
  disk.MustPut(1);
  disk.Check(1, 20);
}

TEST_CASE("a flush after an error is done when it answers", "[store][full]") {
  FullDisk disk;
  for (int i = 0; i < 5; ++i) disk.MustPut(i);
  disk.files().FailAt(kSyncs, 1, {.no_space = true, .lasts = true});
  CHECK_FALSE(disk.store().Flush().ok());
  disk.files().Heal();
  for (int i = 5; i < 60; ++i) {
    REQUIRE(disk.store().Apply(BatchOf(i), Durability::kProcessCrash).ok());
  }
  REQUIRE(disk.store().Flush() == absl::OkStatus());
  const TestFileSystem::PowerCut cut = disk.files().TakePowerCut();
  const TempDir left;
  std::mt19937_64 random(1);
  TestFileSystem::Restore(cut, TestFileSystem::Unsynced::kLost, disk.path(),
                          left.path(), &random);
  auto opened =
      storage::OpenRocksdbStore(left.path(), {.memory_budget_bytes = 4 << 20});
  INFO(opened.status());
  REQUIRE(opened.ok());
  disk.Check(*(*opened)->TakeView(), 0, 60);
}

TEST_CASE("what does not fit is not published", "[store][full]") {
  FullDisk disk;
  disk.MustPut(0);
  auto view = disk.store().TakeView();
  const auto publish = [&]() -> absl::Status {
    auto stage = disk.store().NewStage();
    if (!stage.ok()) return stage.status();
    for (int i = 1; i < 100; ++i) {
      const absl::Status added = (*stage)->Add(
          StoreBatch::Kind::kPut, Keyspace::kTiles, KeyOf(i), ValueOf(i));
      if (!added.ok()) return added;
    }
    StoreBatch batch;
    for (int i = 1; i < 100; ++i) {
      batch.Put(Keyspace::kCatalog, KeyOf(i), "name");
    }
    return disk.store().Publish(*std::move(stage), batch);
  };
  // From nothing at all to all but what is published last.
  uint64_t refusals = 0;
  for (uint64_t room = 0;; room += 30'000) {
    REQUIRE(room < 100 * kValueBytes * 2);
    disk.files().SetCapacity(disk.files().used_bytes() + room);
    const absl::Status status = publish();
    if (status.ok()) break;
    CAPTURE(room, status);
    REQUIRE(absl::IsResourceExhausted(status));
    disk.Check(0, 1);
    ++refusals;
    if (refusals % 10 == 0) {
      disk.files().Heal();
      disk.MustPut(0);
    }
  }
  CHECK(refusals > 50);
  disk.Check(0, 100);
  disk.Check(*view, 0, 1);
  view.reset();
  disk.Open();
  disk.Check(0, 100);
}

TEST_CASE("things are deleted from a full disk that was closed",
          "[store][full]") {
  FullDisk disk;
  for (int i = 0; i < 100; ++i) disk.MustPut(i);
  const int end = disk.Fill(100);
  disk.files().FailAt(kWrites, 1, {.no_space = true, .lasts = true});
  CHECK(disk.store().Close().code() == absl::StatusCode::kResourceExhausted);
  // Room for a few records, but not for a table of what the logs hold.
  disk.files().Heal();
  disk.files().SetCapacity(disk.files().used_bytes() + 10 * kValueBytes);
  disk.Open();
  disk.Check(0, end);
  StoreBatch gone;
  gone.DeleteRange(Keyspace::kTiles, KeyOf(0), KeyOf(end - 1));
  gone.DeleteRange(Keyspace::kCatalog, KeyOf(0), KeyOf(end - 1));
  REQUIRE(disk.store().Apply(gone, Durability::kPowerLoss) == absl::OkStatus());
  // A compaction in the background may have what room there is for a moment.
  absl::Status compacted;
  for (int i = 0; i < 20; ++i) {
    compacted = disk.store().Compact();
    if (!absl::IsResourceExhausted(compacted)) break;
  }
  REQUIRE(compacted == absl::OkStatus());
  disk.Check(end - 1, end);
  for (int i = end; i < end + 20; ++i) disk.MustPut(i);
  disk.Open();
  disk.Check(end - 1, end + 20);
}

}  // namespace
}  // namespace footfall::testing
