// IMPORT: the columns of a file, and the clauses that say how it is written.

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "query/lang/parser.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

using Role = Import::Column::Role;

// Of a path.
constexpr size_t kMaxImportPathBytes = 4096;

struct TextClause {
  absl::string_view word;
  std::optional<Text> Import::*text;
  absl::string_view what;
};
constexpr TextClause kTextClauses[] = {
    {"FORMAT", &Import::format, "a format after FORMAT, such as '%d/%m/%Y'"},
    {"DELIMITER", &Import::delimiter, "a text after DELIMITER, such as ';'"},
    {"QUOTE", &Import::quote, "a text after QUOTE; '' is none"},
    {"ENCODING", &Import::encoding, "a text after ENCODING, such as 'latin1'"},
    {"DECIMAL", &Import::decimal, "a text after DECIMAL, ',' or '.'"},
    {"THOUSANDS", &Import::thousands, "a text after THOUSANDS, such as '.'"},
};

struct RuleWord {
  absl::string_view word;
  SameSample rule;
};
constexpr RuleWord kRules[] = {{"REFUSE", SameSample::kRefuse},
                               {"SUM", SameSample::kSum},
                               {"FIRST", SameSample::kFirst},
                               {"LAST", SameSample::kLast},
                               {"MAX", SameSample::kMax}};

}  // namespace

absl::StatusOr<Import> Parser::ImportOf() {
  Import import;
  import.path_source = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(
      import.path,
      TextOrParameter("the path of a CSV file, a text", kMaxImportPathBytes));
  bool may_be_events = false;
  import.metric.source = import.path_source;
  if (TakeWord("INTO")) {
    may_be_events = AtWord("EVENTS");
    if (AtWord("ATTRIBUTES") && Ahead(1).kind == TokenKind::kWord &&
        absl::EqualsIgnoreCase(Ahead(1).text, "OF")) {
      Take();
      Take();
      FOOTFALL_ASSIGN_OR_RETURN(import.attributes_of,
                                DimensionName("a dimension after OF"));
      import.metric.source = import.attributes_of->source;
    } else if (may_be_events) {
      import.events = Now().text == "EVENTS";
      import.metric.source = Now().source;
      import.metric.name = absl::AsciiStrToLower(Take().text);
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(import.metric,
                                DimensionName("a metric after INTO"));
    }
  } else if (!AtSymbol("(")) {
    return Expected("INTO");
  }
  FOOTFALL_RETURN_IF_ERROR(
      Require("(", "the columns of the file: (TIME date, VALUE users, app)"));
  // A metric may have that name as well: it has a VALUE, and no KIND.
  if (may_be_events && !import.events) {
    bool has_value = false;
    for (size_t i = 0; Ahead(i).kind != TokenKind::kEnd; ++i) {
      const bool begins_column =
          i == 0 || Ahead(i - 1).text == "," || Ahead(i - 1).text == "(";
      if (!begins_column || Ahead(i).kind != TokenKind::kWord) continue;
      const absl::string_view word = Ahead(i).text;
      import.events = import.events || absl::EqualsIgnoreCase(word, "KIND");
      has_value = has_value || absl::EqualsIgnoreCase(word, "VALUE") ||
                  absl::EqualsIgnoreCase(word, "VALUES");
    }
    import.events = import.events && !has_value;
  }
  if (import.events) import.metric.name.clear();
  do {
    FOOTFALL_ASSIGN_OR_RETURN(Import::Column column,
                              import.events ? EventColumnOf()
                              : import.attributes_of.has_value()
                                  ? AttributeColumnOf()
                                  : ColumnOf());
    import.columns.push_back(std::move(column));
  } while (TakeSymbol(","));
  if (!TakeSymbol(")")) return Expected("a comma or )");
  const Source clauses = Now().source;
  while (!AtEnd()) FOOTFALL_RETURN_IF_ERROR(ImportClause(&import));
  import.clauses_source = From(clauses);
  return import;
}

