#include "query/func/functions.h"

#include <algorithm>
#include <atomic>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace footfall::query {
namespace {

using enum FunctionFamily;

constexpr Function kTable[] = {
    // ---- Over time: a reducer and how its results combine
    {.info = {"sum", "x", "the sum of the values present, of what ADDS",
              "SELECT sum(mentions) BY app EVERY week"},
     .aggregate = Aggregate::kSum,
     .across = true,
     .within = true},
    {.info = {"avg", "x", "the mean of the values present",
              "SELECT avg(dau) BY app EVERY month"},
     .gives = Gives::kDecimal,
     .rule = RuleOf::kMean,
     .aggregate = Aggregate::kAvg,
     .across = true,
     .within = true},
    {.info = {"min", "x", "the least of the values present",
              "SELECT min(dau) BY app EVERY month"},
     .aggregate = Aggregate::kMin,
     .across = true,
     .within = true},
    {.info = {"max", "x", "the largest of the values present",
              "SELECT max(dau) BY app EVERY month"},
     .aggregate = Aggregate::kMax,
     .across = true,
     .within = true},
    {.info = {"first", "x", "the first value in time",
              "SELECT first(dau) BY app EVERY month"},
     .aggregate = Aggregate::kFirst},
    {.info = {"last", "x", "the last value in time",
              "SELECT last(dau) BY app EVERY month"},
     .aggregate = Aggregate::kLast},
    {.info = {"count", "x", "how many steps have a value, or pass: x > n",
              "SELECT count(dau) BY app EVERY month"},
     .takes = Takes::kValueOrTest,
     .gives = Gives::kInteger,
     .rule = RuleOf::kAdds,
     .unit = UnitOf::kNone,
     .aggregate = Aggregate::kCount,
     .across = true,
     .of_nothing = true,
     .within = true},
    {.info = {"median", "x", "the middle value, linear between two",
              "SELECT median(dau) BY app EVERY month"},
     .gives = Gives::kDecimal,
     .rule = RuleOf::kMean,
     .aggregate = Aggregate::kQuantile,
     .across = true,
     .within = true},
    {.info = {"p1", "x", "p1 to p99: so many percent of the values lie below",
              "SELECT p95(dau) BY app EVERY month"},
     .gives = Gives::kDecimal,
     .rule = RuleOf::kMean,
     .aggregate = Aggregate::kQuantile,
     .across = true,
     .within = true},
    {.info = {"stddev", "x", "the spread of the values, as of a sample",
              "SELECT stddev(dau) BY app EVERY month"},
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .aggregate = Aggregate::kStddev,
     .across = true,
     .within = true},
    {.info = {"user_days", "x", "the sum over time of what OVERLAPS",
              "SELECT user_days(dau) BY app EVERY month"},
     .rule = RuleOf::kAdds,
     .unit = UnitOf::kXTimesSteps,
     .aggregate = Aggregate::kSum},
    {.info = {"coverage", "x", "how much of the bucket has a value, 0 to 1",
              "SELECT coverage(dau) BY app EVERY month"},
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kRatio,
     .aggregate = Aggregate::kCoverage,
     .of_nothing = true},
    // ---- Over time, with code of their own
    {.info = {"first_time", "x >= n", "the first step where the test holds",
              "SELECT first_time(dau >= 1e7) BY app"},
     .takes = Takes::kTest,
     .gives = Gives::kDate,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kNone,
     .kind = TimeKind::kFirstTime},
    {.info = {"last_time", "x", "the last step that has a value",
              "SELECT last_time(mentions) BY app"},
     .gives = Gives::kDate,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kNone,
     .kind = TimeKind::kLastTime},
    {.info = {"when", "max(x)",
              "the first step of the largest, or least, value",
              "SELECT when(max(dau)) BY app"},
     .takes = Takes::kExtreme,
     .gives = Gives::kDate,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kNone,
     .kind = TimeKind::kWhen},
    {.info = {"age", "x", "steps since the last one that has a value",
              "SELECT age(mentions) BY app"},
     .gives = Gives::kInteger,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kSteps,
     .kind = TimeKind::kAge},
    {.info = {"streak", "x > n", "the longest run of steps where it holds",
              "SELECT streak(dau > 1e7) BY app"},
     .takes = Takes::kTest,
     .gives = Gives::kInteger,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kSteps,
     .kind = TimeKind::kStreak},
    {.info = {"slope", "x", "the change per step, by least squares",
              "SELECT slope(dau) BY app EVERY month"},
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kNone,
     .kind = TimeKind::kSlope},
    {.info = {"cagr", "x", "the growth by the year, from first to last",
              "SELECT cagr(dau) BY app"},
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kRatio,
     .kind = TimeKind::kCagr},
    {.info = {"corr", "x, y", "the correlation of both, from -1 to 1",
              "SELECT corr(dau, mentions) BY app"},
     .takes = Takes::kTwoValues,
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kNone,
     .kind = TimeKind::kCorrelation},
    {.info = {"count_in_top", "x, 50", "steps at which it is among the largest",
              "SELECT count_in_top(dau, 1) BY app"},
     .takes = Takes::kPlaces,
     .gives = Gives::kInteger,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kSteps,
     .kind = TimeKind::kCountInTop},
    // ---- Between rows
    {.info = {"share", "x", "its part of the sum over all groups, 0 to 1",
              "SELECT share(avg(dau)) BY app EVERY month"},
     .family = kBetweenRows,
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kRatio,
     .within = true},
    {.info = {"top_share", "x", "the shares of all at or above it, added up",
              "SELECT top_share(avg(dau)) BY app EVERY month"},
     .family = kBetweenRows,
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kRatio,
     .within = true},
    {.info = {"contribution", "x, 1 month",
              "its part of the growth of all groups together",
              "SELECT contribution(avg(dau), 1 week) BY app EVERY week"},
     .family = kBetweenRows,
     .takes = Takes::kValueAndTime,
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kRatio},
    {.info = {"abs", "x", "without its sign",
              "SELECT abs(delta(avg(dau), 1 week)) BY app EVERY week"},
     .family = kBetweenRows},
    {.info = {"lag", "x, 1 week", "its value that much earlier",
              "SELECT lag(avg(dau), 1 week) BY app EVERY week"},
     .family = kBetweenRows,
     .takes = Takes::kValueAndTime,
     .shifts_in_buckets = true},
    {.info = {"delta", "x, 1 week", "the change from that much earlier",
              "SELECT delta(avg(dau), 1 week) BY app EVERY week"},
     .family = kBetweenRows,
     .takes = Takes::kValueAndTime,
     .shifts_in_buckets = true},
    {.info = {"growth", "x, 1 week", "the change in parts of the earlier value",
              "SELECT growth(avg(dau), 1 week) BY app EVERY week"},
     .family = kBetweenRows,
     .takes = Takes::kValueAndTime,
     .gives = Gives::kDecimal,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kRatio,
     .shifts_in_buckets = true},
    {.info = {"ma", "x, 7", "the mean of the last so many buckets",
              "SELECT ma(dau, 7) BY app"},
     .family = kBetweenRows,
     .takes = Takes::kValueAndCount,
     .gives = Gives::kDecimal,
     .rule = RuleOf::kMean},
    {.info = {"cumulative", "x", "the running sum from the first bucket on",
              "SELECT cumulative(sum(mentions)) BY app EVERY day"},
     .family = kBetweenRows,
     .rule = RuleOf::kLevel},
    {.info = {"rank", "x", "its place among the groups, 1 the largest",
              "SELECT rank(avg(dau)) BY app EVERY month"},
     .family = kBetweenRows,
     .gives = Gives::kInteger,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kNone,
     .within = true},
    {.info = {"rank_delta", "x, 1 month", "places won since, rising positive",
              "SELECT rank_delta(avg(dau), 1 month) BY app EVERY month"},
     .family = kBetweenRows,
     .takes = Takes::kValueAndTime,
     .gives = Gives::kInteger,
     .rule = RuleOf::kLevel,
     .unit = UnitOf::kNone,
     .within = true},
    {.info = {"bounds", "x", "two columns: the low and the high",
              "SELECT bounds(dau) DURING 2025-02-08 BY app"},
     .family = kBounds},
    // ---- Of events
    {.info = {"event", "'kind', 'name'", "the date of the event",
              "SELECT avg(dau), event('release', 'R1') AS since BY app"},
     .family = kOfEvents,
     .takes = Takes::kEvent,
     .gives = Gives::kDate,
     .unit = UnitOf::kNone},
    {.info = {"events", "'kind'", "names of the events in the bucket",
              "SELECT avg(dau), events('release') AS e BY app EVERY month"},
     .family = kOfEvents,
     .takes = Takes::kEvent,
     .gives = Gives::kText,
     .unit = UnitOf::kNone},
    {.info = {"days_between", "a, b", "whole days from one date to the other",
              "SELECT days_between(event('release', 'R1'), "
              "first_time(dau >= 1e7)) AS days BY app"},
     .family = kOfEvents,
     .takes = Takes::kTwoDates,
     .gives = Gives::kInteger,
     .unit = UnitOf::kNone},
    // ---- Whole answers
    {.info = {"changepoints", "x, 2",
              "where the values change, and by how much",
              "SELECT changepoints(dau, 1) WHERE app = 'DeepSeek' AND "
              "platform = 'app' EVERY day"},
     .family = kWholeAnswer,
     .takes = Takes::kValueAndCount},
    {.info = {"runs", "x > n", "every run of steps where it holds",
              "SELECT runs(dau > 1e7) BY app"},
     .family = kWholeAnswer,
     .takes = Takes::kTest},
};

std::atomic<const Function*> for_test = nullptr;

}  // namespace

std::vector<const Function*> AllFunctions() {
  std::vector<const Function*> all;
  for (const Function& function : kTable) all.push_back(&function);
  if (const Function* const more = for_test) all.push_back(more);
  return all;
}

int PercentOf(absl::string_view name) {
  int percent = 0;
  return absl::ConsumePrefix(&name, "p") && !name.empty() && name[0] != '0' &&
                 name.size() <= 2 && absl::SimpleAtoi(name, &percent) &&
                 percent >= 1
             ? percent
             : 0;
}

const Function* FindFunction(absl::string_view name) {
  const absl::string_view row = PercentOf(name) > 0 ? "p1" : name;
  for (const Function& function : kTable) {
    if (function.info.name == row) return &function;
  }
  const Function* const more = for_test;
  return more != nullptr && more->info.name == name ? more : nullptr;
}

FunctionForTest::FunctionForTest(const Function* function) {
  for_test = function;
}
FunctionForTest::~FunctionForTest() { for_test = nullptr; }

}  // namespace footfall::query

namespace footfall {

std::vector<FunctionInfo> Functions() {
  std::vector<FunctionInfo> all;
  for (const query::Function* function : query::AllFunctions()) {
    all.push_back(function->info);
  }
  return all;
}

}  // namespace footfall
