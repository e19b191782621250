// Tests of query/answer/display_width.h.

#include "query/answer/display_width.h"
#include "tests/support/catch.h"

namespace footfall::query {
namespace {

TEST_CASE("a text is as wide as a terminal shows it", "[answer]") {
  struct Case {
    const char* text;
    size_t width;
  };
  const auto c = GENERATE(values<Case>({
      {"", 0},
      {"DeepSeek", 8},
      {"文心一言", 8},            // wide
      {"ｄａｕ", 6},              // full-width Latin
      {"ﾃﾞｰﾀ", 4},                // half-width Katakana
      {"데이터", 6},              // Hangul syllables
      {"\u1112\u1161\u11ab", 2},  // the same script in jamo: one syllable
      {"é", 1},
      {"e\u0301", 1},   // a combining accent
      {"ก\u0e49", 1},   // a Thai tone mark
      {"\u200b", 0},    // zero-width space
      {"a\u00adb", 3},  // a soft hyphen may be shown
      {"📱", 2},
      {"👩\u200d💻", 4},    // by characters, not by sign
      {"\U0001faf8", 2},  // came with Unicode 15
      {"naïve – «café»", 14},
      {"\U00020000", 2},        // beyond the basic plane
      {"\u4e00\U0003fffd", 4},  // last of a block that is wide unassigned
      {"\xff\xfe", 2},          // not UTF-8: a column a byte
      {"\xe4\xb8", 2},          // cut in the middle
      {"\xc0\xaf", 2},          // too long a form
      {"\xed\xa0\x80", 3},      // a surrogate
      {"\xf4\x90\x80\x80", 4},  // past the last character
      {"\x1b[1m", 3},           // a control is no column
  }));
  CAPTURE(c.text);
  CHECK(DisplayWidth(c.text) == c.width);
}

}  // namespace
}  // namespace footfall::query
