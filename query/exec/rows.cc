// Rows: arithmetic and transforms of leaves.

#include "query/exec/rows.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"

namespace footfall::query {
namespace {

// What a date of the leaf is called: its step, or the inner bucket that begins
// with it.
Date DateOf(const Plan& plan, const Leaf& leaf, int64_t step) {
  const Grid& grid = plan.operands[leaf.operand].grid;
  const auto every = InnerOf(leaf.steps);
  if (!every.has_value() || plan.inner[*every].period.below_day()) {
    return DateOfStep(grid, step);
  }
  const Buckets& buckets = *plan.inner[*every].buckets[leaf.operand];
  return Date{plan.inner[*every].period.unit,
              buckets.CivilStart(buckets.BucketOf(step)),
              {}};
}

// A cell of steps as one of dates.
Cell AsDate(Cell cell, const Plan& plan, const Leaf& leaf) {
  const auto turn = [&](Scalar* step) {
    *step = Scalar::Integer(PackDate(DateOf(plan, leaf, step->integer)));
  };
  if (cell.has_value) turn(&cell.value);
  if (cell.low.has_value()) turn(&*cell.low);
  if (cell.high.has_value()) turn(&*cell.high);
  return cell;
}

bool IsExact(const Cell& cell) { return cell.kind() == CellKind::kExact; }

}  // namespace

size_t Rows::TotalIndex(size_t share, RowId row) const {
  return size_t{total_of_group_[share][row.group]} * results_.timeline->size() +
         row.bucket;
}

bool Rows::MayShare(const std::vector<size_t>& operands, uint32_t a,
                    uint32_t b) const {
  for (const size_t o : operands) {
    const std::vector<uint32_t>& numbers = results_.combinations[o];
    if (numbers[a] == OperandReader::kSeveral || numbers[a] != numbers[b]) {
      return true;
    }
  }
  return false;
}

absl::Status Rows::SumShares(const RowExpr& expr) {
  if (expr.kind != RowExpr::Kind::kShare) {
    for (const RowExpr& side : expr.sides) {
      FOOTFALL_RETURN_IF_ERROR(SumShares(side));
    }
    return absl::OkStatus();
  }
  if (!totals_[expr.share].empty())
    return absl::OkStatus();  // an item's, again
  const BoundShare& share = plan_.shares[expr.share];
  std::vector<uint32_t>& total_of = total_of_group_[expr.share];
  absl::flat_hash_map<GroupKey, uint32_t> index;
  for (const GroupKey& group : results_.groups) {
    GroupKey key = group;
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      if (!share.within[b]) key[b] = kEmptyMember;
    }
    total_of.push_back(
        index.emplace(key, static_cast<uint32_t>(index.size())).first->second);
  }
  std::vector<size_t> operands;
  const auto collect = [&](const auto& self, const RowExpr& row) -> void {
    if (row.kind == RowExpr::Kind::kLeaf) {
      for (const size_t o : OperandsOf(plan_.leaves[row.leaf].steps)) {
        operands.push_back(o);
      }
    }
    for (const RowExpr& side : row.sides) self(self, side);
  };
  collect(collect, expr.sides[1]);
  const size_t buckets = results_.timeline->size();
  std::vector<Total>& totals = totals_[expr.share];
  totals.resize(std::max<size_t>(1, index.size()) *
                std::max<size_t>(1, buckets));
  for (uint32_t g = 0; g < results_.groups.size(); ++g) {
    for (uint32_t b = 0; b < buckets; ++b) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell cell,
                                Evaluate(expr.sides[1], {g, b}));
      if (!cell.has_value) continue;
      Total& total = totals[TotalIndex(expr.share, {g, b})];
      total.has_value = true;
      total.exact = total.exact && IsExact(cell);
      if (cell.value.is_decimal) {
        total.value += cell.value.decimal;
      } else {
        total.integer += cell.value.integer;
      }
      if (total.groups == 0) total.first_group = g;
      ++total.groups;
      // Whoever is in two groups was counted twice.
      if (total.groups > 1 && MayShare(operands, total.first_group, g)) {
        total.exact = false;
      }
    }
  }
  for (Total& total : totals) {
    total.value += static_cast<double>(total.integer);
    if (total.has_value && !total.exact) inexact_total_ = true;
  }
  return absl::OkStatus();
}

