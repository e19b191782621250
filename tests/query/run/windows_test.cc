// Windows equal their definition: each cell of f(x OVER ..) is that of f(x)
// asked of the window alone.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/civil_time.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 20250611;
constexpr absl::CivilDay kFirst(2024, 12, 20);
constexpr int kDays = 110;
// Of the last days some have samples already and are not over.
const absl::Time kNow = absl::FromCivil(absl::CivilSecond(2025, 4, 6, 12, 0, 0),
                                        absl::UTCTimeZone());

class World {
 public:
  World() : random_(kSeed) {
    DatabaseOptions options;
    options.background_upkeep = false;
    auto database = Database::Open(storage::NewMemoryStore(), options);
    REQUIRE(database.ok());
    database_ = *std::move(database);
    Do("DEFINE METRIC u INTEGER UNIT 'users' EVERY day OVER TIME OVERLAPS"
       " BY app, platform, region ADDS LATE 3;"
       "DEFINE METRIC v INTEGER EVERY day OVER TIME ADDS BY app, platform;"
       "DEFINE METRIC p DECIMAL EVERY day OVER TIME LEVEL BY app;");
    const std::vector<std::string> apps = {"A", "B", "C", "Old"};
    for (const std::string& app : apps) {
      for (const char* platform : {"app", "web", ""}) {
        for (const char* region : {"cn", "us", ""}) {
          if (*platform == 0 && *region == 0 && Chance(2)) continue;
          Series("u", {app, platform, region}, 20, 90);
        }
        Series("v", {app, platform}, 0, 50);
      }
      Series("p", {app}, -3, 9);
    }
    Do("ALIAS app 'Old' = 'C'");
    snapshot_ = database_->TakeSnapshot();
  }

  absl::StatusOr<Answer> Ask(const std::string& text) {
    QueryOptions options;
    options.now = kNow;
    return Query(*snapshot_, text, options);
  }
  Answer MustAsk(const std::string& text) {
    auto answer = Ask(text);
    CAPTURE(text);
    REQUIRE(answer.status() == absl::OkStatus());
    return *std::move(answer);
  }
  // Kept: many rows ask of one window.
  const Answer& AskOnce(const std::string& text) {
    auto [at, inserted] = asked_.try_emplace(text);
    if (inserted) at->second = MustAsk(text);
    return at->second;
  }
  // Whichever operand's comes first.
  absl::CivilDay FirstSample(const std::vector<std::string>& operands,
                             absl::string_view where) {
    std::optional<absl::CivilDay> first;
    for (const std::string& operand : operands) {
      const bool by = absl::StartsWith(where, " BY");
      const Answer& days = AskOnce(absl::StrCat(
          "SELECT ", operand, by ? "" : where, " DURING .. EVERY day"));
      REQUIRE(days.row_count() > 0);
      const absl::CivilDay day(ParseDate(days.Find("time")->text(0))->start);
      if (!first.has_value() || day < *first) first = day;
    }
    return *first;
  }
  void Do(absl::string_view script) {
    REQUIRE(Execute(*database_, script, {}, {}) == absl::OkStatus());
  }

 private:
  bool Chance(int of) { return random_() % static_cast<uint32_t>(of) == 0; }

  void Series(absl::string_view metric, const std::vector<std::string>& members,
              int least, int most) {
    const bool of_users = metric == "u";
    std::string rows;
    int quiet = 0;
    const int begins = Chance(3) ? static_cast<int>(random_() % 40) : 0;
    const int ends = Chance(3) ? kDays - static_cast<int>(random_() % 60)
                               : kDays - static_cast<int>(random_() % 3);
    for (int day = begins; day < ends; ++day) {
      if (quiet == 0 && Chance(25)) quiet = 1 + static_cast<int>(random_() % 9);
      if (quiet > 0) {
        --quiet;
        continue;
      }
      const int value =
          least +
          static_cast<int>(random_() % static_cast<uint32_t>(most - least + 1));
      absl::StrAppend(
          &rows, rows.empty() ? "" : ", ", "(",
          absl::FormatCivilTime(kFirst + day), ", ",
          metric == "p" ? absl::StrCat(value / 7.0) : absl::StrCat(value));
      for (const std::string& member : members) {
        absl::StrAppend(&rows, ", '", member, "'");
      }
      rows += ")";
    }
    Do(absl::StrCat("INSERT INTO ", metric, " (TIME, VALUE, app",
                    members.size() > 1 ? ", platform" : "",
                    of_users ? ", region" : "", ") VALUES ", rows));
  }

