// The prompt, typed at through a pseudo-terminal as a person would.

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "tests/examples/run_program.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

using absl::StrContains;

constexpr char kCtrlC[] = "\x03";
constexpr char kCtrlD[] = "\x04";
constexpr char kUp[] = "\x10";  // Ctrl-P
constexpr char kPrompt[] = "footfall> ";
constexpr char kPromptOpen[] = "     ...> ";

// The program at a terminal of 100 columns.
class Terminal {
 public:
  using Variables = std::vector<std::pair<std::string, std::string>>;

  // `home` holds the history. `argument` is an option, or a file to be imported
  // after asking. `variables` are those of the environment.
  Terminal(const std::string& database, const std::string& home,
           const std::string& argument = "", const Variables& variables = {}) {
    winsize size = {};
    size.ws_row = 40;
    size.ws_col = 100;
    child_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) {
      setenv("TERM", "dumb", 1);
      setenv("LC_ALL", "C.UTF-8", 1);
      setenv("XDG_STATE_HOME", home.c_str(), 1);
      setenv("HOME", home.c_str(), 1);  // no ~/.editrc
      unsetenv("NO_COLOR");
      unsetenv("PAGER");
      for (const auto& [name, value] : variables) {
        setenv(name.c_str(), value.c_str(), 1);
      }
      execl(FOOTFALL_PROGRAM, FOOTFALL_PROGRAM, database.c_str(),
            argument.empty() ? nullptr : argument.c_str(), nullptr);
      _exit(127);
    }
    if (child_ < 0 && (errno == ENOENT || errno == ENODEV)) {
      // A bare folder without /dev/pts: ctest then says Skipped.
      std::puts("there are no pseudo-terminals here: the prompt is not tested");
      std::exit(77);
    }
    REQUIRE(child_ > 0);
  }
  ~Terminal() {
    if (child_ > 0) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
    close(terminal_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void Type(const std::string& keys) {
    REQUIRE(write(terminal_, keys.data(), keys.size()) ==
            static_cast<ssize_t>(keys.size()));
  }

  // What is shown up to and with `text`; fails after a while without it.
  std::string WaitFor(const std::string& text) {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
    size_t found = std::string::npos;
    while ((found = shown_.find(text)) == std::string::npos) {
      const bool in_time = std::chrono::steady_clock::now() < until;
      if (!in_time || !ReadSome()) {
        FAIL("waited for `" << text << "`, saw `" << shown_ << "`");
      }
    }
    std::string before = shown_.substr(0, found + text.size());
    shown_.erase(0, found + text.size());
    return before;
  }

  // Types a line and returns what is shown before the next prompt.
  std::string Ask(const std::string& line) {
    Type(line + "\n");
    return WaitFor(kPrompt);
  }

  // The exit code, once the program has ended.
  int WaitForEnd() {
    while (ReadSome()) {
    }
    int status = 0;
    for (int tries = 0; waitpid(child_, &status, WNOHANG) != child_; ++tries) {
      if (tries > 1'000)
        FAIL("the program does not end; saw `" << shown_ << "`");
      usleep(10'000);
    }
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  // False at the end of the program, or after a while without a sign of it.
  bool ReadSome() {
    pollfd ready = {terminal_, POLLIN, 0};
    if (poll(&ready, 1, 30'000) <= 0) return false;
    char piece[4096];
    const ssize_t size = read(terminal_, piece, sizeof(piece));
    if (size <= 0) return false;  // EIO: the other side is closed
    shown_.append(piece, static_cast<size_t>(size));
    return true;
  }

  pid_t child_ = -1;
  int terminal_ = -1;
  std::string shown_;
};

// A database to write to, with a member in Chinese.
std::string OwnDatabase(const TemporaryFolder& folder) {
  const std::string path = folder.File("db");
  const ProgramRun run = RunProgram(
      {path},
      "DEFINE METRIC hits INTEGER EVERY 1 day OVER TIME ADDS BY page ADDS;"
      "INSERT INTO hits (TIME, VALUE, page) VALUES"
      "  (2025-01-01, 3, '文心一言'), (2025-01-01, 4, 'plain');");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  return path;
}

TEST_CASE("the prompt greets, answers and leaves", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  CHECK(StrContains(terminal.WaitFor(kPrompt), "1 metric, 2 series"));
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n;"), "7"));
  terminal.Type(kCtrlD);
  CHECK(terminal.WaitForEnd() == 0);
}

TEST_CASE("an empty database says what to do first", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(folder.File("new"), folder.path());
  CHECK(StrContains(terminal.WaitFor(kPrompt), "--guess"));
  terminal.Type(".quit\n");
  CHECK(terminal.WaitForEnd() == 0);
}

TEST_CASE("a statement may take many lines", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  terminal.Type("SELECT sum(hits) AS n\n");
  terminal.WaitFor(kPromptOpen);
  terminal.Type("  WHERE page = 'plain'  -- one; of two\n");
  terminal.WaitFor(kPromptOpen);
  CHECK(StrContains(terminal.Ask(";"), "4"));
}

TEST_CASE("a command within a statement is told how to be one", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  terminal.Type("SELECT sum(hits) AS\n");
  terminal.WaitFor(kPromptOpen);
  terminal.Type(".quit\n");
  CHECK(StrContains(terminal.WaitFor(kPromptOpen), "Ctrl-C, then .quit"));
  // A word may be a name: it is told of, and taken.
  terminal.Type("quit\n");
  CHECK(StrContains(terminal.WaitFor(kPromptOpen), "Ctrl-C, then .quit"));
  CHECK(StrContains(terminal.Ask(";"), "7"));
}

TEST_CASE("after an error the prompt goes on", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask("SELECT nothing;"), "query 1:8"));
  CHECK(StrContains(terminal.Ask("SELECT hits WHERE page = 'open;"),
                    "not closed"));
  CHECK(StrContains(terminal.Ask(".colour"), ".help"));
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n;"), "7"));
}

TEST_CASE("Ctrl-C drops what was typed and nothing else", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  terminal.Type("SELECT half a line");
  terminal.WaitFor("line");
  terminal.Type(kCtrlC);
  CHECK(StrContains(terminal.WaitFor(kPrompt), "^C"));

  terminal.Type("SELECT sum(hits)\n");
  terminal.WaitFor(kPromptOpen);
  terminal.Type(kCtrlC);
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n;"), "7"));
}

// A question that takes a while: many items over many series and days.
std::string SlowDatabase(const TemporaryFolder& folder) {
  std::string csv = "date,page,value\n";
  for (int page = 0; page < 120; ++page) {
    for (int day = 0; day < 1000; ++day) {
      absl::StrAppend(&csv,
                      absl::FormatCivilTime(absl::CivilDay(2020, 1, 1) + day),
                      ",page ", page, ",", page * day, "\n");
    }
  }
  WriteFile(folder.File("csv"), csv);
  const std::string path = folder.File("slow");
  const ProgramRun run = RunProgram(
      {path}, absl::StrCat("DEFINE METRIC hits INTEGER EVERY 1 day"
                           " OVER TIME ADDS BY page ADDS; IMPORT '",
                           folder.File("csv"),
                           "' INTO hits (TIME date, VALUE value, page);"));
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  return path;
}

TEST_CASE("Ctrl-C ends the question that runs", "[prompt]") {
  const TemporaryFolder folder;
  std::string question = "SELECT ";
  for (int i = 0; i < 30; ++i) {
    absl::StrAppend(&question, i > 0 ? ", " : "", "median(hits) AS m", i);
  }
  absl::StrAppend(&question, " BY page EVERY day HAVING m0 < 0;");
  WriteFile(folder.File("ask"), question);
  Terminal terminal(SlowDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  // How long it takes depends on the machine, so that some tries come before
  // or after it: one must come in between.
  bool cancelled = false;
  for (int wait_ms = 5; !cancelled && wait_ms < 5'000; wait_ms *= 2) {
    terminal.Type(absl::StrCat(".read ", folder.File("ask"), "\n"));
    usleep(static_cast<useconds_t>(wait_ms) * 1000);
    terminal.Type(kCtrlC);
    usleep(100'000);
    terminal.Type("SELECT sum(hits) AS n DURING 2020-01-02;\n");
    cancelled = StrContains(terminal.WaitFor("7,140\r\n"), "cancelled");
  }
  CHECK(cancelled);
}

// Writes rows without end into a named pipe, from a process of its own.
class EndlessFile {
 public:
  explicit EndlessFile(const std::string& path) {
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    writer_ = fork();
    if (writer_ == 0) {
      std::ofstream file(path);
      file << "date,page,value\n";
      for (int row = 0; file; ++row)
        file << "2025-03-01,page " << row << ",1\n";
      _exit(0);
    }
    REQUIRE(writer_ > 0);
  }
  ~EndlessFile() {
    kill(writer_, SIGKILL);
    waitpid(writer_, nullptr, 0);
  }
  EndlessFile(const EndlessFile&) = delete;
  EndlessFile& operator=(const EndlessFile&) = delete;

 private:
  pid_t writer_ = -1;
};

TEST_CASE("Ctrl-C ends an import, which then has changed nothing", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  const EndlessFile file(folder.File("rows.csv"));
  terminal.Type(absl::StrCat("IMPORT '", folder.File("rows.csv"),
                             "' INTO hits (TIME date, VALUE value, page);\n"));
  terminal.WaitFor("importing: ");
  terminal.Type(kCtrlC);
  terminal.WaitFor("cancelled");
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n;"), "7"));
}

TEST_CASE("Tab completes keywords, names and members", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  terminal.Type("SEL\t");
  terminal.WaitFor("SELECT ");
  terminal.Type("su\thi\t) AS n WHERE pa\t = '文\t;\n");
  terminal.WaitFor("page = '文心一言';");  // a plain terminal redraws the line
  terminal.WaitFor("\n3\r\n");

  terminal.Type("SHOW M\t");
  terminal.WaitFor("SHOW ME");
  terminal.Type("\t");
  terminal.WaitFor("MEMBERS OF   METRICS");
  terminal.Type(kCtrlC);
  terminal.WaitFor("^C");
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n;"), "7"));
}

TEST_CASE("the history outlives the program", "[prompt]") {
  const TemporaryFolder folder;
  const std::string database = OwnDatabase(folder);
  {
    Terminal terminal(database, folder.path());
    terminal.WaitFor(kPrompt);
    terminal.Type("SELECT sum(hits) AS remembered\n");
    terminal.WaitFor(kPromptOpen);
    terminal.Ask("  WHERE page = 'plain';");
    terminal.Type(".quit\n");
    CHECK(terminal.WaitForEnd() == 0);
  }
  CHECK(ReadFile(folder.File("footfall/history")) ==
        "SELECT sum(hits) AS remembered WHERE page = 'plain';\n.quit\n");
  Terminal terminal(database, folder.path());
  terminal.WaitFor(kPrompt);
  terminal.Type(absl::StrCat(kUp, kUp));
  terminal.WaitFor("SELECT sum(hits) AS remembered WHERE page = 'plain';");
  terminal.Type("\n");
  terminal.WaitFor("         4\r\n");
}

TEST_CASE("the prompt's commands work", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask(".help"), ".members DIMENSION"));
  CHECK(StrContains(terminal.Ask(".metrics"), "hits"));
  CHECK(StrContains(terminal.Ask(".series hits"), "plain"));
  CHECK(StrContains(terminal.Ask(".schema"), "DEFINE METRIC hits"));
  CHECK(StrContains(terminal.Ask(".members page"), "文心一言"));
  terminal.Ask(".timer on");
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n;"), "time: "));
  terminal.Ask(".mode csv");
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n;"), "7,exact,1,1,"));
}

TEST_CASE("words that every shell takes need no dot", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask("help"), ".members DIMENSION"));
  CHECK(StrContains(terminal.Ask("HELP;"), ".members DIMENSION"));
  terminal.Type("exit\n");
  CHECK(terminal.WaitForEnd() == 0);
}

TEST_CASE("tables fit the window", "[prompt]") {
  const TemporaryFolder folder;
  const std::string database = OwnDatabase(folder);
  REQUIRE(
      RunProgram({"-c",
                  absl::StrCat("INSERT INTO hits (TIME, VALUE, page) VALUES "
                               "(2025-01-01, 1, '",
                               std::string(200, 'x'), "')"),
                  database})
          .exit_code == 0);
  Terminal terminal(database, folder.path());
  terminal.WaitFor(kPrompt);
  const std::string shown = terminal.Ask("SELECT hits BY page;");
  CHECK(StrContains(shown, "x…"));
  CHECK(StrContains(shown, "... 1 text is cut"));
  CHECK(!StrContains(shown, std::string(100, 'x')));
  terminal.Ask(".width 0");
  CHECK(
      StrContains(terminal.Ask("SELECT hits BY page;"), std::string(200, 'x')));
}

TEST_CASE("an able terminal gets styles, and long answers a pager",
          "[prompt]") {
  const TemporaryFolder folder;
  const std::string database = OwnDatabase(folder);
  std::string insert = "INSERT INTO hits (TIME, VALUE, page) VALUES ";
  for (int i = 0; i < 60; ++i) {
    absl::StrAppend(&insert, i > 0 ? ", " : "", "(2025-01-02, 1, 'page ", i,
                    "')");
  }
  REQUIRE(RunProgram({"-c", insert, database}).exit_code == 0);
  const Terminal::Variables xterm = {{"TERM", "xterm"},
                                     {"PAGER", "sed s/^/paged:/"}};
  const std::string ask_long = "SELECT hits DURING 2025-01-02 BY page;";
  {
    Terminal terminal(database, folder.path(), "", xterm);
    terminal.WaitFor(kPrompt);
    const std::string small = terminal.Ask("SELECT sum(hits) AS n;");
    CHECK(StrContains(small, "\x1b[1m"));
    CHECK(!StrContains(small, "paged:"));
    CHECK(StrContains(terminal.Ask(ask_long), "paged:page 59"));
    terminal.Ask(".pager off");
    CHECK(!StrContains(terminal.Ask(ask_long), "paged:"));
  }
  Terminal::Variables plain = xterm;
  plain.emplace_back("NO_COLOR", "1");
  Terminal terminal(database, folder.path(), "", plain);
  terminal.WaitFor(kPrompt);
  const std::string shown = terminal.Ask(ask_long);
  CHECK(StrContains(shown, "paged:page 59"));
  CHECK(!StrContains(shown, "\x1b[1m"));
}

TEST_CASE("a long answer is cut on a terminal, and says how to get all",
          "[prompt]") {
  const TemporaryFolder folder;
  const std::string database = OwnDatabase(folder);
  std::string insert = "INSERT INTO hits (TIME, VALUE, page) VALUES ";
  for (int i = 0; i < 300; ++i) {
    absl::StrAppend(&insert, i > 0 ? ", " : "", "(2025-01-02, 1, 'page ", i,
                    "')");
  }
  REQUIRE(RunProgram({"-c", insert, database}).exit_code == 0);
  Terminal terminal(database, folder.path());
  terminal.WaitFor(kPrompt);
  const std::string shown =
      terminal.Ask("SELECT hits DURING 2025-01-02 BY page;");
  CHECK(StrContains(shown, "100 more of 300 rows"));
  CHECK(StrContains(shown, ".once FILE"));
  CHECK(StrContains(shown, "page 0"));
  CHECK(!StrContains(shown, "page 99"));

  const std::string file = folder.File("all");
  terminal.Ask(absl::StrCat(".output ", file));
  terminal.Ask("SELECT hits DURING 2025-01-02 BY page;");
  terminal.Ask(".output");
  CHECK(StrContains(ReadFile(file), "page 99"));
}

TEST_CASE("tables write large numbers as .format says, CSV does not",
          "[prompt]") {
  const TemporaryFolder folder;
  const std::string database = OwnDatabase(folder);
  REQUIRE(RunProgram({"-c",
                      "INSERT INTO hits (TIME, VALUE, page) VALUES"
                      " (2025-02-08, 119790000, 'total'),"
                      " (2025-02-09, 34940000, 'app')",
                      database})
              .exit_code == 0);
  Terminal terminal(database, folder.path());
  terminal.WaitFor(kPrompt);
  const std::string total = "SELECT max(hits) AS n DURING 2025-02-08;";
  const std::string app = "SELECT max(hits) AS n DURING 2025-02-09;";
  CHECK(StrContains(terminal.Ask(total), "119,790,000"));
  terminal.Ask(".format wan");
  CHECK(StrContains(terminal.Ask(total), "1.1979亿"));
  CHECK(StrContains(terminal.Ask(app), "3494万"));
  terminal.Ask(".format wan 2");
  CHECK(StrContains(terminal.Ask(total), "1.20亿"));
  terminal.Ask(".format wan 2 cut");
  CHECK(StrContains(terminal.Ask(total), "1.19亿"));
  CHECK(StrContains(terminal.Ask(".format"), "wan 2 cut"));
  terminal.Ask(".format si");
  CHECK(StrContains(terminal.Ask(total), "119.8 M"));
  // A wrong word changes nothing.
  for (const char* wrong : {".format yi", ".format wan cut 2", ".format wan 12",
                            ".format wan 2 cut cut"}) {
    CHECK(StrContains(terminal.Ask(wrong), "write .format"));
  }
  CHECK(StrContains(terminal.Ask(total), "119.8 M"));
  terminal.Ask(".mode csv");
  CHECK(StrContains(terminal.Ask(total), "119790000,exact"));
  terminal.Ask(".mode json");
  CHECK(StrContains(terminal.Ask(total), "\"n\":119790000,"));
}

TEST_CASE("wide characters keep the columns of a table in line", "[prompt]") {
  const TemporaryFolder folder;
  Terminal terminal(OwnDatabase(folder), folder.path());
  terminal.WaitFor(kPrompt);
  const std::string shown = terminal.Ask("SELECT sum(hits) AS n BY page;");
  // 文心一言 takes eight columns, as does `plain` with three blanks.
  CHECK(StrContains(shown, "\nplain     4"));
  CHECK(StrContains(shown, "\n文心一言  3"));
}

TEST_CASE("combining characters take no column of their own", "[prompt]") {
  const TemporaryFolder folder;
  const std::string database = OwnDatabase(folder);
  REQUIRE(RunProgram({"-c",
                      "INSERT INTO hits (TIME, VALUE, page) VALUES"
                      " (2025-01-01, 5, 'cafe\u0301')",
                      database})
              .exit_code == 0);
  Terminal terminal(database, folder.path());
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask("SELECT sum(hits) AS n BY page;"),
                    "\ncafe\u0301      5"));
}

