// The commands that begin with a dot, in scripts.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "examples/repl/commands.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using absl::StrCat;
using absl::StrContains;

ProgramRun Run(const std::string& script,
               const std::vector<std::string>& options = {}) {
  std::vector<std::string> words = options;
  words.push_back(ExampleDatabase());
  return RunProgram(words, script);
}

constexpr char kAsk[] = "SELECT dau_monthly AS m;\n";

TEST_CASE("every command has help, and is in the list", "[program]") {
  const std::string list = Run(".help\n").out;
  for (const repl::Commands::Entry& entry : repl::Commands::All()) {
    CAPTURE(entry.name);
    CHECK(StrContains(list, StrCat("\n", entry.name)) !=
          absl::StartsWith(list, entry.name));
    const ProgramRun one = Run(StrCat(".help ", entry.name.substr(1), "\n"));
    CHECK(one.exit_code == 0);
    CHECK(absl::StartsWith(one.out, entry.name));
    CHECK(StrContains(one.out, entry.help));
  }
  CHECK(Run(".help nothing\n").exit_code == 1);
}

TEST_CASE("the questions that help shows have answers", "[program]") {
  int questions = 0;
  for (const absl::string_view line :
       absl::StrSplit(Run(".help\n").out, '\n')) {
    if (!absl::StartsWith(line, "  SELECT")) continue;
    CAPTURE(line);
    const ProgramRun run = Run(StrCat(line, "\n"), {"--now", "2025-02-11"});
    CHECK(run.exit_code == 0);
    CHECK(std::count(run.out.begin(), run.out.end(), '\n') >= 3);
    ++questions;
  }
  CHECK(questions == 5);
}

TEST_CASE("names that other programs use are known", "[program]") {
  CHECK(Run(".tables\n").out == Run(".metrics\n").out);
  CHECK(Run(".exit\nSELECT nothing;\n").exit_code == 0);
  CHECK(Run(".system echo hello\n").out == "hello\n");
}

TEST_CASE(".once writes one answer to a file, .output all of them",
          "[program]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("with 'a' blank.csv");
  const std::string quoted = "'" + folder.File("with ''a'' blank.csv") + "'";
  const ProgramRun run = Run(StrCat(".mode csv\n.once ", quoted, "\n", kAsk,
                                    "SELECT max(dau_monthly) AS n;\n"));
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(absl::StartsWith(ReadFile(file), "time,m,"));
  CHECK(!StrContains(ReadFile(file), "\nn,"));
  CHECK(absl::StartsWith(run.out, "n,"));
}

TEST_CASE(".once ends with what a command prints, too", "[program]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("schema");
  const ProgramRun run = Run(StrCat(".once ", file, "\n.schema dau\n.mode\n"));
  CHECK(StrContains(ReadFile(file), "DEFINE METRIC dau "));
  CHECK(run.out == "table\n");
}

TEST_CASE("commands that are run get signals as usual", "[program]") {
  // `yes` would go on and complain if it did not take SIGPIPE.
  const ProgramRun run =
      Run(".output | cat\n.output\n.shell yes | head -n 1\n");
  CHECK(run.out == "y\n");
  CHECK(run.err.empty());
}

TEST_CASE("answers go through a command", "[program]") {
  const ProgramRun run =
      Run(StrCat(".mode csv\n.once | wc -l | tr -d ' '\n", kAsk,
                 ".output | cat\n", kAsk, ".output\n.mode\n"));
  INFO(run.err);
  CHECK(run.exit_code == 0);
  const std::vector<std::string> lines = absl::StrSplit(run.out, '\n');
  CHECK(lines[0] == "2");
  CHECK(absl::StartsWith(lines[1], "time,m,"));
  CHECK(absl::EndsWith(run.out, "\ncsv\n"));
  // One that fails, and one that stops reading, are told.
  const ProgramRun failing =
      Run(StrCat(".once | cat >/dev/null; exit 3\n", kAsk));
  CHECK(failing.exit_code == 4);
  CHECK(StrContains(failing.err, "ended with exit code 3"));
  const ProgramRun gone =
      Run(".mode csv\n.output | true\n.shell sleep 0.2\n"
          "SELECT dau;\nSELECT dau;\n.output\n");
  CHECK(gone.exit_code == 4);
  CHECK(StrContains(gone.err, "cannot write to | true"));
}

TEST_CASE(".shell runs a command and says how it ended", "[program]") {
  CHECK(Run(".shell echo 'two  words' \"three\"\n").out ==
        "two  words three\n");
  const ProgramRun run = Run(".shell exit 7\n");
  CHECK(run.exit_code == 1);
  CHECK(StrContains(run.err, "exit code 7"));
}