  std::mt19937 random_;
  std::unique_ptr<Database> database_;
  std::shared_ptr<const Snapshot> snapshot_;
  std::map<std::string, Answer> asked_;
};

std::string Number(const Column& column, const std::vector<double>& decimals,
                   const std::vector<int64_t>& integers, size_t row) {
  return column.type == ColumnType::kDecimal ? absl::StrCat(decimals[row])
         : column.type == ColumnType::kText  ? std::string(column.text(row))
                                             : absl::StrCat(integers[row]);
}

// What an answer says of its first item in a row: value, kind, bounds,
// coverage.
struct Said {
  std::string value;
  std::string coverage;
};
Said SaidOf(const Answer& answer, size_t row) {
  Said said;
  for (const Column& column : answer.columns) {
    const bool missing = !column.missing.empty() && column.missing[row];
    switch (column.role) {
      case Column::Role::kValue:
      case Column::Role::kLow:
      case Column::Role::kHigh:
        absl::StrAppend(
            &said.value, " ",
            missing ? "-"
                    : Number(column, column.decimals, column.integers, row));
        if (missing || column.role != Column::Role::kValue) break;
        if (column.low_texts.empty()) {
          absl::StrAppend(&said.value, " ", column.low[row], "..",
                          column.high[row]);
        } else {
          absl::StrAppend(&said.value, " ", column.low_texts[row], "..",
                          column.high_texts[row]);
        }
        break;
      case Column::Role::kKind:
        absl::StrAppend(&said.value, " ", column.text(row));
        break;
      case Column::Role::kPresent:
      case Column::Role::kExpected:
        absl::StrAppend(&said.coverage, " ", column.integers[row]);
        break;
      default:
        break;
    }
  }
  return said;
}

std::string MemberOf(const Answer& answer, size_t row) {
  std::string members;
  for (const Column& column : answer.columns) {
    if (column.role == Column::Role::kMember) {
      absl::StrAppend(&members, "/", column.text(row));
    }
  }
  return members;
}

struct Row {
  absl::CivilDay begin;
  absl::CivilDay end;
};
// The bucket that holds a day.
Row BucketOf(absl::CivilDay day, const std::string& every) {
  if (every == "week") {
    const absl::CivilDay begin =
        absl::PrevWeekday(day + 1, absl::Weekday::monday);
    return {begin, begin + 7};
  }
  if (every == "day") return {day, day + 1};
  const int months = every == "month" ? 1 : every == "quarter" ? 3 : 12;
  const absl::CivilMonth month =
      absl::CivilMonth(day) - (day.month() - 1) % months;
  return {absl::CivilDay(month), absl::CivilDay(month + months)};
}

Row RowAt(const Answer& answer, size_t row, const std::string& every) {
  const Column* time = answer.Find("time");
  REQUIRE(time != nullptr);
  return BucketOf(absl::CivilDay(ParseDate(time->text(row))->start), every);
}

// That many months before a day; the last day of the month where it has no such
// day.
absl::CivilDay MonthsBefore(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) - months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

absl::CivilDay BeginOf(const std::string& over, const Row& row,
                       absl::CivilDay range) {
  if (over == "..") return range;
  if (over == "28 days") return row.end - 28;
  if (over == "1 day") return row.end - 1;
  if (over == "3 weeks") return row.end - 21;
  if (over == "1 month") return MonthsBefore(row.end, 1);
  if (over == "2 months") return MonthsBefore(row.end, 2);
  const absl::CivilDay last = row.end - 1;
  if (over == "week TO DATE") {
    return absl::PrevWeekday(last + 1, absl::Weekday::monday);
  }
  if (over == "month TO DATE") return absl::CivilDay(absl::CivilMonth(last));
  REQUIRE(over == "year TO DATE");
  return absl::CivilDay(absl::CivilYear(last));
}

