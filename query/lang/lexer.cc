#include "query/lang/lexer.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "query/lang/refusals.h"
#include "query/lang/utf8.h"

namespace footfall::query {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}
bool IsWide(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// Characters that look like a mark of the language, and the one that is meant.
struct LookAlike {
  uint32_t code;
  absl::string_view meant;
};
constexpr LookAlike kLookAlikes[] = {
    {0x2018, "'"},
    {0x2019, "'"},
    {0x201C, "'"},
    {0x201D, "'"},
    {0x300C, "'"},
    {0x300D, "'"},
    {0xFF02, "'"},
    {0xFF07, "'"},
    {0xFF0C, ","},
    {0x3001, ","},
    {0xFF1B, ";"},
    {0xFF08, "("},
    {0xFF09, ")"},
    {0xFF5B, "{"},
    {0xFF5D, "}"},
    {0xFF1D, "="},
    {0xFF1C, "<"},
    {0xFF1E, ">"},
    {0xFF0B, "+"},
    {0xFF0D, "-"},
    {0xFF0F, "/"},
    {0xFF0A, "*"},
    {0xFF04, "$"},
    {0x2010, "-"},
    {0x2011, "-"},
    {0x2012, "-"},
    {0x2013, "-"},
    {0x2014, "-"},
    {0x2212, "-"},
    {0x2026, ".."},
    {0x00D7, "*"},
    {0x00F7, "/"},
    {0x2264, "<="},
    {0x2265, ">="},
    {0x2260, "!="},
    {0x3000, "a plain blank"},
    {0x00A0, "a plain blank"},
};

absl::string_view MeantBy(uint32_t code) {
  for (const LookAlike& one : kLookAlikes) {
    if (one.code == code) return one.meant;
  }
  return {};
}

// What to write instead of a mark of other languages.
struct ForeignMark {
  absl::string_view mark;
  absl::string_view hint;
};
constexpr ForeignMark kForeignMarks[] = {
    {"/*", "a comment begins with -- and runs to the end of the line"},
    {"#", "a comment begins with -- and runs to the end of the line"},
    {"`", "names are written bare: dau"},
    {"[", "names are written bare: dau"},
    {"]", "names are written bare: dau"},
    {"@", "a parameter is written $app"},
    {"?", "a parameter is written $app"},
    {":", "a time is written with T and without blanks: 2025-02-08T13:05"},
    {"||", "texts are not joined"},
    {"~",
     "there are no regular expressions; LIKE '%seek%' finds what holds seek"},
    {"^", "a square is x * x"},
    {"&&", "conditions are joined by AND"},
    {"!", "inequality is !=, and NOT stands before IN and LIKE"},
    {"%", "a share is share(dau); % means any text inside LIKE"},
    {".",
     "a range has two dots, 2025-01..2025-02, and a number a digit "
     "before its point: 0.5"},
    {"\\", "there are no escapes; a quote inside a text is doubled: 'it''s'"},
};

// Why a text is no date, without what the message says already.
std::string DateHint(const absl::Status& status) {
  constexpr absl::string_view kKnown = "is not a date: ";
  absl::string_view reason = status.message();
  if (const size_t at = reason.find(kKnown); at != absl::string_view::npos) {
    reason.remove_prefix(at + kKnown.size());
  }
  return absl::StrCat(reason,
                      absl::StartsWith(reason, "a date is written")
                          ? "\nfour digits and a hyphen begin a date; to "
                            "subtract, put blanks around the minus"
                          : "");
}

// Statements are seldom longer.
constexpr size_t kUsualTokens = 32;

std::string Mark(absl::string_view found) {
  return absl::StrCat("\"", Printable(found, 60), "\"");
}

}  // namespace

Lexer::Lexer(absl::string_view text) : text_(text) {
  // A byte order mark, as some editors put before a file.
  if (absl::StartsWith(text_, "\xEF\xBB\xBF")) at_ = 3;
}

std::vector<Token> Lexer::NextStatement() {
  std::vector<Token> tokens;
  while (true) {
    SkipBlanks();
    const bool end = at_ >= text_.size();
    if (!end && text_[at_] != ';') {
      if (tokens.empty()) tokens.reserve(kUsualTokens);
      tokens.push_back(NextToken());
      if (tokens.back().kind == TokenKind::kError) return tokens;
      continue;
    }
    if (tokens.empty() && !end) {
      ++at_;
      continue;
    }
    // The end stands right behind the last word, not behind blank lines.
    Token last;
    const uint32_t behind =
        tokens.empty() ? static_cast<uint32_t>(at_) : tokens.back().source.end;
    last.source = {behind, behind};
    tokens.push_back(std::move(last));
    if (!end) ++at_;
    return tokens;
  }
}

