// What a statement may say about a file: which rows are one sample, how the
// text is written, which columns and rows are taken. Nothing is lost in
// silence.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/csv_import.h"
#include "tests/engine/exchange/text_files.h"
#include "tests/support/database_home.h"

namespace footfall {
namespace {

using Role = ImportColumn::Role;
using testing::DatabaseHome;
using testing::Gzip;
using testing::Home;
using testing::ReadFile;
using testing::ReadSamples;
using testing::Samples;
using testing::TempDir;
using testing::WriteFile;

// A database with day metrics by app, and files beside it.
class Bench {
 public:
  Bench() : home_(Home::kMemory), database_(home_.Open()) {
    for (const auto& [name, rule] :
         {std::pair<const char*, Additivity>{"units", Additivity::kAdds},
          {"users", Additivity::kOverlaps},
          {"price", Additivity::kLevel}}) {
      MetricSpec spec;
      spec.name = name;
      spec.over_time = rule;
      spec.value_type =
          spec.name == "price" ? ValueType::kDecimal : ValueType::kInteger;
      spec.dimensions = {{"app", rule}};
      REQUIRE(database_->Define(spec).ok());
    }
    import_.metric = "units";
    import_.path = folder_ / "in.csv";
    import_.columns = {{.role = Role::kTime, .header = "date"},
                       {.role = Role::kValue, .header = "value"},
                       {.header = "app", .dimension = "app"}};
  }

  absl::StatusOr<ImportReport> Import(absl::string_view text) {
    WriteFile(import_.path, text);
    return ImportCsv(*database_, import_, {});
  }
  Samples Of(absl::string_view metric) const {
    const auto snapshot = database_->TakeSnapshot();
    return ReadSamples(*snapshot, *snapshot->FindMetric(metric));
  }
  int64_t Step(absl::string_view date) const {
    return Grid().StepNamed(*ParseDate(date)).value();
  }

  DatabaseHome home_;
  TempDir folder_;
  std::unique_ptr<Database> database_;
  ImportSpec import_;
};

TEST_CASE("rows of one sample are joined as the statement says", "[import]") {
  const char kText[] =
      "date,app,value\n"
      "2025-01-01,A,5\n"
      "2025-01-01,B,1\n"
      "2025-01-01,A,9\n"
      "2025-01-01,A,5\n"
      "2025-01-01,B,1\n";
  struct Case {
    SameSample rule;
    int64_t a;
    int64_t b;
    uint64_t merged;
    uint64_t equal;
  };
  const Case cases[] = {
      {SameSample::kLast, 5, 1, 2, 1},
      {SameSample::kFirst, 5, 1, 1, 2},
      {SameSample::kMax, 9, 1, 2, 1},
      // Two sales of the same number are two sales.
      {SameSample::kSum, 19, 2, 3, 0},
  };
  for (const Case& c : cases) {
    INFO(static_cast<int>(c.rule));
    Bench bench;
    bench.import_.same_sample = c.rule;
    const auto report = bench.Import(kText);
    REQUIRE(report.status() == absl::OkStatus());
    CHECK(bench.Of("units") == Samples{{{"A", bench.Step("2025-01-01")}, c.a},
                                       {{"B", bench.Step("2025-01-01")}, c.b}});
    CHECK(report->rows == 5);
    CHECK(report->samples == 2);
    CHECK(report->merged == c.merged);
    CHECK(report->equal == c.equal);
  }
}

TEST_CASE("rows of one sample with different values are refused", "[import]") {
  Bench bench;
  const auto report = bench.Import(
      "date,app,device,value\n"
      "2025-01-01,A,phone,5\n"
      "2025-01-01,B,phone,7\n"
      "2025-01-01,A,tablet,9\n");
  REQUIRE(report.status().code() == absl::StatusCode::kInvalidArgument);
  const std::string message(report.status().message());
  CHECK_THAT(message, ContainsSubstring("1 sample has rows with different "
                                        "values; nothing was imported"));
  CHECK_THAT(message,
             ContainsSubstring("line 2 and line 4, column \"value\": \"5\" and "
                               "\"9\" for 2025-01-01 of \"A\"; the rows differ "
                               "in \"device\""));
  CHECK_THAT(message, ContainsSubstring("DUPLICATES SUM"));
  CHECK(bench.Of("units").empty());
  // The same value again is the same sample, and counted.
  const auto equal =
      bench.Import("date,app,value\n2025-01-01,A,5\n2025-01-01,A,5.0\n");
  REQUIRE(equal.status() == absl::OkStatus());
  CHECK(equal->equal == 1);
  CHECK(equal->samples == 1);
}

TEST_CASE("of many samples that clash the first are told", "[import]") {
  Bench bench;
  std::string text = "date,app,value\n";
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&text, "2025-01-01,A", i % 20, ",", i, "\n");
  }
  const auto report = bench.Import(text);
  CHECK_THAT(std::string(report.status().message()),
             ContainsSubstring("20 samples have rows with different values"));
  CHECK_THAT(std::string(report.status().message()),
             ContainsSubstring("\n  and 15 more"));
}

