// Questions by an attribute of members, against the same questions on a metric
// that has it as a dimension of its own; and questions that are kept while
// attributes change.

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "footfall/database.h"
#include "footfall/prepared.h"
#include "footfall/query.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 20250301;
constexpr int kApps = 7;
constexpr int kDays = 40;  // from 2025-01-01 on

// %m stands for the metric. Between them they take every way through members,
// wholes, totals and ranks.
const char* const kQuestions[] = {
    "SELECT %m BY cat",
    "SELECT %m, bounds(%m) AS b BY cat, pl",
    "SELECT avg(%m) AS a, max(%m) AS m, count(%m) AS n BY cat EVERY week",
    "SELECT %m WHERE cat = 'chat'",
    "SELECT avg(%m) AS a WHERE cat = 'chat' BY app",
    "SELECT avg(%m) AS a WHERE cat != 'chat' BY pl",
    "SELECT avg(%m) AS a WHERE cat NOT IN ('chat', 'tool') AND pl = 'web'",
    "SELECT avg(%m) AS a WHERE cat LIKE '%a%' BY cat, app",
    "SELECT avg(%m) AS a WHERE cat = '' BY app",
    "SELECT share(%m) AS s, rank(%m) AS r BY cat",
    "SELECT share(%m WITHIN pl) AS s BY pl, cat",
    "SELECT avg(%m) AS a BY cat TOP 1 OTHERS 'rest'",
    "SELECT avg(%m) AS a BY cat, app TOP 1 WITHIN cat",
    "SELECT avg(%m) AS a BY cat, app TOP 2",
    "SELECT count(%m ACROSS cat) AS n, max(%m ACROSS cat) AS m",
    "SELECT sum(%m ACROSS app) AS s BY cat",
    "SELECT %m{cat='chat'} AS c, %m{cat='chat'} / %m AS p",
    "SELECT growth(avg(%m), 1 week) AS g BY cat EVERY week",
    "SELECT count_in_top(%m, 1) AS n BY cat",
    "SELECT %m AS m BY app, cat HAVING m > 50 ORDER BY m DESC, app LIMIT 9",
    "SELECT last(%m) AS l, last_time(%m) AS t BY cat DURING ..2025-02-05",
};

std::unique_ptr<Database> NewDatabase() {
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = Database::Open(storage::NewMemoryStore(), options);
  REQUIRE(database.ok());
  return *std::move(database);
}

void Do(Database& database, absl::string_view script) {
  CAPTURE(script);
  REQUIRE(Execute(database, script, {}, {}) == absl::OkStatus());
}

// What a random round says of an app.
struct App {
  std::string before;  // its category
  std::string after;   // from `changes` on
  int changes = kDays;
};

// Two metrics of the same samples: `by_attribute`, whose apps have attributes,
// and `by_dimension`, where the category stands beside the app.
class Market {
 public:
  Market(uint32_t seed, bool changes, bool renames)
      : random_(seed), changes_(changes), database_(NewDatabase()) {
    Declare();
    for (int i = 0; i < kApps; ++i) AddApp(i);
    if (renames) {
      // All of the last app is of the first, whose attributes hold.
      apps_.back() = apps_[0];
      Do(*database_,
         absl::StrCat("ALIAS app '", Name(kApps - 1), "' = '", Name(0), "'"));
    }
    for (int i = 0; i < kApps; ++i) AddSamples(i);
    // Wholes of some days.
    Sample("", "", "", 12, 900);
    Sample("", "web", "", 13, 500);
    Write();
  }

  // The answer on one of the metrics, as text; without notes where they may
  // differ.
  std::string Ask(absl::string_view question, absl::string_view metric) {
    QueryOptions options;
    options.now =
        absl::FromCivil(absl::CivilDay(2025, 2, 12), absl::UTCTimeZone());
    const auto answer =
        Query(*database_->TakeSnapshot(),
              absl::StrReplaceAll(question, {{"%m", metric}}), options);
    REQUIRE(answer.status() == absl::OkStatus());
    std::string text =
        absl::StrReplaceAll(FormatCsv(*answer), {{metric, "%m"}});
    for (const std::string& note : answer->notes) {
      if (changes_ || absl::StrContains(note, "is not known")) continue;
      absl::StrAppend(
          &text, "note: ", absl::StrReplaceAll(note, {{metric, "%m"}}), "\n");
    }
    return text;
  }

 private:
  uint32_t Below(uint32_t limit) {
    return static_cast<uint32_t>(random_() % limit);
  }
  static std::string Name(int app) { return absl::StrCat("A", app); }

  void Declare() {
    const char* const rules[] = {"ADDS", "OVERLAPS"};
    const std::string of_app = rules[Below(2)];
    const std::string of_pl = rules[Below(2)];
    const std::string over_time =
        of_app == "ADDS" && of_pl == "ADDS" && Below(2) == 0 ? "ADDS"
                                                             : "OVERLAPS";
    // Where members change groups, what is awaited of a dimension's series is
    // something else.
    const std::string rest = absl::StrCat(" EVERY day OVER TIME ", over_time,
                                          " BY app ", of_app, ", pl ", of_pl);
    const std::string late = changes_ ? " LATE 0;" : " LATE 3;";
    Do(*database_, absl::StrCat("DEFINE METRIC by_attribute INTEGER", rest,
                                late, "DEFINE METRIC by_dimension INTEGER",
                                rest, ", cat ", of_app, late));
  }

