#include "query/exec/total.h"

#include <cstddef>
#include <memory>

namespace footfall::query {

Plan PlanOfTotal(const Plan& plan) {
  Plan total = plan;
  total.by.clear();
  total.total.reset();
  total.top.reset();
  total.limit.reset();
  for (BoundOperand& operand : total.operands) {
    operand.by.clear();
    if (operand.across.has_value() && operand.across->parts != nullptr) {
      // Its parts are split by the members that it combines, behind BY.
      AcrossParts parts = *operand.across->parts;
      for (BoundOperand& part : parts.operands) {
        part.by.erase(part.by.begin(),
                      part.by.begin() + static_cast<ptrdiff_t>(plan.by.size()));
      }
      operand.across->parts = std::make_shared<const AcrossParts>(parts);
    }
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
