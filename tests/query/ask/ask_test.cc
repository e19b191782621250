// Statements built from C++ against their text: the same tree, for every rule
// of the grammar.

#include <string>
#include <vector>

#include "footfall/ask.h"
#include "footfall/ask_change.h"
#include "footfall/query.h"
#include "tests/support/catch.h"

// Both at once, as a program would have them: their names must not clash.
using namespace footfall;       // NOLINT(google-build-using-namespace)
using namespace footfall::ask;  // NOLINT(google-build-using-namespace)

namespace {

struct Case {
  const char* text;  // canonical
  Statement built;
};

void CheckCases(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    INFO(c.text);
    const auto parsed = Parse(c.text);
    if (!parsed.ok()) FAIL(parsed.status().message());
    REQUIRE(parsed->size() == 1);
    CHECK(Print(c.built) == c.text);
    CHECK((parsed->front() == c.built));
  }
}

TEST_CASE("every clause of SELECT can be built", "[ask]") {
  CheckCases({
      {"SELECT dau", Ask("dau")},
      {"SELECT avg(dau) AS a, dau, max(dau)",
       Ask(Avg("dau").As("a"), "dau", Max("dau"))},
      // Conditions.
      {"SELECT dau WHERE app = 'it''s' AND platform != $p",
       Ask("dau").Where(Is("app", "it's"), IsNot("platform", Param("p")))},
      {"SELECT dau WHERE app IN ('A', $b) AND app NOT IN ('C')",
       Ask("dau").Where(In("app", {"A", Param("b")}), NotIn("app", {"C"}))},
      {"SELECT dau WHERE app LIKE 'Deep%' AND app NOT LIKE $no AND region = ''",
       Ask("dau")
           .Where(Like("app", "Deep%"), NotLike("app", Param("no")))
           .Where(std::vector<Condition>{Is("region", "")})},
      // Ranges.
      {"SELECT dau DURING 2025", Ask("dau").During(Year(2025))},
      {"SELECT dau DURING 2025-Q3..2025-Q4",
       Ask("dau").During(Quarter(2025, 3), Quarter(2025, 4))},
      {"SELECT dau DURING 2025-01..", Ask("dau").During(From(Month(2025, 1)))},
      {"SELECT dau DURING ..2025-W06", Ask("dau").During(Until(Week(2025, 6)))},
      {"SELECT dau DURING ..", Ask("dau").During(Always())},
      {"SELECT dau DURING 2025-01-10..2025-02-08",
       Ask("dau").During(Day(2025, 1, 10), Day(2025, 2, 8))},
      {"SELECT dau DURING 2025-01-10..2025-02-08",
       Ask("dau").During(absl::CivilDay(2025, 1, 10),
                         absl::CivilDay(2025, 2, 8))},
      {"SELECT dau DURING 2025-02-08T13..2025-02-08T14:05",
       Ask("dau").During(Hour(2025, 2, 8, 13), Minute(2025, 2, 8, 14, 5))},
      {"SELECT dau DURING 2025-02-08T13:00Z..2025-02-08T14:05:30-03:30",
       Ask("dau").During(
           At(Minute(2025, 2, 8, 13, 0), absl::ZeroDuration()),
           At(Second(2025, 2, 8, 14, 5, 30), absl::Minutes(-210)))},
      {"SELECT dau DURING $range", Ask("dau").During(Param("range"))},
      {"SELECT dau DURING $from..$to",
       Ask("dau").During(Param("from"), Param("to"))},
      {"SELECT dau DURING LAST 30 days", Ask("dau").During(Last(Days(30)))},
      {"SELECT dau DURING LAST 1 quarter COMPLETE",
       Ask("dau").During(LastComplete(Quarters()))},
      {"SELECT avg(dau) BY app TOTAL 'all' TOP 3 OTHERS 'rest'",
       Ask(Avg("dau")).By("app").Total("all").Top(3, "rest")},
      {"SELECT avg(dau) BY platform, app TOP 3 WITHIN platform",
       Ask(Avg("dau")).By({"platform", "app"}).TopWithin(3, {"platform"})},
      {"SELECT dau DURING LAST 1 month TO DATE",
       Ask("dau").During(LastToDate(Months()))},
      {"SELECT dau ALIGN ON event('launch') DURING -14..28 days",
       Ask("dau").AlignOn(EventDate("launch"), Offsets(-14, 28), Unit::kDay)},
      {"SELECT dau ALIGN ON event('release', $name) DURING 0..1 weeks",
       Ask("dau").AlignOn(EventDate("release", Param("name")), Offsets(0, 1),
                          Unit::kWeek)},
      {"SELECT dau ALIGN ON EACH event('holiday') DURING -3..3 days",
       Ask("dau").AlignOnEach(EventDate("holiday"), Offsets(-3, 3),
                              Unit::kDay)},
      {"SELECT dau ALIGN ON first_time(dau >= 10) DURING 0..28 days",
       Ask("dau").AlignOn(FirstTime(Of("dau") >= 10), Offsets(0, 28),
                          Unit::kDay)},
      // Groups and buckets.
      {"SELECT dau BY app, platform", Ask("dau").By("app", "platform")},
      {"SELECT avg(dau) WHERE weekday(time) NOT IN ('sat', 'sun') AND "
       "month(time) = '12' BY hour(time), app, weekday(time)",
       Ask(Avg("dau"))
           .Where(NotIn(DayOfWeek(), {"sat", "sun"}), Is(MonthOfYear(), "12"))
           .By(HourOfDay(), "app", DayOfWeek())},
      {"SELECT avg(dau) BY day(time), quarter(time)",
       Ask(Avg("dau")).By(DayOfMonth(), QuarterOfYear())},
      {"SELECT dau BY app, platform",
       Ask("dau").By(std::vector<std::string>{"app", "platform"})},
      {"SELECT avg(dau) EVERY month", Ask(Avg("dau")).Every(Months())},
      {"SELECT sum(hits) EVERY year TO DATE FILL zero MAX 2",
       Ask(Sum("hits")).EveryToDate(Years(), FillMode::kZero, 2)},
      {"SELECT avg(dau OVER 28 days), sum(hits OVER month TO DATE),"
       " max(avg(dau) EVERY week OVER ..)",
       Ask(Avg("dau").Over(Days(28)), Sum("hits").OverToDate(Unit::kMonth),
           Max(Avg("dau")).Every(Weeks()).OverRange())},
      {"SELECT avg(dau{DURING -28..-1 days}) ALIGN ON event('a')"
       " DURING -28..27 days",
       Ask(Avg(Of("dau", During(Offsets(-28, -1), Unit::kDay))))
           .AlignOn(EventDate("a"), Offsets(-28, 27), Unit::kDay)},
      {"SELECT avg(dau) EVERY 2 weeks FROM sunday",
       Ask(Avg("dau")).Every(WeeksFrom(absl::Weekday::sunday, 2))},
      {"SELECT avg(dau) EVERY week FROM monday",
       Ask(Avg("dau")).Every(WeeksFrom(absl::Weekday::monday))},
      {"SELECT avg(dau) EVERY year FROM 4 TO DATE",
       Ask(Avg("dau")).EveryToDate(YearsFrom(4))},
      {"SELECT max(avg(dau) EVERY quarter FROM 2)",
       Ask(Max(Avg("dau")).Every(QuartersFrom(2)))},
      {"SELECT avg(dau) EVERY 15 minutes", Ask(Avg("dau")).Every(Minutes(15))},
      {"SELECT avg(dau) EVERY week FILL null",
       Ask(Avg("dau")).Every(Weeks(), FillMode::kNull)},
      {"SELECT avg(dau) EVERY week FILL zero",
       Ask(Avg("dau")).Every(Weeks(), FillMode::kZero)},
      {"SELECT avg(dau) EVERY week FILL previous MAX 3",
       Ask(Avg("dau")).Every(Weeks(), FillMode::kPrevious, 3)},
      {"SELECT avg(dau) EVERY 2 hours FILL linear",
       Ask(Avg("dau")).Every(Hours(2), FillMode::kLinear)},
      {"SELECT avg(dau) EVERY second FILL none MAX 2",
       Ask(Avg("dau")).Every(Seconds(), FillMode::kNone, 2)},
      // Which rows, in which order.
      {"SELECT avg(dau) AS a HAVING a >= 1e6 AND a != 5",
       Ask(Avg("dau").As("a")).Having(Of("a") >= 1e6, Of("a") != 5)},
      {"SELECT dau HAVING dau = 1 AND 2 < dau AND dau <= 3 AND dau > $n",
       Ask("dau").Having(Of("dau") == 1, 2 < Of("dau"), Of("dau") <= 3,
                         Of("dau") > Param("n"))},
      {"SELECT avg(dau) BY app TOP 50", Ask(Avg("dau")).By("app").Top(50)},
      {"SELECT avg(dau) BY app TOP 5 OTHERS 'rest'",
       Ask(Avg("dau")).By("app").Top(5, "rest")},
      {"SELECT avg(dau) BY app TOP 5 OTHERS $rest",
       Ask(Avg("dau")).By("app").Top(5, Param("rest"))},
      {"SELECT dau BY app ORDER BY app, dau DESC, time, time DESC, max(dau) "
       "ASC",
       Ask("dau").By("app").OrderBy("app", Descending("dau"), "time",
                                    Descending("time"), Ascending(Max("dau")))},
      {"SELECT dau LIMIT 0", Ask("dau").Limit(0)},
      {"SELECT dau IN ZONE 'Asia/Shanghai'",
       Ask("dau").InZone("Asia/Shanghai")},
      {"SELECT dau IN ZONE $zone", Ask("dau").InZone(Param("zone"))},
      // All together, in another order.
      {"SELECT avg(dau) AS a WHERE app = 'DeepSeek' DURING "
       "2025-01-10..2025-02-08 BY app EVERY month HAVING a > 5 TOP 50 ORDER BY "
       "a DESC LIMIT 20 IN ZONE 'UTC'",
       Ask(Avg("dau").As("a"))
           .InZone("UTC")
           .Limit(20)
           .OrderBy(Descending("a"))
           .Top(50)
           .Having(Of("a") > 5)
           .Every(Months())
           .By("app")
           .During(Day(2025, 1, 10), Day(2025, 2, 8))
           .Where(Is("app", "DeepSeek"))},
      {"EXPLAIN SELECT dau", Explain(Ask("dau"))},
      {"EXPLAIN ANALYZE SELECT dau", ExplainAnalyze(Ask("dau"))},
  });
}

