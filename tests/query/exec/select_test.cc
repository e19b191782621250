// Whole questions on a made-up snapshot: limits, threads, failures, large
// numbers, and what no script of cases can say.

#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kFirst = 18262;  // 2020-01-01

MetricSpec Spec(const std::string& name, ValueType type, Additivity over_time,
                std::vector<Dimension> dimensions) {
  MetricSpec spec;
  spec.name = name;
  spec.value_type = type;
  spec.over_time = over_time;
  spec.dimensions = std::move(dimensions);
  return spec;
}

// 300 apps on 3 platforms over 600 days, with gaps; decimals, so that the order
// of additions shows.
const FakeSnapshot& Market() {
  static const FakeSnapshot* const kMarket = [] {
    auto* snapshot = new FakeSnapshot();
    const auto metric = snapshot->Define(Spec(
        "load", ValueType::kDecimal, Additivity::kOverlaps,
        {{"app", Additivity::kOverlaps}, {"platform", Additivity::kOverlaps}}));
    std::mt19937 random(11);
    std::uniform_real_distribution<double> real(0, 1e6);
    for (int app = 0; app < 300; ++app) {
      for (const char* platform : {"android", "ios", "web"}) {
        for (int64_t day = 0; day < 600; ++day) {
          if (random() % 9 == 0) continue;
          snapshot->Put(*metric, kFirst + day,
                        {absl::StrCat("app-", app), platform}, real(random));
        }
      }
    }
    return snapshot;
  }();
  return *kMarket;
}

TEST_CASE("the answer does not depend on the number of threads", "[select]") {
  const auto text =
      GENERATE(as<std::string>(), "SELECT avg(load) BY app",
               "SELECT avg(load), max(load) BY app EVERY month",
               "SELECT share(avg(load)) BY platform EVERY month",
               "SELECT avg(load) EVERY month", "SELECT avg(load) BY app TOP 7",
               "SELECT first_time(load > 900000) BY app");
  INFO(text);
  QueryOptions one;
  const auto alone = Query(Market(), text, one);
  REQUIRE(alone.ok());
  CHECK(alone->row_count() > 0);
  for (const int threads : {2, 3, 8}) {
    QueryOptions many;
    many.threads = threads;
    const auto together = Query(Market(), text, many);
    REQUIRE(together.ok());
    CHECK(FormatCsv(*together) == FormatCsv(*alone));
    CHECK(together->notes == alone->notes);
  }
}

TEST_CASE("groups are those that a plain sum finds", "[select]") {
  // Two stages: the mean over days of the day's sum, not of the samples.
  FakeSnapshot snapshot;
  const auto metric = snapshot.Define(
      Spec("hits", ValueType::kInteger, Additivity::kAdds,
           {{"app", Additivity::kAdds}, {"platform", Additivity::kAdds}}));
  for (int64_t day = 0; day < 10; ++day) {
    snapshot.Put(*metric, kFirst + day, {"a", "x"}, int64_t{10});
    if (day < 5) snapshot.Put(*metric, kFirst + day, {"a", "y"}, int64_t{20});
  }
  const auto answer =
      Query(snapshot, "SELECT avg(hits), sum(hits), count(hits) BY app", {});
  REQUIRE(answer.ok());
  CHECK(answer->Find("avg(hits)")->decimals[0] == 20);
  CHECK(answer->Find("sum(hits)")->integers[0] == 200);
  CHECK(answer->Find("count(hits)")->integers[0] == 10);
  CHECK(answer->Find("avg(hits)_kind")->text(0) == "exact");
  // Five days have two series behind them, five have one.
  REQUIRE(answer->notes.size() == 1);
  CHECK(absl::StrContains(answer->notes[0], "2 at 2020-01-05"));
  CHECK(absl::StrContains(answer->notes[0], "1 at 2020-01-06"));
}

