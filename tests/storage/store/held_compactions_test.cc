// Compactions beside others, in an order that the test chooses.

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rocksdb/env.h"
#include "storage/base/mutex.h"
#include "storage/store/rocksdb_store.h"
#include "tests/storage/store/store_under_test.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

constexpr Keyspace kTiles = Keyspace::kTiles;

// Flushes run; compactions are kept until the test runs them.
class HeldCompactions final : public rocksdb::EnvWrapper {
 public:
  HeldCompactions() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}
  const char* Name() const override { return "held compactions"; }
  void Schedule(void (*function)(void*), void* argument, Priority priority,
                void* tag, void (*drop)(void*)) override {
    storage::MutexLock lock(&mutex_);
    if (!is_holding_ || priority == HIGH) {
      rocksdb::EnvWrapper::Schedule(function, argument, priority, tag, drop);
    } else {
      jobs_.push_back([function, argument] { function(argument); });
    }
  }

  // Waits until so many are kept; false after half a minute.
  bool WaitFor(size_t count) {
    for (int i = 0; i < 30'000; ++i) {
      {
        storage::MutexLock lock(&mutex_);
        if (jobs_.size() >= count) return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }
  // The oldest, in this thread.
  bool RunOne() {
    std::function<void()> job;
    {
      storage::MutexLock lock(&mutex_);
      if (jobs_.empty()) return false;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
    return true;
  }
  // What is kept is run, and what comes after it is not kept.
  void Release() {
    {
      storage::MutexLock lock(&mutex_);
      is_holding_ = false;
    }
    while (RunOne()) {
    }
  }

 private:
  storage::Mutex mutex_;
  bool is_holding_ ABSL_GUARDED_BY(mutex_) = true;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
};

// Tables of the last level before and behind the key `p`, which only flushed
// tables hold. RocksDB moves such tables down as they are; and where a
// compaction rewrites the tables on both sides, they must wait for it: an
// assertion ended the process instead.
TEST_CASE("tables are not moved down between those that are rewritten",
          "[rocksdb]") {
  const TempDir folder;
  HeldCompactions env;
  const auto store = storage::OpenRocksdbStore(folder / "db", {.env = &env});
  REQUIRE(store.ok());
  const auto publish = [&](const std::vector<std::string>& keys) {
    auto stage = (*store)->NewStage();
    REQUIRE(stage.ok());
    for (const std::string& key : keys) {
      REQUIRE((*stage)->Add(StoreBatch::Kind::kPut, kTiles, key, "table").ok());
    }
    REQUIRE((*store)->Publish(*std::move(stage), {}).ok());
  };
  const auto flush = [&](const std::string& key) {
    StoreBatch batch;
    batch.Put(kTiles, key, "flushed");
    REQUIRE((*store)->Apply(batch, Durability::kProcessCrash).ok());
    REQUIRE((*store)->Flush().ok());
  };
  for (const char* key : {"a", "g", "x"}) publish({key, absl::StrCat(key, 1)});
  flush("a1");

  absl::Status compacted;
  std::thread compaction(
      [&] { compacted = (*store)->CompactTiles("a", "z", StopCheck()); });
  // First it merges what was flushed with the table of "a" ..
  CHECK(env.WaitFor(1));
  flush("p");
  for (int i = 0; i < 5; ++i) publish({"p"});
  CHECK(env.RunOne());
  // .. then it rewrites those of "g" and "x", beside one that RocksDB begins by
  // itself: there are many tables with "p".
  CHECK(env.WaitFor(2));
  env.Release();
  compaction.join();
  CHECK(compacted == absl::OkStatus());
  const Contents tiles = Read(**store, kTiles);
  CHECK(tiles.size() == 7);
  CHECK(tiles.at("a1") == "flushed");
  CHECK(tiles.at("p") == "table");
}

}  // namespace
}  // namespace footfall::testing
