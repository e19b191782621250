// Parts of the calendar, over zones and clock changes: each step is put into
// its part by civil time alone, and every cell is worked out from those.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "footfall/prepared.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 20251026;

struct Clock {
  const char* why;
  const char* zone;
  int step_minutes;  // 0: days
  const char* first_day;
  const char* last_day;
};

// A step as a person would write it down.
struct Step {
  absl::CivilSecond local;
  absl::Time begin;
  absl::Time end;
  bool in_range = false;
  std::optional<int64_t> values[2];  // of the apps A and B
};

std::string PartOf(const std::string& part, absl::CivilSecond at) {
  static const char* const kDays[] = {"mon", "tue", "wed", "thu",
                                      "fri", "sat", "sun"};
  if (part == "hour(time)") return absl::StrFormat("%02d", at.hour());
  if (part == "weekday(time)") {
    return kDays[static_cast<int>(absl::GetWeekday(at))];
  }
  if (part == "day(time)") return absl::StrFormat("%02d", at.day());
  if (part == "month(time)") return absl::StrFormat("%02d", at.month());
  return absl::StrCat("Q", (at.month() + 2) / 3);
}

// Weekdays do not sort by name.
std::string PlaceOf(const std::string& part, absl::CivilSecond at) {
  return part == "weekday(time)"
             ? absl::StrCat(static_cast<int>(absl::GetWeekday(at)))
             : PartOf(part, at);
}

class World {
 public:
  explicit World(const Clock& clock) : clock_(clock), random_(kSeed) {
    MetricSpec spec;
    spec.name = "x";
    spec.late = 0;  // samples are left out by chance
    spec.zone = clock.zone;
    spec.dimensions = {{"app", Additivity::kAdds}};
    if (clock.step_minutes > 0) {
      spec.period = {Unit::kMinute, clock.step_minutes};
      if (clock.step_minutes == 60) spec.period = {Unit::kHour, 1};
    }
    const auto metric = snapshot_.Define(spec);
    zone_ = *LoadZone(clock.zone);
    first_ = absl::CivilDay(ParseDate(clock.first_day)->start);
    last_ = absl::CivilDay(ParseDate(clock.last_day)->start);
    // Whole months around the samples, which reach beyond the range.
    const absl::CivilMonth begin(first_ - 3);
    const absl::CivilMonth end = absl::CivilMonth(last_ + 3) + 1;
    int64_t step = metric->grid.StepAt(absl::CivilSecond(begin));
    for (; metric->grid.CivilStart(step) < absl::CivilSecond(end); ++step) {
      Step one;
      one.begin = metric->grid.Start(step);
      one.end = metric->grid.Start(step + 1);
      one.local = clock.step_minutes > 0 ? absl::ToCivilSecond(one.begin, zone_)
                                         : metric->grid.CivilStart(step);
      const absl::CivilDay day(one.local);
      one.in_range = day >= first_ && day <= last_;
      for (int app = 0; app < 2; ++app) {
        if (day < first_ - 3 || day > last_ + 3 || random_() % 5 == 0) continue;
        one.values[app] = static_cast<int64_t>(random_() % 1000);
        snapshot_.Put(*metric, step, {app == 0 ? "A" : "B"}, *one.values[app]);
      }
      steps_.push_back(one);
    }
  }

  const Clock& clock() const { return clock_; }
  const std::vector<Step>& steps() const { return steps_; }
  std::mt19937& random() { return random_; }
  absl::Time Noon(int days_before_end) const {
    return absl::FromCivil(absl::CivilSecond(last_ - days_before_end) + 43200,
                           zone_);
  }
  std::string During() const {
    return absl::StrCat(" DURING ", clock_.first_day, "..", clock_.last_day);
  }
  std::string Ask(const std::string& text, std::optional<absl::Time> now) {
    QueryOptions options;
    options.now = now.value_or(absl::InfiniteFuture());
    const auto answer = Query(snapshot_, text, options);
    if (!answer.ok()) return std::string(answer.status().message());
    const std::string csv = FormatCsv(*answer);
    return csv.substr(csv.find('\n') + 1);
  }

 private:
  const Clock clock_;
  std::mt19937 random_;
  absl::TimeZone zone_;
  absl::CivilDay first_;
  absl::CivilDay last_;
  FakeSnapshot snapshot_;
  std::vector<Step> steps_;
};

// What a question asks.
struct Question {
  std::vector<std::string> by;  // "app" or a part
  std::string function;
  std::string every;                                       // "", "day", "month"
  std::map<std::string, std::vector<std::string>> not_in;  // of WHERE
  std::optional<absl::Time> now;
};

