// Runs tests/query/cases/*.query: data, question, answer.
//
//   -- now: 2025-02-11T00:00Z      settings (support/script_runner.h)
//   DEFINE METRIC ...;             statements
//   SELECT ...
//   ----
//   time,dau,...                   what they must put out
//   ====                           the next block, on the same database
//
// After a deliberate change of what comes out, write it into the files with
//
//   FOOTFALL_ACCEPT=1 build/dev/bin/query_cases_test
//
// and read the diff before committing it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "query/lang/refusals.h"
#include "tests/query/support/script_runner.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr absl::string_view kCases = "tests/query/cases";

struct Block {
  int line = 1;        // of the file, where it begins
  std::string script;  // with its settings and comments
  std::string expected;
};

std::vector<std::string> CaseFiles() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(kCases))) {
    if (entry.path().extension() == ".query") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Block> ReadBlocks(const std::string& path) {
  std::vector<Block> blocks(1);
  bool in_answer = false;
  int line_number = 0;
  std::string content = ReadWholeFile(path);
  if (absl::EndsWith(content, "\n")) content.pop_back();
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    ++line_number;
    if (line == "====") {
      if (!in_answer) FAIL(path << ":" << line_number << ": no ---- before");
      blocks.emplace_back();
      blocks.back().line = line_number + 1;
      in_answer = false;
    } else if (line == "----" && !in_answer) {
      in_answer = true;
    } else {
      absl::StrAppend(
          in_answer ? &blocks.back().expected : &blocks.back().script, line,
          "\n");
    }
  }
  if (!in_answer) FAIL(path << ": the last block has no ----");
  return blocks;
}

// Settings act; the rest is the script. A line `-- bytes` lets \377 stand for
// a byte, for what no editor would keep.
std::string RunBlock(ScriptRunner* runner, const Block& block) {
  std::string script = block.script;
  bool escaped = false;
  for (const absl::string_view line : absl::StrSplit(block.script, '\n')) {
    runner->Set(line);
    escaped = escaped || line == "-- bytes";
  }
  if (escaped) {
    std::string raw;
    std::string error;
    if (!absl::CUnescape(script, &raw, &error)) FAIL(error);
    script = raw;
  }
  return runner->Run(script);
}

// What a message suggests must be answered, on the database that it is about.
void CheckSuggestions(absl::string_view answer, ScriptRunner* runner) {
  for (absl::string_view line : absl::StrSplit(answer, '\n')) {
    if (!absl::ConsumePrefix(&line, "  for example: ")) continue;
    const std::string found = runner->Run(line);
    INFO(line << "\n" << found);
    CHECK_FALSE(absl::StartsWith(found, "query"));
  }
}

void Accept(const std::string& path, const std::vector<Block>& blocks) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (size_t i = 0; i < blocks.size(); ++i) {
    file << (i == 0 ? "" : "====\n") << blocks[i].script << "----\n"
         << blocks[i].expected;
  }
  if (!file.flush()) FAIL("cannot write " << path);
}

TEST_CASE("the cases of the language come out as written down", "[cases]") {
  const std::vector<std::string> files = CaseFiles();
  REQUIRE(!files.empty());
  const bool accept = std::getenv("FOOTFALL_ACCEPT") != nullptr;
  for (const std::string& path : files) {
    DYNAMIC_SECTION(path) {
      ScriptRunner runner;
      std::vector<Block> blocks = ReadBlocks(path);
      bool changed = false;
      for (Block& block : blocks) {
        const std::string found = RunBlock(&runner, block);
        CheckSuggestions(found, &runner);
        const std::string difference = Difference(block.expected, found);
        if (!difference.empty() && accept) {
          block.expected = found;
          changed = true;
        } else if (!difference.empty()) {
          FAIL_CHECK(path << ":" << block.line << "\n"
                          << block.script << "----\n"
                          << difference);
        } else {
          SUCCEED();
        }
      }
      if (changed) Accept(path, blocks);
    }
  }
}

// Neither how samples lie in tiles nor the number of threads shows in an
// answer, but for EXPLAIN ANALYZE, which is asked for both.
TEST_CASE("the cases come out the same from folded tiles and many threads",
          "[cases]") {
  if (std::getenv("FOOTFALL_ACCEPT") != nullptr) return;
  for (const char* setting : {"-- folded: yes", "-- threads: 3"}) {
    for (const std::string& path : CaseFiles()) {
      ScriptRunner runner;
      REQUIRE(runner.Set(setting));
      for (const Block& block : ReadBlocks(path)) {
        const std::string found = RunBlock(&runner, block);
        if (absl::StrContains(block.script, "EXPLAIN ANALYZE")) continue;
        const std::string difference = Difference(block.expected, found);
        INFO(path << ":" << block.line << ", " << setting << "\n"
                  << block.script << "----\n"
                  << difference);
        CHECK(difference.empty());
      }
    }
  }
}

// Every question, and every question again after each later block of its file:
// with members, metrics, events and settings that came since.
TEST_CASE("the cases come out the same prepared", "[cases][prepared]") {
  if (std::getenv("FOOTFALL_ACCEPT") != nullptr) return;
  int runs = 0;
  for (const std::string& path : CaseFiles()) {
    ScriptRunner runner;
    for (const Block& block : ReadBlocks(path)) {
      RunBlock(&runner, block);
      const std::string wrong = runner.CheckPrepared(block.script);
      INFO(path << ":" << block.line << "\n" << wrong);
      CHECK(wrong.empty());
    }
    runs += runner.prepared_runs();
  }
  CHECK(runs > 1000);
}

// What EXPORT writes is what SELECT answers.
TEST_CASE("the cases come out the same a group and a row at a time",
          "[cases][export]") {
  if (std::getenv("FOOTFALL_ACCEPT") != nullptr) return;
  int answers = 0;
  int parts = 0;
  for (const std::string& path : CaseFiles()) {
    ScriptRunner runner;
    for (const Block& block : ReadBlocks(path)) {
      RunBlock(&runner, block);
      const std::string wrong = runner.CheckInParts(block.script);
      INFO(path << ":" << block.line << "\n" << wrong);
      CHECK(wrong.empty());
    }
    answers += runner.in_parts();
    parts += runner.parts();
  }
  CHECK(answers > 500);
  CHECK(parts > answers);
}

TEST_CASE("every refusal has a case", "[cases]") {
  std::set<std::string> met;
  for (const std::string& path : CaseFiles()) {
    ScriptRunner runner;
    for (const Block& block : ReadBlocks(path)) RunBlock(&runner, block);
    met.insert(runner.refusals().begin(), runner.refusals().end());
  }
  // A tree that no text could say cannot stand in a file of cases.
  ScriptRunner runner;
  Statement statement;
  Select select;
  select.items.resize(1);
  select.items[0].expr.node = Arithmetic();
  statement.node = select;
  CHECK(runner.RunTree(statement).rfind("query", 0) == 0);
  select.items[0].expr.node = Operand{"dau BY app", {}, {}, {}};
  statement.node = select;
  CHECK(runner.RunTree(statement) ==
        "query: the tree says nothing that a text could: it prints as SELECT "
        "dau BY app\n");
  met.insert(runner.refusals().begin(), runner.refusals().end());

  for (const query::RefusalEntry& entry : query::RefusalTable()) {
    INFO("no case of " << kCases << " meets the refusal " << entry.id << ": "
                       << entry.message);
    CHECK(met.count(std::string(entry.id)) == 1);
  }
}

}  // namespace
}  // namespace footfall
