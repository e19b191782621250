// No more threads, and no more open files.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "footfall/csv_import.h"
#include "footfall/query.h"
#include "tests/exhaustion/child.h"
#include "tests/exhaustion/workload.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

// So many threads may live at once; less than 0: any number.
std::atomic<int> thread_limit = -1;
std::atomic<int> threads_alive = 0;
std::atomic<int> threads_started = 0;

struct Started {
  void* (*start)(void*);
  void* argument;
};

void* RunAndCount(void* raw) {
  const std::unique_ptr<Started> started(static_cast<Started*>(raw));
  void* const result = started->start(started->argument);
  --threads_alive;
  return result;
}

}  // namespace
}  // namespace footfall::testing

// Every thread of the program is started through this.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attr,
                              void* (*start)(void*), void* argument) {
  using namespace footfall::testing;
  using Create =
      int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const Create create =
      reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  ++threads_started;
  if (++threads_alive > thread_limit && thread_limit >= 0) {
    --threads_alive;
    return EAGAIN;
  }
  auto started = std::make_unique<Started>(Started{start, argument});
  const int result = create(thread, attr, RunAndCount, started.get());
  if (result == 0) {
    static_cast<void>(started.release());
  } else {
    --threads_alive;
  }
  return result;
}

namespace footfall::testing {
namespace {

// The workload on disk. `limit` is called before the first attempt of step
// `step`, and `lift` after it.
std::string RunOnDisk(const std::string& folder, const std::string& csv,
                      int limited_step, const std::function<void()>& limit,
                      const std::function<void()>& lift) {
  int step = -1;
  WorkloadHooks hooks;
  hooks.open = [&] { return Database::Open(folder, DatabaseOptions()); };
  hooks.before_step = [&] {
    if (++step == limited_step) limit();
  };
  hooks.after_step = [&] {
    if (step == limited_step) lift();
  };
  return RunWorkload(hooks, csv);
}

constexpr int kSteps = 16;

// ThreadSanitizer starts threads past the function above: none would be
// missing.
#ifndef __SANITIZE_THREAD__

TEST_CASE("a question goes on with the threads it has", "[exhaustion]") {
  const TempDir scratch;
  const auto answer = [&](int threads, int limit) {
    return InChild([&]() -> std::string {
      DatabaseOptions options;
      options.background_upkeep = false;
      const auto database = Database::Open(scratch / "database", options);
      if (!database.ok()) return database.status().ToString();
      QueryOptions asked;
      asked.threads = threads;
      const auto snapshot = (*database)->TakeSnapshot();
      const int before = threads_started;
      if (limit >= 0) thread_limit = threads_alive + limit;
      const auto found =
          Query(*snapshot, "SELECT avg(x), max(x) BY app", asked);
      thread_limit = -1;
      if (!found.ok()) return found.status().ToString();
      // More than one thread is asked for, or nothing was tested.
      if ((threads_started > before) != (threads > 1)) return "no threads";
      return FormatCsv(*found);
    });
  };
  const std::string made = InChild([&]() -> std::string {
    const auto database = Database::Open(scratch / "database", {});
    if (!database.ok()) return database.status().ToString();
    const auto defined = Execute(
        **database, "DEFINE METRIC x INTEGER EVERY day OVER TIME ADDS BY app",
        {}, {});
    if (!defined.ok()) return defined.ToString();
    const auto metric = (*database)->TakeSnapshot()->FindMetric("x");
    SampleBatch batch;
    // Several chunks of groups.
    for (int app = 0; app < 1500; ++app) {
      for (const int day : {0, 1, 800}) {
        batch.RowsOf(metric).AddStep(20'000 + day, {absl::StrCat("a", app)},
                                     int64_t{app} * day);
      }
    }
    return (*database)->Write(batch, {}).status().ToString();
  });
  REQUIRE(made == "OK");
  const std::string held = answer(1, -1);
  REQUIRE(absl::StrContains(held, "a1499,"));
  CHECK(answer(8, -1) == held);
  for (int limit = 0; limit < 8; ++limit) {
    INFO(limit << " more threads");
    CHECK(answer(8, limit) == held);
  }
}

TEST_CASE("an import goes on with the threads it has", "[exhaustion]") {
  const TempDir scratch;
  const std::string csv = scratch / "rows.csv";
  {
    std::ofstream file(csv);
    file << "day,app,value\n";
    for (int i = 0; i < 150'000; ++i) {
      file << absl::FormatCivilTime(absl::CivilDay(2024, 1, 1) + i / 300)
           << ",application " << i * 7 % 300 << ',' << i << '\n';
    }
    REQUIRE(file.good());
  }
  int folders = 0;
  const auto import = [&](int limit) {
    const std::string folder = scratch / absl::StrCat("database ", folders++);
    return InChild([&]() -> std::string {
      DatabaseOptions options;
      options.background_upkeep = false;
      const auto database = Database::Open(folder, options);
      if (!database.ok()) return database.status().ToString();
      const auto defined = Execute(
          **database, "DEFINE METRIC x INTEGER EVERY day OVER TIME ADDS BY app",
          {}, {});
      if (!defined.ok()) return defined.ToString();
      ImportSpec spec;
      spec.path = csv;
      spec.metric = "x";
      spec.columns = {{.role = ImportColumn::Role::kTime, .header = "day"},
                      {.role = ImportColumn::Role::kValue, .header = "value"},
                      {.header = "app", .dimension = "app"}};
      ImportOptions imported;
      imported.memory_bytes = 1;  // several runs
      const int before = threads_started;
      if (limit >= 0) thread_limit = threads_alive + limit;
      const auto report = ImportCsv(**database, spec, imported);
      thread_limit = -1;
      if (!report.ok()) return report.status().ToString();
      // One thread reads, and one after the other sorts.
      if (threads_started - before < 3) return "no threads";
      const auto snapshot = (*database)->TakeSnapshot();
      const auto found = Query(*snapshot, "SELECT sum(x), count(x) BY app", {});
      return found.ok() ? FormatCsv(*found) : found.status().ToString();
    });
  };
  const std::string held = import(-1);
  REQUIRE(absl::StrContains(held, "application 299,"));
  for (int limit = 0; limit < 3; ++limit) {
    INFO(limit << " more threads");
    CHECK(import(limit) == held);
  }
}

TEST_CASE("threads that cannot be started are a status", "[exhaustion]") {
  const TempDir scratch;
  const std::string csv = scratch / "m.csv";
  WriteImportFile(csv);
  int folders = 0;
  const auto run = [&](int step, int limit) {
    const std::string folder = scratch / absl::StrCat("database ", folders++);
    return InChild([&] {
      return RunOnDisk(
          folder, csv, step, [&] { thread_limit = threads_alive + limit; },
          [] { thread_limit = -1; });
    });
  };
  const std::string held = run(-1, 0);
  REQUIRE(absl::StrContains(held, "app number 3"));
  std::map<std::string, int> wrong;
  int runs = 0;
  for (int step = 0; step < kSteps; ++step) {
    // Beside those that live already.
    const int most = step == 0 ? 16 : 2;
    for (int limit = 0; limit <= most; ++limit) {
      const std::string ended = run(step, limit);
      ++runs;
      if (ended == held || ++wrong[ended.substr(0, 200)] > 1) continue;
      UNSCOPED_INFO("step " << step << ", " << limit
                            << " more threads: " << ended.substr(0, 300));
    }
  }
  WARN(runs << " runs with few threads");
  CHECK(wrong.empty());
}

TEST_CASE("a question is answered by fewer threads where no more can be had",
          "[exhaustion]") {
  const TempDir scratch;
  const std::string answers = InChild([&] {
    auto database = *Database::Open(scratch / "database", DatabaseOptions());
    std::string rows;
    for (int app = 0; app < 3000; ++app) {
      absl::StrAppend(&rows, app == 0 ? "" : ", ", "(2024-01-01, ", app, ", 'a",
                      app, "')");
    }
    QueryOptions generous;
    generous.limits.max_text_bytes = 1 << 20;
    const absl::Status status = Execute(
        *database,
        absl::StrCat("DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY app;"
                     "INSERT INTO m (TIME, VALUE, app) VALUES ",
                     rows),
        generous, {});
    if (!status.ok()) return status.ToString();
    const auto ask = [&] {
      QueryOptions options;
      options.threads = 4;
      const auto answer = Query(*database->TakeSnapshot(),
                                "SELECT sum(m) BY app ORDER BY app", options);
      return answer.ok() ? FormatCsv(*answer) : answer.status().ToString();
    };
    const std::string before = ask();
    const int started = threads_started;
    ask();
    thread_limit = threads_alive.load();
    const bool same = ask() == before;
    return absl::StrCat(
        threads_started > started ? "threads " : "",
        same && absl::StrContains(before, "a2999") ? "same" : before);
  });
  CHECK(answers == "threads same");
}

#endif  // __SANITIZE_THREAD__

// Leaves room for `spare` more files.
rlim_t LimitFiles(int spare, rlimit* before) {
  getrlimit(RLIMIT_NOFILE, before);
  const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  close(next);
  rlimit limit = *before;
  limit.rlim_cur = static_cast<rlim_t>(next + spare);
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

TEST_CASE("files that cannot be opened are a status", "[exhaustion]") {
  const TempDir scratch;
  const std::string csv = scratch / "m.csv";
  WriteImportFile(csv);
  int folders = 0;
  const auto run = [&](int step, int spare) {
    const std::string folder = scratch / absl::StrCat("database ", folders++);
    rlimit before = {};
    const std::string ended = InChild([&] {
      return RunOnDisk(
          folder, csv, step, [&] { LimitFiles(spare, &before); },
          [&] { setrlimit(RLIMIT_NOFILE, &before); });
    });
    std::filesystem::remove_all(folder);
    return ended;
  };
  const std::string held = run(-1, 0);
  REQUIRE(absl::StrContains(held, "app number 3"));
  const bool runs_all = std::getenv("FOOTFALL_LONG") != nullptr;
  std::map<std::string, int> wrong;
  int runs = 0;
  for (int step = 0; step < kSteps; ++step) {
    for (int spare = 0; spare <= 12; spare += runs_all ? 1 : 4) {
      const std::string ended = run(step, spare);
      ++runs;
      if (ended == held || ++wrong[ended.substr(0, 200)] > 1) continue;
      UNSCOPED_INFO("step " << step << ", " << spare
                            << " files to spare: " << ended.substr(0, 500));
    }
  }
  WARN(runs << " runs with few files to spare");
  CHECK(wrong.empty());
}

}  // namespace
}  // namespace footfall::testing
