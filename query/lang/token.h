// The words of the language.

#ifndef FOOTFALL_QUERY_LANG_TOKEN_H_
#define FOOTFALL_QUERY_LANG_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "footfall/period.h"
#include "footfall/statement.h"

namespace footfall::query {

enum class TokenKind : uint8_t {
  kEnd,         // of the statement; a `;` is part of it
  kWord,        // a keyword, a name, a function: place tells
  kText,        // 'it''s'; `text` holds it without quotes
  kQuotedName,  // "Daily users"; `text` holds it without quotes
  kNumber,      // `text` as written, `number` its value
  kDate,        // 2025-02-08, but not 2025 alone: that is a kNumber
  kParameter,   // $app; `text` holds app
  kSymbol,      // ( ) { } , = != < <= > >= + - * / ..
  kError,       // `error` says what is wrong; the last of its statement
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Source source;
  std::string text;  // as written, but for kText, kQuotedName, kParameter
  Number number;     // kNumber
  Date date;         // kDate
  absl::Status error;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_TOKEN_H_