bool InUnits(const std::string& over) {
  return over.find_first_of("0123456789") == 0;
}

// Where the row ends: with the range and, for so many units, with the last day
// that is over.
Row EndOf(const std::string& over, Row row, absl::CivilDay range_end) {
  row.end = std::min(row.end, range_end);
  const absl::CivilDay today(2025, 4, 6);
  if (InUnits(over) && row.begin < today) row.end = std::min(row.end, today);
  return row;
}

std::string QuestionOf(const std::string& call, absl::string_view rest,
                       absl::CivilDay begin, absl::CivilDay end) {
  return absl::StrCat("SELECT ", call, rest, " DURING ",
                      absl::FormatCivilTime(begin), "..",
                      absl::FormatCivilTime(end - 1));
}

std::optional<size_t> RowOf(const Answer& answer, const std::string& member) {
  for (size_t row = 0; row < answer.row_count(); ++row) {
    if (MemberOf(answer, row) == member) return row;
  }
  return std::nullopt;
}

TEST_CASE("a window equals the function of its steps", "[windows][property]") {
  World world;
  const struct {
    const char* call;  // $ is where OVER stands
    std::vector<std::string> read;
  } kCalls[] = {
      {"avg(u$)", {"u"}},
      {"max(u$)", {"u"}},
      {"min(u$)", {"u"}},
      {"user_days(u$)", {"u"}},
      {"bounds(sum(u$))", {"u"}},
      {"median(u$)", {"u"}},
      {"coverage(u$)", {"u"}},
      {"count(u$)", {"u"}},
      {"count(u > 60$)", {"u"}},
      {"streak(u > 60$)", {"u"}},
      {"first_time(u > 70$)", {"u"}},
      {"when(max(u$))", {"u"}},
      {"last_time(u$)", {"u"}},
      {"last(u$)", {"u"}},
      {"slope(u$)", {"u"}},
      {"age(u$)", {"u"}},
      {"count_in_top(u, 2$)", {"u"}},
      {"sum(v$)", {"v"}},
      {"sum(v{platform='web'}$)", {"v{platform='web'}"}},
      {"avg(v{platform='web'} / v$)", {"v{platform='web'}", "v"}},
      {"corr(v, u$)", {"v", "u"}},
      {"stddev(p$)", {"avg(p ACROSS app)"}},
      {"avg(p$)", {"avg(p ACROSS app)"}},
      {"max(p$)", {"avg(p ACROSS app)"}},
      {"p90(p$)", {"avg(p ACROSS app)"}},
      {"max(avg(p ACROSS app)$)", {"avg(p ACROSS app)"}},
      {"max(avg(u) EVERY week$)", {"u"}},
      {"sum(sum(v) EVERY month$)", {"v"}},
  };
  const char* const kOvers[] = {
      "28 days", "1 day",        "3 weeks",       "1 month",     "2 months",
      "..",      "week TO DATE", "month TO DATE", "year TO DATE"};
  const struct {
    const char* during;
    absl::CivilDay first;
    absl::CivilDay last;
  } kRanges[] = {
      {"2025-01-08..2025-03-05", absl::CivilDay(2025, 1, 8),
       absl::CivilDay(2025, 3, 5)},
      {"2025-02-10..2025-04-30", absl::CivilDay(2025, 2, 10),
       absl::CivilDay(2025, 4, 30)},
      {"..", kFirst, absl::CivilDay(2025, 12, 31)},
  };
  std::mt19937 chance(kSeed);
  size_t cells = 0;
  size_t missing = 0;
  for (const auto& call : kCalls) {
    const std::string plain = absl::StrReplaceAll(call.call, {{"$", ""}});
    for (const std::string over : kOvers) {
      const std::string windowed =
          absl::StrReplaceAll(call.call, {{"$", absl::StrCat(" OVER ", over)}});
      for (const std::string every : {"day", "week", "month"}) {
        for (const auto& range : kRanges) {
          const bool open = std::string(range.during) == "..";
          const absl::CivilDay range_end = range.last + 1;
          for (const char* rest : {" BY app", " WHERE app = 'C'"}) {
            const bool by = std::string(rest) == " BY app";
            if ((by && absl::StrContains(plain, "ACROSS")) ||
                (!by && absl::StrContains(plain, "count_in_top"))) {
              continue;
            }
            const std::string text =
                absl::StrCat("SELECT ", windowed, rest, " DURING ",
                             range.during, " EVERY ", every);
            // A third of them, by chance.
            if (chance() % 3 != 0) continue;
            CAPTURE(text);
            const auto answer = world.Ask(text);
            if (!answer.ok()) {
              // Months are not made of weeks.
              const std::string why(answer.status().message());
              CAPTURE(why);
              REQUIRE(why.find("is not made of whole") != std::string::npos);
              continue;
            }
            const absl::CivilDay samples = world.FirstSample(call.read, rest);
            std::set<std::pair<std::string, absl::CivilDay>> rows;
            // An open range begins with the bucket of the first sample.
            const absl::CivilDay range_begin =
                open ? BucketOf(samples, every).begin : range.first;
            for (size_t r = 0; r < answer->row_count(); ++r) {
              const Row row = EndOf(over, RowAt(*answer, r, every), range_end);
              const absl::CivilDay begin = BeginOf(over, row, range_begin);
              const std::string question =
                  QuestionOf(plain, rest, begin, row.end);
              const Answer& own = world.AskOnce(question);
              const std::string member = MemberOf(*answer, r);
              const std::optional<size_t> at = RowOf(own, member);
              CAPTURE(question, member);
              rows.emplace(member, row.begin);
              const Said said = SaidOf(*answer, r);
              if (!at.has_value()) {  // a count of nothing
                CHECK(said.value == " 0 0..0 exact");
                continue;
              }
              const Said right = SaidOf(own, *at);
              CHECK(said.coverage == right.coverage);
              if (InUnits(over) && begin < samples) {
                FAIL_CHECK("a window that begins before the samples has "
                           << said.value);
              }
              CHECK(said.value == right.value);
              ++cells;
            }
            // A row for each bucket in which the function has a value.
            const Answer& all =
                world.AskOnce(absl::StrCat("SELECT ", plain, rest, " DURING ",
                                           range.during, " EVERY ", every));
            for (size_t r = 0; r < all.row_count(); ++r) {
              const Row row = EndOf(over, RowAt(all, r, every), range_end);
              const std::string member = MemberOf(all, r);
              const absl::CivilDay begin = BeginOf(over, row, range_begin);
              const bool left_out = InUnits(over) && begin < samples;
              const Answer& own =
                  world.AskOnce(QuestionOf(plain, rest, begin, row.end));
              const bool there = RowOf(own, member).has_value() && !left_out;
              CAPTURE(member, absl::FormatCivilTime(row.begin));
              // Counts have rows without samples, too.
              if (there || !absl::StartsWith(plain, "co")) {
                CHECK(rows.contains({member, row.begin}) == there);
              }
              missing += left_out ? 1 : 0;
            }
          }
        }
      }
    }
  }
  CHECK(cells > 10000);
  CHECK(missing > 100);
}

