// What people write who come from SQL and its relatives, and the message that
// shows them the way. Each function is called where the grammar has failed, or
// is about to: it looks at the current token, and answers OK where it knows
// nothing better than "expected ..., found ...".

#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "query/lang/nearest.h"
#include "query/lang/parser.h"
#include "query/lang/utf8.h"

namespace footfall::query {
namespace {

// Words that other languages call the time of a row.
constexpr absl::string_view kTimeWords[] = {
    "time", "date", "day",  "ts",     "timestamp", "datetime", "month",
    "week", "year", "hour", "minute", "dt",        "ds",       "event_date",
};

bool IsTimeWord(absl::string_view word) {
  for (const absl::string_view one : kTimeWords) {
    if (absl::EqualsIgnoreCase(word, one)) return true;
  }
  return false;
}

// The beginning of a statement elsewhere, and what to write here.
struct Beginning {
  absl::string_view word;
  absl::string_view hint;
};
constexpr Beginning kBeginnings[] = {
    {"DESCRIBE", "SHOW METRICS describes them all"},
    {"DESC", "SHOW METRICS describes them all"},
    {"LIST", "SHOW METRICS lists the metrics"},
    {"TRUNCATE", "DELETE dau DURING .. removes all samples of a metric"},
    {"REMOVE", "DELETE dau DURING 2025-02-08 removes samples"},
    {"COPY", "IMPORT 'file.csv' INTO dau (TIME date, VALUE users, app)"},
    {"LOAD", "IMPORT 'file.csv' INTO dau (TIME date, VALUE users, app)"},
    {"BEGIN", "there are no transactions: each statement is all or nothing"},
    {"START", "there are no transactions: each statement is all or nothing"},
    {"COMMIT", "there are no transactions: each statement is all or nothing"},
    {"ROLLBACK", "there are no transactions: each statement is all or nothing"},
    {"USE", "a database is a directory, opened by the program"},
    {"SET", "a statement says all that it needs: IN ZONE, DURING"},
    {"AVG", "a question begins with SELECT: SELECT avg(dau)"},
    {"SUM", "a question begins with SELECT: SELECT sum(mentions)"},
    {"ALERT", "who asks sends alerts: HAVING keeps the rows that call for one"},
    {"SCHEDULE", "who asks says when: the program runs a file by -f"},
    {"QUIT", "the program is left by .quit"},
    {"EXIT", "the program is left by .quit"},
    {"HELP", "the program helps with .help"},
};

// A clause elsewhere, and what to write here.
constexpr Beginning kForeignClauses[] = {
    {"PIVOT", "columns are made by braces: avg(dau{platform='app'}) AS app"},
    {"UNPIVOT", "rows are made by BY: avg(dau) BY platform"},
    {"SAMPLE", "nothing is drawn at random; EVERY thins out"},
    {"TABLESAMPLE", "nothing is drawn at random; EVERY thins out"},
    {"FORMAT", "how numbers look is up to the program: .mode csv has them all"},
    {"COLOR", "how an answer looks is up to the program: .plot draws it"},
    {"WITH", "all groups together are BY app TOTAL 'all'"},
    {"WINDOW", "a window stands in its call: avg(dau OVER 28 days)"},
    {"QUALIFY", "HAVING tests ranks, too: HAVING rank(avg(dau)) <= 3"},
};

constexpr absl::string_view kStatements[] = {
    "SELECT", "SHOW", "EXPLAIN", "DEFINE", "ALTER",     "INSERT",  "IMPORT",
    "DELETE", "DROP", "ADD",     "ALIAS",  "ATTRIBUTE", "COMPACT",
};

constexpr absl::string_view kClauses[] = {
    "WHERE",  "DURING", "ALIGN", "BY",    "EVERY",
    "HAVING", "TOP",    "ORDER", "LIMIT", "IN",
};

std::string QuotedText(absl::string_view text) {
  return absl::StrCat("'", Printable(text, 60), "'");
}

}  // namespace

absl::Status Parser::StatementHabit() {
  const Source here = Now().source;
  if (AtWord("CREATE") || AtWord("TABLE")) return Fail(Refusal::kTable, here);
  if (AtWord("UPDATE") || AtWord("REPLACE") || AtWord("UPSERT")) {
    return Fail(Refusal::kUpdate, here);
  }
  if (AtWord("WITH")) return Fail(Refusal::kSubquery, here);
  if (AtWord("FROM")) {
    return Fail(
        Refusal::kFrom, here,
        {Ahead(1).kind == TokenKind::kWord ? absl::string_view(Ahead(1).text)
                                           : "dau"});
  }
  std::string hint =
      "statements begin with SELECT, SHOW, EXPLAIN, DEFINE, ALTER, INSERT, "
      "IMPORT, DELETE, DROP, ADD, ALIAS or COMPACT";
  if (At(TokenKind::kWord)) {
    for (const Beginning& one : kBeginnings) {
      if (AtWord(one.word)) {
        return Fail(Refusal::kUnknownStatement, here, {Shown(Now()), one.hint});
      }
    }
    const std::string near = NearestOf(Now().text, kStatements);
    if (!near.empty()) hint = absl::StrCat("did you mean ", near, "?");
  } else if (AtSymbol(".")) {
    hint = "a line of the program begins with . in its first column";
  }
  return Fail(Refusal::kUnknownStatement, here, {Shown(Now()), hint});
}

absl::Status Parser::DefineHabit() {
  std::string hint =
      "clauses stand in this order, and those in brackets may be left out: "
      "DEFINE METRIC dau INTEGER [UNIT 'users'] EVERY day OVER TIME OVERLAPS "
      "[BY app OVERLAPS, region ADDS] [IN ZONE 'Asia/Shanghai'] [LATE 7] [KEEP "
      "2 years]";
  if (Before().kind == TokenKind::kNumber && At(TokenKind::kWord) &&
      ParseUnit(Now().text).has_value()) {
    hint = "LATE counts steps of the metric, and takes no unit";
  } else if (AtWord("DIMENSIONS") || AtWord("DIMENSION") || AtWord("TAGS") ||
             AtWord("WITH") || AtWord("GROUP")) {
    hint = "dimensions stand behind BY: BY app OVERLAPS, region ADDS";
  } else if (AtWord("SUM") || AtWord("MAX") || AtWord("AVG") ||
             AtWord("LAST")) {
    hint = absl::StrCat(Before().text,
                        " takes ADDS, OVERLAPS or LEVEL, and the rule ",
                        "over time without one");
  }
  return Expected("; or the end of the statement", hint);
}

absl::Status Parser::ValueHabit() {
  const Source here = Now().source;
  if (AtSymbol("*")) return Fail(Refusal::kSelectStar, here);
  if (At(TokenKind::kText)) {
    return Expected("a metric or a function",
                    "texts are compared in WHERE: WHERE app = 'DeepSeek'");
  }
  if (AtWord("TOP") && Ahead(1).kind == TokenKind::kNumber) {
    return Expected("a metric or a function",
                    absl::StrCat("TOP stands behind the items: SELECT avg(dau) "
                                 "BY app TOP ",
                                 Ahead(1).text));
  }
  if (AtWord("CASE") && absl::EqualsIgnoreCase(Ahead(1).text, "WHEN")) {
    return Expected("a metric or a function",
                    "there is no CASE: HAVING tests rows, braces pick "
                    "members, FILL stands in for missing values");
  }
  if (At(TokenKind::kDate)) {
    return Expected("a metric or a function",
                    "dates stand behind DURING; the date of an event is "
                    "event('release')");
  }
  return absl::OkStatus();
}

absl::Status Parser::ArgumentHabit() {
  const Source here = Now().source;
  if (AtSymbol("*")) return Fail(Refusal::kCountStar, here);
  if (AtWord("DISTINCT") &&
      (Ahead(1).kind == TokenKind::kWord || Ahead(1).text == "(")) {
    return Fail(Refusal::kCountDistinct, here);
  }
  const bool behind = Before().kind != TokenKind::kSymbol ||
                      Before().text == ")" || Before().text == "}";
  if (AtWord("WHERE") && behind) {
    return Expected("a comma or )",
                    "conditions of one operand are in braces: "
                    "dau{app='DeepSeek'}");
  }
  if ((AtWord("BY") || AtWord("PARTITION")) && behind) {
    return Expected("a comma or )",
                    "groups are made by BY behind the items; share(x WITHIN "
                    "region) has its own");
  }
  return absl::OkStatus();
}

absl::Status Parser::AfterCallHabit() {
  if (AtWord("OVER") && Ahead(1).text == "(") {
    return Fail(Refusal::kWindow, Now().source);
  }
  if (AtWord("FILTER") && Ahead(1).text == "(") {
    return Expected("a clause",
                    "conditions of one operand are in braces: "
                    "sum(mentions{channel='web'})");
  }
  return absl::OkStatus();
}

// Behind the name of a dimension, where no test follows that there is.
absl::Status Parser::ConditionHabit(const std::string& dimension,
                                    Source source) {
  const Source here = Now().source;
  if (AtWord("IS")) return Fail(Refusal::kIsNull, here, {dimension});
  if (IsTimeWord(dimension) && !AtEnd()) {
    return Fail(Refusal::kWhereTime, source);
  }
  const Token& right = Ahead(1);
  if (AtComparison()) {
    if (right.kind == TokenKind::kDate ||
        (right.kind == TokenKind::kText && LooksLikeDate(right.text))) {
      return Fail(Refusal::kWhereTime, source);
    }
    return Fail(Refusal::kWhereValue, here, {Shown(Now()), dimension});
  }
  if (AtWord("BETWEEN")) return Fail(Refusal::kBetween, here);
  if (AtSymbol("(") || AtSymbol("+") || AtSymbol("-") || AtSymbol("*") ||
      AtSymbol("/")) {
    return Expected("= != IN or LIKE",
                    "WHERE picks members of dimensions; values of the answer "
                    "are tested by HAVING");
  }
  if (AtWord("ILIKE") || AtWord("REGEXP") || AtWord("RLIKE") ||
      AtWord("SIMILAR") || AtWord("CONTAINS")) {
    return Expected("= != IN or LIKE",
                    "LIKE '%seek%' finds what holds seek; letters are "
                    "compared as they are");
  }
  return absl::OkStatus();
}

// Where the text of a condition should stand.
absl::Status Parser::ConditionTextHabit(const std::string& dimension) {
  const Source here = Now().source;
  if (At(TokenKind::kText) || At(TokenKind::kParameter) || AtEnd()) {
    return absl::OkStatus();
  }
  if (At(TokenKind::kDate) ||
      (At(TokenKind::kNumber) && IsTimeWord(dimension))) {
    return Fail(Refusal::kWhereTime, here);
  }
  if (AtWord("NULL")) return Fail(Refusal::kIsNull, here, {dimension});
  if (At(TokenKind::kWord) || At(TokenKind::kNumber)) {
    return Fail(Refusal::kUnquotedText, here,
                {Shown(Now()), QuotedText(Now().text)});
  }
  return absl::OkStatus();
}

absl::Status Parser::AfterWhereHabit(const std::vector<Condition>& where) {
  if (AtWord("OR")) {
    return Fail(Refusal::kOr, Now().source, {where.back().dimension});
  }
  if (AtSymbol(",")) {
    return Expected("AND or a clause", "conditions are joined by AND");
  }
  return absl::OkStatus();
}

// Where the range of DURING should stand.
absl::Status Parser::RangeHabit() {
  const Token& next = Ahead(1);
  if (AtWord("BETWEEN") || AtWord("FROM") || AtWord("SINCE") ||
      AtWord("UNTIL") || AtWord("AFTER") || AtWord("BEFORE")) {
    return Fail(Refusal::kRangeWord, Now().source,
                {absl::AsciiStrToUpper(Now().text)});
  }
  if (AtWord("today") || AtWord("yesterday") || AtWord("now")) {
    return Expected("a date or a range after DURING",
                    "LAST 1 day is today, LAST 1 day COMPLETE yesterday");
  }
  if (AtWord("this") || AtWord("past") || AtWord("previous")) {
    return Expected("a date or a range after DURING",
                    "LAST 1 month is this month, LAST 1 month COMPLETE the "
                    "one before");
  }
  if (At(TokenKind::kNumber) && next.kind == TokenKind::kWord &&
      ParseUnit(next.text).has_value()) {
    return Expected("a date or a range after DURING",
                    absl::StrCat("write LAST ", Now().text, " ", next.text));
  }
  return absl::OkStatus();
}

// Behind a range.
absl::Status Parser::AfterRangeHabit() {
  const Source here = Now().source;
  const Token& next = Ahead(1);
  const bool date = next.kind == TokenKind::kDate ||
                    next.kind == TokenKind::kNumber ||
                    next.kind == TokenKind::kText;
  if ((AtWord("TO") || AtWord("AND") || AtWord("UNTIL") || AtSymbol("-") ||
       AtSymbol(",")) &&
      date) {
    return Fail(Refusal::kRangeWord, here, {absl::AsciiStrToUpper(Now().text)});
  }
  if (AtSymbol("/") && Ahead(1).kind == TokenKind::kNumber) {
    return Expected("a clause", "dates are written with hyphens: 2025-01-01");
  }
  if (At(TokenKind::kNumber) && Before().kind == TokenKind::kDate) {
    return Expected("a clause",
                    "a time is written with T and without blanks: "
                    "2025-02-08T13:05");
  }
  return absl::OkStatus();
}

// Behind an item or a clause, where neither a comma nor a clause follows.
absl::Status Parser::ClauseHabit(const Select& select) {
  if (AtWord("OVER")) {
    return Expected("a clause",
                    "OVER stands in the parenthesis: max(dau OVER 28 days)");
  }
  const Source here = Now().source;
  const bool from_date =
      AtWord("FROM") && (Ahead(1).kind == TokenKind::kDate ||
                         Ahead(1).kind == TokenKind::kNumber);
  if (AtWord("FROM") && !from_date) {
    return Fail(
        Refusal::kFrom, here,
        {Ahead(1).kind == TokenKind::kWord ? absl::string_view(Ahead(1).text)
                                           : "dau"});
  }
  if (AtWord("GROUP") || AtWord("PARTITION")) {
    return Fail(Refusal::kGroupBy, here);
  }
  for (const absl::string_view word :
       {"JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "NATURAL",
        "UNION", "INTERSECT", "EXCEPT"}) {
    if (AtWord(word)) return Fail(Refusal::kJoin, here, {word});
  }
  if (AtWord("OFFSET")) return Fail(Refusal::kOffset, here);
  for (const Beginning& one : kForeignClauses) {
    if (AtWord(one.word)) return Expected("a clause", std::string(one.hint));
  }
  if (from_date || AtWord("BETWEEN") || AtWord("SINCE") || AtWord("UNTIL")) {
    return Fail(Refusal::kRangeWord, here, {absl::AsciiStrToUpper(Now().text)});
  }
  if (AtWord("OR") && !select.having.empty()) {
    return Expected("AND or a clause",
                    "all tests of HAVING hold together; else ask twice");
  }
  if (AtWord("LAST")) {
    return Expected("a clause", "write DURING LAST 30 days");
  }
  if (AtWord("PER")) {
    return Expected("a clause",
                    "BY app gives a row per app, EVERY day one per day");
  }
  if (AtWord("SORT")) return Expected("a clause", "write ORDER BY");
  if (AtWord("FILL")) {
    return Expected("a clause", "FILL belongs to EVERY: EVERY day FILL zero");
  }
  if (AtWord("OTHERS") && select.top.has_value() &&
      !select.top->within.empty()) {
    return Expected("a clause",
                    "OTHERS and WITHIN do not go together: leave out one");
  }
  if (AtWord("TO") && absl::EqualsIgnoreCase(Before().text, "COMPLETE")) {
    return Expected("a clause",
                    "write one of them: LAST 1 month COMPLETE is the last that "
                    "is over, LAST 1 month TO DATE the days of this one");
  }
  if (AtWord("OTHERS")) {
    return Expected("a clause", "OTHERS belongs to TOP: TOP 10 OTHERS 'rest'");
  }
  if (AtWord("ASC") || AtWord("DESC")) {
    return Expected("a clause", "write ORDER BY avg(dau) DESC");
  }
  if (AtWord("AND")) {
    return Expected("a clause",
                    "AND joins conditions of WHERE and tests of HAVING");
  }
  if (At(TokenKind::kDate)) {
    return Expected("a clause", absl::StrCat("write DURING ", Now().text));
  }
  const bool only_items = Before().source.end == select.items.back().source.end;
  if (At(TokenKind::kWord)) {
    const std::string near = NearestOf(Now().text, kClauses);
    if (!near.empty()) {
      return Expected(only_items ? "a comma or a clause" : "a clause",
                      absl::StrCat("did you mean ", near, "?"));
    }
    if (only_items && !select.items.back().name.has_value()) {
      return Fail(
          Refusal::kAlias, here,
          {Shown(Now()), absl::AsciiStrToLower(Printable(Now().text, 60))});
    }
  }
  return Expected(only_items ? "a comma or a clause" : "a clause",
                  "WHERE, DURING, BY, EVERY, HAVING, TOP, ORDER BY, LIMIT, IN "
                  "ZONE");
}

absl::Status Parser::ByHabit() {
  if (AtWord("time")) {
    return Expected("a dimension after BY",
                    "time is cut by EVERY: EVERY day, EVERY month");
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