TEST_CASE(".bail off goes on after an error", "[program]") {
  const std::string script =
      "SELECT nothing; SELECT 'a;b';\n.colour\n" + std::string(kAsk);
  const ProgramRun stops = Run(script);
  CHECK(stops.exit_code == 1);
  CHECK(stops.out.empty());
  for (const bool by_option : {false, true}) {
    const ProgramRun goes_on =
        by_option ? Run(script, {"--no-bail"}) : Run(".bail off\n" + script);
    CHECK(goes_on.exit_code == 1);
    CHECK(StrContains(goes_on.err, "there is no command .colour"));
    CHECK(StrContains(goes_on.err, by_option ? "query 1:8" : "query 2:8"));
    CHECK(StrContains(goes_on.err, by_option ? "query 1:24" : "query 2:24"));
    CHECK(StrContains(goes_on.out, "2024-12"));
  }
}

TEST_CASE("settings change how answers look", "[program]") {
  CHECK(absl::StartsWith(Run(StrCat(".mode csv\n.headers off\n", kAsk)).out,
                         "2024-12,"));
  CHECK(absl::StartsWith(Run(StrCat(".mode tsv\n.headers off\n", kAsk)).out,
                         "2024-12\t"));
  const std::string gap =
      "SELECT dau_monthly AS m DURING 2024-11..2025-02 EVERY month FILL null;";
  CHECK(StrContains(Run(".nullvalue n/a\n" + gap).out, "n/a"));
  CHECK(!StrContains(Run(gap).out, "n/a"));
  const std::string wide = "SELECT dau BY app, platform, region;\n";
  const ProgramRun narrow = Run(".width 40\n" + wide);
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(narrow.out, '\n'))) {
    if (!absl::StartsWith(line, "...")) CHECK(line.size() <= 40);
  }
  CHECK(StrContains(narrow.out, "not shown"));
  CHECK(!StrContains(Run(wide).out, "not shown"));
  CHECK(StrContains(Run(StrCat(".echo on\n", kAsk)).out,
                    "SELECT dau_monthly AS m;"));
  // Each alone prints what it is.
  CHECK(Run(".headers\n.width\n.nullvalue\n.pager\n.echo\n.bail\n").out ==
        "on\nauto\n-\non\noff\non\n");
  CHECK(Run(".width wide\n").exit_code == 1);
  CHECK(StrContains(Run(".nullvalue 'open\n").err, "with the quote closed"));
}

TEST_CASE(".open changes the database, and creates none", "[program]") {
  const TemporaryFolder folder;
  const std::string other = folder.File("another db");
  REQUIRE(RunProgram({other},
                     "DEFINE METRIC hits INTEGER EVERY day OVER TIME ADDS;")
              .exit_code == 0);
  const ProgramRun run =
      Run(StrCat(".mode csv\n.open '", other, "'\n.metrics\n"));
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(StrContains(run.out, "hits"));
  CHECK(!StrContains(run.out, "dau"));
  const std::string nothing = folder.File("mistyped");
  CHECK(Run(StrCat(".open ", nothing, "\nSHOW METRICS;\n")).exit_code != 0);
  CHECK(!std::filesystem::exists(nothing));
  // The last answer went with its database.
  const ProgramRun plot =
      Run(StrCat(kAsk, ".open ", folder.File("new"), "\n.plot\n"));
  CHECK(plot.exit_code == 1);
  CHECK(StrContains(plot.err, "no answer to draw"));
}

TEST_CASE(".open of what cannot be opened keeps the database", "[program]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("notes.txt");
  WriteFile(file, "no database");
  const ProgramRun run = RunProgram(
      {":memory:", "--no-bail"},
      StrCat("DEFINE METRIC hits INTEGER EVERY day OVER TIME ADDS;\n.open ",
             file, "\n.mode csv\n.metrics\n"));
  CHECK(run.exit_code == 1);
  CHECK(StrContains(run.err, StrCat("cannot open ", file)));
  CHECK(!StrContains(run.err, "creates"));
  CHECK(StrContains(run.out, "hits"));
  // The same folder again, and a name where nothing is.
  const std::string path = folder.File("new");
  const ProgramRun again = RunProgram(
      {path},
      StrCat("DEFINE METRIC hits INTEGER EVERY day OVER TIME ADDS;\n"
             ".open ",
             path, "\n.metrics\n.open ", folder.File("mistyped"), "\n"));
  CHECK(again.exit_code == 0);
  CHECK(StrContains(again.out, "hits"));
  CHECK(StrContains(again.err, "the first DEFINE METRIC creates it"));
}

TEST_CASE("commands show events, aliases, commits and the version",
          "[program]") {
  CHECK(StrContains(Run(".events\n").out, "release"));
  CHECK(Run(".aliases\n").exit_code == 0);
  CHECK(absl::StartsWith(Run(".refresh\n").out, "commit "));
  CHECK(absl::StartsWith(Run(".version\n").out, "footfall "));
}

TEST_CASE(".export writes what imports back", "[program]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("dau.csv");
  REQUIRE(Run(StrCat(".export dau ", file, "\n")).exit_code == 0);
  CHECK(absl::StartsWith(ReadFile(file), "time,app,platform,region,value\n"));
}

