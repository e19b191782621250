// SELECT with its clauses, and SHOW.

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "query/lang/parser.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

absl::StatusOr<Select> Parser::SelectOf() {
  Select select;
  do {
    FOOTFALL_ASSIGN_OR_RETURN(Item item, ItemOf());
    select.items.push_back(std::move(item));
  } while (TakeSymbol(","));
  while (!AtEnd() && !(in_export_ && AtSymbol(")"))) {
    FOOTFALL_RETURN_IF_ERROR(Clause(&select));
  }
  return select;
}

absl::StatusOr<Item> Parser::ItemOf() {
  Item item;
  const Token first = Now();
  if (AtWord("FROM") && Ahead(1).kind == TokenKind::kWord) {
    return Fail(Refusal::kFrom, first.source, {Ahead(1).text});
  }
  if (AtWord("DISTINCT") && Ahead(1).kind == TokenKind::kWord) {
    return Fail(Refusal::kSelectDistinct, first.source);
  }
  FOOTFALL_ASSIGN_OR_RETURN(item.expr, Expression());
  item.source = item.expr.source;
  if (!TakeWord("AS")) return item;
  const Token name = Now();
  if (At(TokenKind::kQuotedName) || At(TokenKind::kText)) {
    std::string allowed = absl::AsciiStrToLower(Now().text);
    for (char& letter : allowed) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(letter))) {
        letter = '_';
      }
    }
    if (IsValidName(allowed)) {
      return Fail(Refusal::kBadName, name.source,
                  {Shown(Now()), absl::StrCat(": ", allowed)});
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(item.name, NameText("a name after AS"));
  item.name_source = name.source;
  if (*item.name == "time" || *item.name == "offset" ||
      *item.name == "partial") {
    return Fail(Refusal::kReservedName, name.source, {Shown(name), "an item"});
  }
  item.source = From(first);
  return item;
}

