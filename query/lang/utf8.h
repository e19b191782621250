// Characters of a text in UTF-8: where they end and how wide they print.

#ifndef FOOTFALL_QUERY_LANG_UTF8_H_
#define FOOTFALL_QUERY_LANG_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace footfall::query {

struct Character {
  uint32_t code = 0;  // the code point; the byte itself where !valid
  uint32_t size = 1;  // bytes
  bool valid = true;  // well-formed UTF-8, no surrogate, at most U+10FFFF
};

// The first character of `text`. Requires: !text.empty().
Character FirstCharacter(absl::string_view text);

// Number of characters; a byte that is not UTF-8 counts as one.
size_t CountCharacters(absl::string_view text);

// Columns that a terminal takes for a character: 0, 1 or 2.
int DisplayWidth(uint32_t code);

// C0, DEL and C1.
bool IsControl(uint32_t code);

// `text` fit for a message: bytes that are not UTF-8 and control characters
// replaced, cut with "..." after `max_characters`.
std::string Printable(absl::string_view text, size_t max_characters);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_UTF8_H_
