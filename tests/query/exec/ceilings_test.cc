// Groups that are passed over by their ceilings, and what that must not change.
// A test that holds of every row makes the answer judge last.

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int64_t kFirstDay = 20089;  // 2025-01-01

QueryOptions Options() {
  QueryOptions options;
  options.now =
      absl::FromCivil(absl::CivilDay(2026, 6, 1), absl::UTCTimeZone());
  return options;
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
    snapshot->Put(*of_x, kFirstDay + row.day, {row.app, "p"}, row.value);
  }
  for (const Row& row : y) {
    snapshot->Put(*of_y, kFirstDay + row.day, {row.app, "p"}, row.value);
  }
  return snapshot;
}

// The answer, which is the same where a test that always holds forbids judging.
std::string Same(const FakeSnapshot& snapshot, const std::string& before,
                 const std::string& after) {
  const auto judged =
      Query(snapshot, absl::StrCat(before, " ", after), Options());
  const auto plain = Query(
      snapshot, absl::StrCat(before, " HAVING 1 >= 0 ", after), Options());
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

TEST_CASE("groups as large as the last that is kept are not passed over",
          "[top]") {
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "x";
  spec.dimensions = {{"app"}};
  const auto x = snapshot.Define(spec);
  // Ceilings of small numbers are these numbers; names fall as series rise.
  for (int app = 39; app >= 0; --app) {
    snapshot.Put(*x, kFirstDay, {absl::StrCat("a", app)}, int64_t{5});
  }
  for (const std::string key : {"max(x)", "avg(x)", "sum(x)"}) {
    const std::string items = absl::StrCat("SELECT ", key, " AS m BY app");
    CHECK(Same(snapshot, items, "TOP 3").find("\na10,") != std::string::npos);
    Same(snapshot, items, "ORDER BY m DESC LIMIT 3");
  }
}

TEST_CASE("a range ends with samples of groups that are not kept", "[top]") {
  std::vector<Row> x;
  for (const char* app : {"a", "b", "c", "d", "e"}) {
    for (int day = 0; day < 20; ++day) x.push_back({app, day, 100 + app[0]});
  }
  // In eras of their own, before and behind all others.
  x.push_back({"d", -290, 200});
  x.push_back({"y", -300, 1});
  x.push_back({"z", 450, 1});
  const auto snapshot = Of(x);
  for (const std::string items :
       {"SELECT max(x) AS m BY app", "SELECT max(x) AS m BY app EVERY month"}) {
    Same(*snapshot, items, "TOP 1");
    Same(*snapshot, items, "ORDER BY m DESC LIMIT 1");
  }
  Same(*snapshot, "SELECT first_time(x >= 150) AS m BY app", "");
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

}  // namespace
}  // namespace footfall
