// What a text says: shown by its canonical form, or by the tree where the form
// would hide it.

#include <limits>
#include <string>
#include <vector>

#include "footfall/query.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

Statement One(const std::string& text) {
  INFO(text);
  const auto statements = Parse(text);
  if (!statements.ok()) FAIL(statements.status().message());
  REQUIRE(statements->size() == 1);
  return statements->front();
}

Select SelectOf(const std::string& text) {
  return std::get<Select>(One(text).node);
}

Expr ItemOf(const std::string& expr) {
  return SelectOf("SELECT " + expr).items.front().expr;
}

TEST_CASE("the canonical form is what it was written as", "[lang]") {
  // Each of these is its own canonical form.
  const std::string forms[] = {
      "SELECT dau",
      "SELECT avg(dau) AS a, max(dau)",
      "SELECT dau WHERE app = 'DeepSeek'",
      "SELECT dau WHERE app != 'it''s' AND region = ''",
      "SELECT dau WHERE app IN ('a', 'b') AND platform NOT IN ('web')",
      "SELECT dau WHERE app LIKE 'Deep%' AND app NOT LIKE '_x'",
      "SELECT dau WHERE app = $app AND region IN ($a, 'cn')",
      "SELECT dau DURING 2025",
      "SELECT dau DURING 2025-Q1",
      "SELECT dau DURING 2025-01",
      "SELECT dau DURING 2025-W06",
      "SELECT dau DURING 2025-02-08",
      "SELECT dau DURING 2025-02-08T13",
      "SELECT dau DURING 2025-02-08T13:05Z",
      "SELECT dau DURING 2025-02-08T13:05:30+08:00",
      "SELECT dau DURING 2025-02-08T13:05-05:00..2025-02-09",
      "SELECT dau DURING 2025-01-10..2025-02-08",
      "SELECT dau DURING 2024..2025",
      "SELECT dau DURING 2024..",
      "SELECT dau DURING ..2025-01",
      "SELECT dau DURING ..",
      "SELECT dau DURING $range",
      "SELECT dau DURING $a..$b",
      "SELECT dau DURING $a..2025",
      "SELECT dau DURING LAST 30 days",
      "SELECT dau DURING LAST 1 month COMPLETE",
      "SELECT dau BY app, platform",
      "SELECT avg(dau) EVERY month",
      "SELECT avg(dau) EVERY 2 weeks",
      "SELECT avg(dau) EVERY day FILL linear MAX 3",
      "SELECT avg(dau) EVERY day FILL none MAX 2",
      "SELECT avg(dau) BY app HAVING avg(dau) >= 1000000 AND max(dau) < 5e9",
      "SELECT avg(dau) BY app TOP 10 OTHERS 'rest'",
      "SELECT avg(dau) BY app TOP 10 ORDER BY avg(dau) ASC LIMIT 5",
      "SELECT dau EVERY day ORDER BY time DESC, dau",
      "SELECT dau EVERY hour IN ZONE 'Asia/Shanghai'",
      "SELECT dau EVERY hour IN ZONE $zone",
      "SELECT dau ALIGN ON event('launch') DURING -14..28 days BY app",
      "SELECT dau{app='A'} / dau{app='B', platform!='web'}",
      "SELECT last(dau{app IN ('a', 'b'), DURING 2024-12})",
      "SELECT max(avg(dau) EVERY month)",
      "SELECT sum(dau ACROSS region, platform)",
      "SELECT share(dau WITHIN region) BY region, app",
      "SELECT lag(dau, 1 week), ma(dau, 7), corr(dau, mentions, -14..14)",
      "SELECT first_time(dau >= 1e8), events(), events('release')",
      "SELECT count_in_top(avg(dau), 50 EVERY month)",
      "SELECT days_between(first_time(dau >= 1e8), event('release', 'LLM'))",
      "SELECT event($kind, $name)",
      "SELECT a - (b - c), (a - b) / c, a / (b * c), -(a + b), -a * b",
      "SELECT -5 * a, -(5), -(-a), -(-5), a - -5",
      "EXPLAIN SELECT dau",
      "EXPLAIN ANALYZE SELECT dau",
      "SHOW METRICS",
      "SHOW MEMBERS OF app",
      "SHOW SERIES dau WHERE app = 'A'",
      "SHOW ALIASES",
      "SHOW EVENTS",
      "SHOW EVENTS 'release' WHERE app = 'A' DURING 2025",
      "SHOW EVENTS $kind",
      "DEFINE METRIC dau INTEGER UNIT 'users' EVERY day OVER TIME OVERLAPS BY "
      "app, platform, region ADDS IN ZONE 'Asia/Shanghai'",
      "DEFINE METRIC price DECIMAL EVERY 15 minutes OVER TIME LEVEL",
      "INSERT INTO dau (TIME, VALUE) VALUES (2025-02-08, 1)",
      "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-08, -1.5, 'A'), "
      "($t, $v, $app)",
      "IMPORT 'f.csv' INTO dau (TIME day, VALUE \"Daily users\", app, area AS "
      "region EMPTY 'unknown', 'web' AS platform) REJECTS 'r.csv' IN ZONE "
      "'Asia/Shanghai'",
      "IMPORT $path INTO dau (TIME \"as\", VALUE \"a \"\"b\"\"\", \"value\", "
      "\"time\" AS app)",
      "DELETE dau WHERE app = 'A' DURING 2025",
      "EXPLAIN DELETE dau DURING ..",
      "DROP METRIC dau",
      "DROP EVENT 'release' 'V3' ON 2024-12-26",
      "DROP ALIAS 'old'",
      "DROP ALIAS app 'old'",
      "ADD EVENT 'release' 'V3' ON 2024-12-26 FOR app = 'A', region = 'cn' "
      "NOTE 'n' SOURCE 's'",
      "ADD EVENT $k $n ON $d",
      "ALIAS 'old' = 'new'",
      "ALIAS app 'old' = 'new' FROM 2024-09",
  };
  for (const std::string& form : forms) {
    const Statement statement = One(form);
    CHECK(Print(statement) == form);
    CHECK(One(Print(statement)) == statement);
  }
}

