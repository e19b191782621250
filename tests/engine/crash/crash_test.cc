// Kill -9 in the middle of writing: every acknowledged batch is there whole,
// and no other is half there.
//
// What this shows is that nothing depends on the process ending in order. The
// operating system lives on, so it does not show what a power cut leaves; for
// that the log's end is cut off in rocksdb_store_test.cc.

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "tests/engine/crash/crash_batch.h"
#include "tests/engine/crash/metric_checks.h"
#include "tests/model/plain_database.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Kills of each scenario with each durability: in all, fourteen times as many.
// To run longer:
//
//   FOOTFALL_KILLS=100 engine_crash_test
//   FOOTFALL_KILLS=100 FOOTFALL_KILLED=keep engine_crash_test
int Kills() {
  const char* const text = std::getenv("FOOTFALL_KILLS");
  return text == nullptr ? 10 : std::atoi(text);
}

bool IsAsked(Scenario scenario) {
  const char* const text = std::getenv("FOOTFALL_KILLED");
  return text == nullptr ||
         absl::string_view(text) == kScenarioNames[static_cast<int>(scenario)];
}

struct Counts {
  int kills = 0;
  int inside = 0;   // in the middle of a batch
  int folding = 0;  // or compacting
  int altering = 0;
  int removing = 0;  // what KEEP lets go of
  int opening = 0;   // before the database was open
};

