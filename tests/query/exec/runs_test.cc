// runs(x > n), and shifts between inner buckets, against what the printed rows
// say: the same values with an EVERY behind them.

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int64_t kBegin = 20090;  // 2025-01-02
constexpr int kLength = 60;
const absl::CivilDay kToday = absl::CivilDay() + kBegin + 50;

// Days with gaps. Users of two platforms may be the same.
void FillDays(FakeSnapshot* snapshot, std::mt19937* random) {
  const auto pick = [random](int64_t n) {
    return std::uniform_int_distribution<int64_t>(0, n - 1)(*random);
  };
  MetricSpec users;
  users.name = "dau";
  users.over_time = Additivity::kOverlaps;
  users.dimensions = {{"app", Additivity::kOverlaps},
                      {"platform", Additivity::kOverlaps}};
  MetricSpec posts;
  posts.name = "posts";
  posts.over_time = Additivity::kAdds;
  posts.dimensions = {{"app", Additivity::kAdds}};
  posts.late = 0;
  const auto dau = snapshot->Define(users);
  const auto mentions = snapshot->Define(posts);
  for (const std::string app : {"a", "b", "c"}) {
    for (int day = 0; day < kLength; ++day) {
      if (pick(3) > 0) {
        snapshot->Put(*mentions, kBegin + day, {app}, pick(9) - 2);
      }
      for (const std::string platform : {"app", "web"}) {
        if (pick(5) == 0 || (platform == "web" && app == "a")) continue;
        snapshot->Put(*dau, kBegin + day, {app, platform}, 1 + pick(10));
      }
    }
  }
}

Answer AskRows(const FakeSnapshot& snapshot, const std::string& text) {
  INFO(text);
  QueryOptions options;
  options.now = absl::FromCivil(kToday, absl::UTCTimeZone());
  const auto answer = Query(snapshot, text, options);
  INFO(answer.status());
  REQUIRE(answer.ok());
  return *answer;
}

// A printed row of a group.
struct Printed {
  std::string time;
  bool partial = false;
  std::optional<double> value;
  double low = 0;
  double high = 0;
};

double NumberAt(const Column& column, size_t row) {
  return column.type == ColumnType::kDecimal
             ? column.decimals[row]
             : static_cast<double>(column.integers[row]);
}

std::map<std::string, std::vector<Printed>> RowsOf(const Answer& answer,
                                                   const std::string& name) {
  std::map<std::string, std::vector<Printed>> rows;
  const Column& column = *answer.Find(name);
  for (size_t r = 0; r < answer.row_count(); ++r) {
    Printed row;
    row.time = std::string(answer.Find("time")->text(r));
    row.partial = answer.Find("partial")->integers[r] != 0;
    if (!column.is_missing(r)) {
      row.value = NumberAt(column, r);
      row.low = column.low[r];
      row.high = column.high[r];
    }
    rows[std::string(answer.Find("app")->text(r))].push_back(row);
  }
  return rows;
}

bool Passes(const std::string& test, double value, double number) {
  if (test == ">") return value > number;
  if (test == "<=") return value <= number;
  return value == number;
}

// Whether it holds whatever the truth is, and whether it may.
bool Must(const std::string& test, const Printed& row, double number) {
  if (test == ">") return row.low > number;
  if (test == "<=") return row.high <= number;
  return row.low == number && row.high == number;
}
bool May(const std::string& test, const Printed& row, double number) {
  if (test == ">") return row.high > number;
  if (test == "<=") return row.low <= number;
  return row.low <= number && row.high >= number;
}

struct Asked {
  const char* why;
  std::string x;
  std::string every;
};

const std::vector<Asked> kAsked = {
    {"days", "dau", "day"},
    {"days that add, some below 0", "posts", "day"},
    {"weeks, which ranges cut", "avg(dau)", "week"},
    {"a change", "delta(dau, 1 day)", "day"},
    {"by the week", "growth(dau, 1 week)", "day"},
    {"the day before, where this one is missing too", "lag(posts, 1 day)",
     "day"},
    {"a change of sums", "delta(sum(posts), 1 week)", "week"},
    {"a month before, which not every day has", "delta(dau, 1 month)", "day"},
    {"a change of a change", "delta(delta(posts, 1 day), 2 days)", "day"},
    {"two metrics", "dau - lag(posts, 1 day)", "day"},
    {"people of two days, who may be the same", "dau + lag(dau, 1 day)", "day"},
};

const std::vector<std::string> kRanges = {"",
                                          " DURING 2025-01-07..2025-02-03",
                                          " DURING 2025-01-15..",
                                          " DURING ..2025-02-10",
                                          " DURING LAST 3 weeks",
                                          " DURING 2025"};

}  // namespace

