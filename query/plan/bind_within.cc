// f(x WITHIN dim, ..) and f(x WITHIN ALL): what a row's groups come to.

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/hash_table.h"
#include "query/lang/status_macros.h"
#include "query/plan/additivity.h"
#include "query/plan/binder.h"

namespace footfall::query {
namespace {

// Whether something in it compares groups itself.
bool ComparesGroups(const Expr& expr) {
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    if (call->function == "share" || call->function == "contribution" ||
        call->scope == Call::Scope::kWithin) {
      return true;
    }
    return std::any_of(call->arguments.begin(), call->arguments.end(),
                       [](const Argument& argument) {
                         const Expr* inner = std::get_if<Expr>(&argument.form);
                         return inner != nullptr && ComparesGroups(*inner);
                       });
  }
  if (const auto* negation = std::get_if<Negation>(&expr.node)) {
    return ComparesGroups(negation->inner[0]);
  }
  const auto* arithmetic = std::get_if<Arithmetic>(&expr.node);
  return arithmetic != nullptr && (ComparesGroups(arithmetic->sides[0]) ||
                                   ComparesGroups(arithmetic->sides[1]));
}

// What values of groups are to each other.
enum class Nature : uint8_t {
  kSame,    // the same in all of them
  kParts,   // of a total
  kShares,  // of 1: they weigh what stands beside them
  kOther,   // they have no sum
};

// Of the groups of a scope. Transforms are gone through once each:
// delta(delta(x, ..), ..) names its x twice at each level.
class Natures {
 public:
  Natures(const Plan& plan, const std::vector<bool>& within)
      : plan_(plan), within_(within) {}

  Nature Of(const RowExpr& expr) {
    switch (expr.kind) {
      case RowExpr::Kind::kNumber:
        return Nature::kSame;
      case RowExpr::Kind::kLeaf:
        return OfLeaf(plan_.leaves[expr.leaf]);
      case RowExpr::Kind::kNegate:
      case RowExpr::Kind::kAbsolute:
        return Of(expr.sides[0]);
      case RowExpr::Kind::kArithmetic:
        return OfTwo(expr.op, Of(expr.sides[0]), Of(expr.sides[1]));
      case RowExpr::Kind::kTransform:
        break;
      default:
        return Nature::kOther;
    }
    const auto at = known_.find(expr.transform);
    if (at != known_.end()) return at->second;
    const Nature nature = OfTransform(plan_.transforms[expr.transform]);
    known_.emplace(expr.transform, nature);
    return nature;
  }

 private:
  Nature OfLeaf(const Leaf& leaf) const {
    if (leaf.is_date || leaf.function.kind != TimeKind::kReduce ||
        RuleOverTime(plan_, leaf.steps) == Additivity::kLevel) {
      return Nature::kOther;
    }
    for (const size_t o : OperandsOf(leaf)) {
      const BoundOperand& operand = plan_.operands[o];
      for (size_t b = 0; b < within_.size(); ++b) {
        if (within_[b] || operand.by[b] < 0) continue;
        if (operand.metric->spec.dimensions[static_cast<size_t>(operand.by[b])]
                .rule == Additivity::kLevel) {
          return Nature::kOther;
        }
      }
    }
    return Nature::kParts;
  }

  Nature OfTransform(const Transform& transform) {
    switch (transform.kind) {
      case Transform::Kind::kShare:
      case Transform::Kind::kContribution:
        return Nature::kShares;
      case Transform::Kind::kLag:
      case Transform::Kind::kMovingAverage:
      case Transform::Kind::kCumulative:
        return Of(transform.x);
      case Transform::Kind::kWithin:
        for (size_t b = 0; b < within_.size(); ++b) {
          if (transform.within[b] && !within_[b]) return Nature::kOther;
        }
        return Nature::kSame;
      case Transform::Kind::kTopShare:
      case Transform::Kind::kRank:
        break;
    }
    return Nature::kOther;
  }

  static Nature OfTwo(char op, Nature left, Nature right) {
    if (right == Nature::kSame) return left;
    if (op == '/') {
      return left != Nature::kSame && right == Nature::kOther ? left
                                                              : Nature::kOther;
    }
    if (left == Nature::kSame) return right;
    if (op != '*') return left == right ? left : Nature::kOther;
    if (left == Nature::kShares || right == Nature::kShares) {
      const Nature other = left == Nature::kShares ? right : left;
      return other == Nature::kParts ? other : Nature::kShares;
    }
    return left == right ? Nature::kOther : Nature::kParts;
  }

  const Plan& plan_;
  const std::vector<bool>& within_;
  FlatHashMap<size_t, Nature> known_;
};

}  // namespace