TEST_CASE("only what adds over time is summed", "[import]") {
  for (const auto& [metric, reason] :
       {std::pair<const char*, const char*>{
            "users", "a user may be counted in several of the rows"},
        {"price", "the sum of two levels is none"}}) {
    Bench bench;
    bench.import_.metric = metric;
    bench.import_.same_sample = SameSample::kSum;
    const auto report =
        bench.Import("date,app,value\n2025-01-01,A,5\n2025-01-01,A,9\n");
    CHECK(report.status().code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(std::string(report.status().message()),
               ContainsSubstring(reason));
    bench.import_.same_sample = SameSample::kMax;
    CHECK(bench.Import("date,app,value\n2025-01-01,A,5\n2025-01-01,A,9\n")
              .status() == absl::OkStatus());
  }
  Bench bench;
  bench.import_.same_sample = SameSample::kSum;
  const auto report = bench.Import(
      "date,app,value\n2025-01-01,A,9223372036854775807\n2025-01-01,A,1\n");
  CHECK(report.status().code() == absl::StatusCode::kOutOfRange);
  CHECK(bench.Of("units").empty());
}

TEST_CASE("no value is no sample, and is counted", "[import]") {
  Bench bench;
  bench.import_.null_words = {"N/A", "-"};
  const auto report = bench.Import(
      "date,app,value\n"
      "2025-01-01,A,\n2025-01-02,A,N/A\n2025-01-03,A, - \n2025-01-04,A,0\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->no_value == 3);
  CHECK(bench.Of("units") == Samples{{{"A", bench.Step("2025-01-04")}, 0}});
  // An undeclared word is refused with its line.
  const auto refused = bench.Import("date,app,value\n2025-01-01,A,null\n");
  CHECK_THAT(std::string(refused.status().message()),
             ContainsSubstring("line 2, column \"value\": \"null\""));
}

TEST_CASE("empty members without EMPTY are noted", "[import]") {
  Bench bench;
  const char kText[] = "date,app,value\n2025-01-01,,1\n2025-01-02,,2\n";
  const auto report = bench.Import(kText);
  REQUIRE(report.status() == absl::OkStatus());
  REQUIRE(report->notes.size() == 1);
  CHECK_THAT(report->notes[0],
             ContainsSubstring("2 rows with an empty app were read as the "
                               "whole"));
  bench.import_.columns[2].member = "unknown";
  const auto named = bench.Import(kText);
  REQUIRE(named.status() == absl::OkStatus());
  CHECK(named->notes.empty());
}

TEST_CASE("members that are nearly equal are noted, or joined", "[import]") {
  const char kText[] =
      "date,app,value\n"
      "2025-01-01,Web,1\n2025-01-01,web,2\n2025-01-01, Web ,3\n"
      "2025-01-01,Caf\xC3\xA9,4\n2025-01-01,Cafe\xCC\x81,5\n"
      "2025-01-01,\xEF\xBC\xB7\xEF\xBD\x85\xEF\xBD\x82,6\n"
      "2025-01-01,other,7\n";
  Bench apart;
  const auto report = apart.Import(kText);
  REQUIRE(report.status() == absl::OkStatus());
  REQUIRE(report->notes.size() == 1);
  CHECK_THAT(report->notes[0],
             ContainsSubstring("'Web', 'web', ' Web ', '\xEF\xBC\xB7\xEF\xBD"
                               "\x85\xEF\xBD\x82'; 'Caf\xC3\xA9', "
                               "'Cafe\xCC\x81'"));
  CHECK_THAT(report->notes[0], !ContainsSubstring("other"));

  Bench joined;
  joined.import_.columns[2].trim = true;
  joined.import_.columns[2].fold_case = true;
  joined.import_.same_sample = SameSample::kSum;
  REQUIRE(joined.Import(kText).ok());
  CHECK(joined.Of("units").at({"Web", joined.Step("2025-01-01")}) == 6);
  // What is there keeps its spelling.
  REQUIRE(joined.Import("date,app,value\n2025-01-02,WEB,1\n").ok());
  CHECK(joined.Of("units").at({"Web", joined.Step("2025-01-02")}) == 1);
}

TEST_CASE("the columns of a file come in any order and with other marks",
          "[import]") {
  struct Case {
    const char* why;
    std::string text;
    std::function<void(ImportSpec*)> say;
  };
  std::string utf16 = "\xFF\xFE";
  for (const char c :
       absl::string_view("value,app,date\n1234,A,2025-01-02\n")) {
    utf16.push_back(c);
    utf16.push_back('\0');
  }
  const auto none = [](ImportSpec*) {};
  const Case cases[] = {
      {"as it is", "app,value,date\nA,1234,2025-01-02\n", none},
      {"semicolons", "app;value;date\nA;1234;2025-01-02\n", none},
      {"TAB", "app\tvalue\tdate\nA\t1234\t2025-01-02\n", none},
      {"bars", "app|value|date\nA|1234|2025-01-02\n", none},
      {"declared", "app~value~date\nA~1234~2025-01-02\n",
       [](auto* s) { s->dialect.delimiter = '~'; }},
      {"Excel's line", "sep=;\napp;value;date\nA;1234;2025-01-02\n", none},
      {"lines that end in CR", "app,value,date\rA,1234,2025-01-02\r", none},
      {"blanks after commas", "app, value, date\nA, 1234, 2025-01-02\n", none},
      {"lines before", "All users\n\napp,value,date\nA,1234,2025-01-02\n",
       none},
      {"lines to skip, declared", "x,y,z\napp,value,date\nA,1234,2025-01-02\n",
       [](auto* s) { s->dialect.skip = 1; }},
      {"single quotes", "'app','value','date'\n'A','1234','2025-01-02'\n",
       none},
      {"no quotes", "app,value,date,size\nA,1234,2025-01-02,5\"\n",
       [](auto* s) { s->dialect.quote = '\0'; }},
      {"UTF-16", utf16, none},
      {"UTF-16 without a mark", utf16.substr(2), none},
      {"packed", Gzip("app;value;date\nA;1234;2025-01-02\n"), none},
      {"rows of nothing", "app,value,date\nA,1234,2025-01-02\n,,\n \n", none},
      {"marks between thousands", "app,value,date\nA,\"1,234\",2025-01-02\n",
       [](auto* s) { s->thousands = ','; }},
      {"German marks", "app;value;date\nA;1.234,0;2025-01-02\n",
       [](auto* s) {
         s->thousands = '.';
         s->decimal = ',';
       }},
      {"a blank between thousands",
       "app;value;date\nA;1\xC2\xA0"
       "234;2025-01-02\n",
       [](auto* s) { s->thousands = ' '; }},
      {"a format", "app,value,date\nA,1234,02.01.25\n",
       [](auto* s) { s->time_format = "%d.%m.%y"; }},
      {"two columns of time", "app,value,y,d\nA,1234,2025,2. Jan\n",
       [](auto* s) {
         s->columns[0].header = "y";
         s->columns.push_back({.role = Role::kTime, .header = "d"});
         s->time_format = "%Y %d. %b";
       }},
      {"WHERE",
       "app,value,date\nA,1234,2025-01-02\nTotal,9999,2025-01-02\n"
       "B,1,2025-01-02\n",
       [](auto* s) {
         s->where = {{"app", {"Total"}, true}, {"value", {"1234"}, false}};
       }},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    Bench bench;
    c.say(&bench.import_);
    const auto report = bench.Import(c.text);
    REQUIRE(report.status() == absl::OkStatus());
    CHECK(report->rejected == 0);
    CHECK(bench.Of("units") ==
          Samples{{{"A", bench.Step("2025-01-02")}, 1234}});
  }
}

TEST_CASE("what was found out about a file is noted", "[import]") {
  Bench bench;
  const auto report =
      bench.Import("All users\n\napp;value;date\nA;1234;2025-01-02\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->notes == std::vector<std::string>{
                             "found in the file: delimiter ';'",
                             "found in the file: 2 lines before the header"});
}

TEST_CASE("several measures of a file are stored together or not at all",
          "[import]") {
  Bench bench;
  bench.import_.metric.clear();
  bench.import_.columns = {
      {.role = Role::kTime, .header = "date"},
      {.role = Role::kValue, .header = "sold", .metric = "units"},
      {.role = Role::kValue, .header = "buyers", .metric = "users"},
      {.header = "app", .dimension = "app"}};
  const auto report =
      bench.Import("date,app,sold,buyers\n2025-01-01,A,5,3\n2025-01-02,A,,4\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->samples == 3);
  CHECK(report->series == 2);
  CHECK(bench.Of("units") == Samples{{{"A", bench.Step("2025-01-01")}, 5}});
  CHECK(bench.Of("users") == Samples{{{"A", bench.Step("2025-01-01")}, 3},
                                     {{"A", bench.Step("2025-01-02")}, 4}});
  // The second metric clashes: the first keeps what it had.
  const uint64_t commit = bench.database_->Stats().commit;
  const auto clash = bench.Import(
      "date,app,sold,buyers\n2025-01-01,A,7,3\n2025-01-01,A,7,4\n");
  CHECK_THAT(std::string(clash.status().message()),
             ContainsSubstring("line 2 and line 3, column \"buyers\""));
  CHECK(bench.Of("units") == Samples{{{"A", bench.Step("2025-01-01")}, 5}});
  CHECK(bench.database_->Stats().commit == commit);
}

TEST_CASE("each further column may be a member", "[import]") {
  Bench bench;
  bench.import_.columns = {{.role = Role::kTime, .header = "date"},
                           {.role = Role::kValuesOf,
                            .dimension = "app",
                            .headers = {"Total"},
                            .all_others = true}};
  const auto report =
      bench.Import("date,A,B,Total\n2025-01-01,1,2,3\n2025-01-02,4,,4\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(bench.Of("units") == Samples{{{"A", bench.Step("2025-01-01")}, 1},
                                     {{"A", bench.Step("2025-01-02")}, 4},
                                     {{"B", bench.Step("2025-01-01")}, 2}});
  CHECK(report->no_value == 1);
  bench.import_.columns[1].all_others = false;
  bench.import_.columns[1].headers = {"B"};
  REQUIRE(bench.Import("date,A,B,Total\n2025-01-03,1,2,3\n").ok());
  CHECK(bench.Of("units").count({"A", bench.Step("2025-01-03")}) == 0);
  const auto twice = bench.Import("date,B,B\n2025-01-03,1,2\n");
  CHECK_THAT(std::string(twice.status().message()),
             ContainsSubstring("column \"B\" twice"));
}

TEST_CASE("of a row that does not fit no value is stored", "[import]") {
  Bench bench;
  bench.import_.columns = {
      {.role = Role::kTime, .header = "date"},
      {.role = Role::kValuesOf, .dimension = "app", .all_others = true}};
  bench.import_.rejects_path = bench.folder_ / "rejects.csv";
  const auto report =
      bench.Import("date,A,B,C\n2025-01-01,1,bad,3\n2025-01-02,4,5,6\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->rejected == 1);
  CHECK(bench.Of("units").size() == 3);
  CHECK(bench.Of("units").count({"A", bench.Step("2025-01-01")}) == 0);
}

TEST_CASE("values of a column without a name are told", "[import]") {
  Bench bench;
  bench.import_.columns = {
      {.role = Role::kTime, .header = "date"},
      {.role = Role::kValuesOf, .dimension = "app", .all_others = true}};
  const auto report =
      bench.Import("date,A,,B,\n2025-01-01,1,7,2,\n2025-01-02,1,,2,\n");
  REQUIRE(report.status() == absl::OkStatus());
  REQUIRE(report->notes.size() == 1);
  CHECK(report->notes[0] ==
        "1 value of column 3 was left out: it has no name in the header that "
        "could be a member");
  CHECK(bench.Of("units").size() == 4);
}

TEST_CASE("each file of several has columns of its own order", "[import]") {
  Bench bench;
  bench.import_.columns = {
      {.role = Role::kTime, .header = "date"},
      {.role = Role::kValuesOf, .dimension = "app", .all_others = true}};
  bench.import_.path = bench.folder_ / "w_*.csv";
  WriteFile(bench.folder_ / "w_1.csv", "date,A,B\n2025-01-01,1,2\n");
  WriteFile(bench.folder_ / "w_2.csv", "date,B,A\n2025-01-02,20,10\n");
  REQUIRE(ImportCsv(*bench.database_, bench.import_, {}).ok());
  CHECK(bench.Of("units") == Samples{{{"A", bench.Step("2025-01-01")}, 1},
                                     {{"A", bench.Step("2025-01-02")}, 10},
                                     {{"B", bench.Step("2025-01-01")}, 2},
                                     {{"B", bench.Step("2025-01-02")}, 20}});
}

TEST_CASE("files that match a pattern are one import", "[import]") {
  Bench bench;
  WriteFile(bench.folder_ / "m_02.csv", "date,app,value\n2025-02-01,A,2\n");
  WriteFile(bench.folder_ / "m_01.csv", "value;date;app\n1;2025-01-01;A\n");
  bench.import_.path = bench.folder_ / "m_*.csv";
  const auto report = ImportCsv(*bench.database_, bench.import_, {});
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->rows == 2);
  CHECK(bench.Of("units") == Samples{{{"A", bench.Step("2025-01-01")}, 1},
                                     {{"A", bench.Step("2025-02-01")}, 2}});
  // One bad row in one of them, and none is stored; the message has the file.
  WriteFile(bench.folder_ / "m_03.csv",
            "date,app,value\n2025-03-01,A,2\n2025-03-02,A,x\n");
  const auto bad = ImportCsv(*bench.database_, bench.import_, {});
  CHECK_THAT(std::string(bad.status().message()),
             ContainsSubstring("m_03.csv, line 3, column \"value\": \"x\""));
  CHECK(bench.Of("units").size() == 2);
  // So are rows that clash across files.
  WriteFile(bench.folder_ / "m_03.csv", "date,app,value\n2025-01-01,A,2\n");
  const auto clash = ImportCsv(*bench.database_, bench.import_, {});
  CHECK_THAT(std::string(clash.status().message()),
             ContainsSubstring("m_01.csv, line 2 and "));
  bench.import_.path = bench.folder_ / "x_*.csv";
  CHECK(ImportCsv(*bench.database_, bench.import_, {}).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("rows of several files are compared and rejected by name",
          "[import]") {
  Bench bench;
  WriteFile(bench.folder_ / "m_1.csv",
            "date,app,value,c\n2025-01-01,A,1,x\n2025-01-02,A,bad,y\n");
  WriteFile(bench.folder_ / "m_2.csv",
            "c,value,app,date,d\nx,2,A,2025-01-01,q\n"
            "y,worse,A,2025-01-03,q\n");
  bench.import_.path = bench.folder_ / "m_*.csv";
  bench.import_.rejects_path = bench.folder_ / "rejects.csv";
  const auto clash = ImportCsv(*bench.database_, bench.import_, {});
  CHECK_THAT(std::string(clash.status().message()),
             ContainsSubstring("\"1\" and \"2\" for 2025-01-01 of \"A\"") &&
                 !ContainsSubstring("the rows differ in"));
  bench.import_.same_sample = SameSample::kLast;
  REQUIRE(ImportCsv(*bench.database_, bench.import_, {}).ok());
  const std::string rejects = ReadFile(*bench.import_.rejects_path);
  CHECK_THAT(rejects, ContainsSubstring("file,line,reason,date,app,value,c\n"));
  CHECK_THAT(rejects, ContainsSubstring("m_1.csv,3,") &&
                          ContainsSubstring(",2025-01-02,A,bad,y\n"));
  CHECK_THAT(rejects, ContainsSubstring("m_2.csv,3,") &&
                          ContainsSubstring("; \"\"d\"\" is \"\"q\"\"\"") &&
                          ContainsSubstring(",2025-01-03,A,worse,y\n"));
}

TEST_CASE("rows may be events", "[import]") {
  Bench bench;
  bench.import_.metric.clear();
  bench.import_.events = true;
  bench.import_.columns = {{.role = Role::kTime, .header = "date"},
                           {.role = Role::kKind, .member = "release"},
                           {.role = Role::kName, .header = "name"},
                           {.role = Role::kNote, .header = "note"},
                           {.header = "app", .dimension = "app"}};
  const auto report =
      bench.Import("date,name,note,app\n2025-01-01,One,big,A\n2025-02,Two,,\n");
  REQUIRE(report.status() == absl::OkStatus());
  CHECK(report->events == 2);
  const auto events = bench.database_->TakeSnapshot()->Events();
  REQUIRE(events.size() == 2);
  CHECK(*events[0] == Event{.kind = "release",
                            .name = "One",
                            .date = *ParseDate("2025-01-01"),
                            .members = {{"app", "A"}},
                            .note = "big"});
  CHECK(events[1]->members.empty());
  CHECK(events[1]->date.precision == Unit::kMonth);
  const auto bad = bench.Import("date,name,note,app\n2025-01-01,,x,A\n");
  CHECK_THAT(std::string(bad.status().message()),
             ContainsSubstring("1 of 1 rows does not fit"));
  CHECK(bench.database_->TakeSnapshot()->Events().size() == 2);
}

TEST_CASE("rows of one event say the same of it", "[import]") {
  Bench bench;
  bench.import_.metric.clear();
  bench.import_.events = true;
  bench.import_.columns = {{.role = Role::kTime, .header = "date"},
                           {.role = Role::kKind, .member = "release"},
                           {.role = Role::kName, .header = "name"},
                           {.role = Role::kNote, .header = "note"}};
  const char kText[] =
      "date,name,note\n2025-01-01,v1,a\n2025-01-01,v1,a\n2025-01-01,v1,b\n";
  const auto clash = bench.Import(kText);
  CHECK(clash.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(clash.status().message()),
             ContainsSubstring("line 2 and line 4: event \"v1\" of 2025-01-01 "
                               "has two notes, \"a\" and \"b\""));
  CHECK(bench.database_->TakeSnapshot()->Events().empty());
  for (const auto& [rule, note] :
       {std::pair{SameSample::kFirst, "a"}, {SameSample::kLast, "b"}}) {
    bench.import_.same_sample = rule;
    const auto report = bench.Import(kText);
    REQUIRE(report.status() == absl::OkStatus());
    CHECK(report->equal == 1);
    CHECK(report->merged == 1);
    const auto events = bench.database_->TakeSnapshot()->Events();
    REQUIRE(events.size() == 1);
    CHECK(events[0]->note == note);
  }
}

// Which of two rows is wrong nobody knows: neither is put aside.
TEST_CASE("rows that clash are refused beside REJECTS, too", "[import]") {
  Bench bench;
  bench.import_.rejects_path = bench.folder_ / "rejected.csv";
  const auto report = bench.Import(
      "date,app,value\n"
      "2025-01-01,A,5\n"
      "2025-01-02,A,x\n"
      "2025-01-03,A,1\n"
      "2025-01-01,A,6\n");
  REQUIRE(report.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(report.status().message()),
             ContainsSubstring("line 5") && ContainsSubstring("line 2"));
  CHECK(absl::StrContains(report.status().message(), "nothing was imported"));
  CHECK(bench.Of("units").empty());
  // What does not fit is written down all the same.
  CHECK(absl::StrContains(ReadFile(*bench.import_.rejects_path),
                          "2025-01-02,A,x"));
  // Once it is decided, what does not fit is put aside and the rest stored.
  bench.import_.same_sample = SameSample::kMax;
  const auto decided = bench.Import(
      "date,app,value\n"
      "2025-01-01,A,5\n"
      "2025-01-02,A,x\n"
      "2025-01-01,A,6\n");
  REQUIRE(decided.status() == absl::OkStatus());
  CHECK(decided->rejected == 1);
  CHECK(decided->merged == 1);
  CHECK(bench.Of("units").size() == 1);
  CHECK(absl::StrContains(ReadFile(*bench.import_.rejects_path),
                          "2025-01-02,A,x"));
}

}  // namespace
}  // namespace footfall