std::string TextOf(const Question& question, const std::string& during) {
  std::string text = absl::StrCat("SELECT ", question.function, " AS v");
  const char* joint = " WHERE ";
  for (const auto& [part, members] : question.not_in) {
    absl::StrAppend(&text, joint, part, " NOT IN ('",
                    absl::StrJoin(members, "', '"), "')");
    joint = " AND ";
  }
  absl::StrAppend(&text, during);
  if (!question.by.empty()) {
    absl::StrAppend(&text, " BY ", absl::StrJoin(question.by, ", "));
  }
  if (!question.every.empty())
    absl::StrAppend(&text, " EVERY ", question.every);
  return text;
}

bool IsPicked(const Question& question, const Step& step) {
  for (const auto& [part, members] : question.not_in) {
    if (std::find(members.begin(), members.end(), PartOf(part, step.local)) !=
        members.end()) {
      return false;
    }
  }
  return true;
}

std::string BucketOf(const std::string& unit, absl::CivilSecond at) {
  if (unit == "day") return absl::FormatCivilTime(absl::CivilDay(at));
  if (unit == "month") return absl::FormatCivilTime(absl::CivilMonth(at));
  if (unit == "hour") {
    return absl::FormatCivilTime(absl::CivilHour(at));
  }
  return "";
}

// The steps behind a row, and what is left out of them.
struct Cell {
  std::vector<std::string> shown;
  std::vector<std::pair<const Step*, std::optional<int64_t>>> steps;
  int64_t expected = 0;
  bool partial = false;
};

// The function by hand: the value as the answer prints it.
std::string ValueOf(const std::string& function, const Cell& cell) {
  int64_t sum = 0;
  int64_t count = 0;
  int64_t run = 0;
  int64_t longest = 0;
  std::optional<int64_t> largest;
  std::string last;
  std::vector<std::pair<std::string, int64_t>> inner;  // sums
  const bool by_hour = absl::StrContains(function, "EVERY hour");
  for (const auto& [step, value] : cell.steps) {
    run = value.has_value() && *value > 300 ? run + 1 : 0;
    longest = std::max(longest, run);
    if (!value.has_value()) continue;
    sum += *value;
    ++count;
    largest = std::max(largest.value_or(*value), *value);
    const std::string bucket = BucketOf(by_hour ? "hour" : "day", step->local);
    if (inner.empty() || inner.back().first != bucket) {
      inner.emplace_back(bucket, 0);
    }
    inner.back().second += *value;
    last = absl::StrCat(*value);
  }
  if (function == "sum(x)") return absl::StrCat(sum);
  if (function == "max(x)") return absl::StrCat(*largest);
  if (function == "last(x)") return last;
  if (function == "streak(x > 300)") return absl::StrCat(longest);
  int64_t most = 0;
  for (const auto& [bucket, value] : inner) most = std::max(most, value);
  return absl::StrCat(most);
}

std::string Expected(const World& world, const Question& question) {
  // By places of keys, then by bucket.
  std::map<std::vector<std::string>, Cell> cells;
  const bool by_app = std::find(question.by.begin(), question.by.end(),
                                "app") != question.by.end();
  for (const Step& step : world.steps()) {
    if (!IsPicked(question, step)) continue;
    for (int app = 0; app < (by_app ? 2 : 1); ++app) {
      std::vector<std::string> key;
      std::vector<std::string> shown;
      for (const std::string& by : question.by) {
        const std::string name = app == 0 ? "A" : "B";
        key.push_back(by == "app" ? name : PlaceOf(by, step.local));
        shown.push_back(by == "app" ? name : PartOf(by, step.local));
      }
      if (!question.every.empty()) {
        key.push_back(BucketOf(question.every, step.local));
        shown.push_back(key.back());
      }
      const bool over = !question.now.has_value() || step.end <= *question.now;
      if (question.every.empty() && !step.in_range) continue;
      Cell& cell = cells[key];
      cell.shown = shown;
      cell.partial |= !step.in_range || !over;
      if (!step.in_range) continue;
      std::optional<int64_t> value = step.values[app];
      if (!by_app && step.values[1].has_value()) {
        value = value.value_or(0) + *step.values[1];
      }
      cell.steps.emplace_back(&step, value);
      if (over || value.has_value()) ++cell.expected;
    }
  }
  std::string out;
  for (const auto& [key, cell] : cells) {
    int64_t present = 0;
    for (const auto& [step, value] : cell.steps) present += value.has_value();
    if (present == 0) continue;
    absl::StrAppend(&out, absl::StrJoin(cell.shown, ","),
                    cell.shown.empty() ? "" : ",",
                    ValueOf(question.function, cell), ",exact,", present, ",",
                    cell.expected, ",", cell.partial ? "true" : "false", "\n");
  }
  return out;
}

