#include "query/lang/parser.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/guard.h"
#include "query/lang/nearest.h"
#include "query/lang/status_macros.h"
#include "query/lang/time_parts.h"
#include "query/lang/tree.h"
#include "query/lang/utf8.h"

namespace footfall::query {
namespace {

// No count of units in the language is useful beyond this; arithmetic on steps
// stays far from overflow.
constexpr int64_t kMaxCount = 1'000'000'000;

// Keywords that begin a clause or join one: written in capitals where a name
// should stand, they show that the name was forgotten.
constexpr absl::string_view kKeywords[] = {
    "SELECT", "AS",   "WHERE",  "DURING",  "ALIGN",   "ON",     "BY",
    "EVERY",  "FILL", "HAVING", "TOP",     "OTHERS",  "ORDER",  "LIMIT",
    "IN",     "ZONE", "AND",    "NOT",     "LIKE",    "ACROSS", "WITHIN",
    "OF",     "INTO", "VALUES", "FROM",    "GROUP",   "OR",     "DEFINE",
    "METRIC", "OVER", "TIME",   "INTEGER", "DECIMAL", "UNIT",   "REJECTS",
    "FOR",    "NOTE", "SOURCE", "EXPLAIN", "ANALYZE", "EMPTY",  "LAST",
    "ASC",    "DESC", "EACH",
};

bool IsKeywordInCapitals(absl::string_view word) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), word) !=
         std::end(kKeywords);
}

}  // namespace

std::string Shown(const Token& token) {
  switch (token.kind) {
    case TokenKind::kEnd:
      return "the end of the statement";
    case TokenKind::kText:
      return absl::StrCat("the text '", Printable(token.text, 40), "'");
    case TokenKind::kParameter:
      return absl::StrCat("$", token.text);
    default:
      return absl::StrCat("\"", Printable(token.text, 60), "\"");
  }
}

bool LooksLikeDate(absl::string_view text) { return ParseDate(text).ok(); }

Parser::Parser(absl::string_view text, const QueryOptions& options)
    : text_(text), options_(options), limits_(options.limits), lexer_(text) {
  limits_.max_nesting = std::min(limits_.max_nesting, kMaxDepth);
}

absl::StatusOr<std::optional<Statement>> Parser::Next() {
  tokens_ = lexer_.NextStatement();
  at_ = 0;
  depth_ = 0;
  in_export_ = false;
  if (AtEnd()) return std::nullopt;
  const size_t begin = tokens_.front().source.begin;
  const size_t size = tokens_.back().source.end - begin;
  if (size > limits_.max_text_bytes) {
    return Fail(Refusal::kTextLimit, tokens_.front().source,
                {absl::StrCat(size), absl::StrCat(limits_.max_text_bytes)});
  }
  FOOTFALL_ASSIGN_OR_RETURN(Statement statement, StatementOf());
  return std::optional<Statement>(std::move(statement));
}

absl::StatusOr<Statement> Parser::StatementOf() {
  Statement statement;
  const Source begin = Now().source;
  const bool explain = AtWord("EXPLAIN");
  if (explain) {
    Take();
    statement.explain = TakeWord("ANALYZE") ? Statement::Explain::kAnalyze
                                            : Statement::Explain::kPlan;
  }
  const bool analyze = statement.explain == Statement::Explain::kAnalyze;
  if (TakeWord("SELECT")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, SelectOf());
  } else if (!analyze && TakeWord("DELETE")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, DeleteOf());
  } else if (!analyze && TakeWord("ALTER")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, AlterOf());
  } else if (explain) {
    return Expected(analyze ? "SELECT after EXPLAIN ANALYZE"
                            : "SELECT, DELETE or ALTER after EXPLAIN");
  } else if (TakeWord("SHOW")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, ShowOf());
  } else if (TakeWord("DEFINE")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, DefineOf());
  } else if (TakeWord("INSERT")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, InsertOf());
  } else if (TakeWord("IMPORT")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, ImportOf());
  } else if (TakeWord("EXPORT")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, ExportOf());
  } else if (TakeWord("DROP")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, DropOf());
  } else if (TakeWord("ADD")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, AddEventOf());
  } else if (TakeWord("ALIAS")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, AliasOf());
  } else if (TakeWord("ATTRIBUTE")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, AttributeOf());
  } else if (TakeWord("COMPACT")) {
    FOOTFALL_ASSIGN_OR_RETURN(statement.node, CompactOf());
  } else {
    return StatementHabit();
  }
  if (!AtEnd()) {
    return Expected("; or the end of the statement");
  }
  statement.source = From(begin);
  return statement;
}

