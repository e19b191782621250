// Runs the examples of query/LANGUAGE.md: what the page shows is what comes
// out, to the letter.
//
//   ```sql          statements, run one block after the other on one database
//   ```csv          right behind it: what they put out; also ```json, ```table
//   ```text         ... or the error that they end with
//   ```sql parse    only has to be a statement (what is still to come)
//
// FOOTFALL_ACCEPT=1 writes what comes out into the page; read the diff.

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
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

std::vector<Part> ReadPage() {
  std::vector<Part> parts(1);
  int line_number = 0;
  std::string page = ReadWholeFile(kPage);
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

void WritePage(const std::vector<Part>& parts) {
  std::ofstream file(kPage, std::ios::binary | std::ios::trunc);
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
  if (!file.flush()) FAIL("cannot write " << kPage);
}

TEST_CASE("the examples of the language's page come out as it says",
          "[language]") {
  const bool accept = std::getenv("FOOTFALL_ACCEPT") != nullptr;
  std::vector<Part> parts = ReadPage();
  ScriptRunner runner;
  REQUIRE(runner.Set("-- now: 2025-02-11T00:00Z"));
  int examples = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Part part = parts[i];
    INFO(kPage << ":" << part.line << "\n" << part.content);
    if (part.fence == "sql parse") {
      const auto parsed = Parse(part.content);
      if (!parsed.ok()) FAIL_CHECK(parsed.status().message());
      ++examples;
    }
    if (part.fence != "sql") continue;
    ++examples;
    Part* output = OutputOf(&parts, i);
    const bool formed = output != nullptr && output->fence != "text";
    runner.Set(absl::StrCat("-- mode: ", formed ? output->fence : "csv"));
    const std::string found = runner.Run(part.content);
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
  CHECK(examples >= 35);
  if (accept) WritePage(parts);
}

}  // namespace
}  // namespace footfall