TEST_CASE("a prompt for reading shows what others have written since",
          "[prompt]") {
  const TemporaryFolder home;
  const std::string path = home.File("db");
  const auto run = [&](const std::string& statements) {
    const ProgramRun written = RunProgram({"-c", statements, path});
    INFO(written.err);
    REQUIRE(written.exit_code == 0);
  };
  run("ADD EVENT 'release' 'first' ON 2025-01-01");
  Terminal terminal(path, home.path(), "--readonly");
  terminal.WaitFor(kPrompt);
  CHECK(StrContains(terminal.Ask("SHOW EVENTS;"), "first"));
  run("ADD EVENT 'release' 'second' ON 2025-01-02");
  CHECK(StrContains(terminal.Ask("SHOW EVENTS;"), "second"));
  run("DEFINE METRIC dau INTEGER EVERY day OVER TIME ADDS BY app");
  CHECK(StrContains(terminal.Ask("SHOW METRICS;"), "dau"));
  terminal.Type(kCtrlD);
  CHECK(terminal.WaitForEnd() == 0);
}

constexpr char kDownloads[] =
    "date,app,downloads\n"
    "2025-01-01,Notes,12\n2025-01-02,Notes,15\n2025-01-01,Maps,7\n";
constexpr char kAsked[] = "import as this? [Y/n/e] ";

