// Questions can be stopped: each statement of the cases that reads, at each of
// its looks; and they look often enough.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "footfall/query.h"
#include "query/lang/look.h"
#include "query/lang/parser.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/query/support/script_runner.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr absl::string_view kStopped = "stopped by the test";

// Counts looks and the most work before one; cancels at look `at` and from
// there on.
class Watcher : public query::LookObserver {
 public:
  // Looks come where `work` has been done.
  explicit Watcher(uint64_t work, uint64_t at = UINT64_MAX) : at_(at) {
    query::ObserveLooks(this, work);
    query::work_since_look = 0;
  }
  ~Watcher() override { query::ObserveLooks(nullptr); }

  absl::Status OnLook(uint64_t work) override {
    uint64_t most = most_;
    while (work > most && !most_.compare_exchange_weak(most, work)) {
    }
    return ++looks_ < at_ ? absl::OkStatus() : absl::CancelledError(kStopped);
  }
  uint64_t looks() const { return looks_; }
  uint64_t most() const { return most_; }

 private:
  const uint64_t at_;
  std::atomic<uint64_t> looks_ = 0;
  std::atomic<uint64_t> most_ = 0;
};

// Whether it only reads, and so answers twice alike.
bool Reads(absl::string_view script) {
  const auto statements = Parse(script);
  return statements.ok() && !statements->empty() &&
         std::all_of(statements->begin(), statements->end(),
                     [](const Statement& statement) {
                       return std::holds_alternative<Select>(statement.node) ||
                              std::holds_alternative<Show>(statement.node);
                     });
}

// Looks to stop at: all of few, then ever fewer.
std::vector<uint64_t> Chosen(uint64_t looks) {
  const bool all = std::getenv("FOOTFALL_LONG") != nullptr;
  std::vector<uint64_t> chosen;
  for (uint64_t k = 1; k <= looks; k += all ? 1 : std::max<uint64_t>(1, k)) {
    chosen.push_back(k);
  }
  if (looks > 0 && !all) chosen.push_back(looks);
  return chosen;
}

TEST_CASE("a question can be stopped at every look, and asked again",
          "[looks]") {
  uint64_t questions = 0;
  uint64_t stops = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("tests/query/cases")) {
    ScriptRunner runner;
    const std::string content = ReadWholeFile(entry.path().string());
    for (const absl::string_view block : absl::StrSplit(content, "====\n")) {
      const std::string script(block.substr(0, block.find("----\n")));
      for (const absl::string_view line : absl::StrSplit(script, '\n')) {
        runner.Set(line);
      }
      const std::string answer = runner.Run(script);
      // ANALYZE tells of the run itself.
      if (!Reads(script) || absl::StrContains(script, "ANALYZE")) continue;
      INFO(entry.path().filename() << ": " << script);
      uint64_t looks = 0;
      {
        const Watcher watcher(/*work=*/1);
        REQUIRE(runner.Run(script) == answer);
        looks = watcher.looks();
      }
      ++questions;
      for (const uint64_t k : Chosen(looks)) {
        INFO("stopped at look " << k << " of " << looks);
        const Watcher watcher(/*work=*/1, k);
        const std::string found = runner.Run(script);
        // What the database keeps may spare it the last looks.
        if (watcher.looks() < k) {
          REQUIRE(found == answer);
          continue;
        }
        // A refusal that was being given an example goes without.
        const bool refused = absl::StartsWith(answer, "query");
        INFO(found);
        REQUIRE((absl::StrContains(found, kStopped) ||
                 (refused && absl::StartsWith(found, "query"))));
        // Workers that are at their own look meanwhile may come to one more.
        CHECK(watcher.looks() <= k + 4);
        ++stops;
      }
      REQUIRE(runner.Run(script) == answer);
    }
  }
  CHECK(questions > 250);
  CHECK(stops > 4 * questions);
  WARN(questions << " questions, stopped " << stops << " times");
}

// More than a look's work of everything.
const FakeSnapshot& Market() {
  static const FakeSnapshot* const kMarket = [] {
    auto* snapshot = new FakeSnapshot();
    const auto define = [&](absl::string_view name, Additivity rule) {
      MetricSpec spec;
      spec.name = std::string(name);
      spec.over_time = Additivity::kOverlaps;
      spec.dimensions = {{"app", Additivity::kAdds}, {"region", rule}};
      return snapshot->Define(spec);
    };
    const auto x = define("x", Additivity::kAdds);
    const auto y = define("y", Additivity::kOverlaps);
    constexpr int kApps = 1500;
    constexpr int kDays = 100;
    for (int day = 0; day < kDays; ++day) {
      for (int app = 0; app < kApps; ++app) {
        const int64_t value = (app * 7919 + day * 104729) % 1000;
        snapshot->Put(*x, 20'000 + day, {absl::StrCat("a", app), "r"}, value);
        if (day < 10) {
          snapshot->Put(*y, 20'000 + day,
                        {absl::StrCat("a", app), absl::StrCat("r", app % 7)},
                        value);
        }
      }
      for (int region = 0; region < 7 && day < 10; ++region) {
        snapshot->Put(*y, 20'000 + day, {"", absl::StrCat("r", region)},
                      int64_t{5});
      }
    }
    return snapshot;
  }();
  return *kMarket;
}

TEST_CASE("no more is done between two looks than is said", "[looks]") {
  const std::string text = GENERATE(
      as<std::string>(),  //
      "SELECT x BY app", "SELECT x BY app ORDER BY x DESC, app",
      "SELECT x BY app ORDER BY x LIMIT 7",
      "SELECT x BY app HAVING x > 3 AND x < 900 AND x != 5",
      "SELECT x BY app EVERY day FILL linear",
      "SELECT avg(x), max(x), stddev(x), median(x) BY app EVERY week",
      "SELECT ma(ma(x, 7), 7) BY app",
      "SELECT lag(x, 1 week), delta(x, 1 day), growth(x, 2 days) BY app",
      "SELECT share(x), rank(x), rank_delta(x, 1 week) BY app",
      "SELECT count_in_top(x, 10) BY app",
      "SELECT avg(x) BY app TOP 10 OTHERS 'rest'",
      "SELECT avg(x * 2 + x / 3) BY app",
      "SELECT avg(max(x) EVERY week) BY app",
      "SELECT avg(x ACROSS app) EVERY day",
      "SELECT y WHERE region != 'r1' BY app",
      "SELECT share(avg(y)) BY app, region",
      "SELECT bounds(y) WHERE app LIKE '%1%2%' BY region",
      "SELECT changepoints(x, 20)",
      "SELECT first_time(x >= 990), streak(x > 5) BY app",
      "EXPLAIN SELECT y BY app",
      "SELECT max(x) DURING 1500..2025 EVERY day FILL null");
  INFO(text);
  uint64_t most = 0;
  const int threads = GENERATE(1, 3);
  {
    const Watcher watcher(query::kWorkBetweenLooks);
    QueryOptions options;
    options.now = absl::FromUnixSeconds(1'800'000'000);
    options.threads = threads;
    const auto answer = Query(Market(), text, options);
    INFO(answer.status());
    REQUIRE(answer.ok());
    most = watcher.most();
    CHECK(watcher.looks() > 1);
  }
  CHECK(most <= 2 * query::kWorkBetweenLooks);
}

}  // namespace
}  // namespace footfall
