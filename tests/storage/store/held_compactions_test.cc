// Compactions beside one another, in an order that the test chooses: RocksDB
// itself, with the options of our key spaces.

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "storage/base/mutex.h"
#include "storage/store/rocksdb_parts.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

// Flushes run; compactions are kept, once Hold() was called, until the test
// runs them.
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

  void Hold() {
    storage::MutexLock lock(&mutex_);
    is_holding_ = true;
  }
  // Waits until so many are kept; false after a minute.
  bool WaitFor(size_t count) {
    for (int i = 0; i < 60'000; ++i) {
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
  bool is_holding_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
};

// "g" and "x" are being rewritten in the last level, and "p", which lies
// between them, was flushed often enough to be moved down. Where RocksDB does
// so, tables overlap; in builds with assertions it ends the process.
TEST_CASE("tables are not moved down between those that are rewritten",
          "[rocksdb]") {
  const TempDir folder;
  const storage::RocksdbSettings settings =
      storage::MakeSmallSettings(folder / "unused", false);
  HeldCompactions env;
  rocksdb::Options options(rocksdb::DBOptions(), GENERATE(true, false)
                                                     ? settings.catalog
                                                     : settings.tiles);
  options.env = &env;
  options.create_if_missing = true;
  options.max_background_jobs = 8;
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(options, folder / "db", &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  const auto flush = [&](const std::string& key, const std::string& value) {
    REQUIRE(db->Put({}, key, value).ok());
    REQUIRE(db->Flush({}).ok());
  };
  const auto compact = [&](rocksdb::Slice first, rocksdb::Slice last) {
    rocksdb::CompactRangeOptions by_hand;
    by_hand.exclusive_manual_compaction = false;
    by_hand.bottommost_level_compaction =
        rocksdb::BottommostLevelCompaction::kForceOptimized;
    return db->CompactRange(by_hand, &first, &last);
  };
  for (const char* key : {"a", "g", "x"}) {
    flush(key, "below");
    REQUIRE(compact(key, key).ok());
  }
  flush("a", "above");
  env.Hold();
  rocksdb::Status compacted;
  std::thread compaction([&] { compacted = compact("a", "z"); });
  // First it merges both tables of "a" ..
  CHECK(env.WaitFor(1));
  // .. beside which RocksDB asks for one by itself: there are as many tables
  // with "p" as it needs to have more than one at a time ..
  for (int i = 0; i < 12; ++i) flush("p", absl::StrCat(i));
  CHECK(env.WaitFor(2));
  CHECK(env.RunOne());
  // .. then it rewrites those of "g" and "x", behind that one.
  CHECK(env.WaitFor(2));
  env.Release();
  compaction.join();
  CHECK(compacted.ok());
  for (const auto& [key, value] :
       {std::pair{"a", "above"}, {"g", "below"}, {"p", "11"}, {"x", "below"}}) {
    std::string found;
    CHECK(db->Get({}, key, &found).ok());
    CHECK(found == value);
  }
}

}  // namespace
}  // namespace footfall::testing