TEST_CASE("a file is imported after asking", "[prompt]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("downloads.csv");
  WriteFile(file, kDownloads);
  const std::string yes = GENERATE(values<std::string>({"\n", "y\n", "Yes\n"}));
  Terminal terminal(folder.File("db"), folder.path(), file);
  const std::string shown = terminal.WaitFor(kAsked);
  CHECK(StrContains(shown, "DEFINE METRIC downloads INTEGER"));
  CHECK(StrContains(shown, "IMPORT '"));
  terminal.Type(yes);
  CHECK(terminal.WaitForEnd() == 0);
  const ProgramRun run =
      RunProgram({"--mode", "csv", "--values", "-c",
                  "SELECT sum(downloads) AS n BY app", folder.File("db")});
  INFO(run.err);
  CHECK(run.out == "app,n\nMaps,7\nNotes,27\n");
}

TEST_CASE("a file is left alone where the answer is no", "[prompt]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("downloads.csv");
  WriteFile(file, kDownloads);
  // Ctrl-D is no answer, and the program says that it did nothing by its code.
  const std::pair<std::string, int> row =
      GENERATE(values<std::pair<std::string, int>>(
          {{"n\n", 0}, {"what?\n", 0}, {kCtrlD, 1}}));
  Terminal terminal(folder.File("db"), folder.path(), file);
  terminal.WaitFor(kAsked);
  terminal.Type(row.first);
  CHECK(terminal.WaitForEnd() == row.second);
  struct stat status = {};
  CHECK(stat(folder.File("db").c_str(), &status) != 0);
}

