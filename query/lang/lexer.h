// Cuts a script into statements of tokens.

#ifndef FOOTFALL_QUERY_LANG_LEXER_H_
#define FOOTFALL_QUERY_LANG_LEXER_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "query/lang/token.h"

namespace footfall::query {

// Reads `text`, which must outlive it, from the front. Nothing here fails: what
// is no word becomes a token of kind kError, which ends its statement, so that
// the parser reports whichever mistake comes first.
class Lexer {
 public:
  explicit Lexer(absl::string_view text);

  // The tokens up to the next `;` or the end of the text, a kEnd (or kError)
  // behind them. A statement without a token between two `;` is skipped. At
  // the end of the text: a kEnd alone.
  std::vector<Token> NextStatement();

  // Bytes read so far.
  size_t position() const { return at_; }

 private:
  // Skips blanks and comments.
  void SkipBlanks();
  Token NextToken();
  Token Word();
  Token NumberOrDate();
  Token DateFrom(size_t begin);
  Token Quoted(char quote);
  Token ParameterName();
  Token Stray();
  Token Symbol(size_t size);

  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  absl::string_view Since(size_t begin) const {
    return text_.substr(begin, at_ - begin);
  }
  Source SourceSince(size_t begin) const {
    return {static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
  }
  Token Make(TokenKind kind, size_t begin) const;
  Token Error(absl::Status status, size_t begin) const;

  absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_LEXER_H_
