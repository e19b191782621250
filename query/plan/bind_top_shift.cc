// TOP by lag, delta or growth under EVERY: of the whole range, and of that
// range so much earlier, as they are of it without EVERY.

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/window.h"

namespace footfall::query {

absl::StatusOr<RowExpr> Binder::BindTopShift(const Expr& expr, const Call& call,
                                             const Place& place) {
  // As an item or a key of rows it was bound before, and so its form is right.
  const Expr& x = std::get<Expr>(call.arguments[0].form);
  const Duration& back = std::get<Duration>(call.arguments[1].form);
  if (place.back.has_value() || plan_.align.has_value()) {
    return Refuse(Refusal::kTopEvery, expr.source, {Printed(expr)});
  }
  Place earlier = place;
  earlier.back = back;
  FOOTFALL_ASSIGN_OR_RETURN(RowExpr now, BindRow(x, place));
  FOOTFALL_ASSIGN_OR_RETURN(RowExpr then, BindRow(x, earlier));
  for (const size_t o : OperandsOf(plan_, then)) {
    const BoundOperand& operand = plan_.operands[o];
    const bool said =
        operand.window.first.has_value() && operand.window.last.has_value();
    if (said && operand.range.end <= FirstUnfinishedStep(operand.grid, now_)) {
      continue;
    }
    return Refuse(Refusal::kTopBack, expr.source,
                  {Printed(expr),
                   absl::StrCat(back.count, " ", UnitName(back.unit),
                                back.count == 1 ? "" : "s"),
                   said ? "and the range is not over"
                        : "and DURING does not say both of its ends"});
  }
  for (const Leaf& leaf : plan_.leaves) {
    if (leaf.back.has_value() && InnerOf(leaf.steps).has_value()) {
      return Refuse(Refusal::kTopEvery, expr.source, {Printed(expr)});
    }
  }
  if (call.function == "lag") return then;
  const auto combine = [](char op, RowExpr left, RowExpr right) {
    RowExpr row;
    row.kind = RowExpr::Kind::kArithmetic;
    row.op = op;
    row.is_decimal = op == '/' || left.is_decimal || right.is_decimal;
    row.sides.push_back(std::move(left));
    row.sides.push_back(std::move(right));
    return row;
  };
  if (call.function == "delta") {
    return combine('-', std::move(now), std::move(then));
  }
  RowExpr one;
  one.number = Scalar::Integer(1);
  return combine('-', combine('/', std::move(now), std::move(then)),
                 std::move(one));
}

}  // namespace footfall::query
