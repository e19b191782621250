// One calendar, whatever the way through it: buckets of plain questions, of
// groups, of fills and of inner EVERYs, over zones, clock changes and units,
// against buckets that this test counts with civil time alone.

#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 20250330;
constexpr absl::CivilDay kEpochDay(1970, 1, 1);

// A stretch of days in a zone, with samples every so many minutes; 0: a day.
struct Place {
  const char* why;
  const char* zone;
  int step_minutes;
  int shift_minutes;  // of its clock changes; 0: none
  const char* first_day;
  const char* last_day;
};

absl::CivilDay DayOf(const char* text) {
  return absl::CivilDay(ParseDate(text)->start);
}

struct Bucket {
  const char* text;
  Unit unit;
  int count;
  // Of weeks the days from Monday to the first, of years and quarters the
  // months from January.
  int from = 0;
};

// Numbers that tell a bucket from the others.
using BucketKey = std::tuple<int64_t, int64_t, int>;

Period PeriodOf(int step_minutes) {
  if (step_minutes == 0) return {Unit::kDay, 1};
  if (step_minutes == 60) return {Unit::kHour, 1};
  return {Unit::kMinute, step_minutes};
}

int64_t FloorDivide(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

int64_t MonthIndex(absl::CivilDay day) {
  return (day.year() - 1970) * 12 + day.month() - 1;
}

int WeekShift(const Bucket& bucket) {
  return bucket.from > 3 ? bucket.from - 7 : bucket.from;
}

// For one step, which starts at `local` for the first or second time that day.
BucketKey KeyOf(const Bucket& bucket, absl::CivilSecond local, bool second_time,
                int shift_minutes) {
  const absl::CivilDay day(local);
  const int64_t days = day - kEpochDay;
  int64_t index = 0;
  switch (bucket.unit) {
    case Unit::kMinute:
    case Unit::kHour: {
      const int64_t minutes =
          bucket.count * (bucket.unit == Unit::kHour ? 60 : 1);
      // An hour that comes twice is two buckets where it is a whole number.
      const bool twice = shift_minutes > 0 && shift_minutes % minutes == 0;
      return {days, (local - absl::CivilSecond(day)) / 60 / minutes,
              twice && second_time ? 1 : 0};
    }
    case Unit::kDay:
      index = days;
      break;
    case Unit::kWeek:  // from Monday, 1969-12-29, and up to 3 days around
      index = FloorDivide(days + 3 - WeekShift(bucket), 7);
      break;
    case Unit::kMonth:
      index = MonthIndex(day);
      break;
    case Unit::kQuarter:
      index = FloorDivide(MonthIndex(day) - bucket.from, 3);
      break;
    default:
      index = day.year() - 1970 - (day.month() <= bucket.from ? 1 : 0);
  }
  return {FloorDivide(index, bucket.count), 0, 0};
}

// As the language prints the start of a bucket of a day or more.
std::string Label(const Bucket& bucket, BucketKey key) {
  int64_t index = std::get<0>(key) * bucket.count;
  switch (bucket.unit) {
    case Unit::kDay:
      return absl::FormatCivilTime(kEpochDay + index);
    case Unit::kWeek: {
      if (bucket.from != 0) {
        return absl::FormatCivilTime(kEpochDay - 3 + WeekShift(bucket) +
                                     7 * index);
      }
      const absl::CivilDay thursday = kEpochDay + 7 * index;
      return absl::StrFormat("%04d-W%02d", thursday.year(),
                             (absl::GetYearDay(thursday) - 1) / 7 + 1);
    }
    case Unit::kMonth:
      return absl::FormatCivilTime(absl::CivilMonth(1970, 1) + index);
    case Unit::kQuarter:
      if (bucket.from % 3 != 0) {
        return absl::FormatCivilTime(absl::CivilMonth(1970, 1) + bucket.from +
                                     3 * index);
      }
      index += bucket.from / 3;
      return absl::StrFormat("%04d-Q%d", 1970 + FloorDivide(index, 4),
                             index - 4 * FloorDivide(index, 4) + 1);
    default:
      if (bucket.from != 0) {
        return absl::FormatCivilTime(absl::CivilMonth(1970 + index, 1) +
                                     bucket.from);
      }
      return absl::StrFormat("%04d", 1970 + index);
  }
}

// One row as it should be.
struct Expected {
  std::string label;
  int64_t sum = 0;
  int64_t present = 0;
  int64_t expected = 0;
  bool partial = false;
};

// Samples of the apps A and B at a place, and the buckets that hold them.
class World {
 public:
  explicit World(const Place& place)
      : place_(place),
        first_(DayOf(place.first_day)),
        last_(DayOf(place.last_day)),
        random_(kSeed) {
    MetricSpec spec;
    spec.name = "x";
    spec.late = 0;  // samples are left out by chance
    spec.zone = place.zone;
    spec.period = PeriodOf(place.step_minutes);
    spec.dimensions = {{"app", Additivity::kAdds}};
    metric_ = snapshot_.Define(spec);
    // The same in UTC, to be cut IN ZONE.
    spec.name = "utc";
    spec.zone = "UTC";
    utc_ = snapshot_.Define(spec);
    zone_ = *LoadZone(place.zone);
    // Some days around, so that edges of the range lie within the data.
    if (place.step_minutes == 0) {
      for (absl::CivilDay day = first_ - 40; day <= last_ + 40; ++day)
        Add(absl::CivilSecond(day), false);
    } else {
      const absl::Duration step = absl::Minutes(place.step_minutes);
      const absl::Time end = absl::FromCivil(last_ + 3, zone_);
      for (absl::Time at = absl::FromCivil(first_ - 2, zone_); at < end;
           at += step) {
        const absl::CivilSecond local = absl::ToCivilSecond(at, zone_);
        instants_.push_back(at);
        Add(local, zone_.At(local).kind == absl::TimeZone::TimeInfo::REPEATED &&
                       zone_.At(local).post == at);
      }
    }
  }

  // Rows of one app, or of both together, in order; those without a value too.
  std::vector<Expected> Rows(const Bucket& bucket,
                             std::optional<int> app) const {
    std::vector<Expected> rows;  // in order of time
    std::map<BucketKey, size_t> row_of;
    for (size_t i = 0; i < steps_.size(); ++i) {
      const Step& step = steps_[i];
      const BucketKey key =
          KeyOf(bucket, step.local, step.second_time, place_.shift_minutes);
      const auto [at, is_new] = row_of.emplace(key, rows.size());
      if (is_new) rows.emplace_back();
      Expected& row = rows[at->second];
      if (is_new) {
        row.label = bucket.unit < Unit::kDay ? ClockLabel(instants_[i])
                                             : Label(bucket, key);
      }
      const absl::CivilDay day(step.local);
      if (day < first_ || day > last_) {
        row.partial = true;
        continue;
      }
      ++row.expected;
      bool any = false;
      for (int a = 0; a < 2; ++a) {
        if (!step.values[a].has_value() || app.value_or(a) != a) continue;
        row.sum += *step.values[a];
        any = true;
      }
      if (any) ++row.present;
    }
    std::vector<Expected> result;
    for (const Expected& row : rows) {
      if (row.expected > 0) result.push_back(row);
    }
    // Buckets that reach beyond the data reach beyond the range too.
    if (bucket.unit >= Unit::kDay && !result.empty()) {
      const auto reaches = [&](absl::CivilDay in, absl::CivilDay out) {
        return KeyOf(bucket, absl::CivilSecond(in), false, 0) ==
               KeyOf(bucket, absl::CivilSecond(out), false, 0);
      };
      if (reaches(first_, first_ - 1)) result.front().partial = true;
      if (reaches(last_, last_ + 1)) result.back().partial = true;
    }
    return result;
  }

  std::string During() const {
    return absl::StrCat(" DURING ", absl::FormatCivilTime(first_), "..",
                        absl::FormatCivilTime(last_));
  }

  absl::StatusOr<Answer> Ask(const std::string& text) const {
    return Query(snapshot_, text, {});
  }

 private:
  struct Step {
    absl::CivilSecond local;
    bool second_time;
    std::optional<int64_t> values[2];
  };

  std::string ClockLabel(absl::Time at) const {
    const std::string offset = absl::FormatTime("%Ez", at, zone_);
    return absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%S", at, zone_),
                        offset == "+00:00" ? "Z" : offset);
  }

  void Add(absl::CivilSecond local, bool second_time) {
    Step step = {local, second_time, {}};
    for (int app = 0; app < 2; ++app) {
      // Gaps of some steps: whole buckets of the small ones are empty.
      if (gap_[app] > 0) {
        --gap_[app];
        continue;
      }
      if (random_() % 8 == 0) gap_[app] = static_cast<int>(random_() % 6);
      const int64_t value = static_cast<int64_t>(random_() % 1000);
      step.values[app] = value;
      const std::string name = app == 0 ? "A" : "B";
      if (place_.step_minutes == 0) {
        snapshot_.Put(*metric_, metric_->grid.StepAt(local), {name}, value);
      } else {
        const absl::Time at = instants_.back();
        snapshot_.Put(*metric_, metric_->grid.StepAt(at), {name}, value);
        snapshot_.Put(*utc_, utc_->grid.StepAt(at), {name}, value);
      }
    }
    steps_.push_back(step);
  }

  const Place place_;
  const absl::CivilDay first_;
  const absl::CivilDay last_;
  FakeSnapshot snapshot_;
  std::shared_ptr<const Metric> metric_;
  std::shared_ptr<const Metric> utc_;
  absl::TimeZone zone_;
  std::mt19937 random_;
  int gap_[2] = {0, 0};
  std::vector<absl::Time> instants_;  // of steps_, below a day
  std::vector<Step> steps_;
};

