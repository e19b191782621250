// How a script is cut into statements and commands to the program.

#include "examples/repl/script.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/support/catch.h"

namespace footfall::repl {
namespace {

TEST_CASE("a statement is open until its semicolon", "[script]") {
  struct Case {
    const char* why;
    const char* text;
    size_t closed;
    bool open;
    bool broken;
  };
  const Case row = GENERATE(values<Case>({
      {"nothing", "", 0, false, false},
      {"blanks", " \n\t", 0, false, false},
      {"a comment alone", "-- SELECT;\n", 0, false, false},
      {"a whole statement", "SHOW METRICS;", 13, false, false},
      {"a begun statement", "SELECT dau", 0, true, false},
      {"one whole, one begun", "SHOW METRICS; SELECT", 13, true, false},
      {"a comment after the end", "SHOW METRICS; -- done", 13, false, false},
      {"a semicolon in a text", "SELECT a WHERE b = ';'", 0, true, false},
      {"a doubled quote", "SELECT a WHERE b = 'x'';'", 0, true, false},
      {"a semicolon after a doubled quote", "'x'';';", 7, false, false},
      {"a semicolon in a comment", "SELECT a -- ;\n", 0, true, false},
      {"a quote in a comment", "SELECT a -- it's\n;", 18, false, false},
      {"dashes in a text", "SELECT '--';", 12, false, false},
      {"a header in double quotes", "IMPORT \"a;b", 0, true, true},
      {"a minus is no comment", "SELECT 1 - 2;", 13, false, false},
      {"a quote left open at the line's end", "SELECT 'a;\n", 0, true, true},
      {"a quote still open", "SELECT 'a;", 0, true, true},
  }));
  INFO(row.why);
  const ScriptState state = ScanScript(row.text);
  CHECK(state.closed == row.closed);
  CHECK(state.statement_open == row.open);
  CHECK(state.quote_broken == row.broken);
}

TEST_CASE("an entry of the history is one line without comments", "[script]") {
  CHECK(OneLine("SELECT dau\n  -- the users\n  BY app;\n") ==
        "SELECT dau BY app;");
  CHECK(OneLine("SELECT 'a  --b';") == "SELECT 'a  --b';");
  CHECK(OneLine("-- nothing\n").empty());
}

std::vector<std::string> Parts(absl::string_view text) {
  std::vector<std::string> parts;
  for (const ScriptPart& part : SplitScript(text)) {
    parts.push_back(
        absl::StrCat(part.is_command ? "command:" : "",
                     text.substr(part.begin, part.end - part.begin)));
  }
  return parts;
}

TEST_CASE("a line with a dot is a command where no statement is open",
          "[script]") {
  using Strings = std::vector<std::string>;
  CHECK(Parts("").empty());
  CHECK(Parts("SELECT a;") == Strings{"SELECT a;"});
  CHECK(Parts(".mode csv") == Strings{"command:.mode csv"});
  CHECK(Parts(".mode csv\nSELECT a;\n.quit\n") ==
        Strings{"command:.mode csv", "SELECT a;\n", "command:.quit"});
  CHECK(Parts("SELECT a;\n  .mode csv\nSELECT b") ==
        Strings{"SELECT a;\n", "command:.mode csv", "SELECT b"});
  CHECK(Parts("-- first\n.help") == Strings{"-- first\n", "command:.help"});
  CHECK(Parts("SELECT a\n.5;\n.help") ==
        Strings{"SELECT a\n.5;\n", "command:.help"});
  CHECK(Parts("SELECT a\n.5\n") == Strings{"SELECT a\n.5\n"});
}

}  // namespace
}  // namespace footfall::repl
