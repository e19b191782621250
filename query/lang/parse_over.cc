// Frames of time: OVER in a call, which steps a row's value is of; and FROM
// behind EVERY, where buckets begin.

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "query/lang/parser.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

absl::StatusOr<Over> Parser::OverOf() {
  const Token first = Take();
  Over over;
  if (TakeSymbol("..")) {
    over.from = Over::From::kRange;
  } else if (At(TokenKind::kWord) && ParseUnit(Now().text).has_value()) {
    over.from = Over::From::kUnitBegin;
    FOOTFALL_ASSIGN_OR_RETURN(over.unit, UnitWord("OVER"));
    const absl::string_view unit = UnitName(over.unit);
    const std::string hint =
        absl::StrCat("OVER ", unit, " TO DATE begins with the ", unit,
                     ", OVER 1 ", unit, " is one back from the row's end");
    if (!TakeWord("TO")) return Expected("TO DATE", hint);
    if (!TakeWord("DATE")) return Expected("DATE after TO", hint);
  } else if (At(TokenKind::kNumber) || AtSymbol("-") ||
             At(TokenKind::kParameter)) {
    FOOTFALL_ASSIGN_OR_RETURN(over.count, WholeNumber("OVER", 1));
    FOOTFALL_ASSIGN_OR_RETURN(over.unit, UnitWord("OVER"));
    if (AtWord("TO")) {
      return Expected("a )",
                      absl::StrCat("of the unit that holds the row: OVER ",
                                   UnitName(over.unit), " TO DATE"));
    }
  } else {
    return Expected("a stretch of time after OVER",
                    "OVER 28 days, OVER month TO DATE, or OVER .. for all "
                    "since the range begins");
  }
  over.source = From(first);
  return over;
}

// DURING in braces: a range as everywhere or, under ALIGN, -28..-1 days.
absl::StatusOr<Range> Parser::OwnRangeOf() {
  size_t at = 0;
  const auto takes_number = [&] {
    at += Ahead(at).kind == TokenKind::kSymbol && Ahead(at).text == "-" ? 1 : 0;
    return Ahead(at++).kind == TokenKind::kNumber;
  };
  const bool offsets = takes_number() && Ahead(at++).text == ".." &&
                       takes_number() && Ahead(at).kind == TokenKind::kWord;
  if (!offsets) return RangeOf();
  const Token first = Now();
  Range::Offsets units;
  FOOTFALL_ASSIGN_OR_RETURN(units.first,
                            SignedNumber("a whole number before .."));
  Take();  // ..
  FOOTFALL_ASSIGN_OR_RETURN(units.last,
                            SignedNumber("a whole number after .."));
  FOOTFALL_ASSIGN_OR_RETURN(units.unit, UnitWord("DURING"));
  Range range;
  range.form = units;
  range.source = From(first);
  return range;
}

absl::StatusOr<bool> Parser::FromOf(Period* bucket) {
  // A date behind it is a range as other languages have it (habits.cc).
  if (!AtWord("FROM") || Ahead(1).kind == TokenKind::kDate) return false;
  if (bucket->unit < Unit::kWeek || bucket->unit == Unit::kMonth) {
    return Fail(Refusal::kFromUnit, Now().source, {UnitName(bucket->unit)});
  }
  Take();
  if (bucket->unit == Unit::kWeek) {
    const auto day = ParseWeekday(Now().text);
    if (!At(TokenKind::kWord) || !day.has_value()) {
      return Expected("a day of the week after FROM",
                      "EVERY week FROM sunday; without FROM weeks are those of "
                      "ISO 8601, from monday");
    }
    Take();
    bucket->week_start = *day;
    return true;
  }
  const int64_t* month = At(TokenKind::kNumber)
                             ? std::get_if<int64_t>(&Now().number.value)
                             : nullptr;
  if (month == nullptr || *month < 1 || *month > 12) {
    return Expected("a month after FROM, 1 to 12",
                    "EVERY year FROM 4 has years from April to March");
  }
  bucket->first_month = static_cast<int32_t>(*month);
  Take();
  return true;
}

}  // namespace footfall::query