TEST_CASE("a chart knows how long its buckets are", "[program]") {
  const std::string script =
      "DEFINE METRIC hits INTEGER EVERY day OVER TIME ADDS;\n"
      "INSERT INTO hits (TIME, VALUE) VALUES (2025-01-01, 1), (2025-01-22, "
      "9);\n"
      ".mode spark\n";
  for (const char* const ask : {"SELECT hits;\n", "SELECT hits + 1 AS h;\n",
                                "SELECT sum(hits) EVERY week;\n",
                                "SELECT sum(hits) EVERY 3 weeks;\n"}) {
    CAPTURE(ask);
    const ProgramRun run = RunProgram({":memory:"}, StrCat(script, ask));
    CHECK(run.exit_code == 0);
    CHECK(StrContains(run.out, "▁ ") != StrContains(ask, "3 weeks"));
  }
}

TEST_CASE(".plot draws the last answer", "[program]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("chart.svg");
  const ProgramRun run = Run(
      StrCat("SELECT dau WHERE app = 'DeepSeek' BY platform;\n.plot\n.plot ",
             file, "\n"));
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(StrContains(run.out, "┤"));
  CHECK(StrContains(run.out, "● app"));
  CHECK(absl::StartsWith(ReadFile(file), "<svg"));
  CHECK(StrContains(ReadFile(file), "</svg>"));
  CHECK(StrContains(Run(".plot\n").err, "no answer"));
  CHECK(StrContains(Run("SHOW METRICS;\n.plot\n").err, "EVERY"));
  CHECK(StrContains(Run(StrCat(kAsk, ".plot chart.png\n")).err, "FILE.svg"));
  // As a mode; what has no time is a table.
  CHECK(StrContains(Run(kAsk, {"--mode", "plot"}).out, "┤"));
  CHECK(StrContains(Run(kAsk, {"--mode", "spark"}).out, "m "));
  CHECK(StrContains(Run("SHOW METRICS;", {"--mode", "plot"}).out, "------"));
}

TEST_CASE("statements may stand behind the directory", "[program]") {
  const ProgramRun run =
      RunProgram({"--mode", "csv", ExampleDatabase(), "SELECT dau_monthly AS m",
                  "SHOW METRICS;"});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  CHECK(absl::StartsWith(run.out, "time,m,"));
  CHECK(StrContains(run.out, "\nmetric,"));
}

TEST_CASE("limits are options, and messages name them", "[program]") {
  const ProgramRun rows = Run("SELECT dau BY app;", {"--limit-rows", "2"});
  CHECK(rows.exit_code == 1);
  CHECK(StrContains(rows.err, "(--limit-rows)"));
  CHECK(!StrContains(rows.err, "QueryLimits"));
  const ProgramRun memory =
      Run("SELECT dau DURING 1000..3000 BY app EVERY day FILL null;",
          {"--limit-memory=1"});
  CHECK(memory.exit_code == 1);
  CHECK(StrContains(memory.err, "(--limit-memory)"));
  CHECK(Run("SELECT dau WHERE app = $app;").exit_code == 1);
  CHECK(StrContains(Run("SELECT dau WHERE app = $app;").err, "(--param)"));
  CHECK(Run("", {"--limit-rows", "0"}).exit_code == 2);
}

// The options that --help lists: words that begin with -.
std::vector<std::string> Options() {
  std::vector<std::string> options;
  const std::string help = RunProgram({"--help"}).out;
  for (const absl::string_view line : absl::StrSplit(help, '\n')) {
    if (!absl::StartsWith(line, "  -")) continue;
    for (absl::string_view word :
         absl::StrSplit(line, absl::ByAnyChar(" ,"), absl::SkipEmpty())) {
      if (word[0] == '-') options.emplace_back(word);
    }
  }
  return options;
}

TEST_CASE("manual and completion know every option and mode", "[program]") {
  const std::string folder = FOOTFALL_SOURCE_DIR "/examples/repl/";
  const std::string manual =
      absl::StrReplaceAll(ReadFile(folder + "footfall.1"), {{"\\-", "-"}});
  const std::string completion = ReadFile(folder + "footfall.bash");
  REQUIRE(Options().size() > 20);
  for (const std::string& option : Options()) {
    CAPTURE(option);
    CHECK(StrContains(manual, option));
    CHECK(StrContains(completion, option));
  }
  for (const absl::string_view mode : repl::ModeNames()) {
    CAPTURE(mode);
    CHECK(StrContains(manual, mode));
    CHECK(StrContains(completion, mode));
  }
  // Bash takes the completion, and it offers what begins as was typed.
  const ProgramRun run = Run(StrCat(
      ".shell bash -c 'source ", folder,
      "footfall.bash; COMP_WORDS=(footfall --rep); COMP_CWORD=1; _footfall; "
      "echo \"${COMPREPLY[@]}\"'\n"));
  INFO(run.err);
  CHECK(run.out == "--repair\n");
}

}  // namespace
}  // namespace footfall
