// Jobs that flush, around an error.

#include <functional>
#include <memory>
#include <new>
#include <vector>

#include "rocksdb/env.h"
#include "storage/store/rocksdb_flush_gate.h"
#include "tests/support/catch.h"

namespace footfall::testing {
namespace {

using storage::RocksdbFlushGate;

// A pool whose jobs are done when the test says so.
class Pool final : public rocksdb::EnvWrapper {
 public:
  Pool() : rocksdb::EnvWrapper(rocksdb::Env::Default()) {}
  const char* Name() const override { return "pool"; }
  void Schedule(void (*function)(void*), void* argument, Priority, void*,
                void (*drop)(void*)) override {
    if (is_full) throw std::bad_alloc();
    jobs_.push_back({function, drop, argument});
  }
  bool is_full = false;

  size_t size() const { return jobs_.size(); }
  void Work() {
    std::vector<Job> jobs;
    jobs.swap(jobs_);
    for (const Job& job : jobs) job.function(job.argument);
  }
  void DropAll() {
    for (const Job& job : jobs_) job.drop(job.argument);
    jobs_.clear();
  }

 private:
  struct Job {
    void (*function)(void*);
    void (*drop)(void*);
    void* argument;
  };
  std::vector<Job> jobs_;
};

void Count(void* count) { ++*static_cast<int*>(count); }

struct Fixture {
  void Schedule(void (*function)(void*) = &Count) {
    RocksdbFlushGate::Schedule(std::make_unique<RocksdbFlushGate::Job>(
        RocksdbFlushGate::Job{gate, &pool, function, &Count, &done, &pool}));
  }

  Pool pool;
  std::shared_ptr<RocksdbFlushGate> gate = std::make_shared<RocksdbFlushGate>();
  int done = 0;
};

TEST_CASE("flushes begin while there is no error", "[store][gate]") {
  Fixture test;
  test.Schedule();
  test.Schedule();
  CHECK(test.gate->has_jobs());
  test.pool.Work();
  CHECK(test.done == 2);
  CHECK_FALSE(test.gate->has_jobs());
}

TEST_CASE("none begins between an error and a recovery", "[store][gate]") {
  Fixture test;
  test.Schedule();
  test.gate->Shut();
  test.Schedule();
  test.pool.Work();
  CHECK(test.done == 0);
  CHECK(test.pool.size() == 0);  // no thread is kept
  CHECK(test.gate->has_jobs());
  test.gate->Open();
  CHECK(test.pool.size() == 2);
  test.gate->Shut();  // the recovery met an error
  test.pool.Work();
  CHECK(test.done == 0);
  test.gate->Open();
  test.pool.Work();
  CHECK(test.done == 2);
  CHECK_FALSE(test.gate->has_jobs());
}

TEST_CASE("no flush is lost where memory runs out", "[store][gate]") {
  Fixture test;
  for (int i = 0; i < 3; ++i) test.Schedule();
  test.gate->Shut();
  test.pool.Work();
  test.pool.is_full = true;
  bool thrown = false;
  try {
    test.gate->Open();
  } catch (const std::bad_alloc&) {
    thrown = true;
  }
  CHECK(thrown);
  test.pool.is_full = false;
  test.gate->Open();
  test.pool.Work();
  CHECK(test.done == 3);
  CHECK_FALSE(test.gate->has_jobs());
}

TEST_CASE("a closing database does all of them", "[store][gate]") {
  Fixture test;
  test.gate->Shut();
  test.Schedule();
  test.pool.Work();
  test.gate->Remove();
  test.pool.Work();
  CHECK(test.done == 1);
  test.gate->Shut();
  test.Schedule();
  test.pool.Work();
  CHECK(test.done == 2);
}

TEST_CASE("a flush may be taken back", "[store][gate]") {
  Fixture test;
  test.Schedule();
  test.pool.DropAll();
  CHECK(test.done == 1);
  CHECK_FALSE(test.gate->has_jobs());
}

// The gate of the job that runs.
std::shared_ptr<RocksdbFlushGate>* running = nullptr;

TEST_CASE("a flush that meets the error does not wait for itself",
          "[store][gate]") {
  Fixture test;
  running = &test.gate;
  test.Schedule([](void* count) {
    (*running)->Shut();
    Count(count);
  });
  test.pool.Work();
  CHECK(test.done == 1);
  test.Schedule();
  test.pool.Work();
  CHECK(test.done == 1);
  test.gate->Remove();
  test.pool.Work();
  running = nullptr;
}

}  // namespace
}  // namespace footfall::testing