TEST_CASE("every expression can be built", "[ask]") {
  const Value dau = "dau";
  CheckCases({
      {"SELECT 5, -5, 0.5, 1e8, -2.5, $n, 100.0",
       Ask(5, -Value(5), 0.5, 1e8, -2.5, Param("n"), 100.0)},
      {"SELECT -9223372036854775808, 9223372036854775807",
       Ask(std::numeric_limits<int64_t>::min(),
           std::numeric_limits<int64_t>::max())},
      {"SELECT a + b - c * d / e",
       Ask(Value("a") + "b" - Value("c") * "d" / "e")},
      {"SELECT (a + b) * -(c - (d - e))",
       Ask((Value("a") + "b") * -(Value("c") - (Value("d") - "e")))},
      {"SELECT -dau, -avg(dau), 2 / dau, dau / $n",
       Ask(-dau, -Avg(dau), 2 / dau, dau / Param("n"))},
      // Operands with conditions and ranges of their own.
      {"SELECT dau{app='A'} / dau{app!='A', platform IN ('web', $p)}",
       Ask(Of("dau", Is("app", "A")) /
           Of("dau", IsNot("app", "A"), In("platform", {"web", Param("p")})))},
      {"SELECT last(dau{DURING 2025-02-08}) / "
       "last(m{platform='web', DURING 2024-12})",
       Ask(Last(Of("dau", During(Day(2025, 2, 8)))) /
           Last(Of("m", Is("platform", "web"), During(Month(2024, 12)))))},
      {"SELECT avg(dau{app LIKE 'D%', app NOT IN ('Di'), app NOT LIKE 'Do%', "
       "DURING LAST 7 days})",
       Ask(Avg(Of("dau", Like("app", "D%"), NotIn("app", {"Di"}),
                  NotLike("app", "Do%"), Last(Days(7)))))},
      // Functions over time.
      {"SELECT sum(dau), avg(dau), min(dau), max(dau), first(dau), last(dau), "
       "count(dau), median(dau), p95(dau), stddev(dau), user_days(dau), "
       "coverage(dau)",
       Ask(Sum(dau), Avg(dau), Min(dau), Max(dau), First(dau), Last(dau),
           Count(dau), Median(dau), Percentile(95, dau), Stddev(dau),
           UserDays(dau), Coverage(dau))},
      {"SELECT first_time(dau >= 1e8), streak(dau > 5)",
       Ask(FirstTime(dau >= 1e8), Streak(dau > 5))},
      {"SELECT last_time(dau), age(dau)", Ask(LastTime(dau), Age(dau))},
      {"SELECT count(dau > 5), when(max(dau)), when(min(avg(dau) EVERY month))",
       Ask(Count(dau > 5), TimeOf(Max(dau)),
           TimeOf(Min(Avg(dau)).Every(Months())))},
      {"SELECT max(avg(dau) EVERY month), "
       "count_in_top(avg(dau), 50 EVERY 2 weeks)",
       Ask(Max(Avg(dau)).Every(Months()),
           CountInTop(Avg(dau), 50).Every(Weeks(2)))},
      {"SELECT slope(dau), cagr(dau), corr(dau, mentions)",
       Ask(Slope(dau), Cagr(dau), Corr(dau, "mentions"))},
      // Across series.
      {"SELECT avg(price ACROSS region), count(dau ACROSS app, platform)",
       Ask(Avg("price").Across("region"),
           Count(dau).Across("app", "platform"))},
      // Between rows.
      {"SELECT bounds(share(dau)), share(dau WITHIN region, app)",
       Ask(Bounds(Share(dau)), Share(dau).Within("region", "app"))},
      {"SELECT contribution(dau, 1 month), top_share(dau), rank(dau WITHIN "
       "app)",
       Ask(Contribution(dau, Months()), TopShare(dau),
           Rank(dau).Within("app"))},
      {"SELECT dau / avg(dau WITHIN ALL), count(dau > 5 WITHIN ALL)",
       Ask(Value(dau) / Avg(dau).WithinAll(), Count(dau > 5).WithinAll())},
      {"SELECT lag(dau, 1 week), delta(dau, 2 days), growth(dau, 1 year)",
       Ask(Lag(dau, Weeks()), Delta(dau, Days(2)), Growth(dau, Years()))},
      {"SELECT ma(dau, 7), cumulative(mentions), rank(dau), "
       "rank_delta(dau, 1 month), abs(dau)",
       Ask(Ma(dau, 7), Cumulative("mentions"), Rank(dau),
           RankDelta(dau, Months()), Abs(dau))},
      // Events.
      {"SELECT days_between(first_time(dau >= 1e8), event('release', 'LLM')), "
       "event('launch'), event($kind, $name)",
       Ask(DaysBetween(FirstTime(dau >= 1e8), EventDate("release", "LLM")),
           EventDate("launch"), EventDate(Param("kind"), Param("name")))},
      {"SELECT events(), events('release')", Ask(Events(), Events("release"))},
      // Whole answers.
      {"SELECT changepoints(dau, 3)", Ask(Changepoints(dau, 3))},
      {"SELECT runs(dau > 5)", Ask(Runs(dau > 5))},
      {"SELECT runs(avg(dau) > 5 EVERY week)",
       Ask(Runs(Avg(dau) > 5).Every(Weeks()))},
      {"SELECT corr(dau, mentions, -14..14)",
       Ask(Corr(dau, "mentions", Offsets(-14, 14)))},
      // Any function.
      {"SELECT f(dau, 7, dau > 5, 3 days, -1..1, 'x' EVERY day ACROSS app)",
       Ask(Apply("f", dau, 7, dau > 5, Days(3), Offsets(-1, 1), Quoted{"x"})
               .Every(Days())
               .Across("app"))},
  });
}