enum class Fill { kNone, kNull, kZero, kPrevious };
constexpr const char* kFillTexts[] = {"", " FILL null", " FILL zero",
                                      " FILL previous"};

// Rows as the language would print them: label, sum, kind, present, expected,
// partial.
std::string Printed(const std::vector<Expected>& rows, Fill fill) {
  std::string out;
  std::optional<int64_t> before;
  for (const Expected& row : rows) {
    const bool has = row.present > 0;
    std::string value = has ? absl::StrCat(row.sum) : "";
    std::string kind = has ? "exact" : "none";
    if (!has && fill == Fill::kNone) continue;
    // Nothing before the first: FILL puts no value there, and so no row.
    if (!has && fill == Fill::kPrevious && !before.has_value()) continue;
    if (!has && fill == Fill::kZero) {
      value = "0";
      kind = "filled";
    }
    if (!has && fill == Fill::kPrevious) {
      value = absl::StrCat(*before);
      kind = "filled";
    }
    if (has) before = row.sum;
    absl::StrAppend(&out, row.label, ",", value, ",", kind, ",", row.present,
                    ",", row.expected, ",", row.partial ? "true" : "false",
                    "\n");
  }
  return out;
}

// The rows of an answer without its header.
std::string Body(const absl::StatusOr<Answer>& answer) {
  if (!answer.ok()) return std::string(answer.status().message());
  const std::string csv = FormatCsv(*answer);
  return csv.substr(csv.find('\n') + 1);
}

