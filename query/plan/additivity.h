// How values combine over time, for metrics and for arithmetic on them.

#ifndef FOOTFALL_QUERY_PLAN_ADDITIVITY_H_
#define FOOTFALL_QUERY_PLAN_ADDITIVITY_H_

#include <optional>

#include "query/plan/plan.h"

namespace footfall::query {

// The rule of an expression over time; nullopt for one without a metric, which
// takes the rule of whatever it stands beside.
//
//   a + b, a - b   the stricter of the two (ADDS < OVERLAPS < LEVEL)
//   a * b          a LEVEL times a count is a count: price * sold adds up. The
//                  rule of the other side; of two counts, LEVEL.
//   a / b          that of `a` where b is a number or a LEVEL, else LEVEL
//   f(a ACROSS d)  that of `a` where f sums or averages, else LEVEL
//   f(a) by inner buckets: that of `a` where f picks one of its values or sums
//                  them; ADDS for count and user_days; of a mean, that of `a`,
//                  but LEVEL where it ADDS; LEVEL for all others
std::optional<Additivity> RuleOverTime(const Plan& plan, const StepExpr& expr);

// The rule of what stands in rows, over their buckets; nullopt for numbers. A
// function over time of an operand has the rule that it would have by inner
// buckets, so that a running sum is refused where the sum is.
//
//   lag(a, ..), abs(a)  that of `a`
//   ma(a, n)            as a mean
//   sum(a WITHIN ..)    that of `a`
//   cumulative, share, rank, dates, other functions WITHIN: LEVEL
std::optional<Additivity> RuleBetweenRows(const Plan& plan,
                                          const RowExpr& expr);

// That of `left op right`, from those of its sides.
std::optional<Additivity> RuleOfArithmetic(char op,
                                           std::optional<Additivity> left,
                                           std::optional<Additivity> right);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_ADDITIVITY_H_
