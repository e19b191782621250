// Which expressions count people, and when two of them may count the same.
//
// BY refuses to call a sum exact where its parts may be the same people, and
// arithmetic must not be a way around it: dau{platform='app'} +
// dau{platform='web'} is that sum, and so are a day and the day before, and
// avg(dau) * count(dau).

#ifndef FOOTFALL_QUERY_PLAN_PEOPLE_H_
#define FOOTFALL_QUERY_PLAN_PEOPLE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "footfall/statement.h"
#include "query/plan/plan.h"

namespace footfall::query {

// The people that an expression adds up; none where it is no number of people
// (a ratio, a difference, a count of steps).
struct People {
  struct Term {
    size_t operand = 0;
    // How much earlier, by the shifts around it.
    std::vector<std::pair<int64_t, footfall::Unit>> back;
    bool sums = false;  // over time: user-days, which no two days share
  };
  std::vector<Term> terms;
  bool negated = false;
  bool any() const { return !terms.empty(); }
};
People PeopleOf(const Plan& plan, const StepExpr& expr);
People PeopleOf(const Plan& plan, const RowExpr& expr);

// What the two sides of an arithmetic expression are to each other.
Related RelatedSides(const Plan& plan, const StepExpr& expr);
Related RelatedSides(const Plan& plan, const RowExpr& expr);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_PEOPLE_H_