std::vector<Bucket> BucketsOf(const Place& place) {
  std::vector<Bucket> buckets = {{"day", Unit::kDay, 1},
                                 {"2 days", Unit::kDay, 2},
                                 {"3 days", Unit::kDay, 3},
                                 {"week", Unit::kWeek, 1},
                                 {"2 weeks", Unit::kWeek, 2},
                                 {"month", Unit::kMonth, 1},
                                 {"2 months", Unit::kMonth, 2},
                                 {"quarter", Unit::kQuarter, 1},
                                 {"3 quarters", Unit::kQuarter, 3},
                                 {"year", Unit::kYear, 1},
                                 {"2 years", Unit::kYear, 2},
                                 {"week FROM sunday", Unit::kWeek, 1, 6},
                                 {"2 weeks FROM wednesday", Unit::kWeek, 2, 2},
                                 {"quarter FROM 2", Unit::kQuarter, 1, 1},
                                 {"quarter FROM 12", Unit::kQuarter, 1, 11},
                                 {"quarter FROM 4", Unit::kQuarter, 1, 3},
                                 {"2 quarters FROM 10", Unit::kQuarter, 2, 9},
                                 {"year FROM 4", Unit::kYear, 1, 3},
                                 {"3 years FROM 12", Unit::kYear, 3, 11}};
  if (place.step_minutes > 0) {
    for (const Bucket& bucket : {Bucket{"hour", Unit::kHour, 1},
                                 {"2 hours", Unit::kHour, 2},
                                 {"3 hours", Unit::kHour, 3},
                                 {"6 hours", Unit::kHour, 6},
                                 {"12 hours", Unit::kHour, 12}}) {
      buckets.push_back(bucket);
    }
    if (place.step_minutes < 60) {
      buckets.push_back({"30 minutes", Unit::kMinute, 30});
    }
  }
  return buckets;
}