TEST_CASE("other spellings come to the canonical form", "[lang]") {
  struct Case {
    const char* text;
    const char* form;
  };
  const Case cases[] = {
      {"select AVG(dau) as a where app='A' during 2025 by app every MONTH",
       "SELECT avg(dau) AS a WHERE app = 'A' DURING 2025 BY app EVERY month"},
      {"SELECT dau LIMIT 5 BY app DURING 2025 WHERE app='A'",
       "SELECT dau WHERE app = 'A' DURING 2025 BY app LIMIT 5"},
      {"SELECT dau DURING last 30 DAY complete",
       "SELECT dau DURING LAST 30 days COMPLETE"},
      {"SELECT dau EVERY 1 days", "SELECT dau EVERY day"},
      {"SELECT dau EVERY day FILL none", "SELECT dau EVERY day"},
      {"SELECT ((dau))", "SELECT dau"},
      {"SELECT 100000000.0 * x, 1e8*x, 0.50*x, 1E+2 * x, 1e-7*x, 007*x",
       "SELECT 1e8 * x, 1e8 * x, 0.5 * x, 100.0 * x, 1e-7 * x, 7 * x"},
      {"SELECT a-b-c+d", "SELECT a - b - c + d"},
      {"SELECT a*(b/c)", "SELECT a * (b / c)"},
      {"SELECT dau -- the users\n  , x -- and x", "SELECT dau, x"},
      {"SELECT dau DURING 2024-- a comment, not a date",
       "SELECT dau DURING "
       "2024"},
      {"SELECT dau DURING 2025-q1..2025-w06",
       "SELECT dau DURING "
       "2025-Q1..2025-W06"},
      {"SELECT dau{ DURING LAST 7 days , app = 'A' }",
       "SELECT dau{app='A', DURING LAST 7 days}"},
      {"DELETE dau DURING 2025 WHERE app = 'A'",
       "DELETE dau WHERE app = 'A' DURING 2025"},
      {"DEFINE METRIC x DECIMAL EVERY 1 day OVER TIME ADDS BY a ADDS, b "
       "LEVEL IN ZONE 'UTC'",
       "DEFINE METRIC x DECIMAL EVERY day OVER TIME ADDS BY a, b LEVEL"},
      {"IMPORT 'f' INTO dau (TIME time, VALUE value, value AS app)",
       "IMPORT 'f' INTO dau (TIME time, VALUE value, \"value\" AS app)"},
  };
  for (const Case& one : cases) {
    CHECK(Print(One(one.text)) == one.form);
  }
}

TEST_CASE("place tells a keyword from a name", "[lang]") {
  const std::string forms[] = {
      "SELECT select AS by WHERE where = 'x' DURING 2025 BY by, every EVERY "
      "day",
      "SELECT avg, avg(avg) AS avg",
      "SELECT event, event('x')",
      "SELECT top TOP 5 BY limit LIMIT 5",
      "SELECT dau{during='x', DURING 2025}",
      "SELECT dau{in IN ('x'), not NOT LIKE 'y'}",
      "SELECT last(last) DURING LAST 5 days",
      "INSERT INTO into (TIME, VALUE, values) VALUES (2025, 1, 'x')",
      "DEFINE METRIC metric INTEGER EVERY day OVER TIME ADDS BY by, every, in",
      "DELETE during DURING 2025",
      "DROP METRIC metric",
      "SHOW MEMBERS OF of",
  };
  for (const std::string& form : forms) {
    const Statement statement = One(form);
    CHECK(One(Print(statement)) == statement);
  }
  const Select select = SelectOf(forms[0]);
  CHECK(std::get<Operand>(select.items[0].expr.node).metric == "select");
  CHECK(select.items[0].name == "by");
  CHECK(select.where[0].dimension == "where");
  CHECK(select.by.size() == 2);
  CHECK(select.every.has_value());
}

