// What was typed of a statement, as words, texts and marks.

#ifndef FOOTFALL_EXAMPLES_REPL_TYPED_TEXT_H_
#define FOOTFALL_EXAMPLES_REPL_TYPED_TEXT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footfall::repl {

// A word, a text in quotes or a single character.
struct Token {
  enum class Type { kWord, kText, kMark };
  Type type = Type::kMark;
  std::string upper;         // a word's, or the mark
  absl::string_view source;  // as written
};

// What was typed, up to the word or text that the cursor stands in.
struct Typed {
  std::vector<Token> tokens;
  bool in_text = false;  // the cursor stands inside a text's quotes
  bool in_comment = false;
  absl::string_view prefix;  // of that word or text
};

// Views point into `text`.
Typed Tokenize(absl::string_view text);

}  // namespace footfall::repl

#endif  // FOOTFALL_EXAMPLES_REPL_TYPED_TEXT_H_
