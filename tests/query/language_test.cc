// Runs the examples of query/LANGUAGE.md, SQL.md, DATA_MODEL.md, QUESTIONS.md:
// what a page shows is what comes out, to the letter.
//
//   ```sql          statements, run one block after the other on one database
//   ```csv          right behind it: what they put out; also ```json, ```table
//   ```text         ... or the error that they end with
//   ```sql parse    only has to be a statement (what is still to come)
//
// FOOTFALL_ACCEPT=1 writes what comes out into the page; read the diff.

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "footfall/functions.h"
#include "query/func/functions.h"
#include "tests/query/support/script_runner.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr char kPage[] = "query/LANGUAGE.md";

// A stretch of the page: a fenced block, or the lines between two.
struct Part {
  int line = 1;
  std::string fence;  // "sql", "csv", ...; empty outside of blocks
  bool fenced = false;
  std::string content;
};

std::vector<Part> ReadPage(const std::string& path) {
  std::vector<Part> parts(1);
  int line_number = 0;
  std::string page = ReadWholeFile(path);
  if (absl::EndsWith(page, "\n")) page.pop_back();
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    ++line_number;
    if (absl::ConsumePrefix(&line, "```")) {
      const bool opens = !parts.back().fenced;
      parts.emplace_back();
      parts.back().line = line_number + 1;
      parts.back().fenced = opens;
      if (opens) parts.back().fence = std::string(line);
    } else {
      absl::StrAppend(&parts.back().content, line, "\n");
    }
  }
  return parts;
}

bool IsOutput(const Part& part) {
  return part.fence == "csv" || part.fence == "json" || part.fence == "table" ||
         part.fence == "text";
}

// The block of output right behind block `index`; null where there is none.
Part* OutputOf(std::vector<Part>* parts, size_t index) {
  if (index + 2 >= parts->size()) return nullptr;
  const std::string& between = (*parts)[index + 1].content;
  Part* next = &(*parts)[index + 2];
  const bool behind = absl::StripAsciiWhitespace(between).empty();
  return behind && next->fenced && IsOutput(*next) ? next : nullptr;
}

void WritePage(const std::string& path, const std::vector<Part>& parts) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  bool fenced = false;
  for (const Part& part : parts) {
    if (part.fenced) {
      file << "```" << part.fence << "\n";
    } else if (fenced) {
      file << "```\n";
    }
    file << part.content;
    fenced = part.fenced;
  }
  if (!file.flush()) FAIL("cannot write " << path);
}

// Runs a page's examples; how many there are.
int RunPage(const std::string& path, ScriptRunner* runner) {
  const bool accept = std::getenv("FOOTFALL_ACCEPT") != nullptr;
  std::vector<Part> parts = ReadPage(path);
  int examples = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part part = parts[i];
    INFO(path << ":" << part.line << "\n" << part.content);
    if (part.fence == "sql parse") {
      const auto parsed = Parse(part.content);
      if (!parsed.ok()) FAIL_CHECK(parsed.status().message());
      ++examples;
    }
    if (part.fence != "sql") continue;
    ++examples;
    Part* output = OutputOf(&parts, i);
    const bool formed = output != nullptr && output->fence != "text";
    runner->Set(absl::StrCat("-- mode: ", formed ? output->fence : "csv"));
    const std::string found = runner->Run(part.content);
    if (output == nullptr) {
      const bool failed = absl::StartsWith(found, "query ") ||
                          absl::StrContains(found, "\nquery ");
      if (failed) FAIL_CHECK(found);
      continue;
    }
    const std::string difference = Difference(output->content, found);
    if (difference.empty()) continue;
    if (accept) {
      output->content = found;
    } else {
      FAIL_CHECK(difference);
    }
  }
  if (accept) WritePage(path, parts);
  return examples;
}

TEST_CASE("the examples of the language's page come out as it says",
          "[language]") {
  ScriptRunner runner;
  REQUIRE(runner.Set("-- now: 2025-02-11T00:00Z"));
  CHECK(RunPage(kPage, &runner) >= 35);
}

TEST_CASE("what replaces the habits of SQL comes out as the page says",
          "[language]") {
  ScriptRunner runner;
  REQUIRE(runner.Set("-- now: 2025-02-11T00:00Z"));
  // The data of the reference: its first section.
  for (const Part& part : ReadPage(kPage)) {
    if (absl::StrContains(part.content, "\n## 2.")) break;
    if (part.fence == "sql") runner.Run(part.content);
  }
  CHECK(RunPage("query/SQL.md", &runner) >= 10);
}

TEST_CASE("the data model is as its page says", "[language]") {
  ScriptRunner runner;
  REQUIRE(runner.Set("-- now: 2025-02-11T00:00Z"));
  CHECK(RunPage("query/DATA_MODEL.md", &runner) >= 8);
}

TEST_CASE("the questions of the page are answered as it says", "[language]") {
  ScriptRunner runner;
  REQUIRE(runner.Set("-- now: 2025-06-16T09:00Z"));
  CHECK(RunPage("query/QUESTIONS.md", &runner) >= 50);
}