absl::Status Parser::Clause(Select* select) {
  const Token first = Now();
  const auto once = [&](bool said, absl::string_view clause) {
    return said ? Fail(Refusal::kClauseTwice, first.source, {clause})
                : absl::OkStatus();
  };
  if (TakeWord("WHERE")) {
    FOOTFALL_RETURN_IF_ERROR(once(!select->where.empty(), "WHERE"));
    FOOTFALL_ASSIGN_OR_RETURN(select->where, Where());
  } else if (TakeWord("DURING")) {
    FOOTFALL_RETURN_IF_ERROR(once(
        select->during.has_value() || select->align.has_value(), "DURING"));
    FOOTFALL_ASSIGN_OR_RETURN(select->during, RangeOf());
  } else if (TakeWord("ALIGN")) {
    FOOTFALL_RETURN_IF_ERROR(once(
        select->during.has_value() || select->align.has_value(), "DURING"));
    FOOTFALL_ASSIGN_OR_RETURN(select->align, AlignOf());
    select->align->source = From(first);
  } else if (TakeWord("BY")) {
    FOOTFALL_RETURN_IF_ERROR(once(!select->by.empty(), "BY"));
    do {
      FOOTFALL_RETURN_IF_ERROR(ByHabit());
      FOOTFALL_ASSIGN_OR_RETURN(Name name, KeyName("a dimension after BY"));
      select->by.push_back(std::move(name));
    } while (TakeSymbol(","));
    if (TakeWord("TOTAL")) {
      Total& total = select->total.emplace();
      total.source = Now().source;
      FOOTFALL_ASSIGN_OR_RETURN(total.name,
                                TextOrParameter("a text after TOTAL"));
    }
  } else if (TakeWord("EVERY")) {
    FOOTFALL_RETURN_IF_ERROR(once(select->every.has_value(), "EVERY"));
    FOOTFALL_ASSIGN_OR_RETURN(select->every, EveryOf());
    select->every->source = From(first);
  } else if (TakeWord("HAVING")) {
    FOOTFALL_RETURN_IF_ERROR(once(!select->having.empty(), "HAVING"));
    do {
      FOOTFALL_ASSIGN_OR_RETURN(Test test, TestOf());
      select->having.push_back(std::move(test));
    } while (TakeWord("AND"));
  } else if (TakeWord("TOP")) {
    FOOTFALL_RETURN_IF_ERROR(once(select->top.has_value(), "TOP"));
    Top top;
    FOOTFALL_ASSIGN_OR_RETURN(top.count, WholeNumber("TOP", 1));
    if (TakeWord("OTHERS")) {
      top.others_source = Now().source;
      FOOTFALL_ASSIGN_OR_RETURN(top.others,
                                TextOrParameter("a text after OTHERS"));
    } else if (TakeWord("WITHIN")) {
      do {
        FOOTFALL_ASSIGN_OR_RETURN(Name name,
                                  KeyName("a dimension after WITHIN"));
        top.within.push_back(std::move(name));
      } while (TakeSymbol(","));
    }
    top.source = From(first);
    select->top = std::move(top);
  } else if (TakeWord("ORDER")) {
    FOOTFALL_RETURN_IF_ERROR(once(!select->order_by.empty(), "ORDER BY"));
    FOOTFALL_RETURN_IF_ERROR(Require("BY"));
    do {
      FOOTFALL_ASSIGN_OR_RETURN(OrderKey key, Key());
      select->order_by.push_back(std::move(key));
    } while (TakeSymbol(","));
  } else if (TakeWord("LIMIT")) {
    FOOTFALL_RETURN_IF_ERROR(once(select->limit.has_value(), "LIMIT"));
    FOOTFALL_ASSIGN_OR_RETURN(select->limit, WholeNumber("LIMIT", 0));
    select->limit_source = From(first);
    if (AtSymbol(",")) return Fail(Refusal::kOffset, Now().source);
  } else if (AtWord("IN")) {
    FOOTFALL_RETURN_IF_ERROR(once(select->zone.has_value(), "IN ZONE"));
    FOOTFALL_ASSIGN_OR_RETURN(select->zone, ZoneOf());
  } else {
    return ClauseHabit(*select);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Condition>> Parser::Where() {
  std::vector<Condition> where;
  do {
    FOOTFALL_ASSIGN_OR_RETURN(Condition one, ConditionOf());
    where.push_back(std::move(one));
  } while (TakeWord("AND"));
  FOOTFALL_RETURN_IF_ERROR(AfterWhereHabit(where));
  return where;
}

absl::StatusOr<Condition> Parser::ConditionOf() {
  Condition condition;
  const Token first = Now();
  if (AtSymbol("(")) {
    return Expected("a dimension",
                    "conditions stand without parentheses: all of them hold");
  }
  const Token& next = Ahead(1);
  if (AtWord("NOT") && next.kind == TokenKind::kWord &&
      !absl::EqualsIgnoreCase(next.text, "IN") &&
      !absl::EqualsIgnoreCase(next.text, "LIKE") &&
      !absl::EqualsIgnoreCase(next.text, "NOT")) {
    return Expected("a dimension",
                    "NOT stands before IN and LIKE, and inequality is !=");
  }
  FOOTFALL_ASSIGN_OR_RETURN(Name key, KeyName("a dimension"));
  condition.dimension = std::move(key.name);
  condition.dimension_source = key.source;
  const auto one_text = [&]() -> absl::Status {
    FOOTFALL_ASSIGN_OR_RETURN(Text text, ConditionText(&condition));
    condition.texts.push_back(std::move(text));
    return absl::OkStatus();
  };
  const bool timely = condition.dimension == "time";
  if (!timely && TakeSymbol("=")) {
    condition.test = Condition::Test::kEqual;
    FOOTFALL_RETURN_IF_ERROR(one_text());
  } else if (!timely && TakeSymbol("!=")) {
    condition.test = Condition::Test::kNotEqual;
    FOOTFALL_RETURN_IF_ERROR(one_text());
  } else if (!timely && (AtWord("IN") || AtWord("LIKE") || AtWord("NOT"))) {
    const bool negated = TakeWord("NOT");
    if (TakeWord("LIKE")) {
      condition.test =
          negated ? Condition::Test::kNotLike : Condition::Test::kLike;
      FOOTFALL_RETURN_IF_ERROR(one_text());
    } else if (TakeWord("IN")) {
      condition.test = negated ? Condition::Test::kNotIn : Condition::Test::kIn;
      FOOTFALL_RETURN_IF_ERROR(Require("("));
      if (AtWord("SELECT")) return Fail(Refusal::kSubquery, Now().source);
      if (AtSymbol(")")) {
        return Expected("a text",
                        "a list holds one member or more: IN ('a', "
                        "'b'); without the condition, all");
      }
      do {
        if (condition.texts.size() == limits_.max_list) {
          return Fail(Refusal::kListLimit, Now().source,
                      {absl::StrCat(limits_.max_list)});
        }
        FOOTFALL_RETURN_IF_ERROR(one_text());
      } while (TakeSymbol(","));
      FOOTFALL_RETURN_IF_ERROR(Require(")"));
    } else {
      return Expected("IN or LIKE after NOT");
    }
  } else {
    FOOTFALL_RETURN_IF_ERROR(
        ConditionHabit(condition.dimension, condition.dimension_source));
    return Expected("= != IN or LIKE");
  }
  condition.source = From(first);
  return condition;
}

absl::StatusOr<Text> Parser::ConditionText(Condition* condition) {
  FOOTFALL_RETURN_IF_ERROR(ConditionTextHabit(condition->dimension));
  condition->text_sources.list.push_back(Now().source);
  return TextOrParameter("a text");
}

absl::StatusOr<Range> Parser::RangeOf() {
  Range range;
  const Token first = Now();
  if (TakeWord("LAST")) {
    if (At(TokenKind::kWord) && ParseUnit(Now().text).has_value()) {
      return Expected("a whole number after LAST",
                      absl::StrCat("write LAST 1 ", Now().text));
    }
    Range::Last last;
    FOOTFALL_ASSIGN_OR_RETURN(last.count, WholeNumber("LAST", 1));
    FOOTFALL_ASSIGN_OR_RETURN(last.unit, UnitWord("LAST"));
    if (TakeWord("COMPLETE")) {
      last.end = Range::Last::End::kComplete;
    } else if (TakeWord("TO")) {
      if (!TakeWord("DATE")) {
        return Expected("DATE after TO",
                        "LAST 1 month TO DATE ends with the "
                        "last step that is over");
      }
      last.end = Range::Last::End::kToDate;
    }
    range.form = last;
  } else {
    Range::Between between;
    const auto at_date = [this] {
      return At(TokenKind::kDate) || At(TokenKind::kNumber) ||
             At(TokenKind::kParameter) || At(TokenKind::kText);
    };
    if (!AtSymbol("..")) {
      FOOTFALL_RETURN_IF_ERROR(RangeHabit());
      between.first_source = Now().source;
      FOOTFALL_ASSIGN_OR_RETURN(
          between.first, DateOrParameter("a date or a range after DURING"));
    }
    if (TakeSymbol("..")) {
      if (at_date()) {
        between.last_source = Now().source;
        FOOTFALL_ASSIGN_OR_RETURN(between.last,
                                  DateOrParameter("a date after .."));
      }
    } else {
      between.one_date = true;
    }
    range.form = std::move(between);
  }
  FOOTFALL_RETURN_IF_ERROR(AfterRangeHabit());
  range.source = From(first);
  return range;
}

absl::StatusOr<Align> Parser::AlignOf() {
  Align align;
  FOOTFALL_RETURN_IF_ERROR(Require("ON"));
  align.each = AtWord("EACH") && Ahead(1).text != "(" && TakeWord("EACH");
  const bool is_event = AtWord("event");
  if (Ahead(1).text != "(" || (align.each && !is_event)) {
    return Expected(
        align.each ? "event( after EACH" : "event( after ALIGN ON",
        align.each ? "ALIGN ON EACH event('holiday')"
                   : "ALIGN ON event('launch'), or on a date of each group's "
                     "own: ALIGN ON first_time(dau >= 100000)");
  }
  if (is_event) {
    FOOTFALL_ASSIGN_OR_RETURN(Sized event, EventOf());
    align.event = std::get<EventReference>(std::move(event.expr.node));
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(Sized start, Factor());
    align.start = std::move(start.expr);
  }
  FOOTFALL_RETURN_IF_ERROR(
      Require("DURING", "ALIGN ON event('launch') DURING -14..28 days"));
  FOOTFALL_ASSIGN_OR_RETURN(
      align.first, SignedNumber("a whole number after DURING of ALIGN"));
  FOOTFALL_RETURN_IF_ERROR(Require(".."));
  FOOTFALL_ASSIGN_OR_RETURN(align.last,
                            SignedNumber("a whole number after .."));
  FOOTFALL_ASSIGN_OR_RETURN(align.unit, UnitWord("ALIGN"));
  return align;
}

absl::StatusOr<Every> Parser::EveryOf() {
  Every every;
  FOOTFALL_ASSIGN_OR_RETURN(every.bucket, Bucket("EVERY"));
  FOOTFALL_ASSIGN_OR_RETURN(every.from, FromOf(&every.bucket));
  if (TakeWord("TO")) {
    if (!TakeWord("DATE")) {
      return Expected("DATE after TO",
                      "EVERY year TO DATE cuts each year on the day that the "
                      "last has come to");
    }
    every.to_date = true;
  }
  if (!TakeWord("FILL")) return every;
  if (TakeWord("none")) {
    every.fill = FillMode::kNone;
  } else if (TakeWord("null")) {
    every.fill = FillMode::kNull;
  } else if (TakeWord("zero")) {
    every.fill = FillMode::kZero;
  } else if (TakeWord("previous")) {
    every.fill = FillMode::kPrevious;
  } else if (TakeWord("linear")) {
    every.fill = FillMode::kLinear;
  } else {
    return Expected("none, null, zero, previous or linear after FILL",
                    At(TokenKind::kNumber) ? "write FILL zero" : "");
  }
  if (TakeWord("MAX")) {
    FOOTFALL_ASSIGN_OR_RETURN(every.fill_max, WholeNumber("MAX", 1));
  }
  return every;
}

absl::StatusOr<Zone> Parser::ZoneOf() {
  Zone zone;
  FOOTFALL_RETURN_IF_ERROR(Require("IN"));
  FOOTFALL_RETURN_IF_ERROR(
      Require("ZONE", "IN ZONE 'Asia/Shanghai' cuts buckets by that clock"));
  zone.source = Now().source;
  FOOTFALL_ASSIGN_OR_RETURN(zone.name, TextOrParameter("a text after IN ZONE"));
  return zone;
}

absl::StatusOr<OrderKey> Parser::Key() {
  OrderKey key;
  const Token first = Now();
  const Token& next = Ahead(1);
  // `time` alone is the column; beside an operator it could only be a metric.
  const bool time =
      AtWord("time") && (next.kind != TokenKind::kSymbol || next.text == "," ||
                         (in_export_ && next.text == ")"));
  if (time) {
    Take();
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(key.expr, Expression());
  }
  if (TakeWord("DESC")) {
    key.descending = true;
  } else if (TakeWord("ASC")) {
    key.ascending = true;
  }
  key.source = From(first);
  return key;
}

absl::StatusOr<Show> Parser::ShowOf() {
  Show show;
  show.source = Now().source;
  if (TakeWord("METRICS")) {
    show.what = Show::What::kMetrics;
  } else if (TakeWord("MEMBERS")) {
    show.what = Show::What::kMembers;
    FOOTFALL_RETURN_IF_ERROR(Require("OF", "SHOW MEMBERS OF app"));
    FOOTFALL_ASSIGN_OR_RETURN(
        show.name, DimensionName("a dimension after SHOW MEMBERS OF"));
  } else if (TakeWord("SERIES")) {
    show.what = Show::What::kSeries;
    FOOTFALL_ASSIGN_OR_RETURN(show.name,
                              DimensionName("a metric after SHOW SERIES"));
  } else if (TakeWord("ALIASES")) {
    show.what = Show::What::kAliases;
  } else if (TakeWord("ATTRIBUTES")) {
    show.what = Show::What::kAttributes;
  } else if (TakeWord("RETENTION")) {
    show.what = Show::What::kRetention;
  } else if (TakeWord("EVENTS")) {
    show.what = Show::What::kEvents;
    if (At(TokenKind::kText) || At(TokenKind::kParameter)) {
      FOOTFALL_ASSIGN_OR_RETURN(show.kind, TextOrParameter("a kind"));
    }
  } else {
    return Expected(
        "METRICS, MEMBERS, SERIES, ALIASES, ATTRIBUTES, EVENTS or RETENTION "
        "after SHOW",
        "SHOW METRICS lists what there is");
  }
  const bool events = show.what == Show::What::kEvents;
  if ((events || show.what == Show::What::kSeries) && TakeWord("WHERE")) {
    FOOTFALL_ASSIGN_OR_RETURN(show.where, Where());
  }
  if (events && TakeWord("DURING")) {
    FOOTFALL_ASSIGN_OR_RETURN(show.during, RangeOf());
  }
  return show;
}

}  // namespace footfall::query
