// Statements that change the database: DEFINE, INSERT, DELETE, DROP, ADD EVENT,
// ALIAS, ATTRIBUTE. ALTER is in parse_alter.cc, IMPORT in parse_import.cc.

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "query/lang/parser.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// Notes, sources and paths.
constexpr size_t kMaxNoteBytes = 4096;

}  // namespace

absl::StatusOr<Additivity> Parser::Rule(absl::string_view after) {
  if (TakeWord("ADDS")) return Additivity::kAdds;
  if (TakeWord("OVERLAPS")) return Additivity::kOverlaps;
  if (TakeWord("LEVEL")) return Additivity::kLevel;
  return Expected(absl::StrCat("ADDS, OVERLAPS or LEVEL after ", after),
                  "ADDS for counts of events, OVERLAPS for users, LEVEL for "
                  "prices and ranks");
}

absl::StatusOr<Define> Parser::DefineOf() {
  Define define;
  MetricSpec& spec = define.spec;
  FOOTFALL_RETURN_IF_ERROR(
      Require("METRIC",
              "DEFINE METRIC dau INTEGER EVERY day OVER TIME "
              "OVERLAPS BY app, platform"));
  if (AtWord("IF") && absl::EqualsIgnoreCase(Ahead(1).text, "NOT")) {
    return Expected("a name after DEFINE METRIC",
                    "leave out IF NOT EXISTS: the same declaration again "
                    "changes nothing");
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Name name,
                            DimensionName("a name after DEFINE METRIC"));
  spec.name = name.name;
  define.source = name.source;
  if (TakeWord("INTEGER")) {
    spec.value_type = ValueType::kInteger;
  } else if (TakeWord("DECIMAL")) {
    spec.value_type = ValueType::kDecimal;
  } else {
    return Expected("INTEGER or DECIMAL after the name of the metric",
                    "INTEGER for whole numbers, as of users; DECIMAL for "
                    "others, as prices");
  }
  if (TakeWord("UNIT")) {
    FOOTFALL_ASSIGN_OR_RETURN(spec.unit, LiteralText("UNIT"));
  }
  FOOTFALL_RETURN_IF_ERROR(
      Require("EVERY",
              "EVERY day says how far apart samples are; second, minute, "
              "hour, week, month, quarter and year likewise"));
  FOOTFALL_ASSIGN_OR_RETURN(spec.period, Bucket("EVERY"));
  const Source from = Now().source;
  FOOTFALL_RETURN_IF_ERROR(FromOf(&spec.period).status());
  if (spec.period.first_month != 1) {
    return Fail(
        Refusal::kFromDefine, from,
        {UnitName(spec.period.unit), absl::StrCat(spec.period.first_month)});
  }
  if (!AtWord("OVER")) {
    return Fail(Refusal::kOverTimeMissing, Now().source,
                {spec.name, FormatPeriod(spec.period)});
  }
  Take();
  FOOTFALL_RETURN_IF_ERROR(Require("TIME"));
  FOOTFALL_ASSIGN_OR_RETURN(spec.over_time, Rule("OVER TIME"));
  if (TakeWord("BY")) {
    do {
      const Source source = Now().source;
      if (AtSymbol("(")) {
        return Expected("a name for a dimension",
                        "dimensions are written without brackets: BY app "
                        "OVERLAPS, region ADDS");
      }
      Dimension dimension;
      FOOTFALL_ASSIGN_OR_RETURN(dimension.name,
                                NameText("a name for a dimension"));
      if (dimension.name == "time" || dimension.name == "offset" ||
          dimension.name == "partial") {
        return Fail(Refusal::kReservedName, source,
                    {absl::StrCat("\"", dimension.name, "\""), "a dimension"});
      }
      dimension.rule = spec.over_time;
      if (AtWord("ADDS") || AtWord("OVERLAPS") || AtWord("LEVEL")) {
        FOOTFALL_ASSIGN_OR_RETURN(dimension.rule, Rule(dimension.name));
      }
      spec.dimensions.push_back(std::move(dimension));
    } while (TakeSymbol(","));
  }
  if (AtWord("IN")) {
    Take();
    FOOTFALL_RETURN_IF_ERROR(Require("ZONE", "IN ZONE 'Asia/Shanghai'"));
    FOOTFALL_ASSIGN_OR_RETURN(spec.zone, LiteralText("IN ZONE"));
  }
  if (TakeWord("LATE")) {
    FOOTFALL_ASSIGN_OR_RETURN(spec.late, LateOf());
  }
  if (TakeWord("KEEP")) {
    FOOTFALL_ASSIGN_OR_RETURN(KeepClause clause, KeepOf());
    if (clause.grid.has_value() && (clause.grid->unit != spec.period.unit ||
                                    clause.grid->count != spec.period.count)) {
      return Fail(Refusal::kKeepGrid, clause.source,
                  {PluralPeriod(spec.period), PluralPeriod(*clause.grid)});
    }
    spec.keep = clause.keep;
    spec.tiers = std::move(clause.tiers);
  }
  if (!AtEnd()) return DefineHabit();
  return define;
}

