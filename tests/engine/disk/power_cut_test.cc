// The power fails at every sync, rename and delete of a file, before it and
// after it: what was not synced is lost, or torn, or there by chance.
//
// What was acknowledged with kPowerLoss is there whole, and of what came after
// it a first part. By default some moments are tried, with FOOTFALL_LONG all.

#include <atomic>
#include <filesystem>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/engine/disk/disk_database.h"
#include "tests/model/changes.h"
#include "tests/support/temp_dir.h"

namespace footfall::testing {
namespace {

struct Moment {
  TestFileSystem::PowerCut cut;
  size_t safe;     // changes that must be there
  size_t started;  // changes that may be there
};

TEST_CASE("a power cut leaves what was acknowledged", "[disk][power]") {
  TempDir folder;
  TestFileSystem files;
  std::mutex mutex;
  std::vector<Moment> moments;
  std::atomic<size_t> safe = 0;
  std::atomic<size_t> started = 0;
  files.Watch([&] {
    // `safe` first: it may only have grown when the files are looked at.
    const size_t safe_now = safe;
    TestFileSystem::PowerCut cut = files.TakePowerCut();
    const size_t started_now = started;
    std::lock_guard<std::mutex> lock(mutex);
    moments.push_back({std::move(cut), safe_now, started_now});
  });

  // What the database holds after each change; nothing before the first.
  std::vector<PlainDatabase> states(1);
  for (int opening = 0; opening < 2; ++opening) {
    auto opened = OpenOn(&files, folder.path());
    INFO(opened.status());
    REQUIRE(opened.ok());
    const auto database = *std::move(opened);
    const std::vector<Change> changes = AllChanges();
    // The second time the same changes meet what is there.
    for (const Change& change : changes) {
      if (opening == 1 && change.name.compare(0, 4, "drop") == 0) continue;
      PlainDatabase state = states.back();
      ++started;
      const absl::Status status = change.run(database.get(), &state);
      INFO(change.name << ": " << status);
      REQUIRE(status.ok());
      states.push_back(std::move(state));
      if (change.synced) safe = started.load();
    }
    REQUIRE(database->Close().ok());
    safe = started.load();
  }
  files.Watch(nullptr);

  std::mt19937_64 random(1);
  const size_t step = TriesAll() ? 1 : 1 + moments.size() / 40;
  int cuts = 0;
  int beyond = 0;  // more was there than had to be
  for (size_t i = 0; i < moments.size(); i += step) {
    for (const auto unsynced :
         {TestFileSystem::Unsynced::kLost, TestFileSystem::Unsynced::kTornBytes,
          TestFileSystem::Unsynced::kTornAll,
          TestFileSystem::Unsynced::kKept}) {
      const Moment& moment = moments[i];
      CAPTURE(i, static_cast<int>(unsynced), moment.safe, moment.started);
      TempDir restored;
      TestFileSystem::Restore(moment.cut, unsynced, folder.path(),
                              restored.path(), &random);
      auto opened = OpenOn(nullptr, restored.path());
      INFO(opened.status());
      REQUIRE(opened.ok());
      const PlainDatabase found = ReadAllOf(**opened);
      size_t state = moment.safe;
      while (state < moment.started && Difference(states[state], found)) {
        ++state;
      }
      CheckSame(states[state], found);
      beyond += state > moment.safe ? 1 : 0;
      ++cuts;
      // It takes new changes.
      if (cuts % 16 != 0) continue;
      PlainDatabase expected = found;
      REQUIRE(MarkerOf().run(opened->get(), &expected).ok());
      REQUIRE((*opened)->Compact().ok());
      LetGoOfOld(&expected);
      CheckSame(expected, ReadAllOf(**opened));
    }
  }
  WARN(cuts << " power cuts at " << moments.size() << " moments, " << beyond
            << " with more than had to be there");
  CHECK(cuts >= 100);
}

}  // namespace
}  // namespace footfall::testing
