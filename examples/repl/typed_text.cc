#include "examples/repl/typed_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace footfall::repl {
namespace {

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         c == '$';
}

}  // namespace

Typed Tokenize(absl::string_view text) {
  Typed typed;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      ++at;
    } else if (text.substr(at, 2) == "--") {
      at = std::min(text.find('\n', at), text.size());
      typed.in_comment = at == text.size();
    } else if (c == '\'') {
      size_t end = at + 1;
      while (end < text.size() &&
             (text[end] != '\'' || text.substr(end, 2) == "''")) {
        end += text[end] == '\'' ? 2 : 1;
      }
      if (end >= text.size()) {
        typed.in_text = true;
        typed.prefix = text.substr(at + 1);
        return typed;
      }
      typed.tokens.push_back(
          {Token::Type::kText, "", text.substr(at + 1, end - at - 1)});
      at = end + 1;
    } else if (IsWordByte(c)) {
      size_t end = at;
      while (end < text.size() && IsWordByte(text[end])) ++end;
      const absl::string_view word = text.substr(at, end - at);
      if (end == text.size()) {
        typed.prefix = word;
        return typed;
      }
      typed.tokens.push_back(
          {Token::Type::kWord, absl::AsciiStrToUpper(word), word});
      at = end;
    } else {
      typed.tokens.push_back(
          {Token::Type::kMark, std::string(1, c), text.substr(at, 1)});
      ++at;
    }
  }
  typed.prefix = text.substr(text.size());
  return typed;
}

}  // namespace footfall::repl