TEST_CASE("runs are those of the printed rows", "[query][runs]") {
  std::mt19937 random(8181);
  size_t compared = 0;
  for (int round = 0; round < 4; ++round) {
    FakeSnapshot snapshot;
    FillDays(&snapshot, &random);
    for (const Asked& asked : kAsked) {
      for (const std::string& range : kRanges) {
        const auto rows =
            RowsOf(AskRows(snapshot, absl::StrCat("SELECT ", asked.x, " AS v",
                                                  range, " BY app EVERY ",
                                                  asked.every, " FILL null")),
                   "v");
        for (const std::string test : {">", "<=", "="}) {
          const double number = asked.x[0] == 'd' ? 0 : 3;
          std::vector<std::string> expected;
          for (const auto& [app, all] : rows) {
            size_t begin = 0;
            size_t steps = 0;
            const auto end = [&](size_t i) {
              if (steps == 0) return;
              const bool open = std::all_of(
                  all.begin() + static_cast<ptrdiff_t>(i), all.end(),
                  [](const Printed& row) { return row.partial; });
              expected.push_back(absl::StrCat(app, " ", all[begin].time, " ",
                                              all[i - 1].time, " ", steps, " ",
                                              open ? 1 : 0));
              steps = 0;
            };
            for (size_t i = 0; i < all.size(); ++i) {
              const bool holds = !all[i].partial && all[i].value.has_value() &&
                                 Passes(test, *all[i].value, number);
              if (!holds) {
                end(i);
                continue;
              }
              if (steps == 0) begin = i;
              ++steps;
            }
            end(all.size());
          }
          const bool inside = test == ">";
          const std::string text = absl::StrCat(
              "SELECT runs(", asked.x, " ", test, " ", number,
              inside ? absl::StrCat(" EVERY ", asked.every) : "", ")", range,
              " BY app", inside ? "" : absl::StrCat(" EVERY ", asked.every));
          const Answer answer = AskRows(snapshot, text);
          std::vector<std::string> found;
          for (size_t r = 0; r < answer.row_count(); ++r) {
            found.push_back(absl::StrCat(answer.Find("app")->text(r), " ",
                                         answer.Find("first")->text(r), " ",
                                         answer.Find("last")->text(r), " ",
                                         answer.Find("steps")->integers[r], " ",
                                         answer.Find("open")->integers[r]));
          }
          INFO(asked.why << ": " << text << ", seed 8181, round " << round);
          REQUIRE(found == expected);
          compared += found.size();
        }
      }
    }
  }
  CHECK(compared > 5000);
}

TEST_CASE("functions of shifted inner buckets are those of the printed rows",
          "[query][runs]") {
  std::mt19937 random(8282);
  size_t compared = 0;
  for (int round = 0; round < 6; ++round) {
    FakeSnapshot snapshot;
    FillDays(&snapshot, &random);
    for (const Asked& asked : kAsked) {
      for (const std::string& range : kRanges) {
        const auto rows =
            RowsOf(AskRows(snapshot, absl::StrCat("SELECT ", asked.x, " AS v",
                                                  range, " BY app EVERY ",
                                                  asked.every, " FILL null")),
                   "v");
        const std::string test = round % 2 == 0 ? ">" : "<=";
        const double number = asked.x[0] == 'd' ? 0 : 3;
        const std::string inner =
            absl::StrCat(" ", test, " ", number, " EVERY ", asked.every, ")");
        const std::string text =
            absl::StrCat("SELECT streak(", asked.x, inner, " AS s, count(",
                         asked.x, inner, " AS c, max(", asked.x, " EVERY ",
                         asked.every, ") AS m", range, " BY app");
        const Answer answer = AskRows(snapshot, text);
        INFO(asked.why << ": " << text << ", seed 8282, round " << round);
        for (size_t r = 0; r < answer.row_count(); ++r) {
          const std::string app(answer.Find("app")->text(r));
          INFO(app);
          if (!rows.contains(app)) {
            CHECK(answer.Find("m")->is_missing(r));
            continue;
          }
          // [certain, as printed, possible]
          int64_t run[3] = {0, 0, 0};
          int64_t longest[3] = {0, 0, 0};
          int64_t count[3] = {0, 0, 0};
          std::optional<double> most;
          for (const Printed& row : rows.at(app)) {
            if (row.partial) continue;
            const bool there = row.value.has_value();
            const bool holds[3] = {there && Must(test, row, number),
                                   there && Passes(test, *row.value, number),
                                   there && May(test, row, number)};
            for (int i = 0; i < 3; ++i) {
              run[i] = holds[i] ? run[i] + 1 : 0;
              longest[i] = std::max(longest[i], run[i]);
              count[i] += holds[i] ? 1 : 0;
            }
            if (there) most = std::max(most.value_or(*row.value), *row.value);
          }
          const auto check = [&](const std::string& name,
                                 const int64_t expected[3]) {
            const Column& column = *answer.Find(name);
            CHECK(column.integers[r] == expected[1]);
            CHECK(column.low[r] == static_cast<double>(expected[0]));
            CHECK(column.high[r] == static_cast<double>(expected[2]));
          };
          REQUIRE(answer.Find("m")->is_missing(r) == !most.has_value());
          check("c", count);
          if (!most.has_value()) continue;
          CHECK(NumberAt(*answer.Find("m"), r) == *most);
          check("s", longest);
          ++compared;
        }
      }
    }
  }
  CHECK(compared > 1000);
}

}  // namespace footfall