absl::StatusOr<Insert> Parser::InsertOf() {
  Insert insert;
  FOOTFALL_RETURN_IF_ERROR(Require("INTO"));
  FOOTFALL_ASSIGN_OR_RETURN(insert.metric,
                            DimensionName("a metric after INSERT INTO"));
  const auto columns = [&] {
    return Fail(Refusal::kInsertColumns, Now().source, {insert.metric.name});
  };
  if (!TakeSymbol("(") || !TakeWord("TIME") || !TakeSymbol(",") ||
      !TakeWord("VALUE")) {
    return columns();
  }
  while (TakeSymbol(",")) {
    FOOTFALL_ASSIGN_OR_RETURN(Name name, DimensionName("a dimension"));
    insert.dimensions.push_back(std::move(name));
  }
  FOOTFALL_RETURN_IF_ERROR(Require(")"));
  FOOTFALL_RETURN_IF_ERROR(Require("VALUES"));
  do {
    FOOTFALL_ASSIGN_OR_RETURN(Insert::Row row, RowOf(insert.dimensions.size()));
    insert.rows.push_back(std::move(row));
  } while (TakeSymbol(","));
  return insert;
}

absl::StatusOr<Insert::Row> Parser::RowOf(size_t members) {
  Insert::Row row;
  const Token first = Now();
  const std::string hint = absl::StrCat(
      "a row here has a date, a number and ", members,
      members == 1 ? " text" : " texts", ", as the columns before VALUES say");
  FOOTFALL_RETURN_IF_ERROR(Require("(", hint));
  Source part = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(row.time, DateOrParameter("a date"));
  row.parts.list.push_back(From(part));
  FOOTFALL_RETURN_IF_ERROR(Require(",", hint));
  part = Now().source;
  if (At(TokenKind::kParameter)) {
    const Token& token = Take();
    row.value = Parameter{token.text, token.source};
  } else {
    const bool negative = TakeSymbol("-");
    if (AtWord("NULL")) {
      return Expected("a number",
                      "a sample that is not there is left out; DELETE removes "
                      "one");
    }
    FOOTFALL_ASSIGN_OR_RETURN(row.value, SignedLiteral(negative));
  }
  row.parts.list.push_back(From(part));
  for (size_t i = 0; i < members; ++i) {
    FOOTFALL_RETURN_IF_ERROR(Require(",", hint));
    part = Now().source;
    FOOTFALL_ASSIGN_OR_RETURN(Text text, TextOrParameter("a text"));
    row.members.push_back(std::move(text));
    row.parts.list.push_back(From(part));
  }
  FOOTFALL_RETURN_IF_ERROR(Require(")", hint));
  row.source = From(first);
  return row;
}

