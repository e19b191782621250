// ALIGN against the same questions asked of each group by itself, with the
// dates of its buckets written out in DURING.

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "footfall/ask.h"
#include "footfall/query.h"
#include "tests/query/support/fake_snapshot.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr int64_t kFirstDay = 19700;  // 2023-12-09
constexpr int kDays = 420;
const absl::CivilDay kNow = absl::CivilDay() + kFirstDay + 380;

struct Market {
  FakeSnapshot snapshot;
  // The day that each app counts from.
  std::map<std::string, absl::CivilDay> launches;
};

std::shared_ptr<const Event> MakeEvent(const std::string& name,
                                       absl::CivilDay day,
                                       const std::string& app) {
  auto event = std::make_shared<Event>();
  event->kind = "launch";
  event->name = name;
  event->date = Date{Unit::kDay, absl::CivilSecond(day), {}};
  event->members = {{"app", app}};
  return event;
}

// Days with gaps, on two platforms that overlap; apps a to e, of which e has no
// launch, and some have several, the later of which do not count.
void Fill(Market* market, std::mt19937* random) {
  const auto pick = [random](int64_t n) {
    return std::uniform_int_distribution<int64_t>(0, n - 1)(*random);
  };
  MetricSpec spec;
  spec.name = "dau";
  spec.over_time = Additivity::kOverlaps;
  spec.dimensions = {{"app", Additivity::kOverlaps},
                     {"platform", Additivity::kOverlaps}};
  const auto metric = market->snapshot.Define(spec);
  for (const std::string app : {"a", "b", "c", "d", "e"}) {
    for (const std::string platform : {"app", "web"}) {
      for (int day = 0; day < kDays; ++day) {
        if (pick(4) == 0) continue;
        market->snapshot.Put(*metric, kFirstDay + day, {app, platform},
                             1 + pick(1000));
      }
    }
    if (app == "e") continue;
    const absl::CivilDay launch =
        absl::CivilDay() + kFirstDay - 20 + pick(kDays + 40);
    market->launches[app] = launch;
    market->snapshot.events.push_back(MakeEvent(app, launch, app));
    for (int64_t more = pick(3); more > 0; --more) {
      market->snapshot.events.push_back(
          MakeEvent(absl::StrCat(app, more), launch + 1 + pick(90), app));
    }
  }
  std::sort(
      market->snapshot.events.begin(), market->snapshot.events.end(),
      [](const auto& a, const auto& b) { return CompareEvents(*a, *b) < 0; });
}

QueryOptions Options() {
  QueryOptions options;
  options.now = absl::FromCivil(kNow, absl::UTCTimeZone());
  return options;
}

Answer Ask(const Market& market, const std::string& text,
           QueryOptions options = Options()) {
  INFO(text);
  const auto answer = Query(market.snapshot, text, options);
  INFO(answer.status());
  REQUIRE(answer.ok());
  return *answer;
}

