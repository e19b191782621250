// The questions of query/QUESTIONS.md, answered once more by SQLite: by the
// statements of questions.sql, out of the same files.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/oracle/sqlite.h"
#include "tests/query/support/script_runner.h"
#include "tests/support/catch.h"

namespace footfall::oracle {
namespace {

constexpr char kPage[] = "query/QUESTIONS.md";
constexpr char kData[] = "examples/data/apps/";

// A table as texts; an empty cell is a missing one.
using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> Fields(absl::string_view line) {
  REQUIRE_FALSE(absl::StrContains(line, '"'));  // none has a comma in it
  return absl::StrSplit(line, ',');
}

// The statements of a text, which has no semicolon within one.
std::vector<std::string> Statements(absl::string_view text) {
  std::vector<std::string> statements;
  for (absl::string_view one : absl::StrSplit(text, ';')) {
    one = absl::StripAsciiWhitespace(one);
    if (!one.empty()) statements.emplace_back(one);
  }
  return statements;
}

struct Question {
  std::string words;
  std::vector<std::string> statements;
};

// What stands before the questions, and these, each under the words in bold
// above it.
struct Page {
  std::vector<std::string> before;
  std::vector<Question> questions;
};

Page ReadPage() {
  Page page;
  std::string words;
  std::string block;
  bool in_sql = false;
  for (const absl::string_view line :
       absl::StrSplit(ReadWholeFile(kPage), '\n')) {
    if (!in_sql && absl::StartsWith(line, "**")) {
      words = std::string(line.substr(2, line.find("**", 2) - 2));
    } else if (!in_sql && absl::StartsWith(line, "## ")) {
      words.clear();
    } else if (line == "```sql") {
      in_sql = true;
    } else if (in_sql && line == "```") {
      in_sql = false;
      if (words.empty()) {
        // What is refused stands behind the questions.
        if (page.questions.empty()) page.before.push_back(block);
      } else {
        page.questions.push_back({words, Statements(block)});
      }
      block.clear();
    } else if (in_sql) {
      absl::StrAppend(&block, line, "\n");
    }
  }
  return page;
}

// The statements of SQL by the words that they are under.
std::map<std::string, std::string> ReadSql() {
  std::map<std::string, std::string> by_words;
  std::string words;
  for (absl::string_view line :
       absl::StrSplit(ReadWholeFile("tests/oracle/questions.sql"), '\n')) {
    if (absl::ConsumePrefix(&line, "-- ** ")) {
      words = std::string(line);
      CHECK(by_words.count(words) == 0);
    } else if (!words.empty()) {
      absl::StrAppend(&by_words[words], line, "\n");
    }
  }
  return by_words;
}

// A file of a column of days, one of platforms and one for each app.
void LoadByApp(const std::string& table, Sqlite* sqlite) {
  Rows rows;
  for (const absl::string_view line : absl::StrSplit(
           ReadWholeFile(absl::StrCat(kData, table, ".csv")), '\n')) {
    if (!line.empty()) rows.push_back(Fields(line));
  }
  REQUIRE(rows.size() > 1000);
  size_t row = 1;
  size_t column = 1;
  sqlite->Insert(absl::StrCat("INSERT INTO ", table == "users" ? "dau" : table,
                              " VALUES (?, ?, ?, ?)"),
                 [&](SqlRow* out) {
                   do {
                     if (++column == rows[0].size()) {
                       column = 2;
                       ++row;
                     }
                     if (row == rows.size()) return false;
                   } while (rows[row][column].empty());
                   int64_t value = 0;
                   REQUIRE(absl::SimpleAtoi(rows[row][column], &value));
                   *out = {rows[row][0], rows[0][column], rows[row][1], value};
                   return true;
                 });
}

void LoadRequests(Sqlite* sqlite) {
  const std::string file = ReadWholeFile(absl::StrCat(kData, "requests.csv"));
  const std::vector<absl::string_view> lines =
      absl::StrSplit(file, '\n', absl::SkipEmpty());
  REQUIRE(lines.size() == 841);
  size_t next = 1;
  sqlite->Insert("INSERT INTO requests VALUES (?, ?)", [&](SqlRow* out) {
    if (next == lines.size()) return false;
    const std::vector<std::string> fields = Fields(lines[next++]);
    int64_t value = 0;
    REQUIRE(absl::SimpleAtoi(fields[1], &value));
    *out = {fields[0], value};
    return true;
  });
}

std::string TextOf(const SqlValue& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    return absl::StrCat(*integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return absl::StrFormat("%.17g", *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "";
}

Rows AskSqlite(const std::string& sql, Sqlite* sqlite) {
  Rows rows;
  for (const SqlRow& row : sqlite->Ask(sql)) {
    rows.emplace_back();
    for (const SqlValue& value : row) rows.back().push_back(TextOf(value));
  }
  return rows;
}

// What `statement` answers, without how sure it is and what it covers.
Rows AskFootfall(const std::string& statement, ScriptRunner* runner) {
  const std::string text = runner->Run(statement);
  if (absl::StartsWith(text, "query ")) return {{text}};  // refused
  Rows rows;
  std::vector<bool> kept;
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (absl::StartsWith(line, "note: ")) break;
    const std::vector<std::string> fields = Fields(line);
    if (kept.empty()) {
      for (const std::string& name : fields) {
        kept.push_back(!absl::EndsWith(name, "_kind") &&
                       !absl::EndsWith(name, "_present") &&
                       !absl::EndsWith(name, "_expected") && name != "partial");
      }
      continue;
    }
    REQUIRE(fields.size() == kept.size());
    rows.emplace_back();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (kept[i]) rows.back().push_back(fields[i]);
    }
  }
  return rows;
}

bool Same(const std::string& a, const std::string& b) {
  double x = 0;
  double y = 0;
  if (!absl::SimpleAtod(a, &x) || !absl::SimpleAtod(b, &y)) return a == b;
  return std::abs(x - y) <= 1e-9 * std::max(std::abs(x), std::abs(y));
}

std::string Difference(const Rows& found, const Rows& right) {
  std::string text;
  for (size_t i = 0; i < std::max(found.size(), right.size()); ++i) {
    bool same = i < found.size() && i < right.size() &&
                found[i].size() == right[i].size();
    for (size_t j = 0; same && j < found[i].size(); ++j) {
      same = Same(found[i][j], right[i][j]);
    }
    if (same) continue;
    absl::StrAppend(&text, "  footfall: ",
                    i < found.size() ? absl::StrJoin(found[i], ",") : "no row",
                    "\n  sqlite:   ",
                    i < right.size() ? absl::StrJoin(right[i], ",") : "no row",
                    "\n");
  }
  return text;
}

TEST_CASE("the page of questions answers them as SQLite does", "[oracle]") {
  const Page page = ReadPage();
  std::map<std::string, std::string> sql = ReadSql();
  Sqlite sqlite;
  for (const std::string& statement : Statements(sql["setup"])) {
    sqlite.Run(statement);
  }
  sql.erase("setup");
  LoadByApp("users", &sqlite);
  LoadByApp("revenue", &sqlite);
  LoadRequests(&sqlite);
  ScriptRunner runner;
  REQUIRE(runner.Set("-- now: 2025-06-16T09:00Z"));
  for (const std::string& block : page.before) {
    const std::string text = runner.Run(block);
    INFO(text);
    CHECK_FALSE(absl::StrContains(text, "query "));
  }
  int compared = 0;
  for (const Question& question : page.questions) {
    INFO(question.words);
    const auto of_question = sql.extract(question.words);
    if (of_question.empty()) {
      FAIL_CHECK("questions.sql does not have it");
      continue;
    }
    const std::vector<std::string> theirs = Statements(of_question.mapped());
    CHECK(theirs.size() == question.statements.size());
    for (size_t i = 0; i < theirs.size() && i < question.statements.size();
         ++i) {
      const Rows right = AskSqlite(theirs[i], &sqlite);
      CHECK_FALSE(right.empty());
      const std::string difference =
          Difference(AskFootfall(question.statements[i], &runner), right);
      if (!difference.empty()) FAIL_CHECK(difference);
      ++compared;
    }
  }
  CHECK(compared >= 50);
  for (const auto& [words, unused] : sql) {
    FAIL_CHECK("the page does not ask: " << words);
  }
}

}  // namespace
}  // namespace footfall::oracle