TEST_CASE("a cell of a part is of the steps that lie in it",
          "[select][calendar]") {
  const Clock clock = GENERATE(values<Clock>({
      {"no changes", "UTC", 60, "2024-12-20", "2025-01-16"},
      {"23 hours", "Europe/Berlin", 60, "2025-03-21", "2025-04-06"},
      {"25 hours", "Europe/Berlin", 30, "2025-10-20", "2025-11-01"},
      {"half an hour off", "Asia/Kolkata", 30, "2025-02-26", "2025-03-03"},
      {"a day without a midnight", "America/Sao_Paulo", 60, "2018-10-28",
       "2018-11-09"},
      {"a day with 23:00 twice", "America/Sao_Paulo", 60, "2018-02-12",
       "2018-02-21"},
      {"a change of half an hour", "Australia/Lord_Howe", 30, "2025-04-01",
       "2025-04-11"},
      {"civil days", "Asia/Shanghai", 0, "2023-11-01", "2025-02-28"},
      {"civil days before 1970", "UTC", 0, "1969-10-05", "1970-03-02"},
  }));
  INFO(clock.why << ": " << clock.zone << ", seed " << kSeed);
  World world(clock);
  std::vector<std::string> parts = {"weekday(time)", "day(time)", "month(time)",
                                    "quarter(time)"};
  if (clock.step_minutes > 0) parts.push_back("hour(time)");
  std::vector<std::string> functions = {"sum(x)", "max(x)", "last(x)",
                                        "streak(x > 300)"};
  const auto one_in = [&](uint32_t n) { return world.random()() % n == 0; };
  size_t rows = 0;
  for (int i = 0; i < 120; ++i) {
    Question question;
    question.function = functions[world.random()() % functions.size()];
    std::shuffle(parts.begin(), parts.end(), world.random());
    const size_t splits = world.random()() % 3;
    question.by.assign(parts.begin(),
                       parts.begin() + static_cast<ptrdiff_t>(splits));
    if (one_in(2)) {
      question.by.insert(
          question.by.begin() +
              static_cast<ptrdiff_t>(world.random()() % (splits + 1)),
          "app");
    }
    if (one_in(3)) question.every = one_in(2) ? "day" : "month";
    if (splits == 0 || one_in(2)) {
      for (const Step& step : world.steps()) {
        if (!one_in(static_cast<uint32_t>(world.steps().size() / 3))) continue;
        question.not_in[parts.back()].push_back(
            PartOf(parts.back(), step.local));
      }
      const std::string other = one_in(2) ? "weekday(time)" : "month(time)";
      question.not_in[other].push_back(PartOf(other, world.steps()[9].local));
    }
    if (one_in(3)) question.now = world.Noon(static_cast<int>(i % 4));
    const bool by_hour = std::find(question.by.begin(), question.by.end(),
                                   "hour(time)") != question.by.end();
    if (!question.now.has_value() && clock.step_minutes == 60 && one_in(3)) {
      question.function = by_hour || one_in(2) ? "max(sum(x) EVERY hour)"
                                               : "max(sum(x) EVERY day)";
      // An hour that comes twice is two buckets, which this test takes for one.
      if (clock.zone != std::string("UTC") && by_hour) continue;
      if (clock.zone != std::string("UTC")) {
        question.function =
            by_hour ? question.function : "max(sum(x) EVERY day)";
      }
    }
    const std::string text = TextOf(question, world.During());
    INFO(text << (question.now.has_value()
                      ? absl::StrCat(" at ", absl::FormatTime(*question.now))
                      : ""));
    const std::string expected = Expected(world, question);
    rows +=
        static_cast<size_t>(std::count(expected.begin(), expected.end(), '\n'));
    CHECK(world.Ask(text, question.now) == expected);
  }
  CHECK(rows > 500);
}

