// Equality of the parts of a plan, so that equal ones are worked out once.

#include "query/plan/plan.h"

#include <algorithm>
#include <bit>

namespace footfall::query {
namespace {

bool SameNumber(const Scalar& a, const Scalar& b) {
  return a.is_decimal == b.is_decimal && a.integer == b.integer &&
         std::bit_cast<uint64_t>(a.decimal) ==
             std::bit_cast<uint64_t>(b.decimal);
}

}  // namespace

bool operator==(const StepExpr& a, const StepExpr& b) {
  return a.kind == b.kind && SameNumber(a.number, b.number) &&
         a.operand == b.operand && a.op == b.op && a.sides == b.sides;
}

std::vector<size_t> OperandsOf(const StepExpr& expr) {
  std::vector<size_t> operands;
  const auto collect = [&operands](const auto& self,
                                   const StepExpr& steps) -> void {
    if (steps.kind == StepExpr::Kind::kOperand &&
        std::find(operands.begin(), operands.end(), steps.operand) ==
            operands.end()) {
      operands.push_back(steps.operand);
    }
    for (const StepExpr& side : steps.sides) self(self, side);
  };
  collect(collect, expr);
  return operands;
}

bool operator==(const Leaf& a, const Leaf& b) {
  return a.steps == b.steps && a.function == b.function &&
         a.aggregate == b.aggregate && a.quantile == b.quantile &&
         a.comparison == b.comparison && SameNumber(a.threshold, b.threshold) &&
         a.whole_range == b.whole_range && a.bare == b.bare &&
         a.total == b.total;
}

}  // namespace footfall::query