  void AddApp(int i) {
    const char* const categories[] = {"chat", "game", "tool", ""};
    App app;
    app.before = categories[Below(4)];
    app.after = app.before;
    if (changes_ && Below(2) == 0) {
      app.after = categories[Below(4)];
      app.changes = 5 + static_cast<int>(Below(30));
    }
    // Each is of some group, so that all groups are asked for.
    if (i < 3) app.before = categories[i];
    const auto attribute = [&](const std::string& value,
                               const std::string& from) {
      Do(*database_, absl::StrCat("ATTRIBUTE app '", Name(i), "' cat = '",
                                  value, "'", from));
    };
    if (!app.before.empty()) attribute(app.before, "");
    if (app.changes < kDays) {
      attribute(app.after, absl::StrCat(" FROM ", Day(app.changes)));
    } else {
      app.after = app.before;
    }
    apps_.push_back(app);
  }

  static std::string Day(int day) {
    return FormatDate(
        {Unit::kDay, absl::CivilSecond(absl::CivilDay(2025, 1, 1) + day), {}});
  }

  void AddSamples(int i) {
    for (const char* const pl : {"app", "web", ""}) {
      if (Below(3) == 0) continue;
      int day = static_cast<int>(Below(8));
      while (day < kDays) {
        // A stretch, and a gap that is short, long or the end.
        for (int end = day + 2 + static_cast<int>(Below(14));
             day < end && day < kDays; ++day) {
          const App& app = apps_[static_cast<size_t>(i)];
          Sample(Name(i), pl, day < app.changes ? app.before : app.after, day,
                 20 + static_cast<int>(Below(60)));
        }
        day += 1 + static_cast<int>(Below(Below(2) == 0 ? 3 : 20));
      }
    }
  }

  void Sample(const std::string& app, const std::string& pl,
              const std::string& category, int day, int value) {
    seen_.push_back(
        absl::StrCat("(", Day(day), ", ", value, ", '", app, "', '", pl, "')"));
    own_.push_back(absl::StrCat("(", Day(day), ", ", value, ", '", app, "', '",
                                pl, "', '", category, "')"));
  }

  void Write() {
    Do(*database_,
       absl::StrCat(
           "INSERT INTO by_attribute (TIME, VALUE, app, pl) VALUES ",
           absl::StrJoin(seen_, ", "),
           "; INSERT INTO by_dimension (TIME, VALUE, app, pl, cat) VALUES ",
           absl::StrJoin(own_, ", ")));
  }

  std::mt19937 random_;
  const bool changes_;
  const std::unique_ptr<Database> database_;
  std::vector<App> apps_;
  std::vector<std::string> seen_;
  std::vector<std::string> own_;
};

TEST_CASE("an attribute splits as a dimension of its own would",
          "[attributes]") {
  for (uint32_t round = 0; round < 40; ++round) {
    Market market(kSeed + round, round % 3 == 0, round % 4 == 1);
    for (const char* const question : kQuestions) {
      CAPTURE(kSeed + round, question);
      CHECK(market.Ask(question, "by_attribute") ==
            market.Ask(question, "by_dimension"));
    }
  }
}

TEST_CASE("a question that is kept goes by the attributes of its snapshot",
          "[attributes][prepared]") {
  const auto database = NewDatabase();
  Do(*database,
     "DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY app;"
     "DEFINE METRIC other INTEGER EVERY day OVER TIME ADDS BY land;"
     "INSERT INTO m (TIME, VALUE, app) VALUES (2025-02-01, 5, 'A'),"
     " (2025-02-01, 7, 'B');"
     "INSERT INTO other (TIME, VALUE, land) VALUES (2025-02-01, 1, 'cn')");
  const char* const text = "SELECT sum(m) AS s WHERE cat = 'x' BY cat";
  const auto answer = [&](const Prepared* prepared) {
    const auto snapshot = database->TakeSnapshot();
    const auto found = prepared != nullptr ? prepared->Run(*snapshot, {})
                                           : Query(*snapshot, text, {});
    if (!found.ok()) {
      return std::string(std::vector<absl::string_view>(
          absl::StrSplit(found.status().message(), '\n'))[0]);
    }
    return found->row_count() == 0
               ? std::string("none")
               : absl::StrCat(found->columns[1].integers[0]);
  };
  CHECK(answer(nullptr) == "query 1:26: m has no dimension cat");
  Do(*database, "ATTRIBUTE app 'A' cat = 'x'");
  const auto prepared = Prepare(*database->TakeSnapshot(), text);
  REQUIRE(prepared.ok());
  struct Step {
    const char* change;
    const char* answer;
  };
  const Step steps[] = {
      {"", "5"},
      {"ATTRIBUTE app 'B' cat = 'x'", "12"},
      {"ATTRIBUTE app 'A' cat = 'y'", "7"},
      {"ATTRIBUTE app 'B' cat = 'y' FROM 2025-02-01", "none"},
      {"DROP ATTRIBUTE app 'B' cat; DROP ATTRIBUTE app 'A' cat",
       "query 1:26: m has no dimension cat"},
      {"ATTRIBUTE land 'cn' cat = 'x'", "query 1:26: m has no dimension cat"},
      {"DROP ATTRIBUTE land 'cn' cat; ATTRIBUTE app 'A' cat = 'x';"
       "ATTRIBUTE app 'B' cat = 'y'",
       "5"},
      // A dimension of its own is meant before it.
      {"DROP METRIC m;"
       "DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY app, cat;"
       "INSERT INTO m (TIME, VALUE, app, cat) VALUES (2025-02-01, 9, 'B', 'x')",
       "9"},
  };
  for (const Step& step : steps) {
    CAPTURE(step.change);
    if (*step.change != '\0') Do(*database, step.change);
    for (int again = 0; again < 2; ++again) {
      CHECK(answer(&*prepared) == step.answer);
      CHECK(answer(nullptr) == step.answer);
    }
  }
}

}  // namespace
}  // namespace footfall