const Token& Parser::Ahead(size_t count) const {
  return tokens_[std::min(at_ + count, tokens_.size() - 1)];
}

const Token& Parser::Take() {
  const Token& token = tokens_[at_];
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parser::AtSymbol(absl::string_view symbol) const {
  return At(TokenKind::kSymbol) && Now().text == symbol;
}

bool Parser::AtWord(absl::string_view keyword) const {
  return At(TokenKind::kWord) && absl::EqualsIgnoreCase(Now().text, keyword);
}

bool Parser::TakeSymbol(absl::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  Take();
  return true;
}

bool Parser::TakeWord(absl::string_view keyword) {
  if (!AtWord(keyword)) return false;
  Take();
  return true;
}

Source Parser::From(const Token& first) const { return From(first.source); }

Source Parser::From(Source first) const {
  return {first.begin, std::max(first.end, Before().source.end)};
}

absl::Status Parser::Fail(Refusal refusal, Source where,
                          std::initializer_list<absl::string_view> arguments) {
  // A word that cannot be read comes before what the parser makes of it.
  if (At(TokenKind::kError)) return Now().error;
  return Refuse(refusal, text_, where, arguments);
}

absl::Status Parser::Expected(absl::string_view what, absl::string_view hint) {
  if (At(TokenKind::kQuotedName)) {
    return Fail(
        Refusal::kDoubleQuotes, Now().source,
        {Shown(Now()), absl::StrCat("'", Printable(Now().text, 60), "'")});
  }
  return Fail(Refusal::kExpected, Now().source, {what, Shown(Now()), hint});
}

absl::Status Parser::Require(absl::string_view symbol_or_keyword,
                             absl::string_view hint) {
  if (TakeSymbol(symbol_or_keyword) || TakeWord(symbol_or_keyword)) {
    return absl::OkStatus();
  }
  return Expected(symbol_or_keyword == "," ? "a comma" : symbol_or_keyword,
                  hint);
}

absl::StatusOr<std::string> Parser::NameText(absl::string_view what,
                                             absl::string_view hint) {
  if (!At(TokenKind::kWord) || IsKeywordInCapitals(Now().text)) {
    return Expected(what, hint);
  }
  if (!IsValidName(Now().text)) {
    const std::string lower = absl::AsciiStrToLower(Now().text);
    return Fail(
        Refusal::kBadName, Now().source,
        {Shown(Now()), IsValidName(lower) ? absl::StrCat(": ", lower) : ""});
  }
  return Take().text;
}

absl::StatusOr<Name> Parser::DimensionName(absl::string_view what) {
  Name name;
  const Source source = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(name.name, NameText(what));
  name.source = source;
  return name;
}

absl::StatusOr<Name> Parser::KeyName(absl::string_view what) {
  const auto symbol = [this](size_t ahead, absl::string_view text) {
    return Ahead(ahead).kind == TokenKind::kSymbol && Ahead(ahead).text == text;
  };
  if (!At(TokenKind::kWord) || !symbol(1, "(")) return DimensionName(what);
  const auto part = TimePartOfWord(Now().text);
  const bool of_time = Ahead(2).kind == TokenKind::kWord &&
                       absl::EqualsIgnoreCase(Ahead(2).text, "time") &&
                       symbol(3, ")");
  if (!part.has_value() && !of_time) return DimensionName(what);
  if (!part.has_value() || !of_time) {
    return Fail(Refusal::kUnknownPart, Now().source,
                {absl::StrCat(Now().text, "(", Ahead(2).text, ")")});
  }
  const Token first = Take();
  Take();
  Take();
  Take();
  return Name{std::string(TimePartName(*part)), From(first)};
}

absl::StatusOr<Text> Parser::TextOrParameter(absl::string_view what,
                                             size_t max_bytes) {
  if (At(TokenKind::kParameter)) {
    const Token& token = Take();
    return Text(Parameter{token.text, token.source});
  }
  if (!At(TokenKind::kText)) {
    if (At(TokenKind::kWord) || At(TokenKind::kNumber) ||
        At(TokenKind::kDate)) {
      return Fail(
          Refusal::kUnquotedText, Now().source,
          {Shown(Now()), absl::StrCat("'", Printable(Now().text, 60), "'")});
    }
    return Expected(what);
  }
  if (Now().text.size() > max_bytes) {
    return Fail(Refusal::kTextTooLong, Now().source,
                {absl::StrCat(Now().text.size()), absl::StrCat(max_bytes)});
  }
  return Text(Take().text);
}

absl::StatusOr<std::string> Parser::LiteralText(absl::string_view after) {
  if (At(TokenKind::kParameter)) {
    return Fail(Refusal::kLiteralOnly, Now().source, {after, "the text"});
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      Text text, TextOrParameter(absl::StrCat("a text after ", after)));
  return std::get<std::string>(std::move(text));
}

absl::StatusOr<DateArgument> Parser::DateOrParameter(absl::string_view what) {
  if (At(TokenKind::kParameter)) {
    const Token& token = Take();
    return DateArgument(Parameter{token.text, token.source});
  }
  if (At(TokenKind::kDate)) return DateArgument(Take().date);
  if (At(TokenKind::kNumber)) {
    // Four digits alone are a year.
    const absl::StatusOr<Date> year = ParseDate(Now().text);
    if (year.ok()) {
      Take();
      return DateArgument(*year);
    }
    return Fail(Refusal::kBadDate, Now().source,
                {Shown(Now()),
                 "dates are written 2025, 2025-Q1, 2025-01, 2025-W06, "
                 "2025-02-08 or 2025-02-08T13:05"});
  }
  if (At(TokenKind::kText) && LooksLikeDate(Now().text)) {
    return Fail(Refusal::kQuotedDate, Now().source, {Now().text});
  }
  return Expected(what, "dates are written 2025-02-08, without quotes");
}

absl::StatusOr<int64_t> Parser::WholeNumber(absl::string_view after,
                                            int64_t least) {
  if (At(TokenKind::kParameter)) {
    return Fail(Refusal::kLiteralOnly, Now().source, {after, "the number"});
  }
  const bool negative = AtSymbol("-") && Ahead(1).kind == TokenKind::kNumber;
  const Token& token = negative ? Ahead(1) : Now();
  if (token.kind != TokenKind::kNumber) {
    return Expected(absl::StrCat("a whole number after ", after));
  }
  const Source source = {Now().source.begin, token.source.end};
  const std::string shown =
      absl::StrCat(negative ? "-" : "", Printable(token.text, 60));
  const int64_t* value = std::get_if<int64_t>(&token.number.value);
  const std::string allowed =
      absl::StrCat("a whole number of ", least, " or more");
  if (value == nullptr || negative || *value < least) {
    return Fail(Refusal::kCountTooSmall, source, {after, allowed, shown});
  }
  if (*value > kMaxCount) {
    return Fail(Refusal::kCountTooLarge, source,
                {shown, absl::StrCat(after, " takes ", kMaxCount, " at most")});
  }
  Take();
  return *value;
}

absl::StatusOr<int64_t> Parser::SignedNumber(absl::string_view what) {
  const bool negative = AtSymbol("-");
  const Token& token = negative ? Ahead(1) : Now();
  const int64_t* value = token.kind == TokenKind::kNumber
                             ? std::get_if<int64_t>(&token.number.value)
                             : nullptr;
  if (value == nullptr) {
    if (negative) Take();
    return Expected(what);
  }
  if (*value > kMaxCount) {
    return Fail(Refusal::kCountTooLarge, token.source,
                {Shown(token), absl::StrCat("at most ", kMaxCount)});
  }
  const int64_t result = negative ? -*value : *value;
  if (negative) Take();
  Take();
  return result;
}

absl::StatusOr<Unit> Parser::UnitWord(absl::string_view after) {
  constexpr absl::string_view kUnits =
      "second, minute, hour, day, week, month, quarter or year";
  if (At(TokenKind::kWord)) {
    if (const std::optional<Unit> unit = ParseUnit(Now().text)) {
      Take();
      return *unit;
    }
  }
  std::string hint = absl::StrCat(after, " takes ", kUnits);
  static constexpr struct {
    absl::string_view word;
    absl::string_view unit;
  } kOtherWords[] = {{"hourly", "hour"},  {"daily", "day"},
                     {"weekly", "week"},  {"monthly", "month"},
                     {"yearly", "year"},  {"quarterly", "quarter"},
                     {"annually", "year"}};
  for (const auto& other : kOtherWords) {
    if (!AtWord(other.word)) continue;
    return Expected(absl::StrCat("a period after ", after),
                    absl::StrCat("write ", after, " ", other.unit));
  }
  if (after == "EVERY" && AtWord("weekday")) {
    absl::StrAppend(&hint,
                    "; days of the week are not put together: ask EVERY day");
  } else if (after == "EVERY" && At(TokenKind::kWord) &&
             IsValidName(Now().text)) {
    absl::StrAppend(&hint, "; to split by ", Now().text, ", write BY ",
                    Now().text);
  }
  const bool period = Before().kind != TokenKind::kNumber;
  return Expected(
      absl::StrCat(period ? "a period" : "a unit of time", " after ",
                   period ? after : absl::string_view(Before().text)),
      hint);
}

absl::StatusOr<Period> Parser::Bucket(absl::string_view after) {
  Period period;
  if (At(TokenKind::kNumber) || AtSymbol("-") || At(TokenKind::kParameter)) {
    FOOTFALL_ASSIGN_OR_RETURN(const int64_t count, WholeNumber(after, 1));
    period.count = static_cast<int32_t>(count);
  }
  FOOTFALL_ASSIGN_OR_RETURN(period.unit, UnitWord(after));
  return period;
}

// A number, the minus before it already taken. The smallest int64 has no
// positive counterpart.
absl::StatusOr<Number> Parser::SignedLiteral(bool negative) {
  if (!At(TokenKind::kNumber)) return Expected("a number");
  const Token& token = Take();
  Number number = token.number;
  if (!negative) return number;
  if (token.text == "9223372036854775808") {
    number.value = std::numeric_limits<int64_t>::min();
  } else if (int64_t* whole = std::get_if<int64_t>(&number.value)) {
    *whole = -*whole;
  } else {
    number.value = -std::get<double>(number.value);
  }
  return number;
}

}  // namespace footfall::query

namespace footfall {

absl::StatusOr<std::vector<Statement>> Parse(absl::string_view text,
                                             const QueryLimits& limits) {
  return Guarded([&]() -> absl::StatusOr<std::vector<Statement>> {
    if (text.size() > limits.max_text_bytes) {
      return query::Refuse(
          query::Refusal::kTextLimit, "", {},
          {absl::StrCat(text.size()), absl::StrCat(limits.max_text_bytes)});
    }
    QueryOptions options;
    options.limits = limits;
    query::Parser parser(text, options);
    std::vector<Statement> statements;
    while (true) {
      FOOTFALL_ASSIGN_OR_RETURN(std::optional<Statement> statement,
                                parser.Next());
      if (!statement.has_value()) return statements;
      statements.push_back(*std::move(statement));
    }
  });
}

}  // namespace footfall