TEST_CASE("numbers are integers where digits alone say so", "[lang]") {
  const auto number = [](const std::string& text) {
    return std::get<Number>(ItemOf(text).node);
  };
  CHECK(std::get<int64_t>(number("42").value) == 42);
  CHECK(std::get<int64_t>(number("-42").value) == -42);
  CHECK(std::get<int64_t>(number("9223372036854775807").value) ==
        std::numeric_limits<int64_t>::max());
  CHECK(std::get<int64_t>(number("-9223372036854775808").value) ==
        std::numeric_limits<int64_t>::min());
  CHECK(std::get<double>(number("9223372036854775808").value) ==
        9223372036854775808.0);
  CHECK(std::get<double>(number("1e8").value) == 1e8);
  CHECK(std::get<double>(number("0.5").value) == 0.5);
  CHECK(std::get<double>(number("-2.0").value) == -2.0);
}

TEST_CASE("a point belongs to a number only before a digit", "[lang]") {
  const Select years = SelectOf("SELECT dau DURING 2024..2025");
  const auto& between = std::get<Range::Between>(years.during->form);
  CHECK(std::get<Date>(*between.first).precision == Unit::kYear);
  CHECK(std::get<Date>(*between.last).start == absl::CivilSecond(2025));
  const Expr corr = ItemOf("corr(x, y, -14..28)");
  const auto& range =
      std::get<OffsetRange>(std::get<Call>(corr.node).arguments[2].form);
  CHECK(range.first == -14);
  CHECK(range.last == 28);
}

TEST_CASE("four digits and a hyphen begin a date, with a blank they do not",
          "[lang]") {
  const Expr minus = ItemOf("dau - 2025");
  CHECK(std::get<Arithmetic>(minus.node).op == '-');
  CHECK(std::get<Arithmetic>(ItemOf("2025 - dau").node).op == '-');
  CHECK(std::get<Arithmetic>(ItemOf("12025-1").node).op == '-');
  CHECK(std::get<Arithmetic>(ItemOf("dau-2025").node).op == '-');
  CHECK_FALSE(Parse("SELECT 2025-dau").ok());
  CHECK_FALSE(Parse("SELECT 1000-1").ok());
}

TEST_CASE("operators bind as in arithmetic and lean to the left", "[lang]") {
  const Expr expr = ItemOf("a - b * c - d");
  const auto& outer = std::get<Arithmetic>(expr.node);
  CHECK(outer.op == '-');
  CHECK(Print(outer.sides[0]) == "a - b * c");
  CHECK(Print(outer.sides[1]) == "d");
}

TEST_CASE("a dimension without a rule takes the one over time", "[lang]") {
  const auto define = std::get<Define>(
      One("DEFINE METRIC m INTEGER EVERY day OVER TIME OVERLAPS BY a, b ADDS")
          .node);
  CHECK(define.spec.dimensions[0].rule == Additivity::kOverlaps);
  CHECK(define.spec.dimensions[1].rule == Additivity::kAdds);
  CHECK(define.spec.zone == "UTC");
}

TEST_CASE("a script is statements between semicolons", "[lang]") {
  const auto count = [](const std::string& text) {
    const auto statements = Parse(text);
    REQUIRE(statements.ok());
    return statements->size();
  };
  CHECK(count("") == 0);
  CHECK(count(" \n\t-- nothing here\n ;;; ") == 0);
  CHECK(count("SHOW METRICS; ; SELECT dau;") == 2);
  CHECK(count("\xEF\xBB\xBFSHOW METRICS") == 1);  // a byte order mark
  CHECK(count("SELECT dau WHERE app = 'a;b'") == 1);
}

TEST_CASE("nodes know where they stand", "[lang]") {
  const std::string text = "SHOW METRICS;\nSELECT avg(dau{app='A'}) AS a BY b";
  const auto statements = Parse(text);
  REQUIRE(statements.ok());
  const auto at = [&text](Source source) {
    return text.substr(source.begin, source.end - source.begin);
  };
  const Statement& second = (*statements)[1];
  CHECK(at(second.source) == "SELECT avg(dau{app='A'}) AS a BY b");
  const Select& select = std::get<Select>(second.node);
  CHECK(at(select.items[0].source) == "avg(dau{app='A'}) AS a");
  CHECK(at(select.items[0].expr.source) == "avg(dau{app='A'})");
  CHECK(at(select.items[0].name_source) == "a");
  const Call& call = std::get<Call>(select.items[0].expr.node);
  CHECK(at(call.function_source) == "avg");
  const Operand& operand =
      std::get<Operand>(std::get<Expr>(call.arguments[0].form).node);
  CHECK(at(operand.metric_source) == "dau");
  CHECK(at(operand.conditions[0].source) == "app='A'");
  CHECK(at(operand.conditions[0].dimension_source) == "app");
  CHECK(at(operand.conditions[0].text_sources.at(0)) == "'A'");
  CHECK(at(select.by[0].source) == "b");
}

}  // namespace
}  // namespace footfall
