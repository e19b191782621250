// Questions on tiers: the same answer before and after upkeep has come by, and
// that of a metric which had the tier's grid from the beginning.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int64_t kHour = 3600;

MetricSpec Spec(absl::string_view name, const Period& period,
                Additivity over_time) {
  MetricSpec spec;
  spec.name = std::string(name);
  spec.period = period;
  spec.zone = "Europe/Berlin";
  spec.over_time = over_time;
  spec.dimensions = {{"app", Additivity::kAdds},
                     {"platform", Additivity::kOverlaps}};
  spec.late = 0;  // counted in steps, which differ
  return spec;
}

// The answer without its notes, in which grids are told of.
std::string Rows(const std::string& csv) {
  std::string rows;
  for (size_t at = 0; at < csv.size();) {
    const size_t end = csv.find('\n', at);
    const std::string line = csv.substr(at, end - at + 1);
    if (!absl::StartsWith(line, "note: ")) rows += line;
    at = end + 1;
  }
  return rows;
}

TEST_CASE("questions on tiers depend on nothing but what was written",
          "[tiers][property]") {
  const auto rule = GENERATE(Additivity::kAdds, Additivity::kLevel);
  CAPTURE(AdditivityName(rule));
  const std::string f = rule == Additivity::kAdds ? "sum" : "last";
  // Berlin's clocks change on 2024-10-27.
  const int64_t begin = 1'729'382'400;  // 2024-10-20
  const auto clock = std::make_shared<std::atomic<int64_t>>(begin);
  DatabaseOptions options;
  options.background_upkeep = false;
  options.clock = [clock] { return absl::FromUnixSeconds(*clock); };
  const auto database = *Database::OpenInMemory(options);
  MetricSpec spec = Spec("hits", {Unit::kMinute, 30}, rule);
  spec.keep = Period{Unit::kDay, 2};
  spec.tiers = {{{Unit::kHour, 1}, Period{Unit::kDay, 8}},
                {{Unit::kDay, 1}, std::nullopt}};
  const auto hits = *database->Define(spec);
  const auto hours = *database->Define(Spec("hours", {Unit::kHour, 1}, rule));
  const auto days = *database->Define(Spec("days", {Unit::kDay, 1}, rule));
  std::mt19937_64 random(15);
  // Days of some series, each there as a whole or not at all.
  for (int day = 0; day < 14; ++day) {
    *clock = begin + day * 24 * kHour;
    SampleBatch batch;
    for (int series = 0; series < 6; ++series) {
      if (random() % 4 == 0) continue;
      const std::string app = absl::StrCat("app", series % 3);
      const std::string platform = series < 3 ? "web" : "mobile";
      const std::vector<absl::string_view> members = {app, platform};
      // From one midnight of Berlin to the next.
      const auto zone = hits->grid.zone();
      const auto civil = absl::CivilDay(2024, 10, 20) + day;
      const int64_t first = absl::ToUnixSeconds(absl::FromCivil(civil, zone));
      const int64_t end = absl::ToUnixSeconds(absl::FromCivil(civil + 1, zone));
      std::map<int64_t, int64_t> by_hour;
      int64_t of_day = 0;
      for (int64_t at = first; at < end; at += kHour / 2) {
        const int64_t value = static_cast<int64_t>(random() % 100);
        batch.RowsOf(hits).AddStep(at / (kHour / 2), members, value);
        int64_t& hour = by_hour[at / kHour];
        hour = rule == Additivity::kAdds ? hour + value : value;
        of_day = rule == Additivity::kAdds ? of_day + value : value;
      }
      for (const auto& [hour, value] : by_hour) {
        batch.RowsOf(hours).AddStep(hour, members, value);
      }
      batch.RowsOf(days).AddStep(civil - absl::CivilDay(), members, of_day);
    }
    REQUIRE(database->Write(batch, WriteOptions()).ok());
  }
  *clock = begin + 14 * 24 * kHour + 7;
  QueryOptions asking;
  asking.now = absl::FromUnixSeconds(*clock);
  const auto ask = [&](const std::string& question) {
    const auto answer = Query(*database->TakeSnapshot(), question, asking);
    REQUIRE(answer.status() == absl::OkStatus());
    std::string csv = FormatCsv(*answer);
    for (const std::string& note : answer->notes) {
      absl::StrAppend(&csv, "note: ", note, "\n");
    }
    return csv;
  };
  struct Case {
    std::string question;  // of M
    const char* twin;
  };
  const std::vector<Case> cases = {
      {"SELECT f(M) EVERY day", "days"},
      {"SELECT f(M), coverage(M) BY app", "days"},
      {"SELECT f(M) BY app, platform EVERY week", "days"},
      {"SELECT max(f(M) EVERY day) BY platform", "days"},
      {"SELECT f(M{platform='web'}) BY app EVERY day TOP 2", "days"},
      {"SELECT bounds(f(M)) BY app DURING 2024-10-21..2024-10-28", "days"},
      {"SELECT f(M) BY app EVERY hour DURING 2024-10-27..2024-11-02", "hours"},
      {"SELECT f(M) EVERY 6 hours DURING 2024-10-27..2024-11-02", "hours"},
      {"SELECT max(f(M) EVERY day), avg(f(M) EVERY hour) BY app"
       " DURING 2024-10-27..2024-11-02",
       "hours"},
      {"SELECT growth(f(M), 1 day) AS g, ma(f(M), 3) AS m BY app EVERY day"
       " DURING 2024-10-31..2024-11-01",
       "hours"},
      {"SELECT delta(f(M), 1 week) AS d BY app EVERY day DURING 2024-11-01",
       "days"},
  };
  std::vector<std::string> before;
  for (const Case& one : cases) {
    const auto question = [&](absl::string_view metric) {
      return absl::StrReplaceAll(one.question,
                                 {{"f(", f + "("}, {"M", metric}});
    };
    CAPTURE(one.question);
    before.push_back(ask(question("hits")));
    CHECK(absl::StrContains(before.back(), "note: hits is read by "));
    CHECK(absl::StrReplaceAll(Rows(before.back()), {{"hits", one.twin}}) ==
          Rows(ask(question(one.twin))));
  }
  REQUIRE(database->Compact() == absl::OkStatus());
  for (size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].question);
    CHECK(ask(absl::StrReplaceAll(cases[i].question,
                                  {{"f(", f + "("}, {"M", "hits"}})) ==
          before[i]);
  }
}

