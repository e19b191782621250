// Texts that nobody should write: truncated, deep, long, damaged, random. The
// parser answers each with a tree or an error, and never crashes or hangs.

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "tests/support/catch.h"

namespace footfall {
namespace {

constexpr uint32_t kSeed = 20250208;

const std::string kStatements[] = {
    "SELECT avg(dau{app='A', DURING 2024-12..2025} EVERY 2 weeks) AS a, "
    "-5 * (x - 1e8) / share(dau WITHIN region) WHERE app IN ('豆包', $b) AND "
    "region NOT LIKE 'c%' DURING 2025-01-10T13:05+08:00..LAST",
    "SELECT dau DURING LAST 30 days COMPLETE BY app, platform EVERY month FILL "
    "linear MAX 3 HAVING dau >= 5 TOP 3 OTHERS 'rest' ORDER BY time DESC LIMIT "
    "7 IN ZONE 'Asia/Shanghai'",
    "SELECT corr(x, y, -14..28), days_between(first_time(dau >= 1e8), "
    "event('release', 'LLM')) ALIGN ON event('launch') DURING -1..2 days",
    "DEFINE METRIC dau INTEGER UNIT 'users' EVERY 15 minutes OVER TIME "
    "OVERLAPS BY app, region ADDS IN ZONE 'UTC'",
    "INSERT INTO dau (TIME, VALUE, app) VALUES (2025-02-08, -1.5, 'it''s'), "
    "($a, $b, $c)",
    "IMPORT 'f.csv' INTO dau (TIME \"a b\", VALUE v, area AS region EMPTY "
    "'unknown', 'web' AS platform) REJECTS 'r' IN ZONE 'UTC'",
    "EXPLAIN DELETE dau WHERE app != 'x' DURING ..",
    "DROP EVENT 'release' 'V3' ON 2024-12-26",
    "ADD EVENT 'release' 'V3' ON 2024-12-26 FOR app = 'A' NOTE 'n' SOURCE 's'",
    "ALIAS app 'old' = 'new' FROM 2024-09",
    "SHOW EVENTS 'release' WHERE app = 'A' DURING 2025",
};

// An error is an INVALID_ARGUMENT or RESOURCE_EXHAUSTED that names its place.
void CheckAnswer(const std::string& text) {
  const auto parsed = Parse(text);
  if (parsed.ok()) {
    for (const Statement& statement : *parsed) {
      const auto again = Parse(Print(statement));
      INFO(text << "\n" << Print(statement));
      if (!again.ok()) FAIL(again.status().message());
      CHECK(again->front() == statement);
    }
    return;
  }
  const std::string message(parsed.status().message());
  INFO(text << "\n" << message);
  CHECK((parsed.status().code() == absl::StatusCode::kInvalidArgument ||
         parsed.status().code() == absl::StatusCode::kResourceExhausted));
  CHECK(message.rfind("query ", 0) == 0);
}

TEST_CASE("every beginning of a statement is a statement or an error",
          "[lang]") {
  for (const std::string& text : kStatements) {
    for (size_t size = 0; size <= text.size(); ++size) {
      CheckAnswer(text.substr(0, size));
      CheckAnswer(text.substr(size));
    }
  }
}

TEST_CASE(
    "a statement with a word taken out, doubled or swapped gets an answer",
    "[lang]") {
  std::mt19937 random(kSeed);
  INFO("seed " << kSeed);
  for (const std::string& text : kStatements) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
      word += c;
      if (c == ' ' || c == '(' || c == ',' || c == '{') {
        words.push_back(word);
        word.clear();
      }
    }
    words.push_back(word);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::string> changed = words;
      const size_t at = random() % changed.size();
      switch (random() % 4) {
        case 0:
          changed.erase(changed.begin() + static_cast<ptrdiff_t>(at));
          break;
        case 1:
          changed.insert(changed.begin() + static_cast<ptrdiff_t>(at),
                         changed[random() % changed.size()]);
          break;
        case 2:
          std::swap(changed[at], changed[random() % changed.size()]);
          break;
        default: {
          const std::string& other =
              kStatements[random() % std::size(kStatements)];
          changed[at] = other.substr(random() % other.size(), 9);
        }
      }
      std::string joined;
      for (const std::string& one : changed) joined += one;
      CheckAnswer(joined);
    }
  }
}

