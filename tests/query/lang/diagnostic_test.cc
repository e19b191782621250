// Messages: where the caret stands, what is shown of the line.

#include "query/lang/diagnostic.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

// The message for the first place where `word` stands in `text`.
std::string At(const std::string& text, const std::string& word) {
  const size_t begin = text.find(word);
  REQUIRE(begin != std::string::npos);
  const Source where = {static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(begin + word.size())};
  return std::string(Diagnostic(text, where, "what", "hint").message());
}

TEST_CASE("a message shows the line, carets under the word and the hint",
          "[lang]") {
  CHECK(At("SELECT dau EVERY region", "region") ==
        "query 1:18: what\n"
        "  SELECT dau EVERY region\n"
        "                   ^^^^^^\n"
        "  hint");
}

TEST_CASE("lines are counted from 1 and only the one in question is shown",
          "[lang]") {
  CHECK(At("SELECT dau\n  EVERY region\nLIMIT 5", "region") ==
        "query 2:9: what\n"
        "    EVERY region\n"
        "          ^^^^^^\n"
        "  hint");
  CHECK(At("SELECT\r\ndau\r\n", "dau") ==
        "query 2:1: what\n  dau\n  ^^^\n  hint");
}

TEST_CASE("columns count characters and carets stand under wide ones",
          "[lang]") {
  // Seven characters of Chinese text are seven columns, and print as fourteen.
  CHECK(At("WHERE app = '豆包' xx", "xx") ==
        "query 1:18: what\n"
        "  WHERE app = '豆包' xx\n"
        "                     ^^\n"
        "  hint");
  CHECK(At("a = 豆包", "豆包") ==
        "query 1:5: what\n  a = 豆包\n      ^^^^\n  hint");
  // A letter with a combining accent is one column wide.
  CHECK(At("e\xCC\x81 xx", "xx") ==
        "query 1:4: what\n  e\xCC\x81 xx\n    ^^\n  hint");
  // A tab stays a tab on both lines.
  CHECK(At("\tab", "ab") == "query 1:2: what\n  \tab\n  \t^^\n  hint");
}

TEST_CASE("a place behind the last word gets one caret", "[lang]") {
  const Source end = {3, 3};
  CHECK(Diagnostic("dau", end, "what", "").message() ==
        "query 1:4: what\n  dau\n     ^");
}

TEST_CASE("a word over several lines is underlined to the end of its first",
          "[lang]") {
  CHECK(At("avg(dau\n) AS a", "avg(dau\n)") ==
        "query 1:1: what\n  avg(dau\n  ^^^^^^^\n  hint");
}

TEST_CASE("a long line is cut around the word", "[lang]") {
  const std::string text =
      absl::StrCat(std::string(500, 'a'), " here ", std::string(500, 'b'));
  const std::string message = At(text, "here");
  CHECK(message.find("query 1:502: what\n  ...aaa") == 0);
  CHECK(message.find("bbb...\n") != std::string::npos);
  const size_t line = message.find('\n') + 1;
  const size_t carets = message.find('\n', line) + 1;
  CHECK(message.find("here") - line == message.find("^^^^") - carets);
  CHECK(message.size() < 400);
}

TEST_CASE("bytes that are no text are shown as a mark of their own", "[lang]") {
  CHECK(At("a \xFF b", "b") ==
        "query 1:5: what\n  a \xEF\xBF\xBD b\n      ^\n  hint");
  CHECK(At(std::string("a \x01 b"), "b") ==
        "query 1:5: what\n  a \xEF\xBF\xBD b\n      ^\n  hint");
}

TEST_CASE("without a text there is no place to point at", "[lang]") {
  CHECK(Diagnostic("", {}, "what", "hint\nmore").message() ==
        "query: what\n  hint\n  more");
  // Nor for what is wrong with the answer as a whole.
  CHECK(Diagnostic("SELECT dau", {}, "what", "").message() == "query: what");
}

TEST_CASE("a place outside the text does no harm", "[lang]") {
  CHECK(Diagnostic("ab", {7, 90}, "what", "").message() ==
        "query 1:3: what\n  ab\n    ^");
  CHECK(Diagnostic("ab", {2, 1}, "what", "").message() ==
        "query 1:3: what\n  ab\n    ^");
}

}  // namespace
}  // namespace footfall::query
