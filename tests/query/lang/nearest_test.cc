// Which candidate is near enough to be suggested.

#include "query/lang/nearest.h"

#include <string>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

TEST_CASE("the nearest name is suggested, and none that is far", "[lang]") {
  struct Case {
    const char* word;
    const char* nearest;
    const char* why;
  };
  const Case cases[] = {
      {"DeepSek", "DeepSeek", "a letter left out"},
      {"deepseek", "DeepSeek", "letter case aside"},
      {"Doaubo", "Doubao", "letters swapped"},
      {"Kimii", "Kimi", "a letter too many"},
      {"豆苞", "豆包", "characters, not bytes, are compared"},
      {"ChatGPT", "", "nothing is near"},
      {"K", "", "too short to be near anything"},
      {"", "", "nothing is near nothing"},
  };
  const absl::string_view members[] = {"DeepSeek", "Doubao", "Kimi", "豆包",
                                       ""};
  for (const Case& one : cases) {
    INFO(one.word << ": " << one.why);
    CHECK(NearestOf(one.word, members) == one.nearest);
  }
}

TEST_CASE("of equally near names the first wins", "[lang]") {
  CHECK(NearestOf("dav", {"dau", "day"}) == "dau");
}

TEST_CASE("very long words are not compared", "[lang]") {
  const std::string word(100'000, 'a');
  CHECK(NearestOf(word, {word}) == "");
  CHECK(NearestOf("abc", {word}) == "");
}

}  // namespace
}  // namespace footfall::query
