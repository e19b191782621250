#include "query/plan/member_set.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace footfall::query {
namespace {

TEST_CASE("LIKE takes % for any text and _ for one character", "[plan]") {
  struct Case {
    std::string text;
    std::string pattern;
    bool matches;
  };
  const auto c = GENERATE(values<Case>({
      {"DeepSeek", "DeepSeek", true},   // itself
      {"DeepSeek", "deepseek", false},  // byte by byte
      {"DeepSeek", "Deep%", true},
      {"DeepSeek", "%Seek", true},
      {"DeepSeek", "%ee%ee%", true},
      {"DeepSeek", "%ee%ee%ee%", false},
      {"DeepSeek", "Deep", false},  // the whole text, not a part of it
      {"DeepSeek", "D_ep____", true},
      {"DeepSeek", "D_ep_____", false},
      {"", "%", true},
      {"", "_", false},
      {"豆包", "__", true},  // characters, not bytes
      {"豆包", "豆_", true},
      {"豆包", "______", false},
      {"100%", "100%", true},
      {"aaaaaaaaaaaaaaaaaaaaaaaab", "%a%a%a%a%a%a%a%a%c", false},
      {"ab", "a%%%b%%", true},
      {"\xff\xfe", "__", true},  // stray bytes count as characters
  }));
  INFO(c.text << " LIKE " << c.pattern);
  CHECK(MatchesLike(c.text, c.pattern) == c.matches);
}

TEST_CASE("a member set narrows and never widens", "[plan]") {
  MemberSet set;
  CHECK_FALSE(set.picked());
  CHECK(set.Contains(0));
  CHECK(set.Contains(4'000'000'000));

  set.Keep({false, true, true, false, true});
  CHECK(set.picked());
  CHECK_FALSE(set.Contains(0));
  CHECK(set.Contains(1));
  CHECK(set.Contains(4));
  CHECK_FALSE(set.Contains(5));
  CHECK_FALSE(set.single().has_value());

  set.Keep({true, true, false, true, true});
  CHECK(set.Contains(1));
  CHECK_FALSE(set.Contains(2));
  CHECK_FALSE(set.Contains(3));

  set.KeepOnly(4);
  CHECK(set.single() == MemberId{4});
  CHECK_FALSE(set.Contains(1));

  set.KeepOnly(1);
  CHECK(set.certainly_empty());
  CHECK_FALSE(set.Contains(1));
}

TEST_CASE("a list of one member is that member", "[plan]") {
  MemberSet set;
  set.Keep({false, false, true});
  CHECK(set.single() == MemberId{2});
  MemberSet none;
  none.Keep({false, false});
  CHECK(none.certainly_empty());
}

}  // namespace
}  // namespace footfall::query
