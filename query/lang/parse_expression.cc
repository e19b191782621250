// Expressions: expr, term, factor, operand, call, event, test of the grammar.

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "query/lang/look.h"
#include "query/lang/parser.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

// One level down for as long as it lives.
class Parser::Level {
 public:
  explicit Level(Parser* parser) : parser_(parser) { ++parser_->depth_; }
  ~Level() { --parser_->depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

  absl::Status Check() const {
    if (parser_->depth_ <= parser_->limits_.max_nesting) {
      return absl::OkStatus();
    }
    return parser_->Fail(Refusal::kNestingLimit, parser_->Now().source,
                         {absl::StrCat(parser_->limits_.max_nesting)});
  }

 private:
  Parser* parser_;
};

absl::StatusOr<Expr> Parser::Expression() {
  FOOTFALL_ASSIGN_OR_RETURN(Sized sized, Sum());
  return std::move(sized.expr);
}

absl::StatusOr<Parser::Sized> Parser::Sum() {
  FOOTFALL_ASSIGN_OR_RETURN(Sized left, Product());
  while (AtSymbol("+") || AtSymbol("-")) {
    const char op = Take().text[0];
    FOOTFALL_ASSIGN_OR_RETURN(Sized right, Product());
    FOOTFALL_ASSIGN_OR_RETURN(left,
                              Chain(std::move(left), std::move(right), op));
  }
  return left;
}

absl::StatusOr<Parser::Sized> Parser::Product() {
  FOOTFALL_ASSIGN_OR_RETURN(Sized left, Factor());
  while (AtSymbol("*") || AtSymbol("/")) {
    const char op = Take().text[0];
    FOOTFALL_ASSIGN_OR_RETURN(Sized right, Factor());
    FOOTFALL_ASSIGN_OR_RETURN(left,
                              Chain(std::move(left), std::move(right), op));
  }
  return left;
}

absl::StatusOr<Parser::Sized> Parser::Chain(Sized left, Sized right, char op) {
  Sized out;
  out.height = 1 + std::max(left.height, right.height);
  out.expr.source = {left.expr.source.begin, right.expr.source.end};
  if (out.height > limits_.max_nesting) {
    return Fail(Refusal::kNestingLimit, right.expr.source,
                {absl::StrCat(limits_.max_nesting)});
  }
  Arithmetic arithmetic;
  arithmetic.op = op;
  arithmetic.sides.push_back(std::move(left.expr));
  arithmetic.sides.push_back(std::move(right.expr));
  out.expr.node = std::move(arithmetic);
  return out;
}

absl::StatusOr<Parser::Sized> Parser::Factor() {
  constexpr uint64_t kWorkOfExpression = 32;
  FOOTFALL_RETURN_IF_ERROR(Pass(options_, kWorkOfExpression));
  const Token first = Now();
  Sized out;
  if (TakeSymbol("-")) {
    if (At(TokenKind::kNumber)) {
      FOOTFALL_ASSIGN_OR_RETURN(out.expr.node, SignedLiteral(true));
      out.expr.source = From(first);
      return out;
    }
    if (AtSymbol("-")) {
      return Expected("a value after -", "two signs need parentheses: -(-x)");
    }
    const Level level(this);
    FOOTFALL_RETURN_IF_ERROR(level.Check());
    FOOTFALL_ASSIGN_OR_RETURN(Sized inner, Factor());
    Negation negation;
    negation.inner.push_back(std::move(inner.expr));
    out.expr.node = std::move(negation);
    out.expr.source = From(first);
    out.height = inner.height + 1;
    return out;
  }
  if (AtSymbol("(")) return Parentheses();
  switch (first.kind) {
    case TokenKind::kNumber:
      out.expr.node = Take().number;
      break;
    case TokenKind::kParameter:
      Take();
      out.expr.node = Parameter{first.text, first.source};
      break;
    case TokenKind::kDate:
      out.expr.node = Take().date;
      break;
    case TokenKind::kWord: {
      const Token& next = Ahead(1);
      if (next.kind == TokenKind::kSymbol && next.text == "(") {
        return absl::EqualsIgnoreCase(first.text, "event") ? EventOf()
                                                           : CallOf();
      }
      FOOTFALL_RETURN_IF_ERROR(ValueHabit());
      FOOTFALL_ASSIGN_OR_RETURN(out.expr.node, OperandOf());
      break;
    }
    default: {
      FOOTFALL_RETURN_IF_ERROR(ValueHabit());
      return Expected("a metric or a function");
    }
  }
  out.expr.source = From(first);
  return out;
}

absl::StatusOr<Parser::Sized> Parser::Parentheses() {
  const Token& first = Take();
  const Level level(this);
  FOOTFALL_RETURN_IF_ERROR(level.Check());
  if (AtWord("SELECT") && Ahead(1).kind == TokenKind::kWord) {
    return Fail(Refusal::kSubquery, Now().source);
  }
  FOOTFALL_ASSIGN_OR_RETURN(Sized inner, Sum());
  FOOTFALL_RETURN_IF_ERROR(Require(")"));
  inner.expr.source = From(first);
  ++inner.height;
  return inner;
}

absl::StatusOr<Operand> Parser::OperandOf() {
  Operand operand;
  operand.metric_source = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(operand.metric, NameText("a metric or a function"));
  if (!TakeSymbol("{")) return operand;
  do {
    // DURING begins a range, unless it is the name of a dimension.
    const Token& next = Ahead(1);
    const bool condition = (next.kind == TokenKind::kSymbol &&
                            (next.text == "=" || next.text == "!=")) ||
                           (next.kind == TokenKind::kWord &&
                            (absl::EqualsIgnoreCase(next.text, "IN") ||
                             absl::EqualsIgnoreCase(next.text, "NOT") ||
                             absl::EqualsIgnoreCase(next.text, "LIKE")));
    if (AtWord("DURING") && !condition) {
      const Token& during = Take();
      if (operand.during.has_value()) {
        return Fail(Refusal::kClauseTwice, during.source, {"DURING"});
      }
      FOOTFALL_ASSIGN_OR_RETURN(operand.during, OwnRangeOf());
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(Condition one, ConditionOf());
      operand.conditions.push_back(std::move(one));
    }
  } while (TakeSymbol(","));
  if (!TakeSymbol("}")) {
    return Expected("a comma or }",
                    "conditions in braces are separated by commas: "
                    "dau{app='A', platform='web'}");
  }
  return operand;
}

absl::StatusOr<Parser::Sized> Parser::CallOf() {
  const Token& first = Take();
  Sized out;
  Call call;
  call.function = absl::AsciiStrToLower(first.text);
  call.function_source = first.source;
  if (!IsValidName(call.function)) {
    return Fail(Refusal::kBadName, first.source, {Shown(first), ""});
  }
  Take();  // (
  const Level level(this);
  FOOTFALL_RETURN_IF_ERROR(level.Check());
  FOOTFALL_RETURN_IF_ERROR(ArgumentHabit());
  // events() lists events of every kind; all others take something.
  if (!AtSymbol(")") || call.function != "events") {
    do {
      size_t height = 0;
      FOOTFALL_ASSIGN_OR_RETURN(Argument argument, ArgumentOf(&height));
      call.arguments.push_back(std::move(argument));
      out.height = std::max(out.height, height);
    } while (TakeSymbol(","));
  }
  if (AtWord("EVERY")) {
    const Token& every = Take();
    FOOTFALL_ASSIGN_OR_RETURN(call.every, Bucket("EVERY"));
    FOOTFALL_ASSIGN_OR_RETURN(call.every_from, FromOf(&*call.every));
    call.every_source = From(every);
  }
  if (AtWord("OVER")) {
    FOOTFALL_ASSIGN_OR_RETURN(call.over, OverOf());
  }
  if (AtWord("ACROSS") || AtWord("WITHIN")) {
    call.scope = AtWord("ACROSS") ? Call::Scope::kAcross : Call::Scope::kWithin;
    const std::string word = absl::AsciiStrToUpper(Take().text);
    do {
      Name name;
      if (word == "WITHIN" && AtWord("ALL")) {
        name = {"all", Take().source};
      } else {
        FOOTFALL_ASSIGN_OR_RETURN(
            name, KeyName(absl::StrCat("a dimension after ", word)));
      }
      call.scope_dimensions.push_back(std::move(name.name));
      call.scope_sources.list.push_back(name.source);
    } while (TakeSymbol(","));
  }
  if (!TakeSymbol(")")) {
    FOOTFALL_RETURN_IF_ERROR(ArgumentHabit());
    return Expected(
        "a comma or )",
        absl::StrCat("the parenthesis of ", call.function, "( is still open"));
  }
  FOOTFALL_RETURN_IF_ERROR(AfterCallHabit());
  out.expr.node = std::move(call);
  out.expr.source = From(first);
  ++out.height;
  if (out.height > limits_.max_nesting) {
    return Fail(Refusal::kNestingLimit, first.source,
                {absl::StrCat(limits_.max_nesting)});
  }
  return out;
}

absl::StatusOr<Argument> Parser::ArgumentOf(size_t* height) {
  Argument argument;
  const Token first = Now();
  const bool minus = AtSymbol("-");
  const Token& number = minus ? Ahead(1) : Now();
  const Token& behind = minus ? Ahead(2) : Ahead(1);
  if (first.kind == TokenKind::kText) {
    FOOTFALL_ASSIGN_OR_RETURN(argument.form, LiteralText("("));
    argument.source = first.source;
    return argument;
  }
  if (number.kind == TokenKind::kNumber) {
    if (behind.kind == TokenKind::kSymbol && behind.text == "..") {
      OffsetRange range;
      FOOTFALL_ASSIGN_OR_RETURN(range.first,
                                SignedNumber("a whole number before .."));
      Take();  // ..
      FOOTFALL_ASSIGN_OR_RETURN(range.last,
                                SignedNumber("a whole number after .."));
      argument.form = range;
      argument.source = From(first);
      return argument;
    }
    const bool word = behind.kind == TokenKind::kWord &&
                      !absl::EqualsIgnoreCase(behind.text, "EVERY") &&
                      !absl::EqualsIgnoreCase(behind.text, "OVER") &&
                      !absl::EqualsIgnoreCase(behind.text, "ACROSS") &&
                      !absl::EqualsIgnoreCase(behind.text, "WITHIN");
    if (word) {
      Duration duration;
      FOOTFALL_ASSIGN_OR_RETURN(duration.count,
                                WholeNumber("a stretch of time", 1));
      FOOTFALL_ASSIGN_OR_RETURN(duration.unit, UnitWord("a stretch of time"));
      argument.form = duration;
      argument.source = From(first);
      return argument;
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(Sized left, Sum());
  *height = left.height;
  if (!AtComparison()) {
    argument.form = std::move(left.expr);
    argument.source = From(first);
    return argument;
  }
  Test test;
  test.left = std::move(left.expr);
  FOOTFALL_ASSIGN_OR_RETURN(test.comparison, ComparisonSign());
  FOOTFALL_ASSIGN_OR_RETURN(Sized right, Sum());
  *height = std::max(*height, right.height);
  test.right = std::move(right.expr);
  test.source = From(first);
  argument.form = std::move(test);
  argument.source = From(first);
  return argument;
}

absl::StatusOr<Parser::Sized> Parser::EventOf() {
  const Token& first = Take();
  Take();  // (
  EventReference event;
  FOOTFALL_ASSIGN_OR_RETURN(event.kind,
                            TextOrParameter("the kind of an event, a text"));
  if (TakeSymbol(",")) {
    FOOTFALL_ASSIGN_OR_RETURN(event.name,
                              TextOrParameter("the name of an event, a text"));
  }
  FOOTFALL_RETURN_IF_ERROR(
      Require(")",
              "an event is named by its kind and its name: "
              "event('release', 'V3')"));
  event.source = From(first);
  Sized out;
  out.expr.node = std::move(event);
  out.expr.source = From(first);
  out.height = 1;
  return out;
}

absl::StatusOr<Test> Parser::TestOf() {
  Test test;
  const Token first = Now();
  FOOTFALL_ASSIGN_OR_RETURN(test.left, Expression());
  if (AtWord("BETWEEN")) return Fail(Refusal::kBetween, Now().source);
  if (TakeWord("IS")) {
    test.comparison =
        TakeWord("NOT") ? Comparison::kIsNotMissing : Comparison::kIsMissing;
    // SQL's word for it.
    if (!TakeWord("MISSING") && !TakeWord("NULL")) {
      return Expected("MISSING", "a value is there or not: x IS MISSING");
    }
    test.source = From(first);
    return test;
  }
  FOOTFALL_ASSIGN_OR_RETURN(test.comparison, ComparisonSign());
  FOOTFALL_ASSIGN_OR_RETURN(test.right, Expression());
  test.source = From(first);
  return test;
}

bool Parser::AtComparison() const {
  return AtSymbol("=") || AtSymbol("!=") || AtSymbol("<") || AtSymbol("<=") ||
         AtSymbol(">") || AtSymbol(">=");
}

absl::StatusOr<Comparison> Parser::ComparisonSign() {
  if (TakeSymbol("=")) return Comparison::kEqual;
  if (TakeSymbol("!=")) return Comparison::kNotEqual;
  if (TakeSymbol("<")) return Comparison::kLess;
  if (TakeSymbol("<=")) return Comparison::kLessEqual;
  if (TakeSymbol(">")) return Comparison::kGreater;
  if (TakeSymbol(">=")) return Comparison::kGreaterEqual;
  return Expected("a comparison: = != < <= > or >=");
}

}  // namespace footfall::query
