// The program as a user meets it: what it prints where, and its exit codes.

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/database.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using absl::StrContains;

// Loaded with the first command, the rest ask.
constexpr char kDefine[] =
    "DEFINE METRIC hits INTEGER EVERY 1 day OVER TIME ADDS BY page ADDS;\n"
    "INSERT INTO hits (TIME, VALUE, page) VALUES\n"
    "  (2025-01-01, 3, 'a'), (2025-01-02, 4, 'a'), (2025-01-02, 5, 'b');\n";

TEST_CASE("the reference's console examples hold to the letter", "[program]") {
  struct Case {
    std::vector<std::string> arguments;
    const char* out;
    const char* err;
    int exit_code;
  };
  const Case row = GENERATE(values<Case>({
      {{"--mode", "csv", "-c",
        "SELECT dau WHERE app = 'DeepSeek' DURING 2025-02-08"},
       "time,dau,dau_kind,dau_present,dau_expected,partial\n"
       "2025-02-08,119790000,upper,1,1,false\n",
       "",
       0},
      {{"--mode", "json", "-c",
        "SELECT count(dau) AS n WHERE app = 'DeepSeek' AND platform = 'app' "
        "DURING 2025-01-10..2025-02-08"},
       "[{\"n\":20,\"n_kind\":\"exact\",\"n_present\":20,\"n_expected\":30,"
       "\"partial\":false}]\n",
       "",
       0},
      {{"-c", "SELECT sum(dau) EVERY month"},
       "",
       "query 1:8: sum(dau) over a month would be user-days, not users\n"
       "  SELECT sum(dau) EVERY month\n"
       "         ^^^^^^^^\n"
       "  use avg(dau), max(dau), bounds(sum(dau)) for the users of the month, "
       "or user_days(dau) if you mean it\n"
       "  for example: SELECT avg(dau) EVERY month\n",
       1},
  }));
  std::vector<std::string> arguments = row.arguments;
  arguments.push_back(ExampleDatabase());
  const ProgramRun run = RunProgram(arguments);
  CHECK(run.out == row.out);
  CHECK(run.err == row.err);
  CHECK(run.exit_code == row.exit_code);
}

