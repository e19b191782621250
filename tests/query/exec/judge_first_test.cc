// TOP judged before anything else is worked out gives the answers of TOP judged
// last. A test that holds of every row makes it judge last.

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 77;
constexpr int kDays = 330;
constexpr int64_t kFirstDay = 19700;

// 36 apps, many as large as others; launched when they like, with gaps, some
// silent; some not split by platform, some with a whole beside their parts.
const FakeSnapshot& Market() {
  static const FakeSnapshot* const kMarket = [] {
    auto* snapshot = new FakeSnapshot();
    std::mt19937 random(kSeed);
    MetricSpec spec;
    spec.name = "dau";
    spec.over_time = Additivity::kOverlaps;
    spec.dimensions = {{"app", Additivity::kOverlaps},
                       {"platform", Additivity::kOverlaps}};
    const auto dau = snapshot->Define(spec);
    spec.name = "price";
    spec.over_time = Additivity::kLevel;
    spec.value_type = ValueType::kDecimal;
    spec.dimensions = {{"app", Additivity::kLevel}};
    const auto price = snapshot->Define(spec);
    for (int app = 0; app < 36; ++app) {
      const std::string name = absl::StrCat("a", app * 37 % 100);
      const int64_t size = int64_t{1} << (random() % 8);
      const int launch = static_cast<int>(random() % 4 == 0 ? random() % kDays
                                                            : random() % 20);
      const int end = app % 11 == 5 ? launch + 40 : kDays;
      const uint32_t kind = random() % 4;
      for (int day = launch; day < end && day < kDays; ++day) {
        if (random() % 9 == 0) continue;
        const int64_t value = size * (1 + day % 7 / 5) + (app % 3) * (day % 2);
        if (kind != 1) {
          snapshot->Put(*dau, kFirstDay + day, {name, "web"}, value);
          if (day % 5 != 0) {
            snapshot->Put(*dau, kFirstDay + day, {name, "phone"}, 2 * value);
          }
        }
        if (kind == 1 || kind == 2) {
          snapshot->Put(*dau, kFirstDay + day, {name, ""}, 2 * value + 1);
        }
        snapshot->Put(*price, kFirstDay + day, {name},
                      static_cast<double>(value) / 4 - 3);
      }
    }
    return snapshot;
  }();
  return *kMarket;
}

QueryOptions Options() {
  QueryOptions options;
  options.now = absl::FromCivil(absl::CivilDay() + kFirstDay + kDays - 3,
                                absl::UTCTimeZone());
  return options;
}

TEST_CASE("judged first, TOP keeps the rows that it keeps judged last",
          "[top]") {
  const std::string items = GENERATE(values<std::string>({
      "dau",
      "dau, ma(dau, 7) AS m",
      "dau, lag(dau, 1 week) AS l, delta(dau, 1 day) AS d",
      "growth(dau, 1 month) AS g",
      "avg(dau) AS a, max(dau) AS b, bounds(min(dau)) AS c",
      "cumulative(user_days(dau)) AS c, last(dau) AS z",
      "max(avg(dau) EVERY day) AS w, max(dau{platform = 'web'}) AS web",
      "first_time(dau >= 40) AS t, streak(dau > 10) AS s",
      "abs(max(dau) - 2 * min(dau{app = 'a37'})) AS x",
      "avg(price) AS p, max(dau) / avg(price) AS q",
  }));
  const bool is_of_days = items.substr(0, 3) == "dau";
  INFO(items);
  int answered = 0;
  for (const std::string range :
       {"", "DURING 2024-02-01..2024-06-30", "DURING 2024-09-01.."}) {
    for (const std::string every : {"EVERY day", "EVERY month"}) {
      if (is_of_days && every != "EVERY day") continue;
      for (const std::string key :
           {"", "ORDER BY avg(dau) DESC", "ORDER BY min(dau), app",
            "ORDER BY first_time(dau >= 60) ASC",
            "ORDER BY max(dau{platform = 'web'}) - min(dau) DESC, time",
            "ORDER BY coverage(dau), max(price) DESC LIMIT 30"}) {
        for (const int top : {3, 8}) {
          const auto ask = [&](const std::string& test) {
            return absl::StrCat("SELECT ", items, " ", range, " BY app ", every,
                                test, " TOP ", top, " ", key);
          };
          const std::string text = ask("");
          INFO(text);
          const auto first = Query(Market(), text, Options());
          const auto last =
              Query(Market(), ask(" HAVING count(dau) >= 0"), Options());
          INFO(first.status());
          REQUIRE(first.status().code() == last.status().code());
          if (!first.ok()) continue;
          ++answered;
          REQUIRE(FormatCsv(*first) == FormatCsv(*last));
        }
      }
    }
  }
  CHECK(answered > 24);
}

