// Which expressions count people.

#include "query/plan/people.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace footfall::query {
namespace {

// Whether a value of the function is a number of people where x is.
bool KeepsPeople(const TimeFunction& function) {
  if (function.kind != TimeFunction::Kind::kReduce) return false;
  switch (function.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kStddev:
    case Aggregate::kCoverage:
      return false;
    default:
      return true;
  }
}

// Of arithmetic, from the people of its sides. `plain`: a side is a number.
People OfArithmetic(char op, People left, People right, bool left_plain,
                    bool right_plain) {
  switch (op) {
    case '*':
      if (left.any() && right_plain) return left;
      if (right.any() && left_plain) return right;
      return {};
    case '/':
      return right_plain ? left : People();
    default:
      break;
  }
  if (op == '-') right.negated = !right.negated;
  if (!left.any() || !right.any() || left.negated != right.negated) return {};
  left.terms.insert(left.terms.end(), right.terms.begin(), right.terms.end());
  return left;
}

bool MayBeTheSame(const Plan& plan, const People::Term& a,
                  const People::Term& b) {
  const BoundOperand& left = plan.operands[a.operand];
  const BoundOperand& right = plan.operands[b.operand];
  const MetricSpec& spec = left.metric->spec;
  if (left.metric->id != right.metric->id) {
    return spec.unit == right.metric->spec.unit;
  }
  const bool other_time = a.back != b.back || !(left.window == right.window);
  if (other_time) {
    return !(a.sums && b.sums) && spec.over_time != Additivity::kAdds;
  }
  for (size_t d = 0; d < spec.dimensions.size(); ++d) {
    if (spec.dimensions[d].rule == Additivity::kAdds &&
        !left.picks[d].Meets(right.picks[d]) &&
        !left.picks[d].Contains(kEmptyMember) &&
        !right.picks[d].Contains(kEmptyMember)) {
      return false;  // different people
    }
  }
  return true;
}

bool MayBeTheSame(const Plan& plan, const People& a, const People& b) {
  return std::any_of(a.terms.begin(), a.terms.end(), [&](const auto& left) {
    return std::any_of(b.terms.begin(), b.terms.end(), [&](const auto& right) {
      return MayBeTheSame(plan, left, right);
    });
  });
}

// Whether all that operand `a` has is in what `b` has, in each row.
bool IsPart(const Plan& plan, size_t a, size_t b) {
  const BoundOperand& part = plan.operands[a];
  const BoundOperand& whole = plan.operands[b];
  if (part.metric->id != whole.metric->id || part.across.has_value() ||
      whole.across.has_value() || !(part.window == whole.window) ||
      !(part.time_picks == whole.time_picks) ||
      !part.metric->spec.CountsUsers()) {
    return false;
  }
  for (size_t d = 0; d < part.picks.size(); ++d) {
    // What is not split speaks for all.
    if (whole.picks[d].single() == kEmptyMember) continue;
    if (!part.picks[d].IsWithin(whole.picks[d])) return false;
  }
  for (size_t i = 0; i < part.by.size(); ++i) {
    if (whole.by[i] >= 0 && part.by[i] < 0) return false;
  }
  return true;
}

bool IsCount(const StepExpr& expr) {
  return expr.kind == StepExpr::Kind::kOverTime &&
         expr.function.Is(Aggregate::kCount);
}
bool IsCount(const Plan& plan, const RowExpr& expr) {
  return expr.kind == RowExpr::Kind::kLeaf &&
         plan.leaves[expr.leaf].function.Is(Aggregate::kCount);
}

Related OfSides(const Plan& plan, char op, const People& left,
                const People& right, bool left_counts, bool right_counts) {
  if (op == '*') {
    if (left.any() && right_counts) return Related::kLeftTimes;
    if (right.any() && left_counts) return Related::kRightTimes;
    return Related::kNo;
  }
  if (op == '/' || !left.any() || !right.any() ||
      !MayBeTheSame(plan, left, right)) {
    return Related::kNo;
  }
  if (left.negated == (right.negated != (op == '-'))) {
    return left.negated ? Related::kNegatedSum : Related::kSum;
  }
  return Related::kNo;
}

}  // namespace

People PeopleOf(const Plan& plan, const StepExpr& expr) {
  People people;
  switch (expr.kind) {
    case StepExpr::Kind::kNumber:
      return people;
    case StepExpr::Kind::kOperand: {
      const BoundOperand& operand = plan.operands[expr.operand];
      const bool counts = operand.across.has_value() &&
                          operand.across->function == Aggregate::kCount;
      const bool users =
          operand.across.has_value() && operand.across->parts != nullptr
              ? operand.across->parts->counts_users
              : operand.metric->spec.CountsUsers();
      if (!counts && users) {
        people.terms.push_back({expr.operand, {}, false});
      }
      return people;
    }
    case StepExpr::Kind::kNegate:
      people = PeopleOf(plan, expr.sides[0]);
      people.negated = !people.negated;
      return people;
    case StepExpr::Kind::kOverTime:
      if (!KeepsPeople(expr.function)) return people;
      people = PeopleOf(plan, expr.sides[0]);
      for (auto& term : people.terms) {
        term.sums = expr.function.Is(Aggregate::kSum);
      }
      return people;
    case StepExpr::Kind::kShift:
      if (expr.shift != StepExpr::Shift::kLag) return people;
      people = PeopleOf(plan, expr.sides[0]);
      for (auto& term : people.terms) {
        term.back.emplace_back(expr.back.count, expr.back.unit);
      }
      return people;
    case StepExpr::Kind::kArithmetic:
      break;
  }
  return OfArithmetic(expr.op, PeopleOf(plan, expr.sides[0]),
                      PeopleOf(plan, expr.sides[1]),
                      expr.sides[0].kind == StepExpr::Kind::kNumber,
                      expr.sides[1].kind == StepExpr::Kind::kNumber);
}