absl::StatusOr<std::vector<bool>> Binder::WithinOf(const Expr& expr,
                                                   const Call& call) const {
  std::vector<bool> within(plan_.by.size());
  for (const std::string& name : call.scope_dimensions) {
    const auto by = std::find(plan_.by.begin(), plan_.by.end(), name);
    if (by != plan_.by.end()) {
      within[static_cast<size_t>(by - plan_.by.begin())] = true;
    } else if (!IsAll(call)) {
      return Refuse(Refusal::kWithin, expr.source,
                    {name, absl::StrJoin(plan_.by, ", ")});
    }
  }
  return within;
}

bool IsAll(const Call& call) {
  return call.scope == Call::Scope::kWithin &&
         call.scope_dimensions.size() == 1 && call.scope_dimensions[0] == "all";
}

absl::Status Binder::CheckGroups(const Expr& expr, const Call& call,
                                 const Expr& argument,
                                 const Place& place) const {
  if (FirstOperand(argument) == nullptr) {
    return Refuse(Refusal::kNoMetric, argument.source, {Printed(argument)});
  }
  if (plan_.by.empty()) {
    const bool within = call.scope == Call::Scope::kWithin;
    return Refuse(
        Refusal::kGroupsBy, expr.source,
        {within ? absl::StrCat(call.function, " WITHIN") : call.function,
         Printed(expr), SomeDimension(argument)});
  }
  if (place.in_share) {
    return Refuse(Refusal::kShareOf, expr.source, {Printed(expr)});
  }
  if (place.whole_range) {
    return Refuse(Refusal::kTopEvery, expr.source, {Printed(expr)});
  }
  return absl::OkStatus();
}

absl::StatusOr<RowExpr> Binder::BindWithin(const Expr& expr, const Call& call,
                                           const Place& place) {
  const TimeFunction function = *FindTimeFunction(call.function);
  if (call.every.has_value()) {
    return Refuse(Refusal::kScope, expr.source,
                  {absl::StrCat(call.function, " WITHIN"), "EVERY",
                   "EVERY stands in the function over time inside, or behind "
                   "the items"});
  }
  const Test* test =
      function.row->takes == Takes::kValueOrTest && call.arguments.size() == 1
          ? std::get_if<Test>(&call.arguments[0].form)
          : nullptr;
  const Expr* argument = test == nullptr ? nullptr : &test->left;
  if (test == nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(argument, OnlyArgument(expr, call));
  }
  FOOTFALL_RETURN_IF_ERROR(CheckGroups(expr, call, *argument, place));
  Transform within;
  within.kind = Transform::Kind::kWithin;
  within.function = function;
  within.name = Printed(expr);
  FOOTFALL_ASSIGN_OR_RETURN(within.within, WithinOf(expr, call));
  if (function.Is(Aggregate::kSum)) {
    FOOTFALL_RETURN_IF_ERROR(RefuseBesideAlign(
        expr.source, within.name,
        "each group is at a date of its own, and values of several dates are "
        "no total",
        absl::StrCat("avg(", Printed(*argument),
                     " WITHIN ALL) compares them")));
    if (!ComparesGroups(*argument)) {
      FOOTFALL_RETURN_IF_ERROR(BindTotal(expr, *argument, place, &within));
      within.is_total = true;
      return AddTransform(std::move(within));
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(within.x, BindRow(*argument, place));
  FOOTFALL_RETURN_IF_ERROR(CheckNumber(*argument, within.x, call.function));
  if (test != nullptr) {
    within.is_test = true;
    within.function.comparison = test->comparison;
    FOOTFALL_ASSIGN_OR_RETURN(within.other, BindRow(test->right, place));
    FOOTFALL_RETURN_IF_ERROR(
        CheckNumber(test->right, within.other, call.function));
  }
  if (function.Is(Aggregate::kSum)) {
    const Nature nature = Natures(plan_, within.within).Of(within.x);
    if (nature != Nature::kParts && nature != Nature::kShares) {
      return Refuse(Refusal::kShareOf, argument->source, {Printed(*argument)});
    }
  }
  return AddTransform(std::move(within));
}

absl::Status Binder::CheckNumber(const Expr& where, const RowExpr& x,
                                 absl::string_view function) const {
  if (!x.is_date && !x.is_text) return absl::OkStatus();
  return Refuse(Refusal::kDateArithmetic, where.source,
                {Printed(where), function});
}

absl::StatusOr<RowExpr> Binder::BindTopShare(const Expr& expr, const Call& call,
                                             const Place& place) {
  FOOTFALL_ASSIGN_OR_RETURN(const Expr* argument, OnlyArgument(expr, call));
  FOOTFALL_RETURN_IF_ERROR(CheckGroups(expr, call, *argument, place));
  Transform top;
  top.kind = Transform::Kind::kTopShare;
  FOOTFALL_ASSIGN_OR_RETURN(top.within, WithinOf(expr, call));
  FOOTFALL_ASSIGN_OR_RETURN(top.x, BindShare(expr, call, place));
  return AddTransform(std::move(top));
}

}  // namespace footfall::query