TEST_CASE("judged first, LIMIT keeps the rows that it keeps judged last",
          "[limit]") {
  const std::string items = GENERATE(values<std::string>({
      "avg(dau) AS a, max(dau) AS m",
      "max(dau) AS a",
      "user_days(dau) AS a, bounds(min(dau)) AS b",
      "avg(dau) AS a, growth(avg(dau), 1 month) AS g",
      "max(dau) - min(dau) AS a, first_time(dau >= 40) AS t",
      "avg(price) AS a, last(dau) AS z",
      "growth(max(dau), 1 month) AS g, min(dau) AS a",
  }));
  INFO(items);
  int answered = 0;
  for (const std::string range :
       {"", "DURING 2024-02-01..2024-06-30", "DURING 2024-09-01.."}) {
    for (const std::string every : {"", "EVERY month", "EVERY week"}) {
      for (const std::string key :
           {"a DESC", "a", "max(dau) DESC, app", "avg(dau) DESC, time DESC",
            "user_days(dau) DESC", "coverage(dau) DESC, a"}) {
        if (every.empty() && key.find("time") != std::string::npos) continue;
        for (const int limit : {1, 5, 9}) {
          const auto ask = [&](const std::string& test) {
            return absl::StrCat("SELECT ", items, " ", range, " BY app ", every,
                                test, " ORDER BY ", key, " LIMIT ", limit);
          };
          const std::string text = ask("");
          INFO(text);
          const auto first = Query(Market(), text, Options());
          const auto last =
              Query(Market(), ask(" HAVING count(dau) >= 0"), Options());
          INFO(first.status());
          REQUIRE(first.status().code() == last.status().code());
          if (!first.ok()) continue;
          ++answered;
          REQUIRE(FormatCsv(*first) == FormatCsv(*last));
        }
      }
    }
  }
  CHECK(answered > 24);
}

TEST_CASE("groups that no sample lets pass a test are not missed", "[top]") {
  int rows = 0;
  for (const std::string range : {"", "DURING 2024-02-01..2024-06-30"}) {
    for (const std::string every : {"", "EVERY month"}) {
      for (const int bar : {0, 3, 40, 129, 100000}) {
        const auto ask = [&](const std::string& test) {
          return absl::StrCat("SELECT first_time(dau >= ", bar,
                              ") AS t, first_time(dau > ", bar / 2, ") AS s ",
                              range, " BY app ", every, test);
        };
        INFO(ask(""));
        const auto first = Query(Market(), ask(""), Options());
        const auto last =
            Query(Market(), ask(" HAVING count(dau) >= 0"), Options());
        INFO(first.status());
        REQUIRE(first.ok());
        REQUIRE(last.ok());
        rows += static_cast<int>(first->row_count());
        REQUIRE(FormatCsv(*first) == FormatCsv(*last));
      }
    }
  }
  CHECK(rows > 100);
}

// Rows of one metric a day: {app, day, value}.
struct Row {
  const char* app;
  int day;
  int64_t value;
};

std::unique_ptr<FakeSnapshot> Of(const std::vector<Row>& x,
                                 const std::vector<Row>& y = {}) {
  auto snapshot = std::make_unique<FakeSnapshot>();
  MetricSpec spec;
  spec.over_time = Additivity::kAdds;
  spec.dimensions = {{"app", Additivity::kAdds}, {"plat", Additivity::kAdds}};
  spec.name = "x";
  const auto of_x = snapshot->Define(spec);
  spec.name = "y";
  const auto of_y = snapshot->Define(spec);
  for (const Row& row : x) {
    snapshot->Put(*of_x, 20089 + row.day, {row.app, "p"}, row.value);
  }
  for (const Row& row : y) {
    snapshot->Put(*of_y, 20089 + row.day, {row.app, "p"}, row.value);
  }
  return snapshot;
}

// The answer, which is the same where a test that always holds forbids judging.
std::string Same(const FakeSnapshot& snapshot, const std::string& before,
                 const std::string& after) {
  QueryOptions options;
  options.now =
      absl::FromCivil(absl::CivilDay(2026, 6, 1), absl::UTCTimeZone());
  const auto judged =
      Query(snapshot, absl::StrCat(before, " ", after), options);
  const auto plain =
      Query(snapshot, absl::StrCat(before, " HAVING 1 >= 0 ", after), options);
  INFO(before << " " << after);
  INFO(judged.status());
  INFO(plain.status());
  REQUIRE(judged.ok());
  REQUIRE(plain.ok());
  const std::string csv = FormatCsv(*judged);
  CHECK(csv == FormatCsv(*plain));
  return csv;
}