TEST_CASE("all ways through the calendar agree", "[select][calendar]") {
  const Place place = GENERATE(values<Place>({
      {"no changes", "UTC", 60, 0, "2024-12-28", "2025-01-06"},
      {"half an hour off", "Asia/Kolkata", 30, 0, "2025-02-26", "2025-03-03"},
      {"23 hours", "Europe/Berlin", 60, 60, "2025-03-27", "2025-04-02"},
      {"25 hours", "Europe/Berlin", 60, 60, "2025-10-24", "2025-11-02"},
      {"23 hours, small steps", "Europe/Berlin", 30, 60, "2025-03-29",
       "2025-03-31"},
      {"25 hours, small steps", "Europe/Berlin", 30, 60, "2025-10-25",
       "2025-10-27"},
      {"west of UTC", "America/New_York", 60, 60, "2025-03-07", "2025-03-11"},
      {"west of UTC", "America/New_York", 60, 60, "2025-11-01", "2025-11-04"},
      {"a day without a midnight", "America/Sao_Paulo", 60, 60, "2018-11-02",
       "2018-11-06"},
      {"a day with 23:00 twice", "America/Sao_Paulo", 60, 60, "2018-02-16",
       "2018-02-19"},
      {"a change of half an hour", "Australia/Lord_Howe", 30, 30, "2025-04-04",
       "2025-04-08"},
      {"a change of half an hour", "Australia/Lord_Howe", 30, 30, "2025-10-03",
       "2025-10-07"},
      {"half a year of hours", "Europe/Berlin", 60, 60, "2025-02-10",
       "2025-07-20"},
      {"civil days, a year of 53 weeks", "Asia/Shanghai", 0, 0, "2020-12-20",
       "2021-01-20"},
      {"civil days, a leap year", "America/Sao_Paulo", 0, 0, "2023-11-03",
       "2024-03-01"},
      {"civil days before 1970", "UTC", 0, 0, "1969-11-03", "1970-02-03"},
  }));
  INFO(place.why << ": " << place.zone << ", seed " << kSeed);
  const World world(place);
  for (const Bucket& bucket : BucketsOf(place)) {
    const std::vector<Expected> both = world.Rows(bucket, std::nullopt);
    const std::string range = world.During();
    const std::string every = absl::StrCat(" EVERY ", bucket.text);
    REQUIRE_FALSE(both.empty());
    for (const Fill fill :
         {Fill::kNone, Fill::kNull, Fill::kZero, Fill::kPrevious}) {
      const std::string rest =
          absl::StrCat(range, every, kFillTexts[static_cast<size_t>(fill)]);
      INFO("SELECT sum(x) AS s" << rest);
      const auto plain = world.Ask(absl::StrCat("SELECT sum(x) AS s", rest));
      CHECK(Body(plain) == Printed(both, fill));
      if (place.step_minutes > 0) {
        CHECK(Body(world.Ask(absl::StrCat("SELECT sum(utc) AS s", rest,
                                          " IN ZONE '", place.zone, "'"))) ==
              Printed(both, fill));
      }
      // Groups have the same buckets, each with its own values.
      std::string grouped;
      for (const int app : {0, 1}) {
        const std::string name = app == 0 ? "A" : "B";
        const std::string rows = Printed(world.Rows(bucket, app), fill);
        CHECK(Body(world.Ask(absl::StrCat("SELECT sum(x) AS s WHERE app = '",
                                          name, "'", rest))) == rows);
        for (const absl::string_view row :
             absl::StrSplit(rows, '\n', absl::SkipEmpty())) {
          absl::StrAppend(&grouped, name, ",", row, "\n");
        }
      }
      CHECK(Body(world.Ask(absl::StrCat("SELECT sum(x) AS s BY app", rest))) ==
            grouped);
      CHECK(Body(world.Ask(absl::StrCat("SELECT sum(x) AS s BY app TOP 2", rest,
                                        " ORDER BY app"))) == grouped);
    }
    // An EVERY inside a function walks the same buckets.
    size_t with_value = 0;
    int64_t largest = 0;
    for (const Expected& row : both) {
      // What the range cuts is left out.
      if (row.present == 0 || row.partial) continue;
      ++with_value;
      largest = std::max(largest, row.sum);
    }
    const auto inner =
        world.Ask(absl::StrCat("SELECT max(sum(x)", every,
                               ") AS m, count(sum(x)", every, ") AS n", range));
    INFO("max(sum(x)" << every << ")" << range);
    if (!inner.ok()) FAIL(inner.status().message());
    REQUIRE(inner->row_count() == 1);
    if (with_value > 0) CHECK(inner->Find("m")->integers[0] == largest);
    CHECK(inner->Find("m")->is_missing(0) == (with_value == 0));
    CHECK(inner->Find("n")->integers[0] == static_cast<int64_t>(with_value));
  }
}