absl::Status Parser::ImportClause(Import* import) {
  const Token first = Now();
  const auto twice = [&] {
    return Fail(Refusal::kClauseTwice, first.source, {first.text});
  };
  for (const TextClause& clause : kTextClauses) {
    if (!TakeWord(clause.word)) continue;
    if ((import->*clause.text).has_value()) return twice();
    FOOTFALL_ASSIGN_OR_RETURN(import->*clause.text,
                              TextOrParameter(clause.what));
    return absl::OkStatus();
  }
  if (TakeWord("REJECTS")) {
    if (import->rejects.has_value()) return twice();
    import->rejects_source = Now().source;
    FOOTFALL_ASSIGN_OR_RETURN(
        import->rejects,
        TextOrParameter("the path of a file, a text", kMaxImportPathBytes));
  } else if (AtWord("IN")) {
    if (import->zone.has_value()) return twice();
    FOOTFALL_ASSIGN_OR_RETURN(import->zone, ZoneOf());
  } else if (TakeWord("SKIP")) {
    if (import->skip.has_value()) return twice();
    FOOTFALL_ASSIGN_OR_RETURN(import->skip, WholeNumber("SKIP", 0));
  } else if (TakeWord("NULL")) {
    if (!import->null_words.empty()) return twice();
    FOOTFALL_ASSIGN_OR_RETURN(import->null_words, TextsIn("NULL"));
  } else if (TakeWord("DUPLICATES")) {
    if (import->duplicates.has_value()) return twice();
    for (const RuleWord& rule : kRules) {
      if (TakeWord(rule.word)) import->duplicates = rule.rule;
    }
    if (!import->duplicates.has_value()) {
      return Expected("REFUSE, SUM, FIRST, LAST or MAX after DUPLICATES");
    }
  } else if (TakeWord("WHERE")) {
    if (!import->where.empty()) return twice();
    do {
      FOOTFALL_ASSIGN_OR_RETURN(Import::Filter filter, FilterOf());
      import->where.push_back(std::move(filter));
    } while (TakeWord("AND"));
  } else {
    return Expected("a clause of IMPORT, or its end",
                    "IMPORT takes WHERE, FORMAT, IN ZONE, DUPLICATES, NULL, "
                    "DECIMAL, THOUSANDS, DELIMITER, QUOTE, SKIP, ENCODING and "
                    "REJECTS");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Text>> Parser::TextsIn(absl::string_view after) {
  FOOTFALL_RETURN_IF_ERROR(Require(
      "(", absl::StrCat(after, " takes texts: ", after, " ('a', 'b')")));
  std::vector<Text> texts;
  do {
    FOOTFALL_ASSIGN_OR_RETURN(Text text, TextOrParameter("a text"));
    texts.push_back(std::move(text));
  } while (TakeSymbol(","));
  FOOTFALL_RETURN_IF_ERROR(Require(")"));
  return texts;
}

absl::StatusOr<Import::Filter> Parser::FilterOf() {
  Import::Filter filter;
  const Token first = Now();
  FOOTFALL_ASSIGN_OR_RETURN(filter.header, Header("after WHERE"));
  if (TakeSymbol("=") || TakeSymbol("!=")) {
    filter.negated = Before().text == "!=";
    FOOTFALL_ASSIGN_OR_RETURN(Text text, TextOrParameter("a text"));
    filter.texts.push_back(std::move(text));
  } else {
    filter.negated = TakeWord("NOT");
    if (!TakeWord("IN")) {
      return Expected("=, !=, IN or NOT IN",
                      "rows are chosen by the texts of a column: WHERE "
                      "\"Date\" != 'Total'");
    }
    FOOTFALL_ASSIGN_OR_RETURN(filter.texts, TextsIn("IN"));
  }
  filter.source = From(first);
  return filter;
}

absl::StatusOr<std::string> Parser::Header(absl::string_view after) {
  if (At(TokenKind::kQuotedName)) return Take().text;
  if (At(TokenKind::kWord) && IsValidName(Now().text)) return Take().text;
  const std::string quoted = At(TokenKind::kWord) || At(TokenKind::kText)
                                 ? absl::StrCat(": \"", Now().text, "\"")
                                 : "";
  if (At(TokenKind::kWord)) {
    return Fail(Refusal::kExpected, Now().source,
                {absl::StrCat("a header of the file ", after), Shown(Now()),
                 absl::StrCat("a header that is not in small letters goes "
                              "into double quotes",
                              quoted)});
  }
  return Expected(absl::StrCat("a header of the file ", after),
                  At(TokenKind::kText)
                      ? absl::StrCat("headers are in double quotes", quoted)
                      : "");
}

absl::StatusOr<std::vector<std::string>> Parser::HeadersIn(
    absl::string_view after) {
  std::vector<std::string> headers;
  FOOTFALL_RETURN_IF_ERROR(Require("("));
  do {
    FOOTFALL_ASSIGN_OR_RETURN(std::string header, Header(after));
    headers.push_back(std::move(header));
  } while (TakeSymbol(","));
  FOOTFALL_RETURN_IF_ERROR(Require(")"));
  return headers;
}

absl::StatusOr<Import::Column> Parser::TimeColumnOf() {
  Import::Column column;
  const Token first = Take();
  column.role = Role::kTime;
  if (AtSymbol("(")) {
    FOOTFALL_ASSIGN_OR_RETURN(column.headers, HeadersIn("in TIME (...)"));
    column.header = std::move(column.headers.front());
    column.headers.erase(column.headers.begin());
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(column.header, Header("after TIME"));
  }
  column.source = From(first);
  return column;
}

absl::StatusOr<Import::Column> Parser::ValuesColumnOf() {
  Import::Column column;
  const Token first = Take();
  column.role = Role::kValuesOf;
  FOOTFALL_RETURN_IF_ERROR(Require("OF"));
  if (TakeSymbol("*")) {
    column.all_others = true;
    if (TakeWord("EXCEPT")) {
      FOOTFALL_ASSIGN_OR_RETURN(column.headers, HeadersIn("in EXCEPT (...)"));
    }
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(column.headers, HeadersIn("in VALUES OF (...)"));
  }
  FOOTFALL_RETURN_IF_ERROR(Require(
      "AS", "the columns are members of a dimension: VALUES OF * AS app"));
  FOOTFALL_ASSIGN_OR_RETURN(column.dimension, NameText("a dimension after AS"));
  column.source = From(first);
  return column;
}

absl::StatusOr<Import::Column> Parser::ColumnOf() {
  const Token first = Now();
  const auto names_header = [this] {
    // `value AS platform` and `value EMPTY 'x'` are a header named value.
    const Token& next = Ahead(1);
    const bool word = next.kind == TokenKind::kWord;
    if (word && absl::EqualsIgnoreCase(next.text, "AS")) {
      return Ahead(2).kind != TokenKind::kWord;
    }
    if (word && absl::EqualsIgnoreCase(next.text, "EMPTY")) {
      return Ahead(2).kind != TokenKind::kText &&
             Ahead(2).kind != TokenKind::kParameter;
    }
    return true;
  };
  if (AtWord("TIME") && names_header()) return TimeColumnOf();
  if (AtWord("VALUES") && Ahead(1).kind == TokenKind::kWord &&
      absl::EqualsIgnoreCase(Ahead(1).text, "OF")) {
    return ValuesColumnOf();
  }
  if (AtWord("VALUE") && names_header()) {
    Import::Column column;
    Take();
    column.role = Role::kValue;
    FOOTFALL_ASSIGN_OR_RETURN(column.header, Header("after VALUE"));
    if (TakeWord("INTO")) {
      FOOTFALL_ASSIGN_OR_RETURN(column.into,
                                DimensionName("a metric after INTO"));
    }
    column.source = From(first);
    return column;
  }
  return MemberColumnOf("or TIME, VALUE or a text");
}

absl::StatusOr<Import::Column> Parser::MemberColumnOf(absl::string_view after) {
  Import::Column column;
  const Token first = Now();
  if (At(TokenKind::kText) || At(TokenKind::kParameter)) {
    column.role = Role::kConstant;
    FOOTFALL_ASSIGN_OR_RETURN(column.constant, TextOrParameter("a text"));
    FOOTFALL_RETURN_IF_ERROR(
        Require("AS",
                "a constant says its dimension: 'web' AS platform; a "
                "header is in double quotes"));
    FOOTFALL_ASSIGN_OR_RETURN(column.dimension,
                              NameText("a dimension after AS"));
    column.source = From(first);
    return column;
  }
  FOOTFALL_ASSIGN_OR_RETURN(column.header, Header(after));
  column.dimension = column.header;
  if (TakeWord("AS")) {
    FOOTFALL_ASSIGN_OR_RETURN(column.dimension,
                              NameText("a dimension after AS"));
  } else if (!IsValidName(column.header)) {
    return Expected("AS", absl::StrCat("\"", column.header,
                                       "\" is no name of a dimension: write \"",
                                       column.header, "\" AS app"));
  }
  while (true) {
    if (!column.trim && TakeWord("TRIM")) {
      column.trim = true;
    } else if (!column.fold_case && TakeWord("FOLD")) {
      FOOTFALL_RETURN_IF_ERROR(Require("CASE"));
      column.fold_case = true;
    } else if (!column.empty.has_value() && TakeWord("EMPTY")) {
      FOOTFALL_ASSIGN_OR_RETURN(column.empty,
                                TextOrParameter("a text after EMPTY"));
    } else {
      break;
    }
  }
  column.source = From(first);
  return column;
}

absl::StatusOr<Import::Column> Parser::AttributeColumnOf() {
  // `time AS since` is a header.
  if (AtWord("TIME") && !absl::EqualsIgnoreCase(Ahead(1).text, "AS")) {
    return TimeColumnOf();
  }
  return MemberColumnOf("or TIME or a text");
}

absl::StatusOr<Import::Column> Parser::EventColumnOf() {
  const Token first = Now();
  if (AtWord("TIME")) return TimeColumnOf();
  if (TakeWord("FOR")) return MemberColumnOf("after FOR");
  static constexpr struct {
    absl::string_view word;
    Role role;
  } kParts[] = {{"KIND", Role::kKind},
                {"NAME", Role::kName},
                {"NOTE", Role::kNote},
                {"SOURCE", Role::kSource}};
  for (const auto& part : kParts) {
    if (!TakeWord(part.word)) continue;
    Import::Column column;
    column.role = part.role;
    if (At(TokenKind::kText) || At(TokenKind::kParameter)) {
      FOOTFALL_ASSIGN_OR_RETURN(column.constant, TextOrParameter("a text"));
    } else {
      FOOTFALL_ASSIGN_OR_RETURN(column.header,
                                Header(absl::StrCat("after ", part.word)));
    }
    column.source = From(first);
    return column;
  }
  return Expected("TIME, KIND, NAME, FOR, NOTE or SOURCE",
                  "IMPORT .. INTO EVENTS (TIME date, KIND kind, NAME name, FOR "
                  "app)");
}

}  // namespace footfall::query