TEST_CASE("ma and cumulative of bare metrics are windows",
          "[windows][property]") {
  World world;
  const struct {
    const char* row;
    const char* window;
    std::vector<std::string> every;
  } kPairs[] = {
      {"ma(u, 7)", "avg(u OVER 7 days)", {"day"}},
      {"ma(v, 28)", "avg(v OVER 28 days)", {"day"}},
      {"bounds(ma(u, 3))", "bounds(avg(u OVER 3 days))", {"day"}},
      {"cumulative(sum(v))", "sum(v OVER ..)", {"day", "week", "month"}},
      {"cumulative(user_days(u))", "user_days(u OVER ..)", {"day", "month"}},
  };
  for (const auto& pair : kPairs) {
    for (const std::string& every : pair.every) {
      for (const char* during :
           {"..", "2025-01-05..2025-03-29", "2025-02-03..2025-04-30"}) {
        for (const char* rest : {" BY app", " BY app, platform",
                                 " WHERE platform = 'web' BY app", ""}) {
          for (const char* fill : {"", " FILL null"}) {
            const auto ask = [&](const char* call) {
              const std::string text =
                  absl::StrCat("SELECT ", call, " AS x", rest, " DURING ",
                               during, " EVERY ", every, fill);
              INFO(text);
              Answer answer = world.MustAsk(text);
              answer.notes.clear();
              // Where there is no mean, ma() has the coverage of the row.
              return FormatCsv(*fill == 0 ? answer : ValuesOnly(answer));
            };
            CAPTURE(pair.row, every, during, rest, fill);
            CHECK(ask(pair.row) == ask(pair.window));
          }
        }
      }
    }
  }
}