namespace {

// [transforms] Each is gone through once: delta(delta(x, ..), ..) names its x
// twice at each level.
using Known = std::vector<std::optional<People>>;

People InRow(const Plan& plan, const RowExpr& expr, Known* known) {
  People people;
  switch (expr.kind) {
    case RowExpr::Kind::kLeaf: {
      const Leaf& leaf = plan.leaves[expr.leaf];
      if (!KeepsPeople(leaf.function)) return people;
      people = PeopleOf(plan, leaf.steps);
      for (auto& term : people.terms) {
        term.sums = leaf.function.Is(Aggregate::kSum);
        if (leaf.back.has_value()) {
          term.back.emplace_back(leaf.back->count, leaf.back->unit);
        }
      }
      return people;
    }
    case RowExpr::Kind::kNegate:
    case RowExpr::Kind::kAbsolute:
      people = InRow(plan, expr.sides[0], known);
      people.negated = expr.kind == RowExpr::Kind::kNegate && !people.negated;
      return people;
    case RowExpr::Kind::kArithmetic:
      return OfArithmetic(expr.op, InRow(plan, expr.sides[0], known),
                          InRow(plan, expr.sides[1], known),
                          expr.sides[0].kind == RowExpr::Kind::kNumber,
                          expr.sides[1].kind == RowExpr::Kind::kNumber);
    case RowExpr::Kind::kTransform: {
      const Transform& transform = plan.transforms[expr.transform];
      if (transform.kind == Transform::Kind::kShare ||
          transform.kind == Transform::Kind::kContribution ||
          transform.kind == Transform::Kind::kTopShare ||
          (transform.kind == Transform::Kind::kWithin &&
           (transform.function.Is(Aggregate::kCount) ||
            transform.function.Is(Aggregate::kStddev))) ||
          transform.kind == Transform::Kind::kRank) {
        return people;
      }
      std::optional<People>& found = (*known)[expr.transform];
      if (found.has_value()) return *found;
      people = InRow(plan, transform.x, known);
      for (auto& term : people.terms) {
        if (transform.kind != Transform::Kind::kLag) break;
        term.back.emplace_back(transform.count, transform.unit);
      }
      found = people;
      return people;
    }
    default:
      return people;
  }
}

}  // namespace

People PeopleOf(const Plan& plan, const RowExpr& expr) {
  Known known(plan.transforms.size());
  return InRow(plan, expr, &known);
}

Related RelatedSides(const Plan& plan, const StepExpr& expr) {
  const StepExpr& left = expr.sides[0];
  const StepExpr& right = expr.sides[1];
  if (expr.op == '/' && left.kind == right.kind) {
    if (left.kind == StepExpr::Kind::kOperand) {
      return IsPart(plan, left.operand, right.operand) ? Related::kPart
                                                       : Related::kNo;
    }
    const bool both = left.kind == StepExpr::Kind::kOverTime &&
                      left.function == right.function &&
                      left.every == right.every && KeepsPeople(left.function) &&
                      left.sides[0].kind == StepExpr::Kind::kOperand &&
                      right.sides[0].kind == StepExpr::Kind::kOperand;
    if (both && IsPart(plan, left.sides[0].operand, right.sides[0].operand)) {
      return Related::kPartOverTime;
    }
  }
  return OfSides(plan, expr.op, PeopleOf(plan, left), PeopleOf(plan, right),
                 IsCount(left), IsCount(right));
}

Related RelatedSides(const Plan& plan, const RowExpr& expr) {
  const RowExpr& left = expr.sides[0];
  const RowExpr& right = expr.sides[1];
  if (expr.op == '/' && left.kind == RowExpr::Kind::kLeaf &&
      right.kind == RowExpr::Kind::kLeaf) {
    const Leaf& part = plan.leaves[left.leaf];
    const Leaf& whole = plan.leaves[right.leaf];
    if (part.function == whole.function && KeepsPeople(part.function) &&
        part.whole_range == whole.whole_range && part.back == whole.back &&
        part.window == whole.window && !part.total.is_total &&
        part.steps.kind == StepExpr::Kind::kOperand &&
        whole.steps.kind == StepExpr::Kind::kOperand &&
        IsPart(plan, part.steps.operand, whole.steps.operand)) {
      const bool largest = part.function.Is(Aggregate::kMax) ||
                           part.function.Is(Aggregate::kSum);
      return largest ? Related::kPart : Related::kPartOverTime;
    }
  }
  return OfSides(plan, expr.op, PeopleOf(plan, left), PeopleOf(plan, right),
                 IsCount(plan, left), IsCount(plan, right));
}

}  // namespace footfall::query