TEST_CASE("random bytes and random words get an answer", "[lang]") {
  std::mt19937 random(kSeed);
  INFO("seed " << kSeed);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 60, ' ');
    for (char& c : text) c = static_cast<char>(random());
    CheckAnswer(text);
    CheckAnswer("SELECT " + text);
  }
  const std::string marks = "(){},;=!<>+-*/.'\"$ \n0123456789aTe:";
  for (int round = 0; round < 3000; ++round) {
    std::string text = "SELECT dau ";
    const size_t size = random() % 40;
    for (size_t i = 0; i < size; ++i) text += marks[random() % marks.size()];
    CheckAnswer(text);
  }
}

TEST_CASE("nesting has a limit, in parentheses, calls, signs and chains",
          "[lang]") {
  const auto repeat = [](const std::string& what, size_t count) {
    std::string out;
    for (size_t i = 0; i < count; ++i) out += what;
    return out;
  };
  const auto code = [](const std::string& text) {
    return Parse(text).status().code();
  };
  constexpr auto kOk = absl::StatusCode::kOk;
  constexpr auto kLimit = absl::StatusCode::kResourceExhausted;
  const auto parentheses = [&](size_t n) {
    return absl::StrCat("SELECT ", repeat("(", n), "dau", repeat(")", n));
  };
  const auto calls = [&](size_t n) {
    return absl::StrCat("SELECT ", repeat("f(", n), "dau", repeat(")", n));
  };
  const auto chain = [&](size_t n) {
    return absl::StrCat("SELECT dau", repeat(" + dau", n));
  };
  const auto signs = [&](size_t n) {
    return absl::StrCat("SELECT ", repeat("-(", n), "dau", repeat(")", n));
  };
  CHECK(code(parentheses(64)) == kOk);
  CHECK(code(parentheses(65)) == kLimit);
  CHECK(code(calls(64)) == kOk);
  CHECK(code(calls(65)) == kLimit);
  CHECK(code(chain(64)) == kOk);
  CHECK(code(chain(65)) == kLimit);
  CHECK(code(signs(32)) == kOk);
  CHECK(code(signs(33)) == kLimit);
  for (const size_t many : {1000, 10'000, 20'000}) {
    CHECK(code(parentheses(many).substr(0, 60'000)) == kLimit);
    CHECK(code(calls(many).substr(0, 60'000)) == kLimit);
    CHECK(code(signs(many).substr(0, 60'000)) == kLimit);
    CHECK(code(chain(many).substr(0, 60'000)) == kLimit);
  }
  const std::string message(Parse(parentheses(65)).status().message());
  CHECK(message.find("64") != std::string::npos);
  CHECK(message.find("QueryLimits::max_nesting") != std::string::npos);
}

TEST_CASE("a text and a list have a limit", "[lang]") {
  QueryLimits limits;
  const std::string long_text =
      "SELECT dau " + std::string(limits.max_text_bytes, ' ');
  const absl::Status text = Parse(long_text).status();
  CHECK(text.code() == absl::StatusCode::kResourceExhausted);
  CHECK(text.message().find("QueryLimits::max_text_bytes") !=
        std::string::npos);

  limits.max_text_bytes = 1 << 20;
  CHECK(Parse(long_text, limits).ok());
  std::string list = "SELECT dau WHERE app IN ('a'";
  for (int i = 1; i < 10'000; ++i) list += ",'a'";
  CHECK(Parse(list + ")", limits).ok());
  const absl::Status status = Parse(list + ",'a')", limits).status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(status.message().find("QueryLimits::max_list") != std::string::npos);
}

}  // namespace
}  // namespace footfall