// The last day of a bucket that counts, where `last` is in its own.
absl::CivilDay PlaceOf(const Row& row, const Row& own, absl::CivilDay last,
                       const std::string& every) {
  if (every == "week") return row.begin + (last - own.begin);
  const absl::CivilMonth month =
      absl::CivilMonth(row.begin) +
      (absl::CivilMonth(last) - absl::CivilMonth(own.begin));
  return std::min(absl::CivilDay(month) + (last.day() - 1),
                  absl::CivilDay(month + 1) - 1);
}

TEST_CASE("TO DATE compares equal stretches", "[windows][property]") {
  World world;
  size_t cells = 0;
  for (const std::string call :
       {"sum(v)", "avg(u)", "bounds(max(u))", "count(u > 60)", "median(p)",
        "last_time(u)", "coverage(v)", "avg(u{platform='web'})"}) {
    for (const std::string every : {"week", "month", "quarter", "year"}) {
      for (const char* during :
           {"..", "2025-01-05..2025-03-29", "2024-12-24..2025-02-28",
            "2025-01..2025-06"}) {
        const std::string text =
            absl::StrCat("SELECT ", call, " BY app DURING ", during, " EVERY ",
                         every, " TO DATE");
        CAPTURE(text);
        const Answer answer = world.MustAsk(text);
        const std::string range = during;
        const absl::CivilDay last =
            range == "2025-01-05..2025-03-29"   ? absl::CivilDay(2025, 3, 29)
            : range == "2024-12-24..2025-02-28" ? absl::CivilDay(2025, 2, 28)
                                                : absl::CivilDay(2025, 4, 5);
        const absl::CivilDay from =
            range == ".."                     ? kFirst
            : range == "2025-01..2025-06"     ? absl::CivilDay(2025, 1, 1)
            : absl::StartsWith(range, "2025") ? absl::CivilDay(2025, 1, 5)
                                              : absl::CivilDay(2024, 12, 24);
        const Row own = BucketOf(last, every);
        for (size_t r = 0; r < answer.row_count(); ++r) {
          const Row row = RowAt(answer, r, every);
          const absl::CivilDay kept = PlaceOf(row, own, last, every);
          // An open range has whole buckets.
          const absl::CivilDay begin =
              range == ".." ? row.begin : std::max(row.begin, from);
          if (kept < begin) {  // the range begins behind the place
            CHECK(absl::StartsWith(SaidOf(answer, r).value, " 0"));
            continue;
          }
          const std::string question =
              QuestionOf(call, " BY app", begin, kept + 1);
          CAPTURE(question);
          const Answer& right = world.AskOnce(question);
          const auto at = RowOf(right, MemberOf(answer, r));
          const Said said = SaidOf(answer, r);
          if (!at.has_value()) {
            CHECK(absl::StartsWith(said.value, " 0"));
            continue;
          }
          CHECK(said.value == SaidOf(right, *at).value);
          CHECK(said.coverage == SaidOf(right, *at).coverage);
          const Column* partial = answer.Find("partial");
          const bool whole = begin == row.begin && row.begin <= last;
          CHECK(partial->integers[r] == (whole ? 0 : 1));
          ++cells;
        }
      }
    }
  }
  CHECK(cells > 500);
}

}  // namespace
}  // namespace footfall
