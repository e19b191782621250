// The two doors: Query() for what reads, Execute() for scripts.

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "footfall/ask.h"
#include "footfall/ask_change.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/refusal.h"
#include "query/lang/refusals.h"
#include "storage/store/memory_store.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

std::unique_ptr<Database> OpenInMemory() {
  DatabaseOptions options;
  options.background_upkeep = false;
  auto database = Database::Open(storage::NewMemoryStore(), options);
  REQUIRE(database.ok());
  return *std::move(database);
}

absl::Status Run(Database* database, absl::string_view script,
                 const ExecuteHooks& hooks = {}) {
  return Execute(*database, script, QueryOptions(), hooks);
}

std::unique_ptr<Database> OpenWithData() {
  auto database = OpenInMemory();
  REQUIRE(Run(database.get(),
              "DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS BY app;"
              "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-01, 5, 'A'),"
              " (2025-02-02, 7, 'A'), (2025-02-02, 9, 'B')")
              .ok());
  return database;
}

std::string Csv(const absl::StatusOr<Answer>& answer) {
  if (!answer.ok()) return std::string(answer.status().message());
  return FormatCsv(*answer);
}

Select DauOf(const std::string& app) {
  Select select;
  select.items.resize(1);
  select.items[0].expr.node = Operand{"dau", {}, {}, {}};
  Condition condition;
  condition.dimension = "app";
  condition.texts = {app};
  select.where = {condition};
  return select;
}

TEST_CASE("a tree is answered as its text would be", "[run]") {
  const auto database = OpenWithData();
  const auto snapshot = database->TakeSnapshot();
  Statement statement;
  statement.node = DauOf("A");
  const std::string from_tree = Csv(Query(*snapshot, statement, {}));
  CHECK(from_tree == Csv(Query(*snapshot, "SELECT dau WHERE app = 'A'", {})));
  CHECK(from_tree ==
        "time,dau,dau_kind,dau_present,dau_expected,partial\n"
        "2025-02-01,5,exact,1,1,false\n"
        "2025-02-02,7,exact,1,1,false\n");
}

TEST_CASE("an error in a tree points into its printed form", "[run]") {
  const auto database = OpenWithData();
  Statement statement;
  statement.node = DauOf("C");
  CHECK(Csv(Query(*database->TakeSnapshot(), statement, {})) ==
        "query 1:24: app has no member 'C'\n"
        "  SELECT dau WHERE app = 'C'\n"
        "                         ^^^\n"
        "  SHOW MEMBERS OF app lists them");
}

TEST_CASE("a text in a tree cannot become part of the statement", "[run]") {
  const auto database = OpenWithData();
  const auto snapshot = database->TakeSnapshot();
  for (const std::string text :
       {"A' OR app = 'B", "A'; DROP METRIC dau; --", "A\n", "A\xFF", "'"}) {
    Statement statement;
    statement.node = DauOf(text);
    INFO(text);
    CHECK_FALSE(Query(*snapshot, statement, {}).ok());
    QueryOptions options;
    options.parameters["app"] = text;
    CHECK_FALSE(Query(*snapshot, "SELECT dau WHERE app = $app", options).ok());
  }
  CHECK(snapshot->FindMetric("dau") != nullptr);
}