TEST_CASE("rows that are not there keep no place of LIMIT", "[limit]") {
  const auto grown = Of({{"a", 4, 1000},
                         {"a", 35, 10},
                         {"b", 4, 400},
                         {"b", 35, 500},
                         {"c", 4, 3},
                         {"c", 35, 3},
                         {"d", 4, 3},
                         {"d", 35, 3}});
  CHECK(Same(*grown, "SELECT growth(sum(x), 1 month) AS g BY app EVERY month",
             "ORDER BY sum(x) DESC LIMIT 1")
            .find("\nb,") != std::string::npos);
  Same(*grown, "SELECT stddev(x) AS s BY app EVERY month",
       "ORDER BY sum(x) DESC LIMIT 1");
  Same(*grown, "SELECT sum(x) AS s BY app EVERY month DURING 2025-01..2025-06",
       "ORDER BY count(x) LIMIT 1");
  Same(*grown, "SELECT sum(x) AS s, count(x) AS c BY app EVERY month",
       "ORDER BY c LIMIT 1");
}

TEST_CASE("a range ends with the samples that the answer reads", "[top]") {
  std::vector<Row> x;
  std::vector<Row> y;
  static const char* const kApps[] = {"g1", "g2", "g3", "g4",
                                      "g5", "g6", "g7", "g8"};
  for (int app = 0; app < 8; ++app) {
    for (int day = 0; day < 70; ++day) {
      x.push_back({kApps[app], day, 10 * app + 10});
      y.push_back({kApps[app], day, app});
    }
  }
  y.push_back({"zz", 364, 5});
  const auto snapshot = Of(x, y);
  const std::string items =
      "SELECT max(x) AS m, max(y{plat = 'p'}) AS c BY app, plat";
  Same(*snapshot, items, "TOP 1");
  Same(*snapshot, items, "ORDER BY m DESC LIMIT 1");
  Same(*snapshot, "SELECT first_time(x >= 60) AS t BY app, plat",
       "ORDER BY max(y{plat = 'p'}) DESC, app");
  Same(*snapshot, "SELECT max(x) AS m, max(y{app = 'zz'}) AS c BY app, plat",
       "TOP 1");
}

TEST_CASE("what buckets leave out is told of all groups", "[top]") {
  const auto snapshot = Of({{"a", 0, 100},
                            {"a", 1, 100},
                            {"a", 30, 100},
                            {"b", 0, 5},
                            {"b", 30, 5},
                            {"b", 31, 5},
                            {"b", 44, 5},
                            {"c", 0, 1},
                            {"d", 0, 1},
                            {"e", 0, 1}});
  const std::string items =
      "SELECT max(avg(x) EVERY month) AS m BY app DURING 2025-01..2025-02-15";
  Same(*snapshot, items, "TOP 1");
  Same(*snapshot, items, "ORDER BY m DESC LIMIT 1");
}

TEST_CASE("what may be anything is read", "[top]") {
  const int64_t large = INT64_MAX;
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "x";
  spec.dimensions = {{"app"}, {"plat"}};
  const auto x = snapshot.Define(spec);
  spec.name = "y";
  const auto y = snapshot.Define(spec);
  for (const char* app : {"a", "b", "c", "d", "e"}) {
    const bool is_a = app[0] == 'a';
    snapshot.Put(*x, kFirstDay, {app, "p"}, is_a ? large : int64_t{1});
    snapshot.Put(*x, kFirstDay, {app, "q"}, is_a ? large : int64_t{1});
    snapshot.Put(*y, kFirstDay, {app, "p"}, is_a ? int64_t{1} : int64_t{60});
  }
  const auto answer = Query(
      snapshot,
      "SELECT first_time(x >= 1e19) AS f, first_time(y >= 50) AS g BY app",
      Options());
  CHECK(answer.status().code() == absl::StatusCode::kOutOfRange);
}

TEST_CASE("a key of a group without rows refuses nothing", "[top]") {
  const auto snapshot =
      Of({{"b", 0, 1}, {"c", 0, 1}, {"d", 0, 1}, {"e", 0, 1}},
         {{"a", 0, 5000000000}, {"b", 0, 2}, {"c", 0, 3}, {"d", 0, 4}});
  Same(*snapshot, "SELECT sum(x) AS s BY app",
       "ORDER BY sum(y) * sum(y) DESC LIMIT 1");
  Same(*snapshot, "SELECT sum(x) AS s BY app",
       "TOP 1 ORDER BY sum(y) * sum(y) DESC");
}

// "groups passed over: 31, ..." of EXPLAIN ANALYZE; 0 where it says nothing.
int PassedOver(const FakeSnapshot& snapshot, const std::string& question) {
  const auto plan =
      Query(snapshot, absl::StrCat("EXPLAIN ANALYZE ", question), Options());
  INFO(plan.status());
  REQUIRE(plan.ok());
  const std::string csv = FormatCsv(*plan);
  const std::string words = "groups passed over: ";
  const size_t at = csv.find(words);
  return at == std::string::npos ? 0
                                 : std::atoi(csv.c_str() + at + words.size());
}

