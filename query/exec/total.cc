#include "query/exec/total.h"

namespace footfall::query {

Plan PlanOfTotal(const Plan& plan) {
  Plan total = plan;
  total.by.clear();
  total.total.reset();
  total.top.reset();
  total.limit.reset();
  for (BoundOperand& operand : total.operands) {
    operand.by.clear();
    operand.keeps_hidden = operand.across.has_value();
  }
  for (Leaf& leaf : total.leaves) leaf.total = TotalRole();
  return total;
}

absl::StatusOr<Results> EvaluateTotal(Run& run, const Plan& total,
                                      const Timeline& timeline) {
  return EvaluateLeaves(run, total, &timeline);
}

}  // namespace footfall::query