TEST_CASE("sums that come back into 64 bits are right, others are refused",
          "[select]") {
  FakeSnapshot snapshot;
  const auto metric =
      snapshot.Define(Spec("flow", ValueType::kInteger, Additivity::kAdds,
                           {{"app", Additivity::kAdds}}));
  snapshot.Put(*metric, kFirst, {"a"}, kMax);
  snapshot.Put(*metric, kFirst, {"b"}, kMax);
  snapshot.Put(*metric, kFirst, {"c"}, -kMax);
  snapshot.Put(*metric, kFirst + 1, {"a"}, kMax);
  snapshot.Put(*metric, kFirst + 1, {"b"}, int64_t{1});
  const auto back = Query(snapshot, "SELECT flow DURING 2020-01-01", {});
  REQUIRE(back.ok());
  CHECK(back->Find("flow")->integers[0] == kMax);
  const auto out = Query(snapshot, "SELECT flow DURING 2020-01-02", {});
  CHECK(absl::IsOutOfRange(out.status()));
}

TEST_CASE("a decimal comes out bit for bit", "[select]") {
  FakeSnapshot snapshot;
  const auto metric =
      snapshot.Define(Spec("price", ValueType::kDecimal, Additivity::kLevel,
                           {{"app", Additivity::kLevel}}));
  snapshot.Put(*metric, kFirst, {"a"}, -0.0);
  snapshot.Put(*metric, kFirst + 1, {"a"}, std::nan(""));
  snapshot.Put(*metric, kFirst + 2, {"a"},
               std::numeric_limits<double>::infinity());
  snapshot.Put(*metric, kFirst + 3, {"a"}, 5e-324);
  const auto answer = Query(snapshot, "SELECT price", {});
  REQUIRE(answer.ok());
  const Column& price = *answer->Find("price");
  REQUIRE(price.decimals.size() == 4);
  CHECK(std::signbit(price.decimals[0]));
  CHECK(std::isnan(price.decimals[1]));
  CHECK(std::isinf(price.decimals[2]));
  CHECK(price.decimals[3] == 5e-324);
}

TEST_CASE("a level that is not split speaks for its members", "[select]") {
  FakeSnapshot snapshot;
  const auto metric = snapshot.Define(
      Spec("price", ValueType::kDecimal, Additivity::kLevel,
           {{"app", Additivity::kLevel}, {"region", Additivity::kLevel}}));
  snapshot.Put(*metric, kFirst, {"a", "cn"}, 1.0);
  snapshot.Put(*metric, kFirst, {"a", "us"}, 3.0);
  snapshot.Put(*metric, kFirst, {"b", ""}, 7.0);
  snapshot.Put(*metric, kFirst, {"b", "cn"}, 8.0);
  const auto split = Query(snapshot, "SELECT price BY app, region", {});
  REQUIRE(split.ok());
  CHECK(split->row_count() == 4);
  // Nothing is said about a whole: a level of several has none.
  CHECK(split->Find("price_kind")->text(3) == "exact");
  const auto whole = Query(snapshot, "SELECT price WHERE app = 'b'", {});
  REQUIRE(whole.ok());
  CHECK(whole->Find("price")->decimals == std::vector<double>{7.0});
  const auto several = Query(snapshot, "SELECT price WHERE app = 'a'", {});
  CHECK(absl::IsInvalidArgument(several.status()));
  CHECK(absl::StrContains(several.status().message(), "'cn', 'us'"));
}

TEST_CASE("limits name themselves", "[select]") {
  QueryOptions options;
  options.limits.max_rows = 10;
  const auto rows = Query(Market(), "SELECT load BY app", options);
  CHECK(absl::IsResourceExhausted(rows.status()));
  CHECK(absl::StrContains(rows.status().message(), "max_rows"));
  // What LIMIT leaves is what counts.
  CHECK(Query(Market(), "SELECT load BY app ORDER BY load LIMIT 10", options)
            .ok());
  options = QueryOptions();
  options.limits.max_memory_bytes = 100'000;
  const auto memory = Query(Market(), "SELECT load BY app", options);
  CHECK(absl::IsResourceExhausted(memory.status()));
  CHECK(absl::StrContains(memory.status().message(), "max_memory_bytes"));
  CHECK(
      Query(Market(), "SELECT load WHERE app = 'app-1' DURING 2020-01", options)
          .ok());
}

