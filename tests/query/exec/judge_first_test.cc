// TOP judged before anything else is worked out gives the answers of TOP judged
// last. A test that holds of every row makes it judge last.

#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
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

// Whether the question is answered. "@" is where a HAVING that always holds
// makes it judge last: the answer must be the same.
bool IsJudgedAlike(const std::string& question, int64_t* rows = nullptr) {
  const auto ask = [&question](const std::string& having) {
    return Query(Market(), absl::StrReplaceAll(question, {{"@", having}}),
                 Options());
  };
  INFO(question);
  const auto first = ask("");
  const auto last = ask(" HAVING count(dau) >= 0");
  INFO(first.status());
  REQUIRE(first.status().code() == last.status().code());
  if (!first.ok()) return false;
  REQUIRE(FormatCsv(*first) == FormatCsv(*last));
  if (rows != nullptr) *rows += static_cast<int64_t>(first->row_count());
  return true;
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
            "ORDER BY growth(avg(dau), 1 month) DESC",
            "ORDER BY coverage(dau), max(price) DESC LIMIT 30"}) {
        for (const int top : {3, 8}) {
          answered += IsJudgedAlike(absl::StrCat("SELECT ", items, " ", range,
                                                 " BY app ", every, "@",
                                                 " TOP ", top, " ", key));
        }
      }
    }
  }
  CHECK(answered > 24);
}

TEST_CASE("TOP by growth keeps those that grew most over the whole range",
          "[top]") {
  const std::string key = GENERATE(values<std::string>(
      {"growth(avg(dau), 1 month)", "delta(max(dau), 2 months)",
       "lag(min(dau), 1 month)", "max(dau) - lag(max(dau), 1 quarter)"}));
  const std::string range =
      GENERATE(as<std::string>(), "DURING 2024-04..2024-06",
               "DURING 2024-05-04..2024-05-20", "DURING 2024-08");
  const auto apps = [](const std::string& question) {
    INFO(question);
    const auto answer = Query(Market(), question, Options());
    INFO(answer.status());
    REQUIRE(answer.ok());
    std::set<std::string> found;
    for (size_t r = 0; r < answer->row_count(); ++r) {
      found.emplace(answer->columns[0].text(r));
    }
    return found;
  };
  INFO(key << " " << range);
  const std::set<std::string> best = apps(absl::StrCat(
      "SELECT ", key, " AS k ", range, " BY app ORDER BY k DESC LIMIT 6"));
  CHECK(best.size() == 6);
  CHECK(apps(absl::StrCat("SELECT dau ", range, " BY app TOP 6 ORDER BY ", key,
                          " DESC")) == best);
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
          answered += IsJudgedAlike(
              absl::StrCat("SELECT ", items, " ", range, " BY app ", every, "@",
                           " ORDER BY ", key, " LIMIT ", limit));
        }
      }
    }
  }
  CHECK(answered > 24);
}

TEST_CASE("groups that no sample lets pass a test are not missed", "[top]") {
  int64_t rows = 0;
  for (const std::string range : {"", "DURING 2024-02-01..2024-06-30"}) {
    for (const std::string every : {"", "EVERY month"}) {
      for (const int bar : {0, 3, 40, 129, 100000}) {
        CHECK(IsJudgedAlike(
            absl::StrCat("SELECT first_time(dau >= ", bar,
                         ") AS t, first_time(dau > ", bar / 2, ") AS s ", range,
                         " BY app ", every, "@"),
            &rows));
      }
    }
  }
  CHECK(rows > 100);
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