// `count` units later; the last day of a month that has no such day.
absl::CivilDay Later(absl::CivilDay day, int64_t count, Unit unit) {
  if (unit == Unit::kDay) return day + count;
  if (unit == Unit::kWeek) return day + 7 * count;
  const absl::CivilMonth month = absl::CivilMonth(day) + count;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

std::string During(absl::CivilDay first, absl::CivilDay end) {
  return absl::StrCat(" DURING ", absl::FormatCivilTime(first), "..",
                      absl::FormatCivilTime(end - 1));
}

// One row of `answer`, but for where it stands: members, offset.
std::string RowText(const Answer& answer, size_t row) {
  std::string text;
  for (const Column& column : answer.columns) {
    if (column.role == Column::Role::kMember ||
        column.role == Column::Role::kOffset) {
      continue;
    }
    absl::StrAppend(&text, column.name, "=");
    if (column.is_missing(row)) {
      absl::StrAppend(&text, "none");
    } else if (column.type == ColumnType::kDecimal) {
      absl::StrAppend(&text, column.decimals[row]);
    } else if (column.type == ColumnType::kText) {
      absl::StrAppend(&text, column.text(row));
    } else {
      absl::StrAppend(&text, column.integers[row]);
    }
    absl::StrAppend(&text, " ");
  }
  return text;
}

struct Question {
  const char* why;
  std::string items;
  int64_t first;
  int64_t last;
  Unit unit;
  std::string every;     // "" for one value of the range
  int64_t bucket_units;  // of EVERY
};

// Where a group, or one event of a group, counts from.
struct Start {
  std::string app;
  std::string event;  // ON EACH: its name and date, as printed
  absl::CivilDay day;
};

// Compares all rows of ALIGN ON `on`; returns how many there were.
size_t Compare(const Market& market, const Question& q, const std::string& on,
               const std::vector<Start>& starts) {
  const std::string unit = absl::StrCat(UnitName(q.unit), "s");
  const std::string text =
      absl::StrCat("SELECT ", q.items, " ALIGN ON ", on, " DURING ", q.first,
                   "..", q.last, " ", unit, " BY app",
                   q.every.empty() ? "" : absl::StrCat(" EVERY ", q.every));
  const Answer answer = Ask(market, text);
  using Key = std::pair<std::string, int64_t>;
  std::map<Key, std::string> found;
  const Column* offsets = answer.Find("offset");
  CHECK((offsets != nullptr) == !q.every.empty());
  // Rows of counts of nothing: ALIGN has them of groups with samples alone.
  const auto counts_nothing = [](const std::string& row) {
    return absl::StrContains(row, "n=0 ");
  };
  for (size_t r = 0; r < answer.row_count(); ++r) {
    if (counts_nothing(RowText(answer, r))) continue;
    std::string group(answer.columns[0].text(r));
    if (answer.Find("event_time") != nullptr) {
      absl::StrAppend(&group, " ", answer.Find("event_name")->text(r), " ",
                      answer.Find("event_time")->text(r));
    }
    found[{group, offsets == nullptr ? 0 : offsets->integers[r]}] =
        RowText(answer, r);
  }
  std::map<Key, std::string> expected;
  for (const Start& start : starts) {
    int64_t begin = q.first;
    const int64_t step =
        q.every.empty() ? q.last + 1 - q.first : q.bucket_units;
    for (; begin <= q.last; begin += step) {
      const Answer one =
          Ask(market,
              absl::StrCat("SELECT ", q.items, " WHERE app = '", start.app, "'",
                           During(Later(start.day, begin, q.unit),
                                  Later(start.day, begin + step, q.unit))));
      REQUIRE(one.row_count() <= 1);
      if (one.row_count() == 0 || counts_nothing(RowText(one, 0))) continue;
      expected[{absl::StrCat(start.app, start.event),
                q.every.empty() ? 0 : begin}] = RowText(one, 0);
    }
  }
  INFO(text);
  CHECK(found == expected);
  return found.size();
}

std::vector<Start> StartsOf(const Market& market, const std::string& on) {
  std::vector<Start> starts;
  if (on == "event('launch')") {
    for (const auto& [app, day] : market.launches) {
      starts.push_back({app, "", day});
    }
  } else if (on == "EACH event('launch')") {
    for (const auto& event : market.snapshot.events) {
      const absl::CivilDay day(event->date.start);
      starts.push_back(
          {event->members[0].member,
           absl::StrCat(" ", event->name, " ", absl::FormatCivilTime(day)),
           day});
    }
  } else {
    const Answer days =
        Ask(market, absl::StrCat("SELECT ", on, " AS day BY app"));
    for (size_t r = 0; r < days.row_count(); ++r) {
      if (days.Find("day")->is_missing(r)) continue;
      starts.push_back({std::string(days.columns[0].text(r)), "",
                        absl::CivilDay(days.Find("day")->start(r))});
    }
  }
  return starts;
}

TEST_CASE("ALIGN says what DURING says of each group's own dates", "[align]") {
  const std::string functions =
      "avg(dau) AS a, max(dau) AS m, count(dau) AS n, bounds(sum(dau)) AS s, "
      "first_time(dau >= 900) AS t, streak(dau > 200) AS k, "
      "user_days(dau) AS u, slope(dau) AS l, coverage(dau) AS c";
  const auto q = GENERATE_COPY(values<Question>({
      {"one value of the range", functions, -14, 28, Unit::kDay, "", 0},
      {"of weeks", functions, -2, 5, Unit::kWeek, "", 0},
      {"of months, whose ends are cut", functions, -3, 4, Unit::kMonth, "", 0},
      {"days", functions, -9, 9, Unit::kDay, "day", 1},
      {"weeks from the day of the event", functions, -3, 8, Unit::kWeek, "week",
       1},
      {"weeks counted in days", functions, -14, 27, Unit::kDay, "week", 7},
      {"three days", functions, -9, 8, Unit::kDay, "3 days", 3},
      {"months", functions, -4, 5, Unit::kMonth, "month", 1},
      {"looking back",
       "growth(avg(dau), 1 week) AS g, lag(max(dau), 3 days) AS l", 0, 13,
       Unit::kDay, "", 0},
      {"looking back from buckets",
       "lag(avg(dau), 14 days) AS l, delta(max(dau), 1 week) AS d", -7, 20,
       Unit::kDay, "week", 7},
  }));
  const std::string on =
      GENERATE(as<std::string>(), "event('launch')", "EACH event('launch')",
               "first_time(dau >= 1200)");
  INFO(q.why);
  size_t rows = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Market market;
    Fill(&market, &random);
    rows += Compare(market, q, on, StartsOf(market, on));
  }
  // Launches lie within the data for the most part.
  CHECK(rows > 30);
}