TEST_CASE("a question stops at its deadline and when it is told to",
          "[select]") {
  QueryOptions late;
  late.deadline = absl::Now() - absl::Seconds(1);
  CHECK(absl::IsDeadlineExceeded(
      Query(Market(), "SELECT avg(load)", late).status()));
  std::atomic<bool> stop = true;
  QueryOptions told;
  told.cancelled = &stop;
  CHECK(absl::IsCancelled(Query(Market(), "SELECT avg(load)", told).status()));
}

TEST_CASE("what the snapshot answers comes through, whichever slab",
          "[select]") {
  FakeSnapshot snapshot;
  const auto metric =
      snapshot.Define(Spec("hits", ValueType::kInteger, Additivity::kAdds,
                           {{"app", Additivity::kAdds}}));
  for (int64_t day = 0; day < 1000; ++day) {
    for (const char* app : {"", "a", "b"}) {
      snapshot.Put(*metric, kFirst + day, {app}, int64_t{1});
    }
  }
  snapshot.failure = absl::DataLossError("tile hits/era 71/band 0 is damaged");
  for (int slab = 1; slab <= 5; ++slab) {
    for (const int threads : {1, 4}) {
      snapshot.fail_at = slab;
      QueryOptions options;
      options.threads = threads;
      const auto answer =
          Query(snapshot, "SELECT avg(hits) BY app EVERY month", options);
      CHECK(answer.status() == snapshot.failure);
    }
  }
}

TEST_CASE("a metric without samples answers without rows", "[select]") {
  FakeSnapshot snapshot;
  snapshot.Define(Spec("hits", ValueType::kInteger, Additivity::kAdds,
                       {{"app", Additivity::kAdds}}));
  for (const char* text :
       {"SELECT hits", "SELECT sum(hits)", "SELECT sum(hits) BY app EVERY week",
        "SELECT share(sum(hits)) BY app", "SELECT hits DURING ..2020",
        "SELECT first_time(hits > 1)", "SELECT avg(hits) BY app TOP 3"}) {
    INFO(text);
    const auto answer = Query(snapshot, text, {});
    REQUIRE(answer.ok());
    CHECK(answer->row_count() == 0);
    CHECK(answer->columns.size() >= 5);
  }
}

TEST_CASE("metrics of different periods meet in a bucket", "[select]") {
  FakeSnapshot snapshot;
  const auto daily =
      snapshot.Define(Spec("hits", ValueType::kInteger, Additivity::kAdds,
                           {{"app", Additivity::kAdds}}));
  MetricSpec monthly = Spec("users", ValueType::kInteger, Additivity::kOverlaps,
                            {{"app", Additivity::kOverlaps}});
  monthly.period = Period{Unit::kMonth, 1};
  const auto users = snapshot.Define(monthly);
  for (int64_t day = 0; day < 60; ++day) {  // 2020-01-01..2020-02-29
    snapshot.Put(*daily, kFirst + day, {"a"}, int64_t{31});
  }
  for (int64_t month = 600; month < 603; ++month) {  // 2020-01..2020-03
    snapshot.Put(*users, month, {"a"}, int64_t{100});
  }
  snapshot.Put(*users, 600, {"b"}, int64_t{5});
  const auto answer =
      Query(snapshot,
            "SELECT sum(hits), sum(hits) / last(users) AS each BY app "
            "EVERY month",
            {});
  REQUIRE(answer.ok());
  CHECK(FormatCsv(*answer) ==
        "app,time,sum(hits),sum(hits)_kind,sum(hits)_present,"
        "sum(hits)_expected,each,each_kind,each_present,each_expected,partial\n"
        "a,2020-01,961,exact,31,31,9.61,exact,31,31,false\n"
        "a,2020-02,899,exact,29,29,8.99,exact,29,29,false\n");
}

}  // namespace
}  // namespace footfall