TEST_CASE("ceilings let groups be passed over", "[top]") {
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "dau";
  spec.over_time = Additivity::kOverlaps;
  spec.dimensions = {{"app"}};
  const auto dau = snapshot.Define(spec);
  for (int app = 0; app < 100; ++app) {
    for (int day = 0; day < 30; ++day) {
      snapshot.Put(*dau, kFirstDay + day, {absl::StrCat("a", app)},
                   int64_t{1} << (app % 20));
    }
  }
  const std::string top = "SELECT avg(dau) AS a BY app TOP 3";
  const std::string limit =
      "SELECT max(dau) AS a BY app EVERY week ORDER BY a DESC LIMIT 4";
  const std::string test = "SELECT first_time(dau > 100000) BY app";
  const std::string smallest =
      "SELECT avg(dau) AS a BY app TOP 3 ORDER BY a ASC";
  CHECK(PassedOver(snapshot, top) > 50);
  CHECK(PassedOver(snapshot, limit) > 50);
  CHECK(PassedOver(snapshot, test) > 50);
  CHECK(PassedOver(snapshot, smallest) == 0);
  snapshot.ceilings = false;
  CHECK(PassedOver(snapshot, top) == 0);
  CHECK(PassedOver(snapshot, limit) == 0);
  CHECK(PassedOver(snapshot, test) == 0);
}

TEST_CASE("a group without rows leaves its place to the next", "[top]") {
  // The largest began last: nothing lies a month before it.
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app"}};
  const auto dau = snapshot.Define(spec);
  for (int app = 0; app < 30; ++app) {
    for (int day = app == 7 ? 285 : 0; day < 300; ++day) {
      snapshot.Put(*dau, kFirstDay + day, {absl::StrCat("a", app)},
                   int64_t{100} - app + (app == 7 ? 1000 : 0));
    }
  }
  const auto answer =
      Query(snapshot,
            "SELECT growth(dau, 1 month) AS g BY app EVERY day TOP 2 ORDER BY "
            "max(dau) DESC",
            Options());
  INFO(answer.status());
  REQUIRE(answer.ok());
  const std::string csv = FormatCsv(*answer);
  CHECK(csv.find("\na0,") != std::string::npos);
  CHECK(csv.find("\na1,") != std::string::npos);
  CHECK(csv.find("\na7,") == std::string::npos);
}

TEST_CASE("notes speak of the groups that are shown", "[top]") {
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "dau";
  spec.over_time = Additivity::kOverlaps;
  spec.dimensions = {{"app"}, {"platform"}};
  const auto dau = snapshot.Define(spec);
  for (int app = 0; app < 30; ++app) {
    for (int day = 0; day < 40; ++day) {
      snapshot.Put(*dau, kFirstDay + day, {absl::StrCat("a", app), "web"},
                   int64_t{100} - app);
      if (app == 20 && day > 9) {
        snapshot.Put(*dau, kFirstDay + day, {"a20", "phone"}, int64_t{1});
      }
    }
  }
  const auto ask = [&](const std::string& key) {
    const auto answer =
        Query(snapshot,
              absl::StrCat(
                  "SELECT dau BY app EVERY day TOP 3 ORDER BY max(dau) ", key),
              Options());
    INFO(answer.status());
    REQUIRE(answer.ok());
    return absl::StrJoin(answer->notes, "\n");
  };
  CHECK(ask("DESC").find("a20") == std::string::npos);
  CHECK(Query(snapshot, "SELECT dau WHERE app = 'a20' BY app EVERY day",
              Options())
            ->notes.size() == 1);
}

TEST_CASE("a wide TOP takes the memory of what it keeps", "[top]") {
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "dau";
  spec.dimensions = {{"app"}};
  const auto dau = snapshot.Define(spec);
  for (int app = 0; app < 600; ++app) {
    for (int day = 0; day < 300; ++day) {
      snapshot.Put(*dau, kFirstDay + day, {absl::StrCat("a", app)},
                   int64_t{1} + app * 7 % 600);
    }
  }
  QueryOptions options = Options();
  options.limits.max_memory_bytes = uint64_t{6} << 20;
  const std::string text = "SELECT dau, ma(dau, 7) AS m BY app TOP 5";
  for (const int threads : {1, 3}) {
    options.threads = threads;
    const auto first = Query(snapshot, text, options);
    INFO(first.status());
    REQUIRE(first.ok());
    CHECK(first->row_count() == 5 * 300);
  }
  const auto last =
      Query(snapshot, absl::StrCat(text, " HAVING dau >= 0"), options);
  CHECK(last.status().code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace footfall