// The rows of the page's tables of functions: `sum avg min`, `p1`..`p99`,
// `share(x)`, `share(x WITHIN dim)`.
std::set<std::string> FunctionsOfPage() {
  std::set<std::string> names;
  for (const absl::string_view line :
       absl::StrSplit(ReadWholeFile(kPage), '\n')) {
    if (!absl::StartsWith(line, "| `")) continue;
    const std::vector<absl::string_view> cells = absl::StrSplit(line, " | ");
    const std::vector<absl::string_view> codes = absl::StrSplit(cells[0], '`');
    for (size_t i = 1; i < codes.size(); i += 2) {
      for (const absl::string_view word : absl::StrSplit(codes[i], ' ')) {
        names.emplace(word.substr(0, word.find('(')));
      }
    }
  }
  return names;
}

// The example of a row, once more without the arguments.
std::string WithoutArguments(const FunctionInfo& function) {
  std::string text(function.example);
  const std::string call =
      absl::StrCat(function.name == "p1" ? "p95" : function.name, "(");
  const size_t begin = text.find(call) + call.size();
  size_t end = begin;
  for (int depth = 1; depth > 0; ++end) {
    depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
  }
  return text.replace(begin, end - 1 - begin, "1, 2, 3, 4");
}

// The data of the page.
void RunPage(ScriptRunner& runner) {
  REQUIRE(runner.Set("-- now: 2025-02-11T00:00Z"));
  for (const Part& part : ReadPage(kPage)) {
    // The data alone, which no output follows.
    if (part.fence == "sql" && (absl::StartsWith(part.content, "DEFINE") ||
                                absl::StartsWith(part.content, "ADD EVENT"))) {
      runner.Run(part.content);
    }
  }
}

TEST_CASE("every function of the table is told of, answers and refuses",
          "[language][functions]") {
  ScriptRunner runner;
  RunPage(runner);
  const std::set<std::string> page = FunctionsOfPage();
  size_t count = 0;
  for (const FunctionInfo& function : Functions()) {
    ++count;
    INFO(function.name << ": " << function.example);
    CHECK(page.count(std::string(function.name)) == 1);
    CHECK(!function.help.empty());
    CHECK(!function.arguments.empty());
    const auto parsed = Parse(function.example);
    REQUIRE(parsed.ok());
    CHECK(Print(parsed->front()) == function.example);
    const std::string answer = runner.Run(function.example);
    INFO(answer);
    CHECK_FALSE(absl::StartsWith(answer, "query"));
    CHECK(absl::StrContains(answer, "\n"));
    const std::string wrong = WithoutArguments(function);
    const std::string refused = runner.Run(wrong);
    INFO(wrong << "\n" << refused);
    CHECK(absl::StartsWith(refused, "query 1:"));
  }
  CHECK(count >= 33);
}

TEST_CASE("a row of the function table is all that a reducer needs",
          "[language][functions]") {
  query::Function middle;
  middle.info = {"middle", "x", "the middle value",
                 "SELECT middle(dau) BY app EVERY month"};
  middle.gives = query::Gives::kDecimal;
  middle.rule = query::RuleOf::kMean;
  middle.aggregate = query::Aggregate::kQuantile;
  ScriptRunner runner;
  RunPage(runner);
  const auto refused = runner.Run("SELECT middle(dau) BY app EVERY month");
  CHECK(absl::StartsWith(refused, "query 1:8: there is no function middle"));

  const query::FunctionForTest with(&middle);
  // It binds and is worked out, in rows and over inner buckets.
  const auto same = [&](absl::string_view of_middle, absl::string_view median) {
    INFO(of_middle);
    const std::string found =
        absl::StrReplaceAll(runner.Run(of_middle), {{"middle", "median"}});
    CHECK(found == runner.Run(median));
    CHECK_FALSE(absl::StartsWith(found, "query"));
  };
  same("SELECT middle(dau) BY app EVERY month",
       "SELECT median(dau) BY app EVERY month");
  same("SELECT max(middle(dau) EVERY week) BY app",
       "SELECT max(median(dau) EVERY week) BY app");
  same(
      "SELECT growth(middle(dau), 1 month), rank(middle(dau)) BY app EVERY "
      "month",
      "SELECT growth(median(dau), 1 month), rank(median(dau)) BY app EVERY "
      "month");
  // It is explained, and refused as its rule says.
  same("EXPLAIN SELECT middle(dau) BY app EVERY month",
       "EXPLAIN SELECT median(dau) BY app EVERY month");
  same("EXPLAIN ANALYZE SELECT middle(dau) BY app",
       "EXPLAIN ANALYZE SELECT median(dau) BY app");
  CHECK(absl::StartsWith(
      runner.Run("SELECT sum(middle(mentions) EVERY week) BY app"),
      "query 1:8: sum(middle(mentions) EVERY week) adds up a LEVEL"));
  // It prints, is suggested and is told to tools.
  const auto parsed = Parse("select MIDDLE( dau ) by app");
  REQUIRE(parsed.ok());
  CHECK(Print(parsed->front()) == "SELECT middle(dau) BY app");
  CHECK(absl::StrContains(runner.Run("SELECT midle(dau) BY app"),
                          "did you mean middle?"));
  const std::vector<FunctionInfo> all = Functions();
  CHECK(all.back().name == "middle");
}

}  // namespace
}  // namespace footfall
