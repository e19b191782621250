// Questions that nobody planned for: the statements of all cases with words
// taken out, doubled, swapped and mixed. Each gets an answer or a message,
// nothing crashes, and what reads changes nothing.

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "footfall/query.h"
#include "query/lang/lexer.h"
#include "tests/query/support/script_runner.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 71790000;
constexpr int kQuestions = 4000;

// The words of every statement in the cases that reads.
std::vector<std::vector<std::string>> Questions() {
  std::set<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator("tests/query/cases")) {
    files.insert(entry.path().string());
  }
  std::vector<std::vector<std::string>> questions;
  for (const std::string& file : files) {
    const std::string content = ReadWholeFile(file);
    for (const absl::string_view block : absl::StrSplit(content, "====\n")) {
      const absl::string_view script = block.substr(0, block.find("----\n"));
      query::Lexer lexer(script);
      while (true) {
        const std::vector<query::Token> tokens = lexer.NextStatement();
        if (tokens.size() < 2) break;
        std::vector<std::string> words;
        for (const query::Token& token : tokens) {
          words.emplace_back(script.substr(
              token.source.begin, token.source.end - token.source.begin));
        }
        if (words[0] == "SELECT") questions.push_back(std::move(words));
        if (tokens.back().kind == query::TokenKind::kError) break;
      }
    }
  }
  return questions;
}

TEST_CASE("mixed-up questions get an answer or a message", "[hostile]") {
  INFO("seed " << kSeed);
  const auto questions = Questions();
  REQUIRE(questions.size() > 100);
  ScriptRunner runner;
  runner.Set("-- now: 2025-02-11T00:00Z");
  runner.Set("-- max_rows: 20000");
  runner.Set("-- $app: text A");
  runner.Set("-- $n: number 15");
  runner.Set("-- $day: date 2025-02-02");
  runner.Set("-- $range: range 2025-02-01..2025-02-02");
  const std::string data = runner.Run(
      "DEFINE METRIC dau INTEGER EVERY day OVER TIME OVERLAPS "
      "  BY app, platform, region ADDS;"
      "DEFINE METRIC m INTEGER EVERY day OVER TIME ADDS BY app, platform;"
      "DEFINE METRIC u INTEGER EVERY day OVER TIME OVERLAPS BY platform;"
      "DEFINE METRIC wau INTEGER EVERY week OVER TIME OVERLAPS BY app;"
      "DEFINE METRIC price DECIMAL EVERY day OVER TIME LEVEL BY app, region;"
      "DEFINE METRIC hits INTEGER EVERY hour OVER TIME ADDS BY app;"
      "INSERT INTO dau (TIME, VALUE, app, platform, region) VALUES "
      "  (2025-02-01, 10, 'A', 'app', 'cn'), (2025-02-01, 20, 'A', 'web', ''),"
      "  (2025-02-02, 30, 'B', 'app', 'us'), (2025-02-04, 9, 'A', '', '');"
      "INSERT INTO m (TIME, VALUE, app, platform) VALUES "
      "  (2025-02-01, 10, 'A', 'x'), (2025-02-03, -20, 'B', ''),"
      "  (2025-01-15, 9223372036854775807, 'A', 'x');"
      "INSERT INTO u (TIME, VALUE, platform) VALUES "
      "  (2025-02-01, 10, 'app'), (2025-02-01, 6, 'web');"
      "INSERT INTO wau (TIME, VALUE, app) VALUES (2025-W05, 50, 'A');"
      "INSERT INTO price (TIME, VALUE, app, region) VALUES "
      "  (2025-02-01, 1.5, 'A', 'cn'), (2025-02-01, 2.5, 'A', 'us');"
      "INSERT INTO hits (TIME, VALUE, app) VALUES (2025-02-01T05, 1, 'A')");
  REQUIRE_FALSE(absl::StrContains(data, "query "));
  runner.Set("-- door: query");

  std::mt19937 random(kSeed);
  const auto any = [&random](const std::vector<std::string>& words) {
    return words[random() % words.size()];
  };
  int answered = 0;
  for (int round = 0; round < kQuestions; ++round) {
    std::vector<std::string> words = questions[random() % questions.size()];
    const int changes = static_cast<int>(random() % 4);
    for (int i = 0; i < changes && words.size() > 2; ++i) {
      const size_t at = 1 + random() % (words.size() - 1);
      const auto& other = questions[random() % questions.size()];
      switch (random() % 5) {
        case 0:
          words.erase(words.begin() + static_cast<ptrdiff_t>(at));
          break;
        case 1:
          words.insert(words.begin() + static_cast<ptrdiff_t>(at), any(other));
          break;
        case 2:
          words[at] = any(other);
          break;
        case 3:
          std::swap(words[at], words[1 + random() % (words.size() - 1)]);
          break;
        default: {
          // The rest of another question.
          const size_t from = random() % other.size();
          words.resize(at);
          words.insert(words.end(),
                       other.begin() + static_cast<ptrdiff_t>(from),
                       other.end());
        }
      }
    }
    // Metrics that are there, so that more questions come to run.
    static const std::vector<std::string> kMetrics = {"dau", "m",     "u",
                                                      "wau", "price", "hits"};
    for (std::string& word : words) {
      if (word == "clicks" || word == "users" || word == "visits" ||
          word == "n" || word == "d" || word == "mentions" || word == "huge") {
        word = any(kMetrics);
      }
    }
    const std::string question = absl::StrJoin(words, " ");
    INFO("round " << round << ": " << question);
    const std::string result = runner.Run(question);
    REQUIRE_FALSE(result.empty());
    if (!absl::StartsWith(result, "query")) ++answered;
  }
  // Enough of them ran for this to mean something.
  CHECK(answered > kQuestions / 20);
}

}  // namespace
}  // namespace footfall