TEST_CASE("a malformed tree is an error, not a crash", "[run]") {
  const auto database = OpenWithData();
  const auto snapshot = database->TakeSnapshot();
  const auto refused = [&](Select select) {
    Statement statement;
    statement.node = std::move(select);
    const auto answer = Query(*snapshot, statement, {});
    INFO(Print(statement));
    CHECK(answer.status().code() == absl::StatusCode::kInvalidArgument);
  };
  refused(Select());  // no item
  Select select = DauOf("A");
  select.where[0].texts.clear();
  refused(select);
  select = DauOf("A");
  select.items[0].expr.node = Arithmetic();  // no sides
  refused(select);
  select.items[0].expr.node = Negation();
  refused(select);
  select.items[0].expr.node = Call();
  refused(select);
  select.items[0].expr.node = Operand{"Dau users", {}, {}, {}};
  refused(select);
  select = DauOf("A");
  select.limit = -5;
  refused(select);
  select = DauOf("A");
  select.every = Every{{Unit::kDay, 0}, false, FillMode::kNone, {}, {}};
  refused(select);
  Expr deep;
  deep.node = Operand{"dau", {}, {}, {}};
  for (int i = 0; i < 1000; ++i) {
    Negation negation;
    negation.inner.push_back(std::move(deep));
    deep = Expr();
    deep.node = std::move(negation);
  }
  select = DauOf("A");
  select.items[0].expr = deep;
  Statement statement;
  statement.node = select;
  CHECK(Query(*snapshot, statement, {}).status().code() ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("a tree may hold a list too long for a text", "[run]") {
  const auto database = OpenWithData();
  const auto snapshot = database->TakeSnapshot();
  Select select = DauOf("A");
  select.where[0].test = Condition::Test::kIn;
  for (int i = 0; i < 9'999; ++i) {
    select.where[0].texts.push_back(std::string(i % 2 == 0 ? "A" : "B"));
  }
  Statement statement;
  statement.node = select;
  CHECK(Print(statement).size() > 50'000);
  CHECK(Query(*snapshot, statement, {}).ok());
  select.where[0].texts.push_back(std::string("A"));
  statement.node = select;
  CHECK(Query(*snapshot, statement, {}).status().code() ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("both doors answer a tree as they answer its text", "[run]") {
  using ask::Ask;
  const auto database = OpenWithData();
  const auto snapshot = database->TakeSnapshot();
  QueryOptions options;
  options.parameters["app"] = std::string("A");
  for (const Statement& statement : {
           Statement(Ask("dau").Where(ask::Is("app", ask::Param("app")))),
           Statement(Ask(ask::Avg("dau").As("a"), ask::Max("dau"))
                         .During(ask::Month(2025, 2))
                         .By("app")
                         .Every(ask::Weeks())
                         .OrderBy(ask::Descending("a"))),
           Statement(Ask(ask::Share(ask::UserDays("dau"))).By("app").Top(1)),
           ask::ShowMembersOf("app"),
           ask::ShowSeries("dau", {ask::IsNot("app", "B")}),
           ask::Explain(Ask("dau")),
       }) {
    const std::string text = Print(statement);
    INFO(text);
    std::string executed;
    ExecuteHooks hooks;
    hooks.on_outcome = [&](const Outcome& outcome) {
      executed = FormatCsv(outcome.answer);
      return absl::OkStatus();
    };
    REQUIRE(Execute(*database, statement, options, hooks).ok());
    CHECK(executed == Csv(Query(*snapshot, text, options)));
    CHECK(executed == Csv(Query(*snapshot, statement, options)));
    CHECK(executed.find('\n') + 1 < executed.size());  // it has rows
  }
}

TEST_CASE("a tree changes what its text would", "[run]") {
  const auto database = OpenInMemory();
  std::vector<std::string> done;
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome& outcome) {
    done.push_back(absl::StrCat(outcome.has_answer ? FormatCsv(outcome.answer)
                                                   : outcome.summary));
    return absl::OkStatus();
  };
  const auto execute = [&](const Statement& statement) {
    return Execute(*database, statement, QueryOptions(), hooks);
  };
  MetricSpec spec;
  spec.name = "dau";
  spec.over_time = Additivity::kOverlaps;
  spec.dimensions = {{"app", Additivity::kOverlaps}};
  REQUIRE(execute(ask::DefineMetric(spec)).ok());
  ask::Insertion insertion = ask::InsertInto("dau", "app");
  // More than a text may hold.
  for (int day = 0; day < 5'000; ++day) {
    insertion.Row(absl::CivilDay(2010, 1, 1) + day, day, "'; DROP METRIC dau");
  }
  REQUIRE(Print(insertion).size() > QueryLimits().max_text_bytes);
  REQUIRE(execute(insertion).ok());
  CHECK(done.back() == "5,000 samples written, 1 new series");
  REQUIRE(execute(ask::Ask(ask::Count("dau").As("n"))).ok());
  CHECK(done.back().find("\n5000,exact,") != std::string::npos);
  REQUIRE(execute(ask::DeleteSamples("dau", ask::Until(ask::Year(2010)))).ok());
  REQUIRE(execute(ask::Ask(ask::Count("dau").As("n"))).ok());
  CHECK(done.back().find("\n4635,exact,") != std::string::npos);
  REQUIRE(execute(ask::DropMetric("dau")).ok());
  CHECK(database->TakeSnapshot()->FindMetric("dau") == nullptr);
  // Errors point into the printed form; nothing is reported.
  const size_t before = done.size();
  CHECK(execute(ask::DropMetric("dau")).message().substr(0, 11) ==
        "query 1:13:");
  CHECK(RefusalCode(execute(ask::InsertInto("dau", "app"))) != "");
  CHECK(done.size() == before);
}

TEST_CASE("Query takes nothing that changes", "[run]") {
  const auto database = OpenWithData();
  const auto snapshot = database->TakeSnapshot();
  for (const char* text : {
           "DEFINE METRIC x INTEGER EVERY day OVER TIME ADDS",
           "INSERT INTO dau (TIME, VALUE) VALUES (2025, 1)",
           "IMPORT 'f.csv' INTO dau (TIME t, VALUE v)",
           "DELETE dau DURING ..",
           "EXPLAIN DELETE dau DURING ..",
           "DROP METRIC dau",
           "ADD EVENT 'a' 'b' ON 2025",
           "ALIAS 'a' = 'b'",
       }) {
    const auto answer = Query(*snapshot, text, {});
    CHECK(RefusalCode(answer.status()) == "ReadsOnly");
  }
}

TEST_CASE("a script runs to its first error, and what was done stays",
          "[run]") {
  const auto database = OpenInMemory();
  std::vector<std::string> done;
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome& outcome) {
    done.push_back(absl::StrCat(Print(*outcome.statement).substr(0, 6),
                                outcome.has_answer ? " answers" : " changes"));
    return absl::OkStatus();
  };
  const absl::Status status =
      Run(database.get(),
          "DEFINE METRIC a INTEGER EVERY day OVER TIME ADDS;\n"
          "INSERT INTO a (TIME, VALUE) VALUES (2025-02-01, 5);\n"
          "SELECT a;\n"
          "SELEC a;\n"
          "DROP METRIC a",
          hooks);
  CHECK(status.message().substr(0, 10) == "query 4:1:");
  CHECK(done == std::vector<std::string>{"DEFINE changes", "INSERT changes",
                                         "SELECT answers"});
  CHECK(database->TakeSnapshot()->FindMetric("a") != nullptr);
}

TEST_CASE("a statement sees what the one before it did", "[run]") {
  const auto database = OpenWithData();
  std::vector<std::string> answers;
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome& outcome) {
    if (outcome.has_answer) answers.push_back(FormatCsv(outcome.answer));
    return absl::OkStatus();
  };
  REQUIRE(Run(database.get(),
              "SELECT count(dau) AS n; DELETE dau DURING 2025-02-02;"
              "SELECT count(dau) AS n",
              hooks)
              .ok());
  CHECK(answers == std::vector<std::string>{
                       "n,n_kind,n_present,n_expected,partial\n2,exact,2,2,"
                       "false\n",
                       "n,n_kind,n_present,n_expected,partial\n1,exact,1,1,"
                       "false\n"});
}

TEST_CASE("the caller can end a script between statements", "[run]") {
  const auto database = OpenWithData();
  ExecuteHooks hooks;
  int outcomes = 0;
  hooks.on_outcome = [&](const Outcome&) {
    return ++outcomes == 2 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  const absl::Status status =
      Run(database.get(), "SHOW METRICS; SHOW METRICS; DROP METRIC dau", hooks);
  CHECK(status == absl::CancelledError("enough"));
  CHECK(database->TakeSnapshot()->FindMetric("dau") != nullptr);
}

TEST_CASE("a script stops between statements when it is told to", "[run]") {
  const auto database = OpenWithData();
  std::atomic<bool> stop = false;
  QueryOptions options;
  options.cancelled = &stop;
  int outcomes = 0;
  ExecuteHooks hooks;
  hooks.on_outcome = [&](const Outcome&) {
    stop = ++outcomes == 2;
    return absl::OkStatus();
  };
  const char* script =
      "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-05, 1, 'C');"
      "SHOW METRICS; DROP METRIC dau";
  CHECK(Execute(*database, script, options, hooks).code() ==
        absl::StatusCode::kCancelled);
  CHECK(outcomes == 2);
  CHECK(database->Stats().series_count == 3);  // what was done stays
  stop = false;
  options.deadline = absl::Now() - absl::Seconds(1);
  const Statement drop = ask::DropMetric("dau");
  CHECK(Execute(*database, drop, options, hooks).code() ==
        absl::StatusCode::kDeadlineExceeded);
  CHECK(database->TakeSnapshot()->FindMetric("dau") != nullptr);
}

TEST_CASE("a script may be long, a statement may not", "[run]") {
  const auto database = OpenWithData();
  std::string script;
  for (int i = 0; script.size() < 200'000; ++i) {
    absl::StrAppend(&script,
                    "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-01, ",
                    i, ", 'A');\n");
  }
  CHECK(Run(database.get(), script).ok());
  std::string statement = "INSERT INTO dau (TIME, VALUE, app) VALUES ";
  while (statement.size() < 70'000) statement += "(2025-02-01, 1, 'A'), ";
  statement += "(2025-02-01, 1, 'A')";
  const absl::Status status = Run(database.get(), statement);
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(RefusalCode(status) == "TextLimit");
}

TEST_CASE("rows of an INSERT are written all or none", "[run]") {
  const auto database = OpenWithData();
  const uint64_t before = database->Stats().commit;
  for (const char* rows : {"(2025-02-05, 1, 'C'), (2025-02, 2, 'C')",
                           "(2025-02-05, 1, 'C'), (2025-02-06, -1, 'C')",
                           "(2025-02-05, 1, 'C'), (2025-02-06, 1.5, 'C')"}) {
    CHECK_FALSE(
        Run(database.get(),
            absl::StrCat("INSERT INTO dau (TIME, VALUE, app) VALUES ", rows))
            .ok());
  }
  CHECK(database->Stats().commit == before);
  CHECK(database->Stats().series_count == 2);
}

}  // namespace
}  // namespace footfall
