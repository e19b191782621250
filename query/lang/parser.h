// From text to tree, one statement at a time: recursive descent by hand, a
// function a rule of the grammar (query/LANGUAGE.md, section 2).
//
//   parser.cc            the cursor, statements, words that every rule takes
//   parse_expression.cc  expr, operand, call, event
//   parse_over.cc        OVER in a call, FROM behind EVERY
//   parse_select.cc      SELECT and its clauses, SHOW
//   parse_change.cc      statements that change the database
//   parse_alter.cc       ALTER METRIC, KEEP
//   parse_import.cc      IMPORT
//   parse_export.cc      EXPORT
//   habits.cc            what people write who come from other languages

#ifndef FOOTFALL_QUERY_LANG_PARSER_H_
#define FOOTFALL_QUERY_LANG_PARSER_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/query.h"
#include "footfall/statement.h"
#include "query/lang/lexer.h"
#include "query/lang/refusals.h"
#include "query/lang/token.h"

namespace footfall::query {

class Parser {
 public:
  // `text` and `options` must outlive the parser. Of these it reads the limits,
  // of which max_text_bytes holds for each statement by itself, and when to
  // stop.
  Parser(absl::string_view text, const QueryOptions& options);

  // The next statement; nullopt at the end of the text. After an error the
  // parser is spent.
  absl::StatusOr<std::optional<Statement>> Next();

 private:
  // --- The cursor (parser.cc)
  const Token& Now() const { return tokens_[at_]; }
  const Token& Ahead(size_t count) const;
  const Token& Before() const { return tokens_[at_ == 0 ? 0 : at_ - 1]; }
  // The current token, and moves on. Valid as long as its statement.
  const Token& Take();
  bool AtEnd() const { return Now().kind == TokenKind::kEnd; }
  bool At(TokenKind kind) const { return Now().kind == kind; }
  bool AtSymbol(absl::string_view symbol) const;
  bool AtWord(absl::string_view keyword) const;
  bool TakeSymbol(absl::string_view symbol);
  bool TakeWord(absl::string_view keyword);
  Source From(const Token& first) const;
  Source From(Source first) const;

  // --- Errors (parser.cc)
  absl::Status Fail(Refusal refusal, Source where,
                    std::initializer_list<absl::string_view> arguments = {});
  // "expected `what`, found ..." at the current token.
  absl::Status Expected(absl::string_view what, absl::string_view hint = "");
  absl::Status Require(absl::string_view symbol_or_keyword,
                       absl::string_view hint = "");

  // --- Words that every rule takes (parser.cc)
  absl::StatusOr<std::string> NameText(absl::string_view what,
                                       absl::string_view hint = "");
  absl::StatusOr<Name> DimensionName(absl::string_view what);
  // A dimension, or a part of the calendar: weekday(time).
  absl::StatusOr<Name> KeyName(absl::string_view what);
  absl::StatusOr<Text> TextOrParameter(absl::string_view what,
                                       size_t max_bytes = kMaxMemberBytes);
  absl::StatusOr<std::string> LiteralText(absl::string_view after);
  absl::StatusOr<DateArgument> DateOrParameter(absl::string_view what);
  absl::StatusOr<int64_t> WholeNumber(absl::string_view after, int64_t least);
  absl::StatusOr<int64_t> SignedNumber(absl::string_view what);
  absl::StatusOr<Unit> UnitWord(absl::string_view after);
  absl::StatusOr<Period> Bucket(absl::string_view after);
  // (parse_over.cc) [ FROM .. ] behind a bucket, which it is set in; whether it
  // is there.
  absl::StatusOr<bool> FromOf(Period* bucket);
  absl::StatusOr<Number> SignedLiteral(bool negative);

  // --- Expressions (parse_expression.cc)
  struct Sized {
    Expr expr;
    size_t height = 0;  // levels of parentheses, calls and operators
  };
  class Level;
  absl::StatusOr<Expr> Expression();
  absl::StatusOr<Sized> Sum();
  absl::StatusOr<Sized> Product();
  absl::StatusOr<Sized> Factor();
  absl::StatusOr<Sized> Parentheses();
  absl::StatusOr<Sized> CallOf();
  absl::StatusOr<Sized> EventOf();
  absl::StatusOr<Operand> OperandOf();
  absl::StatusOr<Argument> ArgumentOf(size_t* height);
  // (parse_over.cc)
  absl::StatusOr<Over> OverOf();
  absl::StatusOr<Range> OwnRangeOf();
  absl::StatusOr<Sized> Chain(Sized left, Sized right, char op);
  absl::StatusOr<Test> TestOf();
  absl::StatusOr<Comparison> ComparisonSign();
  bool AtComparison() const;

