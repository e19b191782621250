// Every allocation of a workload fails in turn.
//
// In memory the store's own allocations fail too. On disk RocksDB's do not: it
// is not written for that, and what it leaves behind is its own. By default a
// sample is run; FOOTFALL_LONG=1 runs all.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/store/memory_store.h"
#include "storage/store/rocksdb_store.h"
#include "tests/exhaustion/child.h"
#include "tests/exhaustion/failing_new.h"
#include "tests/exhaustion/pausing_store.h"
#include "tests/exhaustion/workload.h"
#include "tests/support/catch.h"
#include "tests/support/lent_store.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

// Which allocation of which step fails.
struct Lack {
  Failing which = Failing::kNone;
  int step = -1;
  uint64_t n = 0;
};

bool RunsAll() { return std::getenv("FOOTFALL_LONG") != nullptr; }

// The workload with one lack. Fills *counts, if any, with the number of
// allocations of each step.
std::string RunWith(bool on_disk, const std::string& folder,
                    const std::string& csv, const Lack& lack,
                    std::vector<uint64_t>* counts) {
  const std::shared_ptr<Store> memory = storage::NewMemoryStore();
  DatabaseOptions options;
  options.background_upkeep = false;
  int step = -1;
  WorkloadHooks hooks;
  hooks.open = [&]() -> absl::StatusOr<std::unique_ptr<Database>> {
    std::unique_ptr<Store> store;
    {
      const AllocationPause pause;
      if (on_disk) {
        auto opened = storage::OpenRocksdbStore(folder, {});
        if (!opened.ok()) return opened.status();
        store = std::make_unique<PausingStore>(*std::move(opened));
      } else {
        store = std::make_unique<LentStore>(memory);
      }
    }
    return Database::Open(std::move(store), options);
  };
  hooks.before_step = [&] {
    ++step;
    FailAllocation(step == lack.step ? lack.which : Failing::kNone, lack.n);
  };
  hooks.after_step = [&] {
    const uint64_t count = AllocationCount();
    FailAllocation(Failing::kNone, 0);
    if (counts != nullptr) counts->push_back(count);
  };
  return RunWorkload(hooks, csv);
}

// The allocations to fail of `count`: all, or about `sample` spread over them.
std::vector<uint64_t> Chosen(uint64_t count, uint64_t sample) {
  const uint64_t stride =
      RunsAll() ? 1
                : std::max<uint64_t>(1, count / std::max<uint64_t>(sample, 1));
  std::vector<uint64_t> chosen;
  for (uint64_t n = stride / 2; n < count; n += stride) chosen.push_back(n);
  return chosen;
}

TEST_CASE("memory that runs out anywhere loses nothing", "[exhaustion]") {
  const bool on_disk = GENERATE(false, true);
  const TempDir scratch;
  const std::string csv = scratch / "m.csv";
  WriteImportFile(csv);
  int folders = 0;
  const auto new_folder = [&] {
    return scratch / absl::StrCat("database ", folders++);
  };

  std::vector<uint64_t> counts;
  const std::string expected = InChild([&] {
    const std::string held =
        RunWith(on_disk, new_folder(), csv, Lack(), &counts);
    std::string sizes;
    for (const uint64_t count : counts) absl::StrAppend(&sizes, count, " ");
    return absl::StrCat(sizes, "\n", held);
  });
  REQUIRE(expected.find("app number 3") != std::string::npos);
  const size_t end = expected.find('\n');
  const std::string held = expected.substr(end + 1);
  for (const char* at = expected.c_str(); *at != '\n';) {
    char* after = nullptr;
    counts.push_back(std::strtoull(at, &after, 10));
    at = after + 1;
  }
  REQUIRE(counts.size() >= 16);

  uint64_t total = 0;
  for (const uint64_t count : counts) total += count;
  int runs = 0;
  std::map<std::string, int> wrong;  // how it ended, and how often
  for (const Failing which : {Failing::kOne, Failing::kOnward}) {
    for (size_t step = 0; step < counts.size(); ++step) {
      const uint64_t sample = (on_disk ? 24 : 150) * counts[step] / total + 2;
      for (const uint64_t n : Chosen(counts[step], sample)) {
        const Lack lack = {
            .which = which, .step = static_cast<int>(step), .n = n};
        const std::string folder = new_folder();
        const std::string ended = InChild(
            [&] { return RunWith(on_disk, folder, csv, lack, nullptr); });
        std::filesystem::remove_all(folder);
        ++runs;
        if (ended == held) continue;
        if (++wrong[ended.substr(0, 200)] > 1) continue;
        UNSCOPED_INFO((which == Failing::kOne ? "one" : "onward")
                      << ", step " << step << ", allocation " << n << ": "
                      << ended.substr(0, 400));
      }
    }
  }
  WARN((on_disk ? "on disk: " : "in memory: ")
       << runs << " runs for " << total << " allocations, "
       << (RunsAll() ? "all" : "a sample"));
  CHECK(wrong.empty());
}

}  // namespace
}  // namespace footfall::testing