TEST_CASE("every SHOW can be built", "[ask]") {
  CheckCases({
      {"SHOW METRICS", ShowMetrics()},
      {"SHOW MEMBERS OF app", ShowMembersOf("app")},
      {"SHOW SERIES dau", ShowSeries("dau")},
      {"SHOW SERIES dau WHERE app = 'A'", ShowSeries("dau", {Is("app", "A")})},
      {"SHOW ALIASES", ShowAliases()},
      {"SHOW ATTRIBUTES", ShowAttributes()},
      {"SHOW EVENTS", ShowEvents()},
      {"SHOW EVENTS 'release' WHERE app = 'A' DURING 2025",
       ShowEvents("release", {Is("app", "A")}, During(Year(2025)))},
      {"SHOW EVENTS $kind", ShowEvents(Param("kind"))},
  });
}

TEST_CASE("every statement that changes can be built", "[ask]") {
  MetricSpec plain;
  plain.name = "price";
  plain.value_type = ValueType::kDecimal;
  plain.period = PeriodOf(Months());
  plain.over_time = Additivity::kLevel;
  MetricSpec full;
  full.name = "dau";
  full.unit = "users";
  full.period = PeriodOf(Days());
  full.zone = "Asia/Shanghai";
  full.over_time = Additivity::kOverlaps;
  full.dimensions = {{"app", Additivity::kOverlaps},
                     {"region", Additivity::kAdds}};
  CheckCases({
      {"DEFINE METRIC price DECIMAL EVERY month OVER TIME LEVEL",
       DefineMetric(plain)},
      {"DEFINE METRIC dau INTEGER UNIT 'users' EVERY day OVER TIME OVERLAPS BY "
       "app, region ADDS IN ZONE 'Asia/Shanghai'",
       DefineMetric(full)},
      {"INSERT INTO price (TIME, VALUE) VALUES (2025-01, 0.5), ($t, $v)",
       InsertInto("price")
           .Row(Month(2025, 1), 0.5)
           .Row(Param("t"), Param("v"))},
      {"INSERT INTO dau (TIME, VALUE, app, region) VALUES "
       "(2025-02-08, -3, 'DeepSeek', $r), (2025-02-09, 7, '', 'cn')",
       InsertInto("dau", "app", "region")
           .Row(absl::CivilDay(2025, 2, 8), -3, "DeepSeek", Param("r"))
           .Row(Day(2025, 2, 9), uint32_t{7}, std::vector<Text>{"", "cn"})},
      {"IMPORT 'a.csv' INTO dau (TIME date, VALUE \"Daily users\", app, "
       "\"Platform\" AS platform EMPTY 'unknown', region EMPTY $e, "
       "'web' AS channel, $c AS kind) REJECTS 'bad.csv' IN ZONE 'UTC'",
       ImportFile(
           "a.csv", "dau", TimeField("date"), ValueField("Daily users"),
           Field("app"), Field("Platform").As("platform").Empty("unknown"),
           Field("region").Empty(Param("e")), Constant("web").As("channel"),
           Constant(Param("c")).As("kind"))
           .Rejects("bad.csv")
           .InZone("UTC")},
      {"IMPORT $path INTO dau (TIME t, VALUE v)",
       ImportFile(Param("path"), "dau", TimeField("t"), ValueField("v"))},
      {"IMPORT 'a.csv' (TIME (date, hour), VALUE views INTO views, VALUE "
       "uniques INTO uniques, repository TRIM FOLD CASE EMPTY 'none') WHERE "
       "\"Country\" != 'Total' AND kind IN ('a', $b) AND kind NOT IN ('c', "
       "'d') AND app = 'x' FORMAT '%Y %H' DECIMAL ',' THOUSANDS '.' DELIMITER "
       "'tab' QUOTE '' ENCODING 'latin1' SKIP 3 NULL ('NA', $n) DUPLICATES SUM "
       "REJECTS 'bad.csv' IN ZONE 'UTC'",
       ImportFile("a.csv", TimeFields({"date", "hour"}),
                  ValueField("views").Into("views"),
                  ValueField("uniques").Into("uniques"),
                  Field("repository").Trim().FoldCase().Empty("none"))
           .WhereFieldNot("Country", {"Total"})
           .WhereField("kind", {"a", Param("b")})
           .WhereFieldNot("kind", {"c", "d"})
           .WhereField("app", {"x"})
           .Format("%Y %H")
           .Decimal(",")
           .Thousands(".")
           .Delimiter("tab")
           .Quote("")
           .Encoding("latin1")
           .Skip(3)
           .Null({"NA", Param("n")})
           .Duplicates(SameSample::kSum)
           .Rejects("bad.csv")
           .InZone("UTC")},
      {"IMPORT 'a.csv' INTO players (TIME t, VALUES OF * EXCEPT (\"Total\") AS "
       "game)",
       ImportFile("a.csv", "players", TimeField("t"),
                  AllOthersAs("game").Except({"Total"}))},
      {"IMPORT 'a.csv' INTO players (TIME t, VALUES OF * AS game)",
       ImportFile("a.csv", "players", TimeField("t"), AllOthersAs("game"))},
      {"IMPORT 'a.csv' INTO players (TIME t, VALUES OF (a, \"B\") AS game)",
       ImportFile("a.csv", "players", TimeField("t"),
                  FieldsAs("game", {"a", "B"}))},
      {"IMPORT 'r.csv' INTO EVENTS (TIME date, KIND 'release', NAME name, FOR "
       "app, FOR 'cn' AS region, NOTE note, SOURCE $s)",
       ImportEvents("r.csv", TimeField("date"), KindText("release"),
                    NameField("name"), Field("app"),
                    Constant("cn").As("region"), NoteField("note"),
                    SourceText(Param("s")))},
      {"IMPORT 'r.csv' INTO EVENTS (TIME date, KIND kind, NAME 'n', NOTE 'o', "
       "SOURCE source)",
       ImportEvents("r.csv", TimeField("date"), KindField("kind"),
                    NameText("n"), NoteText("o"), SourceField("source"))},
      {"EXPORT METRIC dau TO 'dau.csv.gz'", ExportMetric("dau", "dau.csv.gz")},
      {"EXPORT (SELECT dau DURING 2025 BY app) TO $p",
       ExportAnswer(Ask("dau").During(Year(2025)).By("app"), Param("p"))},
      {"EXPORT (SELECT dau) TO 'a.jsonl' FORMAT jsonl",
       ExportAnswer(Ask("dau"), "a.jsonl", Export::Format::kJsonLines)},
      {"DELETE dau DURING ..", DeleteSamples("dau", Always())},
      {"DELETE dau WHERE app = 'A' DURING 2025-02-08",
       DeleteSamples("dau", During(Day(2025, 2, 8))).Where(Is("app", "A"))},
      {"EXPLAIN DELETE dau DURING 2025",
       Explain(DeleteSamples("dau", During(Year(2025))))},
      {"DROP METRIC dau", DropMetric("dau")},
      {"COMPACT", CompactAll()},
      {"COMPACT dau", CompactMetric("dau")},
      {"DROP EVENT 'release' 'V3' ON 2024-12-26",
       DropEvent("release", "V3", Day(2024, 12, 26))},
      {"DROP ALIAS 'old'", DropAlias("old")},
      {"DROP ALIAS app 'old'", DropAliasOf("app", "old")},
      {"DROP ATTRIBUTE app 'A' category",
       DropAttribute("app", "A", "category")},
      {"ADD EVENT 'release' 'V3' ON 2024-12-26",
       NewEvent("release", "V3", Day(2024, 12, 26))},
      {"ADD EVENT 'release' $n ON $d FOR app = 'DeepSeek', region = 'cn' NOTE "
       "'open' SOURCE 'press'",
       NewEvent("release", Param("n"), Param("d"))
           .For("app", "DeepSeek")
           .For("region", "cn")
           .Note("open")
           .Source("press")},
      {"IMPORT 'a.csv' INTO ATTRIBUTES OF app (name AS app, category, TIME "
       "since)",
       ImportAttributesOf("a.csv", "app", Field("name").As("app"),
                          Field("category"), TimeField("since"))},
      {"ALIAS 'old' = 'new'", NewAlias("old", "new")},
      {"ATTRIBUTE app 'A' category = 'chat'",
       NewAttribute("app", "A", "category", "chat")},
      {"ATTRIBUTE app $app category = '' FROM 2025-03",
       NewAttribute("app", Param("app"), "category", "").From(Month(2025, 3))},
      {"ALIAS app 'old' = $new FROM 2024-09",
       NewAlias("old", Param("new")).Of("app").From(Month(2024, 9))},
  });
}