TEST_CASE("a script to be edited is written beside the file, once",
          "[prompt]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("downloads.csv");
  WriteFile(file, kDownloads);
  {
    Terminal terminal(folder.File("db"), folder.path(), file);
    terminal.WaitFor(kAsked);
    terminal.Type("e\n");
    terminal.WaitFor("then run it: footfall -f ");
    CHECK(terminal.WaitForEnd() == 0);
  }
  const ProgramRun run = RunProgram({"-f", file + ".sql", folder.File("db")});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  // What was edited is not written over.
  WriteFile(file + ".sql", "-- mine");
  Terminal again(folder.File("other"), folder.path(), file);
  again.WaitFor(kAsked);
  again.Type("e\n");
  again.WaitFor("or is there");
  CHECK(again.WaitForEnd() == 1);
  std::ifstream kept(file + ".sql");
  std::string text;
  std::getline(kept, text);
  CHECK(text == "-- mine");
}

TEST_CASE("a file that cannot be guessed is not asked about", "[prompt]") {
  const TemporaryFolder folder;
  const std::string file = folder.File("words.csv");
  WriteFile(file, "a,b\nx,y\n");
  Terminal terminal(folder.File("db"), folder.path(), file);
  terminal.WaitFor("words.csv");
  CHECK(terminal.WaitForEnd() == 1);
}

}  // namespace
}  // namespace footfall
