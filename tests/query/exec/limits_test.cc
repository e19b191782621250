// Every limit of QueryLimits: what is beyond it is RESOURCE_EXHAUSTED and names
// limit and option, what just fits is answered.

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int kApps = 2000;
constexpr int kDays = 30;

const FakeSnapshot& Market() {
  static const FakeSnapshot* const kMarket = [] {
    auto* snapshot = new FakeSnapshot();
    MetricSpec spec;
    spec.name = "x";
    spec.dimensions = {{"app", Additivity::kAdds}};
    const auto metric = snapshot->Define(spec);
    for (int app = 0; app < kApps; ++app) {
      for (int day = 0; day < kDays; ++day) {
        snapshot->Put(*metric, 20000 + day, {absl::StrCat("a", app)},
                      int64_t{app + day});
      }
    }
    for (int day = 0; day < 10; ++day) {
      snapshot->events.push_back(std::make_shared<Event>(
          Event{.kind = "news",
                .name = absl::StrCat(day, std::string(240, 'n')),
                .date = *ParseDate(absl::StrCat("2024-10-1", day))}));
    }
    return snapshot;
  }();
  return *kMarket;
}

TEST_CASE("each limit names itself, and lets pass what fits", "[select]") {
  struct Case {
    const char* why;
    const char* text;
    const char* option;
    uint64_t too_small;
    uint64_t enough;
  };
  const auto c = GENERATE(values<Case>({
      {"the text", "SELECT sum(x)", "max_text_bytes", 12, 13},
      {"parentheses", "SELECT -(-sum(x))", "max_nesting", 2, 8},
      {"a chain", "SELECT sum(x) + 1 + 2", "max_nesting", 2, 3},
      {"a list", "SELECT sum(x) WHERE app IN ('a1', 'a2', 'a3')", "max_list", 2,
       3},
      {"a list in braces", "SELECT sum(x) WHERE app NOT IN ('a1', 'a2')",
       "max_list", 1, 2},
      {"rows of groups", "SELECT sum(x) BY app", "max_rows", kApps - 1, kApps},
      {"rows of buckets", "SELECT sum(x) EVERY day", "max_rows", kDays - 1,
       kDays},
      {"rows that TOP keeps", "SELECT x BY app TOP 2", "max_rows",
       2 * kDays - 1, 2 * kDays},
      {"rows of SHOW", "SHOW MEMBERS OF app", "max_rows", kApps - 1, kApps},
      {"rows of SHOW SERIES", "SHOW SERIES x", "max_rows", kApps - 1, kApps},
      {"memory of groups", "SELECT sum(x) BY app", "max_memory_bytes", 10'000,
       64 << 20},
      {"memory of groups and buckets", "SELECT x BY app", "max_memory_bytes",
       500'000, 64 << 20},
      {"memory of names of events", "SELECT sum(x), events('news') AS e BY app",
       "max_memory_bytes", 8 << 20, 64 << 20},
      {"memory of steps to sort", "SELECT median(x) BY app", "max_memory_bytes",
       10'000, 64 << 20},
  }));
  INFO(c.why << ": " << c.text);
  for (const bool fits : {false, true}) {
    QueryOptions options;
    const uint64_t limit = fits ? c.enough : c.too_small;
    const std::string option = c.option;
    if (option == "max_text_bytes") options.limits.max_text_bytes = limit;
    if (option == "max_nesting") options.limits.max_nesting = limit;
    if (option == "max_list") options.limits.max_list = limit;
    if (option == "max_rows") options.limits.max_rows = limit;
    if (option == "max_memory_bytes") options.limits.max_memory_bytes = limit;
    const auto answer = Query(Market(), c.text, options);
    const std::string message(answer.status().message());
    INFO(limit << ": " << message);
    if (fits) {
      CHECK(answer.ok());
      continue;
    }
    CHECK(answer.status().code() == absl::StatusCode::kResourceExhausted);
    CHECK(absl::StrContains(message, absl::StrCat("QueryLimits::", option)));
    // A tree meets the same limits, apart from the text's.
    if (option == "max_text_bytes") continue;
    const auto tree = Parse(c.text);
    REQUIRE(tree.ok());
    CHECK(Query(Market(), tree->front(), options).status().code() ==
          absl::StatusCode::kResourceExhausted);
  }
}

}  // namespace
}  // namespace footfall