TEST_CASE("ALIGN is the same from a tree, and with several threads",
          "[align]") {
  using namespace ask;
  std::mt19937 random(7);
  Market market;
  Fill(&market, &random);
  const std::string text =
      "SELECT dau, growth(dau, 1 week) AS g, ma(dau, 3) AS m, rank(dau) AS r "
      "ALIGN ON event('launch') DURING -14..28 days BY app";
  const Answer one = Ask(market, text);
  REQUIRE(one.row_count() > 50);
  CHECK(one.Find("offset")->role == Column::Role::kOffset);
  CHECK(one.Find("offset")->unit == "days");
  CHECK(one.Find("time") == nullptr);
  const Statement tree =
      footfall::ask::Ask("dau", Growth("dau", Weeks(1)).As("g"),
                         Ma("dau", 3).As("m"), Rank("dau").As("r"))
          .AlignOn(EventDate("launch"), Offsets(-14, 28), Unit::kDay)
          .By("app");
  CHECK(Print(tree) == text);
  const auto typed = Query(market.snapshot, tree, Options());
  REQUIRE(typed.ok());
  CHECK(FormatCsv(*typed) == FormatCsv(one));
  CHECK(typed->notes == one.notes);
  QueryOptions options = Options();
  options.threads = 4;
  CHECK(FormatCsv(Ask(market, text, options)) == FormatCsv(one));
}

// Another group at the same offset is at another date, so ranks are taken of
// rows, not of days.
TEST_CASE("a rank under ALIGN is that among the rows of an offset", "[align]") {
  std::mt19937 random(3);
  Market market;
  Fill(&market, &random);
  const Answer answer =
      Ask(market,
          "SELECT dau{platform = 'app'} AS x, rank(dau{platform = 'app'}) AS r "
          "ALIGN ON event('launch') DURING 0..40 days BY app");
  const Column& offset = *answer.Find("offset");
  const Column& x = *answer.Find("x");
  const Column& rank = *answer.Find("r");
  size_t shared = 0;
  for (size_t a = 0; a < answer.row_count(); ++a) {
    int64_t larger = 0;
    for (size_t b = 0; b < answer.row_count(); ++b) {
      if (offset.integers[a] != offset.integers[b]) continue;
      larger += x.integers[b] > x.integers[a] ? 1 : 0;
      shared += a != b ? 1 : 0;
    }
    CHECK(rank.integers[a] == larger + 1);
  }
  CHECK(shared > 20);
}

}  // namespace
}  // namespace footfall