TEST_CASE("dates are as long as they are said", "[ask]") {
  struct DateCase {
    Date date;
    const char* text;
  };
  for (const DateCase& c : {
           DateCase{Week(2026, 53), "2026-W53"},  // a long year
           {Week(2025, 53), "2026-W01"},          // carried over
           {Week(2021, 1), "2021-W01"},           // begins on 4 January
           {Week(2020, 1), "2020-W01"},           // begins in December
           {Day(2025, 1, 32), "2025-02-01"},
           {Month(2025, 0), "2024-12"},
           {Quarter(2025, 5), "2026-Q1"},
           {At(Day(2025, 2, 8), absl::Hours(8)), "2025-02-08"},  // has none
           {At(Hour(2025, 2, 8, 13), absl::Hours(8)), "2025-02-08T13+08:00"},
       }) {
    CHECK(FormatDate(c.date) == c.text);
    const auto parsed = ParseDate(c.text);
    REQUIRE(parsed.ok());
    CHECK((*parsed == c.date));
  }
}

TEST_CASE("a question can be built on and asked again", "[ask]") {
  Question question = Ask("dau");
  const Statement before = question;
  for (const char* app : {"A", "B"}) question.Where(Is("app", app));
  question.During(Year(2024)).During(Year(2025));
  CHECK(Print(before) == "SELECT dau");
  CHECK(Print(question) ==
        "SELECT dau WHERE app = 'A' AND app = 'B' DURING 2025");
  // ALIGN and DURING take each other's place.
  question.AlignOn(EventDate("x"), Offsets(0, 1), Unit::kDay);
  CHECK(Print(question).find("DURING 2025") == std::string::npos);
  question.During(Year(2025));
  CHECK(Print(question).find("ALIGN") == std::string::npos);
}

}  // namespace