  // --- SELECT and SHOW (parse_select.cc)
  absl::StatusOr<Select> SelectOf();
  absl::StatusOr<Item> ItemOf();
  absl::Status Clause(Select* select);
  absl::StatusOr<std::vector<Condition>> Where();
  absl::StatusOr<Condition> ConditionOf();
  absl::StatusOr<Text> ConditionText(Condition* condition);
  absl::StatusOr<Range> RangeOf();
  absl::StatusOr<Align> AlignOf();
  absl::StatusOr<Every> EveryOf();
  absl::StatusOr<Zone> ZoneOf();
  absl::StatusOr<OrderKey> Key();
  absl::StatusOr<Show> ShowOf();

  // --- Statements that change (parse_change.cc)
  absl::StatusOr<Define> DefineOf();
  absl::StatusOr<Additivity> Rule(absl::string_view after);
  absl::StatusOr<Insert> InsertOf();
  absl::StatusOr<Insert::Row> RowOf(size_t members);
  absl::StatusOr<Delete> DeleteOf();
  absl::StatusOr<Drop> DropOf();
  absl::StatusOr<AddEvent> AddEventOf();
  absl::StatusOr<AddAlias> AliasOf();
  absl::StatusOr<AddAttribute> AttributeOf();
  absl::StatusOr<Compact> CompactOf();

  // --- ALTER METRIC, KEEP (parse_alter.cc)
  absl::StatusOr<Alter> AlterOf();
  absl::Status ChangeOf(Alter* alter);
  absl::StatusOr<int32_t> LateOf();
  // What follows KEEP.
  struct KeepClause {
    std::optional<Period> grid;  // the first, where there are several
    std::optional<Period> keep;  // of it, or of all; nullopt: FOREVER
    std::vector<Tier> tiers;
    Source source;
  };
  absl::StatusOr<KeepClause> KeepOf();
  bool AtTier() const;
  absl::StatusOr<std::optional<Period>> DurationOf();

  // --- IMPORT (parse_import.cc)
  absl::StatusOr<Import> ImportOf();
  absl::Status ImportClause(Import* import);
  absl::StatusOr<Import::Column> ColumnOf();
  absl::StatusOr<Import::Column> TimeColumnOf();
  absl::StatusOr<Import::Column> ValuesColumnOf();
  absl::StatusOr<Import::Column> MemberColumnOf(absl::string_view after);
  absl::StatusOr<Import::Column> EventColumnOf();
  absl::StatusOr<Import::Column> AttributeColumnOf();
  absl::StatusOr<Import::Filter> FilterOf();
  absl::StatusOr<std::vector<Text>> TextsIn(absl::string_view after);
  absl::StatusOr<std::vector<std::string>> HeadersIn(absl::string_view after);
  absl::StatusOr<std::string> Header(absl::string_view after);

  // --- EXPORT (parse_export.cc)
  absl::StatusOr<Export> ExportOf();

  // --- Habits of other languages (habits.cc). Each looks at the current token
  // and answers OK where it knows nothing better than the general message.
  absl::Status StatementHabit();
  absl::Status DefineHabit();
  absl::Status ValueHabit();
  absl::Status ArgumentHabit();
  absl::Status AfterCallHabit();
  absl::Status ConditionHabit(const std::string& dimension, Source source);
  absl::Status ConditionTextHabit(const std::string& dimension);
  absl::Status AfterWhereHabit(const std::vector<Condition>& where);
  absl::Status RangeHabit();
  absl::Status AfterRangeHabit();
  absl::Status ClauseHabit(const Select& select);
  absl::Status ByHabit();

  absl::StatusOr<Statement> StatementOf();

  absl::string_view text_;
  const QueryOptions& options_;
  QueryLimits limits_;
  Lexer lexer_;
  std::vector<Token> tokens_;  // of the statement; ends with kEnd or kError
  size_t at_ = 0;
  size_t depth_ = 0;        // of nesting, on the way down
  bool in_export_ = false;  // a question ends at its )
};

// `found` as messages show a token: "region", 'a text', the end of the
// statement.
std::string Shown(const Token& token);

// Whether a text would be a date without its quotes.
bool LooksLikeDate(absl::string_view text);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_LANG_PARSER_H_