// Low or high of each row, as a decimal.
std::vector<double> ValuesOf(const Answer& answer, Column::Role role) {
  std::vector<double> values;
  for (const Column& column : answer.columns) {
    if (column.role != role) continue;
    for (size_t row = 0; row < answer.row_count(); ++row) {
      values.push_back(column.type == ColumnType::kInteger
                           ? static_cast<double>(column.integers[row])
                           : column.decimals[row]);
    }
  }
  return values;
}

TEST_CASE("the most users of a tier are those of its steps, or hold them",
          "[tiers][property]") {
  const int64_t begin = 1'729'382'400;  // 2024-10-20
  const auto clock = std::make_shared<std::atomic<int64_t>>(begin);
  DatabaseOptions options;
  options.background_upkeep = false;
  options.clock = [clock] { return absl::FromUnixSeconds(*clock); };
  const auto database = *Database::OpenInMemory(options);
  MetricSpec spec = Spec("users", {Unit::kMinute, 30}, Additivity::kOverlaps);
  const auto fine = [&] {
    MetricSpec all = spec;
    all.name = "fine";
    return *database->Define(all);
  }();
  spec.keep = Period{Unit::kDay, 2};
  spec.tiers = {{{Unit::kHour, 1}, Period{Unit::kDay, 5}},
                {{Unit::kDay, 1}, std::nullopt}};
  const auto users = *database->Define(spec);
  std::mt19937_64 random(15);
  for (int day = 0; day < 12; ++day) {
    *clock = begin + day * 24 * kHour;
    SampleBatch batch;
    for (int64_t at = *clock - 24 * kHour; at < *clock; at += kHour / 2) {
      for (int series = 0; series < 9; ++series) {
        if (random() % 4 == 0) continue;
        const std::string app = absl::StrCat("app", series % 3);
        const std::string platform = absl::StrCat("p", series / 3);
        const int64_t value = static_cast<int64_t>(random() % 100);
        batch.RowsOf(users).AddStep(at / (kHour / 2), {app, platform}, value);
        batch.RowsOf(fine).AddStep(at / (kHour / 2), {app, platform}, value);
      }
    }
    REQUIRE(database->Write(batch, WriteOptions()).ok());
  }
  QueryOptions asking;
  asking.now = absl::FromUnixSeconds(*clock);
  const auto ask = [&](const std::string& question, absl::string_view metric) {
    auto answer = Query(*database->TakeSnapshot(),
                        absl::StrReplaceAll(question, {{"M", metric}}), asking);
    REQUIRE(answer.status() == absl::OkStatus());
    return *std::move(answer);
  };
  struct Case {
    std::string question;  // of M
    bool exact;            // a series a group
  };
  const std::vector<Case> cases = {
      {"SELECT bounds(max(M)) BY app, platform EVERY day", true},
      {"SELECT bounds(max(M)) BY app, platform", true},
      {"SELECT bounds(max(max(M) EVERY day)) BY app, platform EVERY week",
       true},
      {"SELECT bounds(max(M)) BY app, platform EVERY 6 hours"
       " DURING 2024-10-28..2024-10-29",
       true},
      {"SELECT bounds(max(M)) BY app EVERY day", false},
      {"SELECT bounds(max(M)) BY platform EVERY day", false},
      {"SELECT bounds(max(M)) EVERY day", false},
      {"SELECT bounds(avg(max(M) EVERY day)) BY platform", false},
      {"SELECT bounds(max(max(M ACROSS app))) BY platform", true},
      {"SELECT bounds(max(max(M ACROSS app))) EVERY day", false},
      {"SELECT bounds(share(max(M))) BY app", false},
      {"SELECT bounds(share(max(M))) BY platform EVERY week", false},
  };
  for (const bool rolled_up : {false, true}) {
    CAPTURE(rolled_up);
    if (rolled_up) REQUIRE(database->Compact() == absl::OkStatus());
    for (const Case& one : cases) {
      CAPTURE(one.question);
      const Answer tier = ask(one.question, "users");
      const Answer all = ask(one.question, "fine");
      REQUIRE(absl::StartsWith(tier.notes.at(0), "users is read by "));
      const auto low = ValuesOf(tier, Column::Role::kLow);
      const auto high = ValuesOf(tier, Column::Role::kHigh);
      const auto least = ValuesOf(all, Column::Role::kLow);
      const auto most = ValuesOf(all, Column::Role::kHigh);
      REQUIRE(!low.empty());
      REQUIRE(low.size() == least.size());
      for (size_t row = 0; row < low.size(); ++row) {
        CAPTURE(row, low[row], least[row], most[row], high[row]);
        if (one.exact) {
          CHECK(low[row] == least[row]);
          CHECK(high[row] == most[row]);
        } else {
          CHECK(low[row] <= least[row]);
          CHECK(high[row] >= most[row]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace footfall
