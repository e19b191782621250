// Equality of the parts of a plan, so that equal ones are worked out once, and
// what they read.

#include "query/plan/plan.h"
#include "footfall/hash_table.h"
#include "query/plan/date_value.h"

#include <algorithm>
#include <bit>

namespace footfall::query {

bool BoundOperand::decimal_members() const {
  return across.has_value() && across->parts != nullptr
             ? across->parts->expr.is_decimal
             : metric->spec.value_type == ValueType::kDecimal;
}

bool operator==(const Across& a, const Across& b) {
  if (a.function != b.function || a.quantile != b.quantile ||
      a.dimensions != b.dimensions ||
      (a.parts == nullptr) != (b.parts == nullptr)) {
    return false;
  }
  if (a.parts == b.parts) return true;
  const auto same = [](const BoundOperand& x, const BoundOperand& y) {
    return x.metric->id == y.metric->id && x.picks == y.picks && x.by == y.by &&
           x.window == y.window && x.own_window == y.own_window;
  };
  return a.parts->expr == b.parts->expr &&
         std::equal(a.parts->operands.begin(), a.parts->operands.end(),
                    b.parts->operands.begin(), b.parts->operands.end(), same);
}
namespace {

bool SameNumber(const Scalar& a, const Scalar& b) {
  return a.is_decimal == b.is_decimal && a.integer == b.integer &&
         std::bit_cast<uint64_t>(a.decimal) ==
             std::bit_cast<uint64_t>(b.decimal);
}

void CollectOperands(const StepExpr& expr, std::vector<size_t>* operands) {
  if (expr.kind == StepExpr::Kind::kOperand &&
      std::find(operands->begin(), operands->end(), expr.operand) ==
          operands->end()) {
    operands->push_back(expr.operand);
  }
  for (const StepExpr& side : expr.sides) CollectOperands(side, operands);
}

}  // namespace

bool operator==(const StepExpr& a, const StepExpr& b) {
  return a.kind == b.kind && SameNumber(a.number, b.number) &&
         a.operand == b.operand && a.op == b.op && a.function == b.function &&
         a.every == b.every && a.back == b.back && a.shift == b.shift &&
         a.sides == b.sides;
}

bool operator==(const TimeFunction& a, const TimeFunction& b) {
  return a.kind == b.kind && a.aggregate == b.aggregate &&
         RuleOfResult(a) == RuleOfResult(b) && a.quantile == b.quantile &&
         a.comparison == b.comparison && SameNumber(a.threshold, b.threshold) &&
         a.count == b.count && a.lag == b.lag;
}

bool CountsNothing(const TimeFunction& function) {
  return function.row != nullptr && function.row->of_nothing;
}

RuleOf RuleOfResult(const TimeFunction& function) {
  if (function.row != nullptr) return function.row->rule;
  return function.Is(Aggregate::kAvg) ? RuleOf::kMean : RuleOf::kX;
}

bool operator==(const Leaf& a, const Leaf& b) {
  return a.function == b.function && a.steps == b.steps && a.other == b.other &&
         a.whole_range == b.whole_range && a.back == b.back &&
         a.bare == b.bare && a.window == b.window && a.total == b.total;
}

std::vector<size_t> OperandsOf(const StepExpr& expr) {
  std::vector<size_t> operands;
  CollectOperands(expr, &operands);
  return operands;
}

std::optional<size_t> InnerOf(const StepExpr& expr) {
  if (expr.kind == StepExpr::Kind::kOverTime ||
      expr.kind == StepExpr::Kind::kShift) {
    return expr.every;
  }
  for (const StepExpr& side : expr.sides) {
    if (const auto every = InnerOf(side)) return every;
  }
  return std::nullopt;
}

std::vector<size_t> OperandsOf(const Leaf& leaf) {
  std::vector<size_t> operands;
  CollectOperands(leaf.steps, &operands);
  if (leaf.other.has_value()) CollectOperands(*leaf.other, &operands);
  return operands;
}

bool operator==(const RowExpr& a, const RowExpr& b) {
  return a.kind == b.kind && SameNumber(a.number, b.number) &&
         a.leaf == b.leaf && a.item == b.item && a.transform == b.transform &&
         a.events == b.events && a.op == b.op && a.sides == b.sides;
}

bool GivesDecimal(const Transform& transform) {
  switch (transform.kind) {
    case Transform::Kind::kShare:
    case Transform::Kind::kTopShare:
    case Transform::Kind::kContribution:
    case Transform::Kind::kMovingAverage:
      return true;
    case Transform::Kind::kWithin:
      return GivesDecimal(transform.function.aggregate, transform.x.is_decimal);
    case Transform::Kind::kRank:
      return false;
    case Transform::Kind::kLag:
    case Transform::Kind::kCumulative:
      break;
  }
  return transform.x.is_decimal;
}

bool LooksBack(const Transform& transform) {
  return transform.kind == Transform::Kind::kLag ||
         transform.kind == Transform::Kind::kContribution;
}

bool SpeaksOfWhoLeft(const Plan& plan, const RowExpr& expr) {
  const std::vector<size_t> read = TransformsOf(expr);
  return std::any_of(read.begin(), read.end(), [&plan](size_t t) {
    return plan.transforms[t].kind == Transform::Kind::kContribution;
  });
}

bool HasValueOfNothing(const Plan& plan, const RowExpr& expr) {
  if (expr.kind == RowExpr::Kind::kLeaf) {
    const Leaf& leaf = plan.leaves[expr.leaf];
    return !leaf.whole_range && CountsNothing(leaf.function);
  }
  return std::any_of(
      expr.sides.begin(), expr.sides.end(),
      [&plan](const RowExpr& side) { return HasValueOfNothing(plan, side); });
}

bool RowsOfNothing(const Plan& plan) {
  return std::any_of(plan.items.begin(), plan.items.end(),
                     [&plan](const BoundItem& item) {
                       return HasValueOfNothing(plan, item.expr);
                     });
}

std::vector<Date> DatesThatCount(const BoundEvents& events) {
  FlatHashSet<std::vector<MemberId>> known;
  std::vector<Date> dates;
  for (const BoundEvents::One& one : events.events) {
    if (known.insert(one.members).second) dates.push_back(one.event->date);
  }
  return dates;
}

std::vector<std::string> TurnColumns(const Plan& plan) {
  if (!plan.align.has_value() || !plan.align->each) return {};
  std::vector<std::string> columns;
  if (!plan.events[plan.align->events].name.has_value()) {
    columns.push_back("event_name");
  }
  columns.push_back(std::string(kEventTime));
  return columns;
}

std::vector<Date> DatesOfAlign(const Plan& plan) {
  const BoundAlign& align = *plan.align;
  std::vector<Date> dates;
  if (align.each) {
    for (const auto& one : plan.events[align.events].events) {
      dates.push_back(one.event->date);
    }
    return dates;
  }
  if (align.start == nullptr) return DatesThatCount(plan.events[align.events]);
  for (const auto& [group, date] : align.starts) dates.push_back(date);
  std::sort(dates.begin(), dates.end(), [](const Date& a, const Date& b) {
    return PackDate(a) < PackDate(b);
  });
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  return dates;
}

StepRange StepsOfAlign(const Plan& plan, const BoundOperand& operand) {
  const BoundAlign& align = *plan.align;
  const Grid& grid = operand.grid;
  const Range::Offsets units = operand.offsets.value_or(
      Range::Offsets{align.first, align.last, align.unit});
  std::optional<StepRange> all;
  for (const Date& date : DatesOfAlign(plan)) {
    const StepRange steps = grid.StepsFrom(StepHolding(grid, date), units.first,
                                           units.last + 1, units.unit);
    if (!all.has_value()) all = steps;
    all->begin = std::min(all->begin, steps.begin);
    all->end = std::max(all->end, steps.end);
  }
  const int64_t none = grid.Limits().begin;
  return all.value_or(StepRange{none, none});
}

std::vector<size_t> TransformsOf(const RowExpr& expr) {
  std::vector<size_t> found;
  const auto collect = [&found](const auto& self, const RowExpr& row) -> void {
    if (row.kind == RowExpr::Kind::kTransform) found.push_back(row.transform);
    for (const RowExpr& side : row.sides) self(self, side);
  };
  collect(collect, expr);
  return found;
}

std::vector<size_t> OperandsOf(const Plan& plan, const RowExpr& expr) {
  std::vector<bool> read(plan.operands.size());
  // Transforms are gone through once each, however often they are named.
  std::vector<bool> seen(plan.transforms.size());
  const auto collect = [&](const auto& self, const RowExpr& row) -> void {
    if (row.kind == RowExpr::Kind::kLeaf) {
      for (const size_t o : OperandsOf(plan.leaves[row.leaf])) {
        read[o] = true;
      }
    }
    if (row.kind == RowExpr::Kind::kTransform && !seen[row.transform]) {
      seen[row.transform] = true;
      self(self, plan.transforms[row.transform].x);
      self(self, plan.transforms[row.transform].other);
    }
    for (const RowExpr& side : row.sides) self(self, side);
  };
  collect(collect, expr);
  std::vector<size_t> operands;
  for (size_t o = 0; o < read.size(); ++o) {
    if (read[o]) operands.push_back(o);
  }
  return operands;
}

}  // namespace footfall::query