class CrashTest {
 public:
  CrashTest(Scenario scenario, Durability durability, uint32_t seed)
      : scenario_(scenario), durability_(durability), random_(seed) {
    const std::string path = folder_ / "shared";
    const int file = open(path.c_str(), O_RDWR | O_CREAT, 0600);
    REQUIRE(file >= 0);
    REQUIRE(ftruncate(file, sizeof(Shared)) == 0);
    void* mapped = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED, file, 0);
    REQUIRE(mapped != MAP_FAILED);
    close(file);
    shared_ = static_cast<Shared*>(mapped);
  }
  ~CrashTest() { munmap(shared_, sizeof(Shared)); }

  // Starts a writer and kills it.
  void Kill(Counts* counts) {
    shared_->ready = 0;
    shared_->working = Work::kNone;
    for (auto& inside : shared_->inside) inside = 0;
    const Progress before = progress();
    const std::string arguments[] = {
        FOOTFALL_CRASH_WRITER, folder_ / "db", folder_ / "shared",
        absl::StrCat(static_cast<int>(scenario_)),
        absl::StrCat(static_cast<int>(durability_))};
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      execl(arguments[0].c_str(), arguments[0].c_str(), arguments[1].c_str(),
            arguments[2].c_str(), arguments[3].c_str(), arguments[4].c_str(),
            nullptr);
      _exit(127);
    }
    // One kill in ten comes at any time, also while the log is recovered.
    if (random_() % 10 == 0) {
      std::this_thread::sleep_for(milliseconds(random_() % 40));
    } else {
      WaitFor([this] { return shared_->ready != 0 || shared_->failed != 0; },
              milliseconds(20'000));
      // However slow the machine is, something was finished now and then.
      if (counts->kills % 3 == 0) {
        WaitFor([&] { return HasMoved(before) || shared_->failed != 0; },
                milliseconds(20'000));
      }
      // A staged batch is flushed and synced several times.
      std::this_thread::sleep_for(
          milliseconds(3 + random_() % (Staged() ? 200 : 25)));
      const Work work = AnyWork();
      WaitFor(
          [&] {
            return work == Work::kNone ? Inside() : shared_->working == work;
          },
          milliseconds(200));
      std::this_thread::sleep_for(
          microseconds(random_() % (work == Work::kRemoving ? 10'000
                                    : work == Work::kNone   ? 100
                                                            : 300)));
    }
    REQUIRE(kill(child, SIGKILL) == 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(shared_->failed == 0);
    REQUIRE(WIFSIGNALED(status));  // and did not end by itself
    ++counts->kills;
    counts->inside += Inside();
    counts->folding += shared_->working == Work::kFolding;
    counts->altering += shared_->working == Work::kAltering;
    counts->removing += shared_->working == Work::kRemoving;
    counts->opening += shared_->ready == 0;
  }

  // Reads what is there, as the process left it.
  void Check() {
    DatabaseOptions options;
    options.read_only = true;
    auto database = Database::Open(folder_ / "db", options);
    if (absl::IsNotFound(database.status())) {
      // Killed before there was a database.
      for (auto& acknowledged : shared_->acknowledged) {
        REQUIRE(acknowledged == 0);
      }
      return;
    }
    INFO(database.status());
    REQUIRE(database.ok());
    const auto snapshot = (*database)->TakeSnapshot();
    const auto found = ReadAll(*snapshot);
    INFO(found.status());
    REQUIRE(found.ok());
    if (scenario_ == Scenario::kKeep) {
      keep_.Check(*snapshot, *found, *shared_);
      gone_ = 0;  // counted anew
    }
    uint64_t cells = found->events.size() + found->aliases.size();
    for (const auto& [name, metric] : found->metrics) {
      if (name == kScratch || absl::StartsWith(name, kAltered)) continue;
      for (const auto& [members, steps] : metric) cells += steps.size();
    }
    uint64_t explained = 0;
    for (int writer = 0; writer < kWriters; ++writer) {
      explained += CheckWriter(writer, *found);
    }
    // Nothing else is there.
    CHECK(cells == explained);
    CheckScratch(*found, *shared_);
  }

  uint64_t deletions() const { return gone_; }

  // Batches that are there, of a writer.
  uint64_t batches(int writer) const { return present_[writer].size(); }

 private:
  // What is durable, by writer.
  struct Progress {
    uint64_t acknowledged[kWriters];
    uint64_t deleted[kWriters];
    int64_t kept;
  };
  Progress progress() const {
    Progress now;
    for (int writer = 0; writer < kWriters; ++writer) {
      now.acknowledged[writer] = shared_->acknowledged[writer];
      now.deleted[writer] = shared_->deleted[writer];
    }
    now.kept = shared_->kept;
    return now;
  }

  // Whether each writer has finished what its scenario asks of it.
  bool HasMoved(const Progress& before) const {
    const Progress now = progress();
    bool has_deleted = scenario_ != Scenario::kDelete;
    for (int writer = 0; writer < kWriters; ++writer) {
      if (now.acknowledged[writer] == before.acknowledged[writer]) return false;
      has_deleted |= now.deleted[writer] != before.deleted[writer];
    }
    return has_deleted &&
           (scenario_ != Scenario::kKeep || now.kept != before.kept);
  }

  // What to kill it in the middle of, besides a batch.
  Work AnyWork() {
    if (scenario_ != Scenario::kKeep) return Work::kNone;
    return random_() % 3 == 0 ? Work::kAltering : Work::kRemoving;
  }

  template <typename Condition>
  void WaitFor(Condition condition, milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (!condition() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(microseconds(20));
    }
  }

  // Whether the first writer's batches are published past the log.
  bool Staged() const {
    return scenario_ == Scenario::kBulkLoad || scenario_ == Scenario::kImport;
  }

  bool Inside() const {
    return std::any_of(std::begin(shared_->inside), std::end(shared_->inside),
                       [](const auto& inside) { return inside != 0; });
  }

  // Answers how many cells, events and aliases the writer's batches account
  // for.
  uint64_t CheckWriter(int writer, const PlainDatabase& found) {
    const bool large = writer == 0 && Staged();
    const std::string last_app = absl::StrCat("last-", writer);
    std::set<uint64_t>& present = present_[writer];
    uint64_t explained = 0;
    uint64_t last = 0;
    for (uint64_t batch = 1; batch <= shared_->started[writer]; ++batch) {
      size_t expected = 0;
      size_t there = 0;
      size_t daily = 0;
      size_t daily_there = 0;
      for (const CrashCell& cell : CellsOf(writer, batch, large)) {
        if ((large && cell.metric != 0) || cell.app == last_app) continue;
        ++expected;
        daily += cell.metric == 0 ? 1 : 0;
        const std::string name = CrashSpec(cell.metric).name;
        const auto metric = found.metrics.find(name);
        if (metric == found.metrics.end()) continue;
        const auto series = metric->second.find({cell.app});
        if (series == metric->second.end()) continue;
        const auto step = series->second.find(cell.step);
        if (step == series->second.end()) continue;
        ++there;
        daily_there += cell.metric == 0 ? 1 : 0;
        CHECK(step->second == cell.value);
      }
      if (!large) {
        // An event of its own, and the alias that tells the last one.
        ++expected;
        const auto event = found.events.find(
            {"batch", absl::StrCat(writer, "-", batch), "2025"});
        there += event != found.events.end() ? 1 : 0;
      }
      CAPTURE(writer, batch, there, expected, daily, daily_there);
      if (there > 0 && IsDeleted(writer, batch, daily_there == 0)) {
        expected -= daily;
      }
      if (there > 0 && DailyStepOf(batch) < keep_.first_kept()) {
        expected -= daily;
        ++gone_;
      }
      if (there != 0 && there != expected) FAIL("a batch is half there");
      const bool is_there = there == expected;
      if (batch <= checked_[writer]) {
        // What was there stays, and what was not never appears.
        REQUIRE(is_there == (present.count(batch) > 0));
      } else if (batch <= shared_->acknowledged[writer]) {
        REQUIRE(is_there);
      }
      if (is_there) {
        // Batches of one writer come one after the other.
        if (batch > checked_[writer] && batch > first_[writer]) {
          REQUIRE(present.count(batch - 1) > 0);
        }
        present.insert(batch);
        last = batch;
        explained += expected;
      }
    }
    if (last > 0) {
      CHECK(found.metrics.at(CrashSpec(large ? 0 : 1).name)
                .at({last_app})
                .at(0) == static_cast<int64_t>(last));
      ++explained;
      const auto alias =
          found.aliases.find({"app", absl::StrCat("alias-", writer)});
      CHECK(large == (alias == found.aliases.end()));
      if (!large) {
        CHECK(alias->second.first == absl::StrCat("batch-", last));
        ++explained;
      }
    }
    checked_[writer] = shared_->started[writer];
    first_[writer] = checked_[writer] + 1;  // of the next process
    return explained;
  }

  // Whether what the batch had in the daily metric was deleted. Once a deletion
  // is acknowledged it is; one that was cut off has happened whole or not at
  // all, and then stays so.
  bool IsDeleted(int writer, uint64_t batch, bool is_gone) {
    if (scenario_ != Scenario::kDelete || !IsDeletedLater(batch)) return false;
    std::map<uint64_t, bool>& deleted = deleted_[writer];
    const auto before = deleted.find(batch);
    if (before != deleted.end()) {
      REQUIRE(before->second == is_gone);
      return is_gone;
    }
    // Its process deletes from it after the next batch, or never.
    const uint64_t last = shared_->deleting[writer];
    const bool begun = batch + 1 >= first_[writer] && batch <= last;
    const bool may_have_failed =
        !begun || (batch == last && batch != shared_->deleted[writer]);
    REQUIRE((is_gone ? begun : may_have_failed));
    if (batch < shared_->started[writer]) deleted[batch] = is_gone;
    gone_ += is_gone ? 1 : 0;
    return is_gone;
  }

  const Scenario scenario_;
  const Durability durability_;
  std::mt19937 random_;
  TempDir folder_;
  Shared* shared_ = nullptr;
  std::set<uint64_t> present_[kWriters];
  uint64_t checked_[kWriters] = {};
  uint64_t first_[kWriters] = {1, 1};
  std::map<uint64_t, bool> deleted_[kWriters];  // by batch, whether it is gone
  uint64_t gone_ = 0;
  KeepCheck keep_;
};

TEST_CASE("a killed process leaves whole batches", "[crash]") {
  Counts all;
  int asked = 0;
  for (int number = 0; number < kScenarios; ++number) {
    const auto scenario = static_cast<Scenario>(number);
    if (!IsAsked(scenario)) continue;
    ++asked;
    Counts counts;
    uint64_t deletions = 0;
    uint64_t batches[kWriters] = {};
    for (const Durability durability :
         {Durability::kProcessCrash, Durability::kPowerLoss}) {
      const uint32_t seed = 1 + static_cast<uint32_t>(scenario) * 2 +
                            static_cast<uint32_t>(durability);
      CAPTURE(seed, kScenarioNames[static_cast<int>(scenario)]);
      CrashTest test(scenario, durability, seed);
      for (int i = 0; i < Kills(); ++i) {
        test.Kill(&counts);
        test.Check();
      }
      for (int i = 0; i < kWriters; ++i) batches[i] += test.batches(i);
      deletions += test.deletions();
    }
    WARN(kScenarioNames[static_cast<int>(scenario)]
         << ": " << counts.kills << " kills, " << counts.inside
         << " inside a batch, " << counts.folding
         << " while folding or compacting, " << counts.altering
         << " while altering, " << counts.removing
         << " while removing what is old, " << counts.opening
         << " while opening; " << batches[0] << " + " << batches[1]
         << " batches whole, " << deletions << " of them deleted from");
    if (scenario == Scenario::kKeep) {
      CHECK(counts.altering + counts.removing > 0);
    }
    CHECK((deletions > 0) ==
          (scenario == Scenario::kDelete || scenario == Scenario::kKeep));
    for (const uint64_t count : batches) CHECK(count > 0);
    all.kills += counts.kills;
    all.inside += counts.inside;
  }
  WARN("in all: " << all.kills << " kills, " << all.inside
                  << " inside a batch");
  CHECK(all.kills == 2 * asked * Kills());
  CHECK(all.inside * 2 >= all.kills);
}

}  // namespace
}  // namespace footfall::testing