TEST_CASE("wrong usage ends with 2 and help with 0", "[program]") {
  const ProgramRun wrong = RunProgram({"--colour"});
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.out.empty());
  CHECK(StrContains(wrong.err, "--colour"));
  CHECK(StrContains(wrong.err, "--help"));

  const ProgramRun help = RunProgram({"--help"});
  CHECK(help.exit_code == 0);
  CHECK(StrContains(help.out, "--readonly"));
  CHECK(help.err.empty());

  const ProgramRun version = RunProgram({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(absl::StartsWith(version.out, "footfall "));
}

TEST_CASE("what cannot be opened ends with 3", "[program]") {
  const TemporaryFolder folder;
  WriteFile(folder.File("file"), "no database");
  WriteFile(folder.File("notes.txt"), "of another program");
  struct Case {
    const char* why;
    const char* name;
    const char* says;
  };
  const Case row = GENERATE(values<Case>({
      {"a file", "file", "is a file and no database; a database is a folder"},
      {"below a file", "file/below", "lies below a file"},
      {"a folder with other files", ".", "and no database"},
  }));
  INFO(row.why);
  const std::string path = folder.File(row.name);
  const char* const statement = GENERATE(
      "SHOW METRICS", "DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS");
  const ProgramRun run = RunProgram({"-c", statement, path});
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  CHECK(absl::StartsWith(run.err, absl::StrCat("cannot open ", path)));
  CHECK(StrContains(run.err, row.says));
  CHECK(!StrContains(run.err, "--readonly"));
}

TEST_CASE("a statement that only reads creates no database", "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("mistyped");
  struct Case {
    const char* why;
    std::vector<std::string> arguments;
    std::string input;
  };
  const Case row = GENERATE(values<Case>({
      {"a question", {"-c", "SELECT dau"}, ""},
      {"on stdin", {}, "SHOW METRICS;\n"},
      {"a list by a command", {"-c", ".metrics"}, ""},
      {"rows for no metric",
       {"-c", "INSERT INTO m (TIME, VALUE) VALUES (2025-01-01, 1)"},
       ""},
      {"an empty folder", {"-c", "SHOW EVENTS"}, ""},
  }));
  INFO(row.why);
  const bool folder_exists = absl::StartsWith(row.why, "an empty folder");
  if (folder_exists) std::filesystem::create_directory(path);
  std::vector<std::string> arguments = row.arguments;
  arguments.push_back(path);
  const ProgramRun run = RunProgram(arguments, row.input);
  CHECK(run.exit_code == 3);
  CHECK(run.out.empty());
  CHECK(run.err == absl::StrCat("cannot open ", path,
                                ": there is no database; the first DEFINE "
                                "METRIC creates one\n"));
  CHECK(std::filesystem::exists(path) == folder_exists);
  if (folder_exists) CHECK(std::filesystem::is_empty(path));
}

TEST_CASE("a script that declares creates the database", "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("new/db");
  // What cannot be parsed creates nothing.
  CHECK(RunProgram({"-c", "DEFINE METRIC", path}).exit_code == 1);
  CHECK(!std::filesystem::exists(path));
  // Nor does nothing at all.
  CHECK(RunProgram({path}, "-- a comment\n").exit_code == 0);
  CHECK(!std::filesystem::exists(path));

  const ProgramRun run = RunProgram({"--mode", "csv", path},
                                    absl::StrCat("SHOW METRICS;\n", kDefine));
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(RunProgram({"-c", "SELECT hits", path}).exit_code == 0);
}

TEST_CASE("a database in memory leaves nothing behind", "[program]") {
  const ProgramRun run = RunProgram(
      {"--mode", "csv", "--values", ":memory:"},
      absl::StrCat("SHOW METRICS;\n", kDefine, "SELECT sum(hits);\n"));
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(StrContains(run.out, "sum(hits)\n12\n"));
  CHECK(!std::filesystem::exists(":memory:"));
  CHECK(
      !StrContains(RunProgram({"-c", "SHOW METRICS", ":memory:"}).out, "hits"));

  const ProgramRun reader =
      RunProgram({"--readonly", "-c", "SHOW METRICS", ":memory:"});
  CHECK(reader.exit_code == 3);
  CHECK(StrContains(reader.err, ":memory: with --readonly"));
}

TEST_CASE("--readonly creates no database", "[program]") {
  const TemporaryFolder folder;
  const ProgramRun run =
      RunProgram({"--readonly", "-c", "SHOW METRICS", folder.File("none")});
  CHECK(run.exit_code == 3);
  CHECK(StrContains(run.err, "without --readonly"));
}

TEST_CASE("a locked directory is named with the way in", "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("db");
  REQUIRE(RunProgram({path}, kDefine).exit_code == 0);
  absl::StatusOr<std::unique_ptr<Database>> holder = Database::Open(path, {});
  REQUIRE(holder.ok());

  const ProgramRun locked = RunProgram({"-c", "SHOW METRICS", path});
  CHECK(locked.exit_code == 3);
  CHECK(locked.out.empty());
  CHECK(StrContains(locked.err, path));
  CHECK(StrContains(locked.err, "--readonly"));

  const ProgramRun reader = RunProgram(
      {"--readonly", "--mode", "csv", "-c", "SELECT sum(hits)", path});
  INFO(reader.err);
  CHECK(reader.exit_code == 0);
  CHECK(StrContains(reader.out, "\n12,exact,2,2,"));
}

TEST_CASE("a reader cannot write", "[program]") {
  const ProgramRun run =
      RunProgram({"--readonly", "-c", "DROP METRIC dau", ExampleDatabase()});
  CHECK(run.exit_code == 1);
  CHECK(StrContains(run.err, "read"));
  CHECK(run.out.empty());
}

TEST_CASE("statements that change print nothing to stdout", "[program]") {
  const TemporaryFolder folder;
  const ProgramRun run = RunProgram({folder.File("db")}, kDefine);
  CHECK(run.exit_code == 0);
  CHECK(run.out.empty());
  CHECK(!run.err.empty());  // what was written, for people
}

TEST_CASE("a script may come from stdin, a file or the command line",
          "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("db");
  REQUIRE(RunProgram({path}, kDefine).exit_code == 0);
  const std::string question = "SELECT sum(hits) AS n DURING 2025-01-02";
  WriteFile(folder.File("script"), question);
  const std::string expected =
      "n,n_kind,n_present,n_expected,partial\n9,exact,1,1,false\n";

  CHECK(RunProgram({"--mode", "csv", path}, question).out == expected);
  CHECK(RunProgram({"--mode", "csv", "-f", folder.File("script"), path}).out ==
        expected);
  CHECK(RunProgram({"--mode", "csv", "-c", question, path}).out == expected);
}

TEST_CASE("several csv results have an empty line between", "[program]") {
  const std::string question = "SELECT dau_monthly AS m WHERE platform = 'web'";
  const std::string one =
      RunProgram({"--mode", "csv", "-c", question, ExampleDatabase()}).out;
  CHECK(absl::EndsWith(one, "\n"));
  CHECK(RunProgram({"--mode", "csv", "-c", question + "; " + question, "-c",
                    question, ExampleDatabase()})
            .out == absl::StrCat(one, "\n", one, "\n", one));
  const std::string json =
      RunProgram({"--mode", "json", "-c", question, ExampleDatabase()}).out;
  CHECK(RunProgram({"--mode", "json", "-c", question + ";" + question,
                    ExampleDatabase()})
            .out == json + json);
}

TEST_CASE("a script stops at its first error and keeps what was done",
          "[program]") {
  const TemporaryFolder folder;
  const std::string path = folder.File("db");
  const ProgramRun run = RunProgram(
      {"--mode", "csv", path},
      absl::StrCat(kDefine, "SELECT sum(hits) AS n;\n",
                   "SELECT sum(hits)\n  BY colour;\n", "DROP METRIC hits;\n"));
  CHECK(run.exit_code == 1);
  CHECK(absl::StartsWith(run.out, "n,n_kind"));
  CHECK(StrContains(run.err, "query 6:6: "));  // the script's own lines
  CHECK(StrContains(run.err, "BY colour"));
  CHECK(StrContains(
      RunProgram({"--mode", "csv", "-c", "SHOW METRICS", path}).out, "hits"));
}

TEST_CASE("an error in a file names the file, line and column", "[program]") {
  const TemporaryFolder folder;
  const std::string rows = folder.File("rows.csv");
  WriteFile(rows, "day,n\n2025-01-01,many\n");
  const std::string inner = folder.File("inner.sql");
  WriteFile(inner, "SHOW METRICS;\n\n  SELECT hits BY colour;\n");
  const std::string script = folder.File("script.sql");
  struct Case {
    const char* why;
    std::string text;
    std::string expected;  // how messages begin
  };
  const std::string before = absl::StrCat(kDefine, "-- and then\n");
  const auto line = [](const std::string& text) {
    return 1 + std::count(text.begin(), text.end(), '\n');
  };
  const auto at = [&](int column) {
    return absl::StrCat(script, ":", line(before), ":", column, ": ");
  };
  const std::vector<Case> cases = {
      {"a word", before + "SELECT hits BY colour;", at(16)},
      {"a word behind another statement",
       before + "SHOW METRICS; SELECT hits BY colour;", at(30)},
      {"characters, not bytes", before + "SELECT hits /", at(14)},
      {"a file that is imported",
       absl::StrCat(before, "SHOW METRICS;  IMPORT '", rows,
                    "' INTO hits (TIME day, VALUE n);"),
       at(23)},
      {"a command", before + ".mode nothing\n", "write .mode and"},
      {"a file that is read", absl::StrCat(before, ".read ", inner, "\n"),
       inner + ":3:18: "},
  };
  for (const Case& test : cases) {
    CAPTURE(test.why);
    WriteFile(script, test.text);
    const ProgramRun run = RunProgram({"-f", script, folder.File("db")});
    CAPTURE(run.err);
    CHECK(run.exit_code == 1);
    const size_t last_lines = run.err.find(test.expected);
    CHECK(last_lines != std::string::npos);
    CHECK_FALSE(StrContains(run.err, "query"));
  }
  // What is said of no place is of the statement.
  WriteFile(script, "-- nothing yet\n  SHOW METRICS;\n");
  CHECK(absl::StartsWith(RunProgram({"-f", script, folder.File("none")}).err,
                         absl::StrCat(script, ":2:3: cannot open ")));
  // Commands of the file say which they are.
  WriteFile(script, absl::StrCat(before, "  .read ", inner, "\n"));
  const ProgramRun run = RunProgram({"-f", script, folder.File("db")});
  CHECK(StrContains(run.err, absl::StrCat(at(3), "in .read ", inner, "\n")));
  CHECK(StrContains(run.err, "  SELECT hits BY colour;\n"));
  CHECK(StrContains(run.err, "^^^^^^\n"));
  // What a command stands for is in no file, nor are statements of -c.
  WriteFile(script, ".series nothing\n");
  CHECK(StrContains(RunProgram({"-f", script, folder.File("db")}).err,
                    "query 1:13: "));
  CHECK(StrContains(
      RunProgram({"-c", "SELECT hits BY colour", folder.File("db")}).err,
      "query 1:16: "));
}

TEST_CASE("answers come in the form that is asked for, notes on stderr",
          "[program]") {
  const std::string question =
      "SELECT dau WHERE app = 'DeepSeek' AND platform = 'app' DURING "
      "2025-02-08 BY region";
  struct Case {
    const char* mode;
    const char* out;
  };
  const Case row = GENERATE(values<Case>({
      {"csv",
       "region,time,dau\ncn,2025-02-08,34940000\n"
       "overseas,2025-02-08,36850000\n"},
      {"tsv",
       "region\ttime\tdau\ncn\t2025-02-08\t34940000\n"
       "overseas\t2025-02-08\t36850000\n"},
      {"jsonl",
       "{\"region\":\"cn\",\"time\":\"2025-02-08\",\"dau\":34940000}\n"
       "{\"region\":\"overseas\",\"time\":\"2025-02-08\",\"dau\":36850000}"
       "\n"},
      {"markdown",
       "| region | time | dau (users) |\n| --- | --- | ---: |\n"
       "| cn | 2025-02-08 | 34,940,000 |\n"
       "| overseas | 2025-02-08 | 36,850,000 |\n"},
      {"box",
       "┌──────────┬────────────┬─────────────┐\n"
       "│ region   │ time       │ dau (users) │\n"
       "├──────────┼────────────┼─────────────┤\n"
       "│ cn       │ 2025-02-08 │  34,940,000 │\n"
       "│ overseas │ 2025-02-08 │  36,850,000 │\n"
       "└──────────┴────────────┴─────────────┘\n"},
      {"vertical",
       "-- row 1\nregion       cn\ntime         2025-02-08\n"
       "dau (users)  34,940,000\n"
       "-- row 2\nregion       overseas\ntime         2025-02-08\n"
       "dau (users)  36,850,000\n"},
  }));
  INFO(row.mode);
  const ProgramRun run = RunProgram(
      {"--values", "--mode", row.mode, "-c", question, ExampleDatabase()});
  CHECK(run.out == row.out);
  CHECK(run.exit_code == 0);
  const ProgramRun script =
      RunProgram({ExampleDatabase()},
                 absl::StrCat(".mode ", row.mode, "\n.values on\n", question));
  CHECK(script.out == row.out);
  // A note is no part of an answer in any mode.
  const TemporaryFolder folder;
  const ProgramRun noted = RunProgram(
      {"--values", "--mode", row.mode, folder.File("db")},
      "DEFINE METRIC hits INTEGER EVERY day OVER TIME ADDS BY page;"
      "INSERT INTO hits (TIME, VALUE, page) VALUES (2025-01-01, 1, 'a'),"
      " (2025-01-01, 1, 'A'); SHOW MEMBERS OF page");
  CHECK(StrContains(noted.err, "note: "));
  CHECK_FALSE(StrContains(noted.out, "note: "));
}

TEST_CASE("commands to the program stand between statements", "[program]") {
  const ProgramRun run = RunProgram({ExampleDatabase()},
                                    "-- as csv, please\n"
                                    ".mode csv\n"
                                    "SELECT dau_monthly AS m;\n"
                                    ".mode\n"
                                    ".quit\n"
                                    "SELECT nothing;\n");
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(absl::StartsWith(run.out, "time,m,"));
  CHECK(absl::EndsWith(run.out, "\ncsv\n"));
}

TEST_CASE("the lines of a script count across commands", "[program]") {
  const ProgramRun run =
      RunProgram({ExampleDatabase()}, ".mode csv\n\n  SELECT nothing;\n");
  CHECK(run.exit_code == 1);
  CHECK(absl::StartsWith(run.err, "query 3:"));
}

TEST_CASE("a wrong command names the next step", "[program]") {
  struct Case {
    const char* command;
    const char* message;
  };
  const Case row = GENERATE(values<Case>({
      {".colour", ".help"},
      {".mode xml", ".mode csv"},
      {".timer 1", ".timer on"},
      {".values 1", ".values on"},
      {".series", "write .series METRIC"},
      {".schema nothing", ".metrics"},
      {".read /nowhere/at/all", "cannot read /nowhere/at/all"},
      {".output /nowhere/at/all", "cannot write /nowhere/at/all"},
  }));
  const ProgramRun run = RunProgram({ExampleDatabase()}, row.command);
  INFO(run.err);
  CHECK(run.exit_code == 1);
  CHECK(run.out.empty());
  CHECK(StrContains(run.err, row.message));
}

TEST_CASE("commands show what is declared", "[program]") {
  const auto out = [](const char* command) {
    return RunProgram({"--mode", "csv", ExampleDatabase()}, command).out;
  };
  CHECK(StrContains(out(".help"), ".members DIMENSION"));
  CHECK(StrContains(out(".metrics"), "dau_monthly"));
  CHECK(StrContains(out(".series dau"), "DeepSeek,web,\n"));
  CHECK(StrContains(out(".members app"), "Doubao"));
  const std::string schema = out(".schema dau");
  CHECK(StrContains(schema, "DEFINE METRIC dau INTEGER"));
  CHECK(!StrContains(schema, "dau_monthly"));

  // The schema makes the same metrics elsewhere.
  const TemporaryFolder folder;
  REQUIRE(RunProgram({folder.File("db")}, out(".schema")).exit_code == 0);
  CHECK(RunProgram({folder.File("db")}, ".schema").out == out(".schema"));
}

TEST_CASE("answers can go to a file", "[program]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("answer.csv");
  const ProgramRun run =
      RunProgram({"--mode", "csv", ExampleDatabase()},
                 absl::StrCat(".output ", file,
                              "\nSELECT dau_monthly AS m;\n.output\n.mode\n"));
  CHECK(run.exit_code == 0);
  CHECK(run.out == "csv\n");
  CHECK(absl::StartsWith(ReadFile(file), "time,m,"));
}

TEST_CASE("a script may read others, but not itself for ever", "[program]") {
  const TemporaryFolder folder;
  const std::string script = folder.File("script");
  WriteFile(script, absl::StrCat(".mode\n.read ", script, "\n"));
  const ProgramRun run = RunProgram({"-f", script, ExampleDatabase()});
  CHECK(run.exit_code == 1);
  CHECK(StrContains(run.err, "deep"));
}

TEST_CASE("the timer says how long a statement took", "[program]") {
  const ProgramRun run =
      RunProgram({ExampleDatabase()}, ".timer on\nSELECT dau_monthly;\n");
  CHECK(StrContains(run.err, "time: "));
  CHECK(!StrContains(run.out, "time: "));
}

TEST_CASE("parameters are values, not text of the question", "[program]") {
  const ProgramRun run = RunProgram(
      {"--mode", "csv", "--param", "app=DeepSeek' OR '1", "--param",
       "day=2025-02-08", "-c", "SELECT dau WHERE app = $app DURING $day",
       ExampleDatabase()});
  CHECK(run.exit_code == 1);
  // One member, which is not there.
  CHECK(StrContains(run.err, "'DeepSeek'' OR ''1'"));
  CHECK(
      RunProgram({"--mode", "csv", "--param", "app=DeepSeek", "--param",
                  "day=2025-02-08", "-c",
                  "SELECT dau WHERE app = $app DURING $day", ExampleDatabase()})
          .out ==
      "time,dau,dau_kind,dau_present,dau_expected,partial\n"
      "2025-02-08,119790000,upper,1,1,false\n");
  const auto days = [](const char* range) {
    return RunProgram({"--values", "--mode", "csv", "--param", range,
                       ExampleDatabase(),
                       "SELECT count(dau{platform='app'}) AS n "
                       "WHERE app = 'DeepSeek' DURING $d"})
        .out;
  };
  CHECK(days("d=2025-02-05..2025-02-08") == "n\n4\n");
  CHECK(days("d=2025-02-08") == "n\n1\n");
}

TEST_CASE("now decides what is over", "[program]") {
  const auto coverage = [](const char* now) {
    return RunProgram({"--mode", "csv", "--now", now, "-c",
                       "SELECT count(dau) AS n WHERE app = 'DeepSeek' "
                       "AND platform = 'app' DURING LAST 7 days",
                       ExampleDatabase()})
        .out;
  };
  // In Shanghai the 9th has begun when it is 20:00 UTC on the 8th.
  CHECK(StrContains(coverage("2025-02-08T12:00Z"), "\n7,exact,7,7,"));
  CHECK(StrContains(coverage("2025-02-08T20:00Z"), "\n6,exact,6,6,true"));
}

TEST_CASE("--echo shows each statement before its answer", "[program]") {
  const ProgramRun run = RunProgram({"--echo", ExampleDatabase()},
                                    "-- The web's first figure.\n"
                                    "SELECT dau_monthly;\n"
                                    "SHOW METRICS;\n");
  CHECK(absl::StartsWith(run.out,
                         "-- The web's first figure.\nSELECT dau_monthly;\n"));
  CHECK(StrContains(run.out, "\nSHOW METRICS;\n"));
}

TEST_CASE("an answer that cannot be written is an error", "[program]") {
  const ProgramRun run =
      RunProgram({ExampleDatabase()}, ".output /dev/full\nSHOW METRICS;\n");
  CHECK(run.exit_code == 4);
  CHECK(StrContains(run.err, "cannot write to /dev/full"));
}

// The exit code of the program in a shell's hands.
int RunInShell(const std::string& arguments) {
  const int status =
      std::system(absl::StrCat("'", FOOTFALL_PROGRAM, "' ", arguments).c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_CASE("what cannot be printed has an exit code of its own", "[program]") {
  const std::string file =
      absl::StrCat("'", FOOTFALL_SOURCE_DIR, "/examples/data/deepseek.csv'");
  const std::string show =
      absl::StrCat("-c 'SHOW METRICS' '", ExampleDatabase(), "'");
  for (const std::string& arguments : {
           std::string("--help"),
           std::string("--version"),
           absl::StrCat("--guess ", file, " somewhere"),
           show,
       }) {
    CAPTURE(arguments);
    CHECK(RunInShell(absl::StrCat(arguments, " >/dev/null 2>&1")) == 0);
    CHECK(RunInShell(absl::StrCat(arguments, " >/dev/full 2>/dev/null")) == 4);
  }
}

TEST_CASE("with its streams closed the program writes into no file of its own",
          "[program]") {
  const TemporaryFolder folder;
  const std::string database = folder.File("db");
  REQUIRE(RunProgram({database},
                     "DEFINE METRIC m INTEGER EVERY day OVER TIME"
                     " ADDS BY app;")
              .exit_code == 0);
  for (const char* closed :
       {">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"}) {
    CAPTURE(closed);
    CHECK(RunInShell(absl::StrCat("-c 'SELECT nothing' '", database, "' ",
                                  "2>/dev/null ", closed)) == 1);
    CHECK(ReadFile(database + "/LOCK").empty());
    CHECK(RunInShell(absl::StrCat("-c 'SHOW METRICS' '", database, "' ",
                                  ">/dev/null ", closed)) == 0);
    for (const auto& entry : std::filesystem::directory_iterator(database)) {
      if (!entry.is_regular_file()) continue;
      CAPTURE(entry.path());
      const std::string bytes = ReadFile(entry.path().string());
      CHECK(!StrContains(bytes, "over_time"));  // a heading of the answer
      CHECK(!StrContains(bytes, "SHOW METRICS"));
    }
  }
}

TEST_CASE("a file is imported only after asking, at a terminal", "[program]") {
  const TemporaryFolder folder;
  const ProgramRun run =
      RunProgram({folder.File("db"), "examples/data/deepseek.csv"});
  CHECK(run.exit_code == 1);
  CHECK(StrContains(run.err, "--guess examples/data/deepseek.csv"));
  CHECK(run.out.empty());
}

TEST_CASE("--dump writes a script that loads the database", "[program]") {
  const TemporaryFolder folder;
  REQUIRE(RunProgram({folder.File("db"), "-c",
                      "DEFINE METRIC n INTEGER EVERY day OVER TIME ADDS;"
                      "INSERT INTO n (TIME, VALUE) VALUES (2025-02-08, 7)"})
              .exit_code == 0);
  const ProgramRun dump =
      RunProgram({folder.File("db"), "--dump", folder.File("out")});
  INFO(dump.err);
  REQUIRE(dump.exit_code == 0);
  CHECK(StrContains(dump.err, "1 sample of 1 metric written to"));
  CHECK(RunProgram({folder.File("db"), "--dump", "/dev/null/out"}).exit_code ==
        1);
}

TEST_CASE("EXPORT writes answers and samples that load again", "[program]") {
  const TemporaryFolder folder;
  const ProgramRun run = RunProgram(
      {folder.File("db"), "--param", absl::StrCat("tsv=", folder.File("a.tsv")),
       "--param", absl::StrCat("lines=", folder.File("a.jsonl")), "--param",
       absl::StrCat("packed=", folder.File("n.csv.gz")), "-c",
       "DEFINE METRIC n INTEGER EVERY day OVER TIME ADDS BY app;"
       "INSERT INTO n (TIME, VALUE, app) VALUES (2025-02-08, 7, 'B'),"
       " (2025-02-08, 5, 'A, x');"
       "EXPORT (SELECT sum(n) AS s BY app) TO $tsv FORMAT tsv;"
       "EXPORT (SELECT sum(n) AS s BY app) TO $lines FORMAT jsonl;"
       "EXPORT METRIC n TO $packed; DELETE n DURING ..;"
       "IMPORT $packed INTO n (TIME time, VALUE value, app);"
       "SELECT sum(n) AS s BY app",
       "--mode", "csv"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  const auto content = [&](const char* name) {
    std::ifstream file(folder.File(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  CHECK(content("a.tsv") ==
        "app\ts\ts_kind\ts_present\ts_expected\tpartial\n"
        "A, x\t5\texact\t1\t1\tfalse\nB\t7\texact\t1\t1\tfalse\n");
  CHECK(StrContains(content("a.jsonl"), "{\"app\":\"A, x\",\"s\":5,"));
  CHECK(content("n.csv.gz").substr(0, 2) == "\x1f\x8b");
  CHECK(StrContains(run.out, "\"A, x\",5,exact,1,1,false\nB,7,exact"));
}

TEST_CASE("what is altered and removed outlives the program", "[program]") {
  const TemporaryFolder folder;
  const std::string database = folder.File("db");
  const auto run = [&](const char* script) {
    const ProgramRun ran =
        RunProgram({"--mode", "csv", "-c", script, database});
    INFO(ran.err);
    REQUIRE(ran.exit_code == 0);
    return ran;
  };
  run("DEFINE METRIC hits INTEGER EVERY day OVER TIME ADDS;"
      "INSERT INTO hits (TIME, VALUE) VALUES (2000-01-01, 3), (2900-01-01, 4)");
  run("ALTER METRIC hits RENAME TO visits SET UNIT 'visits', KEEP 1 year");
  run("COMPACT");
  const ProgramRun late =
      run("INSERT INTO visits (TIME, VALUE) VALUES (2000-01-01, 3)");
  CHECK(StrContains(late.err,
                    "0 samples written, 1 row left out: older than KEEP"));
  const ProgramRun left = run("SELECT sum(visits) DURING 2000..2900");
  CHECK(StrContains(left.out, "\n4,exact,1,"));
  CHECK(StrContains(left.err, "note: samples of visits before "));
  CHECK(
      StrContains(left.err, " were removed by KEEP: they are missing, not 0"));
}

TEST_CASE("--metrics prints what the statements came to", "[program]") {
  const TemporaryFolder folder;
  const std::string database = folder.File("db");
  const ProgramRun run = RunProgram(
      {"--metrics", "-c", kDefine, "-c", "SELECT sum(hits)", database});
  CHECK(run.exit_code == 0);
  CHECK(StrContains(run.out, "footfall_samples_total 3\n"));
  CHECK(StrContains(run.out, "footfall_question_seconds_count 1\n"));
  CHECK(absl::EndsWith(run.out, "# EOF\n"));
  // Without statements it waits for none.
  const ProgramRun alone = RunProgram({"--metrics", "--readonly", database});
  CHECK(alone.exit_code == 0);
  CHECK(StrContains(alone.out, "footfall_series 2\n"));
  CHECK(absl::StartsWith(alone.out, "# TYPE footfall_writes counter\n"));
  CHECK(RunProgram({"--metrics", "--verify", database}).exit_code == 2);
}

TEST_CASE("--guess prints statements that load the file", "[program]") {
  const TemporaryFolder folder;
  const ProgramRun guess =
      RunProgram({folder.File("db"), "--guess", "examples/data/deepseek.csv"});
  INFO(guess.err);
  REQUIRE(guess.exit_code == 0);
  CHECK(StrContains(guess.out, "DEFINE METRIC"));
  CHECK(StrContains(guess.out, "IMPORT 'examples/data/deepseek.csv'"));
  const ProgramRun load = RunProgram({folder.File("db")}, guess.out);
  INFO(load.err);
  CHECK(load.exit_code == 0);
  CHECK(StrContains(RunProgram({folder.File("db")}, ".members app").out,
                    "Doubao"));

  CHECK(RunProgram({folder.File("db"), "--guess", "/nowhere"}).exit_code != 0);
}

}  // namespace
}  // namespace footfall
