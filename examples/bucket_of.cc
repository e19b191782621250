#include "examples/bucket_of.h"

#include <variant>

namespace footfall {
namespace {

// The first metric that an expression reads; null where it reads none.
const Operand* FirstOperand(const Expr& expr) {
  if (const auto* operand = std::get_if<Operand>(&expr.node)) return operand;
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    for (const Argument& argument : call->arguments) {
      const Operand* found = nullptr;
      if (const auto* inner = std::get_if<Expr>(&argument.form)) {
        found = FirstOperand(*inner);
      } else if (const auto* test = std::get_if<Test>(&argument.form)) {
        found = FirstOperand(test->left);
      }
      if (found != nullptr) return found;
    }
    return nullptr;
  }
  const ExprList* sides = nullptr;
  if (const auto* sum = std::get_if<Arithmetic>(&expr.node)) {
    sides = &sum->sides;
  } else if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    sides = &negation->inner;
  }
  if (sides == nullptr) return nullptr;
  for (const Expr& side : *sides) {
    if (const Operand* found = FirstOperand(side)) return found;
  }
  return nullptr;
}

}  // namespace

std::optional<Period> BucketOf(const Snapshot& snapshot,
                               const Statement& statement) {
  const auto* select = std::get_if<Select>(&statement.node);
  if (select == nullptr) return std::nullopt;
  if (select->every.has_value()) return select->every->bucket;
  for (const Item& item : select->items) {
    const Operand* const operand = FirstOperand(item.expr);
    if (operand == nullptr) continue;
    const auto metric = snapshot.FindMetric(operand->metric);
    if (metric == nullptr) return std::nullopt;
    return metric->spec.period;
  }
  return std::nullopt;
}

}  // namespace footfall