void Lexer::SkipBlanks() {
  while (at_ < text_.size()) {
    if (IsBlank(text_[at_])) {
      ++at_;
    } else if (Peek() == '-' && Peek(1) == '-') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::NextToken() {
  const char c = text_[at_];
  if (IsDigit(c)) return NumberOrDate();
  if (c == '\'' || c == '"') return Quoted(c);
  if (c == '$') return ParameterName();
  if (IsWordByte(c)) return Word();
  if (IsWide(c)) {
    const Character first = FirstCharacter(text_.substr(at_));
    if (first.valid && !IsControl(first.code) && MeantBy(first.code).empty()) {
      return Word();
    }
    return Stray();
  }
  switch (c) {
    case '(':
    case ')':
    case '{':
    case '}':
    case ',':
    case '+':
    case '*':
    case '-':
      return Symbol(1);
    case '/':
      return Peek(1) == '*' ? Stray() : Symbol(1);
    case '.':
      return Peek(1) == '.' ? Symbol(2) : Stray();
    case '!':
      return Peek(1) == '=' ? Symbol(2) : Stray();
    case '=':
      if (Peek(1) != '=') return Symbol(1);
      at_ += 2;
      return Error(Refuse(Refusal::kDoubleEquals, text_, SourceSince(at_ - 2)),
                   at_ - 2);
    case '<':
      if (Peek(1) == '>') {
        at_ += 2;
        return Error(Refuse(Refusal::kLessGreater, text_, SourceSince(at_ - 2)),
                     at_ - 2);
      }
      return Symbol(Peek(1) == '=' ? 2 : 1);
    case '>':
      return Symbol(Peek(1) == '=' ? 2 : 1);
    default:
      return Stray();
  }
}

Token Lexer::Symbol(size_t size) {
  const size_t begin = at_;
  at_ += size;
  return Make(TokenKind::kSymbol, begin);
}

// Letters of other alphabets are taken along, so that a bare 豆包 is shown as
// the one word that somebody forgot to quote.
Token Lexer::Word() {
  const size_t begin = at_;
  while (at_ < text_.size()) {
    if (IsWordByte(text_[at_])) {
      ++at_;
      continue;
    }
    if (!IsWide(text_[at_])) break;
    const Character c = FirstCharacter(text_.substr(at_));
    if (!c.valid || IsControl(c.code) || !MeantBy(c.code).empty()) break;
    at_ += c.size;
  }
  return Make(TokenKind::kWord, begin);
}

Token Lexer::NumberOrDate() {
  const size_t begin = at_;
  while (IsDigit(Peek())) ++at_;
  if (at_ - begin == 4 && Peek() == '-' && Peek(1) != '-') {
    return DateFrom(begin);
  }
  bool integer = true;
  if (Peek() == '.' && IsDigit(Peek(1))) {
    integer = false;
    ++at_;
    while (IsDigit(Peek())) ++at_;
  }
  if (Peek() == 'e' || Peek() == 'E') {
    const size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
    if (IsDigit(Peek(1 + sign))) {
      integer = false;
      at_ += 1 + sign;
      while (IsDigit(Peek())) ++at_;
    }
  }
  if (IsWordByte(Peek()) || IsWide(Peek())) {
    const absl::string_view digits = Since(begin);
    const Token rest = Word();
    std::string hint;
    Source source = SourceSince(begin);
    if (ParseUnit(rest.text).has_value()) {
      hint = absl::StrCat("\na blank stands between number and unit: ", digits,
                          " ", rest.text);
    }
    return Error(
        Refuse(Refusal::kBadNumber, text_, source, {Mark(Since(begin)), hint}),
        begin);
  }
  Token token = Make(TokenKind::kNumber, begin);
  int64_t whole = 0;
  if (integer && absl::SimpleAtoi(token.text, &whole)) {
    token.number.value = whole;
    return token;
  }
  double value = 0;
  if (!absl::SimpleAtod(token.text, &value) || std::isinf(value)) {
    return Error(Refuse(Refusal::kNumberTooLarge, text_, token.source,
                        {Mark(token.text), "numbers end at about 1.79e308"}),
                 begin);
  }
  token.number.value = value;
  return token;
}

// Four digits and a hyphen stand before at_ or at it.
Token Lexer::DateFrom(size_t begin) {
  bool has_time = false;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    const bool range = c == '.' && Peek(1) == '.';
    const bool comment = c == '-' && Peek(1) == '-';
    if (c == 'T' || c == 't') has_time = true;
    const bool part =
        IsWordByte(c) || c == ':' || (c == '-' && !comment) ||
        (c == '+' && has_time) ||
        (c == '.' && !range && IsDigit(Peek(1)) && text_[at_ - 1] != '.');
    if (!part) break;
    ++at_;
  }
  Token token = Make(TokenKind::kDate, begin);
  absl::StatusOr<Date> date = ParseDate(absl::AsciiStrToUpper(token.text));
  if (!date.ok()) {
    return Error(Refuse(Refusal::kBadDate, text_, token.source,
                        {Mark(token.text), DateHint(date.status())}),
                 begin);
  }
  token.date = *date;
  return token;
}

Token Lexer::Quoted(char quote) {
  const size_t begin = at_;
  const bool text = quote == '\'';
  ++at_;
  std::string inside;
  while (at_ < text_.size()) {
    const Character c = FirstCharacter(text_.substr(at_));
    const size_t here = at_;
    if (!c.valid) return Stray();
    if (c.code == '\n' || c.code == '\r') break;
    at_ += c.size;
    if (IsControl(c.code)) {
      return Error(Refuse(Refusal::kControlCharacter, text_, SourceSince(here),
                          {absl::StrFormat("%04X", c.code)}),
                   here);
    }
    if (c.code != static_cast<uint32_t>(quote)) {
      inside.append(text_.data() + here, c.size);
      continue;
    }
    if (Peek() != quote) {
      Token token =
          Make(text ? TokenKind::kText : TokenKind::kQuotedName, begin);
      token.text = std::move(inside);
      return token;
    }
    inside.push_back(quote);
    ++at_;
  }
  const Source source = SourceSince(begin);
  return Error(
      Refuse(text ? Refusal::kOpenText : Refusal::kOpenName, text_, source),
      begin);
}

Token Lexer::ParameterName() {
  const size_t begin = at_;
  ++at_;
  if (!absl::ascii_islower(static_cast<unsigned char>(Peek()))) {
    return Error(Refuse(Refusal::kBadParameter, text_, SourceSince(begin)),
                 begin);
  }
  Token token = Word();
  token.kind = TokenKind::kParameter;
  token.source.begin = static_cast<uint32_t>(begin);
  if (!IsValidName(token.text)) {
    return Error(
        Refuse(Refusal::kBadName, text_, token.source, {Mark(token.text), ""}),
        begin);
  }
  return token;
}

Token Lexer::Stray() {
  const size_t begin = at_;
  const Character c = FirstCharacter(text_.substr(at_));
  at_ += c.size;
  const Source source = SourceSince(begin);
  if (!c.valid) {
    return Error(Refuse(Refusal::kBadUtf8, text_, source,
                        {absl::StrFormat("%02X", c.code)}),
                 begin);
  }
  if (IsControl(c.code)) {
    return Error(Refuse(Refusal::kControlCharacter, text_, source,
                        {absl::StrFormat("%04X", c.code)}),
                 begin);
  }
  if (const absl::string_view meant = MeantBy(c.code); !meant.empty()) {
    return Error(Refuse(Refusal::kStrayCharacter, text_, source,
                        {Mark(Since(begin)),
                         absl::StrCat("write ", meant,
                                      meant == "'" ? " around texts" : "")}),
                 begin);
  }
  for (const ForeignMark& foreign : kForeignMarks) {
    if (!absl::StartsWith(text_.substr(begin), foreign.mark)) continue;
    at_ = begin + foreign.mark.size();
    return Error(Refuse(Refusal::kStrayCharacter, text_, SourceSince(begin),
                        {Mark(Since(begin)), foreign.hint}),
                 begin);
  }
  return Error(
      Refuse(Refusal::kStrayCharacter, text_, source, {Mark(Since(begin)), ""}),
      begin);
}

Token Lexer::Make(TokenKind kind, size_t begin) const {
  Token token;
  token.kind = kind;
  token.source = SourceSince(begin);
  token.text = std::string(Since(begin));
  return token;
}

Token Lexer::Error(absl::Status status, size_t begin) const {
  Token token = Make(TokenKind::kError, begin);
  token.error = std::move(status);
  return token;
}

}  // namespace footfall::query
