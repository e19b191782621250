// All buckets at once (reduce_lane.h) against one at a time (over_time.h):
// arithmetic that changes nothing takes the second way.

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"
#include "tests/support/each_kernel_level.h"

namespace footfall {
namespace {

constexpr int kDays = 200;
constexpr int64_t kFirstDay = 19700;

// Metrics of people and of events, with holes, parts beside wholes, numbers
// below 0, and samples in the day that is not over.
const FakeSnapshot& Samples() {
  static const FakeSnapshot* const kSamples = [] {
    auto* snapshot = new FakeSnapshot();
    std::mt19937 random(4);
    MetricSpec spec;
    spec.name = "dau";
    spec.over_time = Additivity::kOverlaps;
    spec.dimensions = {{"app", Additivity::kOverlaps},
                       {"platform", Additivity::kOverlaps}};
    const auto dau = snapshot->Define(spec);
    spec.name = "views";
    spec.over_time = Additivity::kAdds;
    const auto views = snapshot->Define(spec);
    spec.name = "balance";
    spec.dimensions = {{"app", Additivity::kAdds}};
    const auto balance = snapshot->Define(spec);
    for (int app = 0; app < 12; ++app) {
      const std::string name = absl::StrCat("a", app);
      for (int day = app * 3; day < kDays; ++day) {
        if (random() % 6 == 0 || (app == 4 && day > 90)) continue;
        const int64_t value = static_cast<int64_t>(random() % 1000);
        for (const auto& metric : {dau, views}) {
          snapshot->Put(*metric, kFirstDay + day, {name, "web"}, value);
          if (day % 3 != 0) {
            snapshot->Put(*metric, kFirstDay + day, {name, "phone"}, 2 * value);
          }
          if (app % 4 == 1) {
            snapshot->Put(*metric, kFirstDay + day, {name, ""}, 2 * value + 9);
          }
        }
        snapshot->Put(*balance, kFirstDay + day, {name}, 500 - value);
      }
    }
    return snapshot;
  }();
  return *kSamples;
}

// Without notes, on a day that is not over.
absl::StatusOr<Answer> Ask(const std::string& text) {
  QueryOptions options;
  options.now = absl::FromCivil(
      absl::CivilSecond(absl::CivilDay() + kFirstDay + kDays - 4) + 3600 * 9,
      absl::UTCTimeZone());
  auto answer = Query(Samples(), text, options);
  if (answer.ok()) answer->notes.clear();
  return answer;
}

TEST_CASE("all buckets at once are what each alone is", "[lanes]") {
  const std::string function = GENERATE(values<std::string>(
      {"avg($)", "min($)", "max($)", "count($)", "coverage($)", "sum($)",
       "bounds(sum($))", "bounds(avg($))", "bounds(max($))"}));
  const std::string metric =
      GENERATE(values<std::string>({"dau", "views", "balance"}));
  int levels = 0;
  int answered = 0;
  testing::ForEachKernelLevel([&] {
    ++levels;
    for (const std::string range :
         {"", "DURING 2024-01-20..2024-05-11", "DURING 2024-03..",
          "DURING 2023-11..2024-12"}) {
      for (const std::string rest :
           {"", "BY app", "BY app EVERY month", "EVERY day",
            "EVERY week FILL null", "BY app EVERY quarter FILL zero"}) {
        CAPTURE(function, metric, range, rest);
        const auto ask = [&](const std::string& x) {
          return Ask(absl::StrCat("SELECT ",
                                  absl::StrReplaceAll(function, {{"$", x}}),
                                  " AS f ", range, " ", rest));
        };
        const auto at_once = ask(metric);
        const auto one_by_one = ask(absl::StrCat(metric, " * 1"));
        INFO(at_once.status() << one_by_one.status());
        REQUIRE(at_once.ok() == one_by_one.ok());
        if (!at_once.ok()) continue;
        ++answered;
        REQUIRE(FormatCsv(*at_once) == FormatCsv(*one_by_one));
      }
    }
  });
  // A sum of people is refused where a bucket has several days.
  const bool refused = metric == "dau" && function == "sum($)";
  CHECK(answered >= (refused ? levels : 24 * levels));
}

}  // namespace
}  // namespace footfall
