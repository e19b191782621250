// What Tab offers, by where the cursor stands.

#include "examples/repl/complete.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "footfall/database.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall::repl {
namespace {

using Strings = std::vector<std::string>;

const Snapshot& Example() {
  static const std::unique_ptr<Database> database = [] {
    DatabaseOptions options;
    options.read_only = true;
    auto opened = Database::Open(ExampleDatabase(), options);
    REQUIRE(opened.ok());
    return *std::move(opened);
  }();
  static const std::shared_ptr<const Snapshot> snapshot =
      database->TakeSnapshot();
  return *snapshot;
}

TEST_CASE("completion offers what fits the place", "[complete]") {
  struct Case {
    const char* why;
    const char* text;
    Strings candidates;
    size_t replaced;
  };
  const Case row = GENERATE(values<Case>({
      {"a statement's first word", "SEL", {"SELECT "}, 3},
      {"in the case that was begun", "sel", {"select "}, 3},
      {"after a finished statement", "SHOW METRICS; SEL", {"SELECT "}, 3},
      {"what SHOW shows", "SHOW M", {"MEMBERS OF ", "METRICS "}, 1},
      {"a metric", "SELECT dau_", {"dau_monthly"}, 4},
      {"a function or a metric",
       "SELECT d",
       {"dau", "dau_monthly", "days_between(", "delta("},
       1},
      {"within a call",
       "SELECT avg(da",
       {"dau", "dau_monthly", "days_between("},
       2},
      {"a dimension in WHERE", "SELECT dau WHERE pl", {"platform"}, 2},
      {"a dimension after AND",
       "SELECT dau WHERE app = 'x' AND re",
       {"region"},
       2},
      {"a dimension in BY", "SELECT dau BY app, p", {"platform"}, 1},
      {"a part of the calendar in BY",
       "SELECT dau BY app, week",
       {"weekday(time) "},
       4},
      {"one in WHERE", "SELECT dau WHERE h", {"hour(time) "}, 1},
      {"a member", "SELECT dau WHERE app = 'De", {"DeepSeek'"}, 2},
      {"all members", "SELECT dau WHERE app = '", {"DeepSeek'", "Doubao'"}, 0},
      {"a member in a list",
       "SELECT dau WHERE platform IN ('app', 'w",
       {"web'"},
       1},
      {"a member in a list of others",
       "SELECT dau WHERE region NOT IN ('o",
       {"overseas'"},
       1},
      {"a member after !=", "SELECT dau WHERE app != 'Dou", {"Doubao'"}, 3},
      {"a member in braces", "SELECT dau{app = 'Dou", {"Doubao'"}, 3},
      {"a dimension in braces", "SELECT dau{re", {"region"}, 2},
      {"a unit", "SELECT avg(dau) EVERY mo", {"month "}, 2},
      {"a unit after its count", "SELECT avg(dau) EVERY 2 w", {"week "}, 1},
      {"a unit after LAST", "SELECT dau DURING LAST 30 d", {"day "}, 1},
      {"a clause", "SELECT dau DU", {"DURING "}, 2},
      {"the next clause", "SELECT dau WHERE app = 'x' EV", {"EVERY "}, 2},
      {"what a call may go on with",
       "SELECT max(avg(dau) ",
       {"ACROSS ", "EVERY ", "OVER ", "WITHIN "},
       0},
      {"a unit inside a call", "SELECT max(avg(dau) EVERY mo", {"month "}, 2},
      {"groups to compare", "SELECT avg(dau WITHIN AL", {"ALL "}, 2},
      {"a unit of a window", "SELECT avg(dau OVER 28 d", {"day "}, 1},
      {"a window of a unit", "SELECT avg(dau OVER month T", {"TO DATE "}, 1},
      {"a bucket that goes on",
       "SELECT avg(dau) EVERY month T",
       {"TO DATE ", "TOP "},
       1},
      {"a dimension to combine", "SELECT count(dau ACROSS pl", {"platform"}, 2},
      {"how to fill",
       "SELECT avg(dau) EVERY day FILL n",
       {"none ", "null "},
       1},
      {"how far to fill", "SELECT avg(dau) EVERY day FILL zero M", {"MAX "}, 1},
      {"all of the groups", "SELECT avg(dau) BY app TOT", {"TOTAL "}, 3},
      {"the rest of the best",
       "SELECT avg(dau) BY app TOP 5 O",
       {"ORDER BY ", "OTHERS "},
       1},
      {"what to align on",
       "SELECT dau ALIGN ON ",
       {"EACH ", "event(", "first_time("},
       0},
      {"each of what", "SELECT dau ALIGN ON EACH ", {"event("}, 0},
      {"how to explain", "EXPLAIN A", {"ALTER METRIC ", "ANALYZE "}, 1},
      {"what can be dropped",
       "DROP",
       {"DROP ALIAS ", "DROP ATTRIBUTE ", "DROP EVENT ", "DROP METRIC "},
       4},
      {"what DELETE goes on with", "DELETE dau ", {"DURING ", "WHERE "}, 0},
      {"what an event is told by",
       "ADD EVENT 'a' 'b' ",
       {"EVENT ", "FOR ", "NOTE ", "ON ", "SOURCE "},
       0},
      {"whom it happened to",
       "ADD EVENT 'a' 'b' ON 2025 FOR pl",
       {"platform"},
       2},
      {"and to which",
       "ADD EVENT 'a' 'b' ON 2025 FOR app = 'Dou",
       {"Doubao'"},
       3},
      {"what ALTER alters", "ALTER METRIC dau_", {"dau_monthly"}, 4},
      {"what changes", "ALTER METRIC dau S", {"SET "}, 1},
      {"a dimension's rule", "ALTER METRIC dau SET pl", {"platform"}, 2},
      {"a rule", "ALTER METRIC dau SET app A", {"ADDS "}, 1},
      {"another change", "ALTER METRIC dau SET app ADDS, KE", {"KEEP "}, 2},
      {"how long", "ALTER METRIC dau SET KEEP 90 d", {"day "}, 1},
      {"or forever", "EXPLAIN ALTER METRIC dau SET KEEP F", {"FOREVER "}, 1},
      {"a grid to keep", "ALTER METRIC dau SET KEEP d", {"day "}, 1},
      {"for how long", "ALTER METRIC dau SET KEEP days 30 mon", {"month "}, 3},
      {"a coarser grid",
       "ALTER METRIC dau SET KEEP days 30 days, mon",
       {"month "},
       3},
      {"which is kept forever",
       "ALTER METRIC dau SET KEEP days 30 days, months F",
       {"FOREVER "},
       1},
      {"of several steps",
       "ALTER METRIC dau SET KEEP 15 minutes F",
       {"FOREVER "},
       1},
      {"or something else",
       "ALTER METRIC dau SET KEEP days 30 days, LA",
       {"LATE "},
       2},
      {"grids of a new metric",
       "DEFINE METRIC m INTEGER EVERY day KEEP days 30 days, qu",
       {"quarter "},
       2},
      {"how long one is kept",
       "DEFINE METRIC m INTEGER EVERY day KEEP F",
       {"FOREVER "},
       1},
      {"what may follow",
       "DEFINE METRIC m INTEGER EVERY day KEEP 30 days LA",
       {"LATE "},
       2},
      {"a dimension to rename in", "ALIAS pl", {"platform"}, 2},
      {"a member to rename", "ALIAS app 'Dou", {"Doubao'"}, 3},
      {"a dimension of an attribute", "ATTRIBUTE pl", {"platform"}, 2},
      {"a member with an attribute", "ATTRIBUTE app 'Dou", {"Doubao'"}, 3},
      {"the kind of an event", "SELECT event('re", {"release'"}, 2},
      {"events of a kind",
       "SELECT event('release', 'V",
       {"V2'", "V3'", "VL'", "VL2'"},
       1},
      {"no events of another kind", "SELECT event('outage', 'V", {}, 1},
      {"an event to drop", "DROP EVENT 'release' 'R", {"R1'"}, 1},
      {"events to show", "SHOW EVENTS 'r", {"release'"}, 1},
      {"over the end of a line",
       "SELECT dau\n  WHERE app = 'Dou",
       {"Doubao'"},
       3},
      {"a series' metric", "SHOW SERIES dau_", {"dau_monthly"}, 4},
      {"a dimension's members", "SHOW MEMBERS OF pl", {"platform"}, 2},
      {"a metric to drop", "DROP METRIC dau_", {"dau_monthly"}, 4},
      {"a statement of one word", "COM", {"COMPACT "}, 3},
      {"a metric to compact", "COMPACT dau_", {"dau_monthly"}, 4},
      {"where to import to", "IMPORT 'x.csv' INTO dau_", {"dau_monthly"}, 4},
      {"events to import to", "IMPORT 'x.csv' INTO EV", {"EVENTS "}, 2},
      {"a clause of IMPORT",
       "IMPORT 'x.csv' INTO dau (TIME t) DE",
       {"DECIMAL ", "DELIMITER "},
       2},
      {"what becomes of rows that clash",
       "IMPORT 'x.csv' INTO dau (TIME t) DUPLICATES ",
       {"FIRST ", "LAST ", "MAX ", "REFUSE ", "SUM "},
       0},
      {"columns to import",
       "IMPORT 'x.csv' INTO dau (VAL",
       {"VALUE ", "VALUES OF "},
       3},
      {"a measure's metric",
       "IMPORT 'x.csv' (TIME t, VALUE v INTO dau_",
       {"dau_monthly"},
       4},
      {"a wide file's dimension",
       "IMPORT 'x.csv' INTO dau (VALUES OF * AS pl",
       {"platform"},
       2},
      {"columns that are left out",
       "IMPORT 'x.csv' INTO dau (VALUES OF * EX",
       {"EXCEPT "},
       2},
      {"what is done to a member",
       "IMPORT 'x.csv' INTO dau (TIME t, app ",
       {"AS ", "EMPTY ", "FOLD CASE ", "INTO ", "TRIM "},
       0},
      {"the parts of events",
       "IMPORT 'x.csv' INTO EVENTS (TIME t, N",
       {"NAME ", "NOTE "},
       1},
      {"whom they are for",
       "IMPORT 'x.csv' INTO EVENTS (FOR pl",
       {"platform"},
       2},
      {"what to export", "EXP", {"EXPLAIN ", "EXPORT ", "EXPORT METRIC "}, 3},
      {"a metric to export", "EXPORT METRIC dau_", {"dau_monthly"}, 4},
      {"where to", "EXPORT METRIC dau ", {"TO "}, 0},
      {"a question to export", "EXPORT (", {"SELECT "}, 0},
      {"within that question", "EXPORT (SELECT dau BY pl", {"platform"}, 2},
      {"its members", "EXPORT (SELECT dau WHERE app = 'Dou", {"Doubao'"}, 3},
      {"its clauses", "EXPORT (SELECT dau DUR", {"DURING "}, 3},
      {"behind it", "EXPORT (SELECT dau) ", {"TO "}, 0},
      {"how it is written", "EXPORT (SELECT dau) TO 'x' FO", {"FORMAT "}, 2},
      {"a form",
       "EXPORT (SELECT dau) TO 'x' FORMAT ",
       {"csv", "jsonl", "tsv"},
       0},
      {"where weeks begin",
       "SELECT sum(dau) EVERY week F",
       {"FILL ", "FROM "},
       1},
      {"on which day",
       "SELECT sum(dau) EVERY 2 weeks FROM s",
       {"saturday ", "sunday "},
       1},
      {"where years begin", "SELECT max(avg(dau) EVERY year FR", {"FROM "}, 2},
      {"the day that weeks begin on",
       "DEFINE METRIC a INTEGER EVERY week FROM s",
       {"saturday ", "sunday "},
       1},
      {"nothing in a comment", "SELECT dau -- WHERE", {}, 0},
      {"nothing of an unknown dimension",
       "SELECT dau WHERE color = 'De",
       {},
       2},
      {"a command", ".mem", {".members "}, 4},
      {"a command's metric", ".schema dau_", {"dau_monthly"}, 4},
      {"a command's dimension", ".members pl", {"platform"}, 2},
      {"a mode", ".mode c", {"csv"}, 1},
      {"modes", ".mode j", {"json", "jsonl"}, 1},
      {"a format", ".format w", {"wan"}, 1},
  }));
  INFO(row.why);
  const Completion completion = Complete(&Example(), row.text);
  CHECK(completion.candidates == row.candidates);
  if (!row.candidates.empty()) {
    CHECK(completion.replaced_bytes == row.replaced);
  }
}

TEST_CASE("completion finds the files to import", "[complete]") {
  const TemporaryFolder folder;
  WriteFile(folder.File("users.csv"), "");
  const Completion completion =
      Complete(&Example(), "IMPORT '" + folder.File("us"));
  CHECK(completion.candidates == Strings{folder.File("users.csv")});
  CHECK(Complete(&Example(), ".read " + folder.File("us")).candidates ==
        Strings{folder.File("users.csv")});
}

TEST_CASE("completion takes any text", "[complete]") {
  const std::string pieces[] = {
      "SELECT ", "dau", "(",  "'",  "\"",  "IN ", ",", "WHERE ", "app ", "= ",
      "{",       "..",  "\n", "--", "BY ", ";",   ".", "\xE6",   "NOT ", ")"};
  constexpr unsigned kSeed = 20250208;
  INFO("seed " << kSeed);
  unsigned state = kSeed;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (int i = 0; i < 8; ++i) {
      state = state * 1664525u + 1013904223u;
      text += pieces[(state >> 16) % std::size(pieces)];
    }
    const Completion completion = Complete(&Example(), text);
    REQUIRE(completion.replaced_bytes <= text.size());
    REQUIRE(std::is_sorted(completion.candidates.begin(),
                           completion.candidates.end()));
  }
}

}  // namespace
}  // namespace footfall::repl