absl::StatusOr<Delete> Parser::DeleteOf() {
  Delete remove;
  if (AtWord("FROM") && Ahead(1).kind == TokenKind::kWord &&
      !absl::EqualsIgnoreCase(Ahead(1).text, "WHERE") &&
      !absl::EqualsIgnoreCase(Ahead(1).text, "DURING")) {
    return Expected("a metric after DELETE",
                    absl::StrCat("DELETE ", Ahead(1).text,
                                 " WHERE app = 'A' DURING 2025-02-08"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(remove.metric,
                            DimensionName("a metric after DELETE"));
  bool during = false;
  while (!AtEnd()) {
    const Token first = Now();
    if (AtWord("WHERE") && remove.where.empty()) {
      Take();
      FOOTFALL_ASSIGN_OR_RETURN(remove.where, Where());
    } else if (AtWord("DURING") && !during) {
      Take();
      FOOTFALL_ASSIGN_OR_RETURN(remove.during, RangeOf());
      during = true;
    } else if (AtWord("WHERE") || AtWord("DURING")) {
      return Fail(Refusal::kClauseTwice, first.source, {Now().text});
    } else {
      return Expected("WHERE or DURING");
    }
  }
  if (!during) return Fail(Refusal::kDeleteDuring, Now().source);
  return remove;
}

absl::StatusOr<Drop> Parser::DropOf() {
  Drop drop;
  if (TakeWord("METRIC")) {
    drop.what = Drop::What::kMetric;
    FOOTFALL_ASSIGN_OR_RETURN(drop.name,
                              DimensionName("a metric after DROP METRIC"));
  } else if (TakeWord("EVENT")) {
    drop.what = Drop::What::kEvent;
    FOOTFALL_ASSIGN_OR_RETURN(drop.kind,
                              TextOrParameter("the kind of the event"));
    FOOTFALL_ASSIGN_OR_RETURN(drop.text,
                              TextOrParameter("the name of the event"));
    FOOTFALL_RETURN_IF_ERROR(Require("ON"));
    FOOTFALL_ASSIGN_OR_RETURN(drop.on, DateOrParameter("a date after ON"));
  } else if (TakeWord("ALIAS")) {
    drop.what = Drop::What::kAlias;
    if (At(TokenKind::kWord)) {
      FOOTFALL_ASSIGN_OR_RETURN(drop.name, DimensionName("a dimension"));
    }
    FOOTFALL_ASSIGN_OR_RETURN(drop.text, TextOrParameter("the old name"));
  } else if (TakeWord("ATTRIBUTE")) {
    drop.what = Drop::What::kAttribute;
    FOOTFALL_ASSIGN_OR_RETURN(drop.name,
                              DimensionName("a dimension, DROP ATTRIBUTE app "
                                            "'Alpha' category"));
    FOOTFALL_ASSIGN_OR_RETURN(drop.text, TextOrParameter("a member"));
    FOOTFALL_ASSIGN_OR_RETURN(drop.attribute,
                              DimensionName("the name of the attribute"));
  } else {
    return Expected("METRIC, EVENT, ALIAS or ATTRIBUTE after DROP",
                    AtWord("TABLE")
                        ? absl::StrCat("write DROP METRIC ", Ahead(1).text)
                        : "");
  }
  return drop;
}

absl::StatusOr<Compact> Parser::CompactOf() {
  Compact compact;
  if (!AtEnd()) {
    FOOTFALL_ASSIGN_OR_RETURN(compact.metric,
                              DimensionName("a metric after COMPACT"));
  }
  return compact;
}

absl::StatusOr<AddEvent> Parser::AddEventOf() {
  AddEvent event;
  FOOTFALL_RETURN_IF_ERROR(
      Require("EVENT", "ADD EVENT 'release' 'V3' ON 2024-12-26"));
  FOOTFALL_ASSIGN_OR_RETURN(event.kind,
                            TextOrParameter("the kind of the event, a text"));
  FOOTFALL_ASSIGN_OR_RETURN(event.name,
                            TextOrParameter("the name of the event, a text"));
  FOOTFALL_RETURN_IF_ERROR(Require("ON"));
  FOOTFALL_ASSIGN_OR_RETURN(event.on, DateOrParameter("a date after ON"));
  if (TakeWord("FOR")) {
    do {
      AddEvent::For member;
      FOOTFALL_ASSIGN_OR_RETURN(member.dimension,
                                DimensionName("a dimension after FOR"));
      FOOTFALL_RETURN_IF_ERROR(Require("="));
      FOOTFALL_ASSIGN_OR_RETURN(member.member, TextOrParameter("a text"));
      event.members.push_back(std::move(member));
    } while (TakeSymbol(","));
  }
  if (TakeWord("NOTE")) {
    FOOTFALL_ASSIGN_OR_RETURN(
        event.note, TextOrParameter("a text after NOTE", kMaxNoteBytes));
  }
  if (TakeWord("SOURCE")) {
    FOOTFALL_ASSIGN_OR_RETURN(
        event.event_source,
        TextOrParameter("a text after SOURCE", kMaxNoteBytes));
  }
  return event;
}

absl::StatusOr<AddAlias> Parser::AliasOf() {
  AddAlias alias;
  if (At(TokenKind::kWord)) {
    FOOTFALL_ASSIGN_OR_RETURN(alias.dimension,
                              DimensionName("a dimension or the old name"));
  }
  FOOTFALL_ASSIGN_OR_RETURN(alias.old_name, TextOrParameter("the old name"));
  FOOTFALL_RETURN_IF_ERROR(Require("=", "ALIAS 'old' = 'new'"));
  FOOTFALL_ASSIGN_OR_RETURN(alias.new_name, TextOrParameter("the new name"));
  if (TakeWord("FROM")) {
    FOOTFALL_ASSIGN_OR_RETURN(alias.from, DateOrParameter("a date after FROM"));
  }
  return alias;
}

absl::StatusOr<AddAttribute> Parser::AttributeOf() {
  constexpr absl::string_view kExample =
      "ATTRIBUTE app 'Alpha' category = 'chat'";
  AddAttribute attribute;
  if (!At(TokenKind::kWord)) {
    return Expected("a dimension after ATTRIBUTE", kExample);
  }
  FOOTFALL_ASSIGN_OR_RETURN(attribute.dimension,
                            DimensionName("a dimension after ATTRIBUTE"));
  FOOTFALL_ASSIGN_OR_RETURN(attribute.member, TextOrParameter("a member"));
  FOOTFALL_ASSIGN_OR_RETURN(attribute.name,
                            DimensionName("a name for the attribute"));
  FOOTFALL_RETURN_IF_ERROR(Require("=", kExample));
  FOOTFALL_ASSIGN_OR_RETURN(attribute.value, TextOrParameter("a text"));
  if (TakeWord("FROM")) {
    FOOTFALL_ASSIGN_OR_RETURN(attribute.from,
                              DateOrParameter("a date after FROM"));
  }
  return attribute;
}

}  // namespace footfall::query