absl::Status Rows::SumTotals() {
  totals_.resize(plan_.shares.size());
  total_of_group_.resize(plan_.shares.size());
  for (const BoundItem& item : plan_.items) {
    FOOTFALL_RETURN_IF_ERROR(SumShares(item.expr));
  }
  for (const BoundTest& test : plan_.having) {
    FOOTFALL_RETURN_IF_ERROR(SumShares(test.left));
    FOOTFALL_RETURN_IF_ERROR(SumShares(test.right));
  }
  for (const BoundKey& key : plan_.order_by) {
    FOOTFALL_RETURN_IF_ERROR(SumShares(key.expr));
  }
  return absl::OkStatus();
}

absl::StatusOr<Cell> Rows::EvaluateShare(const RowExpr& expr, RowId row) const {
  const BoundShare& share = plan_.shares[expr.share];
  // A group that is not split counts with what it exceeds its parts by, here as
  // in the total.
  const GroupKey& key = results_.groups[row.group];
  bool not_split = false;
  for (size_t b = 0; b < plan_.by.size(); ++b) {
    not_split |= !share.within[b] && key[b] == kEmptyMember;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Cell part,
                            Evaluate(expr.sides[not_split ? 1 : 0], row));
  const Total& total = totals_[expr.share][TotalIndex(expr.share, row)];
  Cell result = Cell::Missing(part.present, part.expected);
  if (!part.has_value || !total.has_value || total.value == 0) return result;
  const Cell whole = Cell::Exact(Scalar::Decimal(total.value), 0, 0);
  FOOTFALL_ASSIGN_OR_RETURN(result, Combine('/', part, whole));
  if (!total.exact) result.inexact = true;
  return result;
}

absl::StatusOr<Cell> Rows::Evaluate(const RowExpr& expr, RowId row) const {
  switch (expr.kind) {
    case RowExpr::Kind::kNumber:
      return Cell::Exact(expr.number, 0, 0);
    case RowExpr::Kind::kLeaf: {
      const Leaf& leaf = plan_.leaves[expr.leaf];
      const LeafTable& cells = results_.leaves[expr.leaf];
      const size_t bucket = leaf.whole_range ? 0 : row.bucket;
      if (!leaf.is_date) return cells.Get(row.group, bucket);
      return AsDate(cells.Get(row.group, bucket), plan_, leaf);
    }
    case RowExpr::Kind::kNegate: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell inner, Evaluate(expr.sides[0], row));
      return Negate(inner);
    }
    case RowExpr::Kind::kArithmetic: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell left, Evaluate(expr.sides[0], row));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell right, Evaluate(expr.sides[1], row));
      return Combine(expr.op, left, right);
    }
    case RowExpr::Kind::kEvent:
      return events_.DateOf(expr.events, row.group);
    case RowExpr::Kind::kEventNames: {
      Cell cell = Cell::Exact(Scalar::Integer(0), 0, 0);
      cell.has_value = !TextOf(expr, row).empty();
      return cell;
    }
    case RowExpr::Kind::kDaysBetween: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell from, Evaluate(expr.sides[0], row));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell to, Evaluate(expr.sides[1], row));
      return DaysBetween(from, to);
    }
    case RowExpr::Kind::kShare:
      break;
  }
  return EvaluateShare(expr, row);
}

std::string Rows::TextOf(const RowExpr& expr, RowId row) const {
  const Timeline& timeline = *results_.timeline;
  return events_.NamesOf(expr.events, results_.groups[row.group],
                         timeline.CivilStart(row.bucket),
                         timeline.CivilEnd(row.bucket), timeline.zone());
}

bool Rows::HasSteps(RowId row) const {
  for (size_t i = 0; i < plan_.leaves.size(); ++i) {
    const Leaf& leaf = plan_.leaves[i];
    if (plan_.operands[leaf.operand].broadcast()) continue;
    if (results_.leaves[i].has_steps(row.group,
                                     leaf.whole_range ? 0 : row.bucket)) {
      if (!leaf.whole_range) return true;
    }
  }
  return false;
}

}  // namespace footfall::query
