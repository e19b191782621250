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

}  // namespace footfall::query