TEST_CASE("a day has as many hours as its clock says", "[select][calendar]") {
  struct Case {
    const char* zone;
    const char* day;
    int64_t hours;
  };
  for (const Case& c : {
           Case{"Europe/Berlin", "2025-03-30", 23},
           {"Europe/Berlin", "2025-10-26", 25},
           {"Europe/Berlin", "2025-10-27", 24},
           {"America/Sao_Paulo", "2018-11-04", 23},
           {"America/Sao_Paulo", "2018-02-17", 25},
           {"Asia/Shanghai", "2025-03-30", 24},
       }) {
    INFO(c.zone << " " << c.day);
    FakeSnapshot snapshot;
    MetricSpec spec;
    spec.name = "x";
    spec.period = {Unit::kHour, 1};
    spec.zone = c.zone;
    const auto metric = snapshot.Define(spec);
    const StepRange day =
        metric->grid.StepsInside(*ParseDate(c.day), *ParseDate(c.day));
    for (int64_t step = day.begin; step < day.end; ++step) {
      snapshot.Put(*metric, step, {}, int64_t{1});
    }
    CHECK(Body(Query(snapshot,
                     absl::StrCat("SELECT sum(x) AS s DURING ", c.day), {})) ==
          absl::StrCat(c.hours, ",exact,", c.hours, ",", c.hours, ",false\n"));
    const auto each = Query(
        snapshot, absl::StrCat("SELECT x DURING ", c.day, " EVERY hour"), {});
    REQUIRE(each.ok());
    CHECK(each->row_count() == static_cast<size_t>(c.hours));
  }
}

TEST_CASE("LAST n units COMPLETE ends with the last one that is over",
          "[select][calendar]") {
  struct Case {
    const char* why;
    const char* zone;
    int step_minutes;
    const char* now;
    const char* last;
    const char* during;
  };
  const auto c = GENERATE(values<Case>({
      {"a morning in Shanghai", "Asia/Shanghai", 0, "2025-02-11T00:00:00Z",
       "30 days", "2025-01-12..2025-02-10"},
      {"its first second", "Asia/Shanghai", 0, "2025-02-10T16:00:00Z",
       "30 days", "2025-01-12..2025-02-10"},
      {"the second before", "Asia/Shanghai", 0, "2025-02-10T15:59:59Z",
       "30 days", "2025-01-11..2025-02-09"},
      {"months, in the first", "UTC", 0, "2025-03-01T00:00:00Z", "2 months",
       "2025-01..2025-02"},
      {"weeks, on a Sunday", "UTC", 0, "2025-02-09T23:59:59Z", "1 week",
       "2025-W05"},
      {"weeks, on a Monday", "UTC", 0, "2025-02-10T00:00:00Z", "1 week",
       "2025-W06"},
      {"hours of a day of 23", "Europe/Berlin", 60, "2025-03-30T22:00:00Z",
       "1 day", "2025-03-30"},
      {"hours of a day of 25", "Europe/Berlin", 60, "2025-10-26T23:00:00Z",
       "1 day", "2025-10-26"},
      {"and an hour before it is over", "Europe/Berlin", 60,
       "2025-10-26T22:59:59Z", "2 days", "2025-10-24..2025-10-25"},
      {"hours over a change", "Europe/Berlin", 60, "2025-03-30T02:30:00Z",
       "3 hours", "2025-03-30T00..2025-03-30T03"},
  }));
  INFO(c.why);
  FakeSnapshot snapshot;
  MetricSpec spec;
  spec.name = "x";
  spec.zone = c.zone;
  spec.period = PeriodOf(c.step_minutes);
  const auto metric = snapshot.Define(spec);
  QueryOptions options;
  std::string error;
  REQUIRE(absl::ParseTime(absl::RFC3339_full, c.now, &options.now, &error));
  // Samples up to *now* and a little beyond, every third one missing.
  const int64_t now_step = metric->grid.StepAt(options.now);
  for (int64_t step = now_step - 100; step < now_step + 5; ++step) {
    if (step % 3 != 0) snapshot.Put(*metric, step, {}, step % 1000);
  }
  const std::string last = Body(Query(
      snapshot, absl::StrCat("SELECT x DURING LAST ", c.last, " COMPLETE"),
      options));
  CHECK(last == Body(Query(snapshot, absl::StrCat("SELECT x DURING ", c.during),
                           options)));
  CHECK(std::count(last.begin(), last.end(), '\n') > 1);
  CHECK(last.find(",true\n") == std::string::npos);  // nothing partial
  const std::string whole = Body(Query(
      snapshot,
      absl::StrCat("SELECT sum(x) AS s DURING LAST ", c.last, " COMPLETE"),
      options));
  CHECK(
      whole ==
      Body(Query(snapshot, absl::StrCat("SELECT sum(x) AS s DURING ", c.during),
                 options)));
}

}  // namespace
}  // namespace footfall
