// OVER in a call: which steps a row's value is of.

#include <string>

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

}  // namespace footfall::query