// Of a month each day is a part of its own: rows by day(time) are those of
// EVERY day, with bounds, late series and wholes beside their parts.
TEST_CASE("parts of one day each are the days", "[select][calendar]") {
  std::mt19937 random(kSeed);
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "u";
  spec.unit = "users";
  spec.over_time = Additivity::kOverlaps;
  spec.late = 2;
  spec.dimensions = {{"app", Additivity::kOverlaps},
                     {"platform", Additivity::kOverlaps},
                     {"region", Additivity::kAdds}};
  const auto metric = snapshot.Define(spec);
  const int64_t first = metric->grid.StepAt(absl::CivilSecond(2025, 1, 1));
  for (const char* app : {"", "A", "B", "C"}) {
    for (const char* platform : {"", "app", "web"}) {
      for (const char* region : {"", "cn"}) {
        if (random() % 3 == 0) continue;
        for (int64_t day = -20; day < 50; ++day) {
          if (random() % 9 == 0) day += static_cast<int64_t>(random() % 4);
          snapshot.Put(*metric, first + day, {app, platform, region},
                       static_cast<int64_t>(random() % 100));
        }
      }
    }
  }
  for (const char* now : {"2025-01-17T12:00", "2025-03-01T00:00"}) {
    QueryOptions options;
    options.now = absl::FromCivil(ParseDate(now)->start, absl::UTCTimeZone());
    for (const char* item :
         {"avg(u)", "max(u)", "bounds(sum(u))", "avg(u{platform = 'web'})",
          "avg(u{platform = 'web'}) / avg(u)", "max(avg(u ACROSS platform))",
          "first_time(u > 50)", "count(u > 50)"}) {
      for (const char* by : {"", "app, ", "app, region, "}) {
        const std::string parts = absl::StrCat(
            "SELECT ", item, " AS v DURING 2025-01 BY ", by, "day(time)");
        std::string split(by);
        if (!split.empty()) {
          split = absl::StrCat(" BY ", split.substr(0, split.size() - 2));
        }
        const std::string days = absl::StrCat(
            "SELECT ", item, " AS v DURING 2025-01", split, " EVERY day");
        INFO(parts << " and " << days << " at " << now);
        const auto of_parts = Query(snapshot, parts, options);
        const auto of_days = Query(snapshot, days, options);
        REQUIRE(of_parts.ok());
        REQUIRE(of_days.ok());
        CHECK(of_parts->row_count() > 10);
        const auto rows_of = [](const Answer& answer) {
          const std::string csv = FormatCsv(answer);
          return absl::StrReplaceAll(
              csv.substr(csv.find('\n')),
              {{",2025-01-", ","}, {"\n2025-01-", "\n"}});
        };
        CHECK(rows_of(*of_parts) == rows_of(*of_days));
      }
    }
  }
}

TEST_CASE("a question that is kept takes other parts", "[select][calendar]") {
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "x";
  spec.late = 0;
  const auto metric = snapshot.Define(spec);
  spec.name = "u";
  spec.over_time = Additivity::kOverlaps;
  spec.dimensions = {{"app", Additivity::kOverlaps},
                     {"platform", Additivity::kOverlaps}};
  const auto users = snapshot.Define(spec);
  for (int64_t day = 20000; day < 20100; ++day) {
    snapshot.Put(*metric, day, {}, day % 7 + day % 11);
    snapshot.Put(*users, day, {"A", "web"}, int64_t{5});
    snapshot.Put(*users, day, {"B", "web"}, day % 5);
    snapshot.Put(*users, day, {"A", "app"}, int64_t{3});
  }
  for (const char* text :
       {"SELECT sum(x) AS s WHERE weekday(time) = $a",
        "SELECT sum(x{weekday(time) = $a}) - sum(x{weekday(time) = $b}) AS s",
        // Refused where they differ: no step is in both.
        "SELECT sum(x{weekday(time) = $a} + x{weekday(time) = $b}) AS s",
        // At most 1 where both are of the same days.
        "SELECT bounds(avg(u{platform = 'web', weekday(time) = $a}) / "
        "avg(u{weekday(time) = $b})) AS s"}) {
    const auto kept = Prepare(snapshot, text);
    REQUIRE(kept.ok());
    for (const char* a : {"mon", "tue", "mon", "sun"}) {
      for (const char* b : {"mon", "sun"}) {
        INFO(text << ": " << a << ", " << b);
        QueryOptions options;
        options.now = absl::InfiniteFuture();
        options.parameters["a"] = a;
        options.parameters["b"] = b;
        if (!absl::StrContains(text, "$b")) options.parameters.erase("b");
        const auto again = kept->Run(snapshot, options);
        // A blank more is another text, which is bound anew.
        const auto anew = Query(snapshot, absl::StrCat(text, " "), options);
        REQUIRE(again.ok() == anew.ok());
        if (again.ok()) {
          CHECK(FormatCsv(*again) == FormatCsv(*anew));
        } else {
          CHECK(std::string(a) != b);
        }
      }
    }
  }
}

}  // namespace
}  // namespace footfall
