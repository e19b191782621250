// Rows: arithmetic and transforms of leaves.

#include "query/exec/rows.h"

#include <algorithm>
#include <utility>

#include "query/cell/fill.h"
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
  return Date{NamePrecision(plan.inner[*every].period),
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

}  // namespace

// ---- FILL

absl::Status Rows::Fill() {
  const size_t groups = results_.groups.size();
  const size_t slots = results_.timeline->size();
  for (const BoundItem& item : plan_.items) {
    of_nothing_.push_back(HasValueOfNothing(plan_, item.expr));
    some_of_who_left_ = some_of_who_left_ || SpeaksOfWhoLeft(plan_, item.expr);
    const std::vector<size_t> read = OperandsOf(plan_, item.expr);
    of_group_.push_back(std::any_of(read.begin(), read.end(), [this](size_t o) {
      return !plan_.operands[o].broadcast();
    }));
    some_of_nothing_ = some_of_nothing_ || of_nothing_.back();
  }
  if (plan_.fill != FillMode::kNone) {
    FOOTFALL_RETURN_IF_ERROR(memory_.Add(LeafTable::BytesPerCell() *
                                         plan_.items.size() * groups * slots));
    for (const BoundItem& item : plan_.items) {
      finished_.emplace_back(groups, slots, item.expr.is_decimal);
    }
  }
  for (uint32_t g = 0; g < groups; ++g) {
    FOOTFALL_RETURN_IF_ERROR(FillGroup(g));
  }
  return absl::OkStatus();
}

// Whether the group has a sample in the range, in whatever part of the
// calendar. Where there is one row at most of a range that is said, it needs
// none.
bool Rows::HasSamples(uint32_t group) {
  const Timeline& timeline = *results_.timeline;
  const size_t parts =
      timeline.parts() == nullptr ? 1 : timeline.parts()->count();
  if (group % parts != 0) return has_samples_.back();
  if (!timeline.has_time() && plan_.by.empty()) {
    bool open = false;
    for (size_t o = 0; o < plan_.operands.size(); ++o) open |= timeline.open(o);
    if (!open) return true;
  }
  const Stretch& range = Range();
  for (uint32_t of = group; of < group + parts; ++of) {
    for (uint32_t slot = range.begin; slot < range.end; ++slot) {
      if (HasSteps({of, slot})) return true;
    }
  }
  return false;
}

// Whether the bucket begins before what KEEP has left of what the item reads.
bool Rows::WasRemoved(const BoundItem& item, uint32_t group,
                      size_t slot) const {
  const std::vector<size_t> read = OperandsOf(plan_, item.expr);
  return std::any_of(read.begin(), read.end(), [&](size_t o) {
    return results_.timeline->piece(o, group, slot).inside.begin <
           plan_.operands[o].metric->kept_from;
  });
}

// Dates are not filled, and bounds(x) has no column that could say so. Nothing
// is filled in buckets that begin after now; nor with 0 where samples were
// removed: that would say that nothing was.
absl::Status Rows::FillGroup(uint32_t group) {
  if (some_of_nothing_) has_samples_.push_back(HasSamples(group));
  if (plan_.fill == FillMode::kNone) return absl::OkStatus();
  const Stretch& range = Range();
  Reservation fits(run_);
  FOOTFALL_RETURN_IF_ERROR(
      fits.Add((range.end - range.begin) * (sizeof(Cell) + sizeof(uint32_t))));
  // Those that the group has: of a part of the calendar not every bucket.
  std::vector<uint32_t> slots;
  for (uint32_t slot = range.begin; slot < range.end; ++slot) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    if (!results_.timeline->LeavesOut(group, slot)) slots.push_back(slot);
  }
  std::vector<Cell> cells;
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, slots.size(), &cells));
  size_t begun = 0;
  while (begun < cells.size() &&
         !results_.timeline->BeginsAfterNow(group, slots[begun])) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    ++begun;
  }
  bool says = false;
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    const BoundItem& item = plan_.items[i];
    for (size_t s = 0; s < slots.size(); ++s) {
      Cell& cell = cells[s];
      FOOTFALL_ASSIGN_OR_RETURN(cell, Evaluate(item.expr, {group, slots[s]}));
      says |= of_group_[i] && SaysSomething(i, cell) &&
              !(of_nothing_[i] && cell.present == 0);
    }
    if (!item.bounds && !item.expr.is_date && !item.expr.is_text) {
      size_t first = 0;
      while (plan_.fill == FillMode::kZero && first < begun &&
             WasRemoved(item, group, slots[first])) {
        FOOTFALL_RETURN_IF_ERROR(run_.Pass());
        ++first;
      }
      FOOTFALL_RETURN_IF_ERROR(FillCells(
          plan_.fill, plan_.fill_max, item.expr.is_decimal,
          [this] { return run_.Pass(); },
          absl::MakeSpan(cells).subspan(first, begun - first)));
    }
    for (size_t s = 0; s < slots.size(); ++s) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      finished_[i].Set(group, slots[s], cells[s]);
    }
  }
  // No row is taken away that is there without FILL.
  for (size_t s = 0; s < slots.size() && !says; ++s) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    FOOTFALL_ASSIGN_OR_RETURN(says, Says({group, slots[s]}));
  }
  has_values_.push_back(says);
  return absl::OkStatus();
}

bool Rows::SaysSomething(size_t item, const Cell& cell) const {
  if (cell.hidden) return false;
  return cell.has_value || (plan_.items[item].bounds &&
                            (cell.low.has_value() || cell.high.has_value()));
}

absl::StatusOr<bool> Rows::Says(RowId row) const {
  const bool steps = HasSteps(row);
  // Counts and coverages are 0 of a bucket without samples.
  const bool nothing = !steps && some_of_nothing_ && has_samples_[row.group];
  if (!steps) {
    if (!(nothing || some_of_who_left_) || row.bucket < range_->begin ||
        row.bucket >= range_->end ||
        results_.timeline->BeginsAfterNow(row.group, row.bucket) ||
        results_.timeline->LeavesOut(row.group, row.bucket)) {
      return false;
    }
  }
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    const BoundItem& item = plan_.items[i];
    if (!steps && !(nothing && of_nothing_[i]) &&
        !(some_of_who_left_ && SpeaksOfWhoLeft(plan_, item.expr))) {
      continue;
    }
    if (item.expr.kind == RowExpr::Kind::kLeaf && !item.bounds &&
        !plan_.leaves[item.expr.leaf].whole_range) {
      if (results_.leaves[item.expr.leaf].has_value(row.group, row.bucket)) {
        return true;
      }
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell, Evaluate(item.expr, row));
    if (SaysSomething(i, cell)) return true;
  }
  return false;
}

absl::StatusOr<bool> Rows::Exists(RowId row) const {
  if (plan_.fill == FillMode::kNone ||
      results_.timeline->BeginsAfterNow(row.group, row.bucket)) {
    return Says(row);
  }
  if (!has_values_[row.group] || row.bucket < range_->begin ||
      row.bucket >= range_->end ||
      results_.timeline->LeavesOut(row.group, row.bucket)) {
    return false;
  }
  if (plan_.fill == FillMode::kNull) return true;
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    if (SaysSomething(i, finished_[i].Get(row.group, row.bucket))) return true;
  }
  return false;
}

absl::StatusOr<Cell> Rows::Finished(size_t item, RowId row) const {
  Cell cell;
  if (finished_.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(cell, Evaluate(plan_.items[item].expr, row));
  } else {
    cell = finished_[item].Get(row.group, row.bucket);
  }
  return cell.hidden ? Cell::Missing(cell.present, cell.expected) : cell;
}

// ---- Cells

absl::StatusOr<Cell> Rows::Evaluate(const RowExpr& expr, RowId row) const {
  FOOTFALL_RETURN_IF_ERROR(run_.Pass());
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
    case RowExpr::Kind::kNegate:
    case RowExpr::Kind::kAbsolute: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell inner, Evaluate(expr.sides[0], row));
      return expr.kind == RowExpr::Kind::kNegate ? Negate(inner)
                                                 : AbsoluteValue(inner);
    }
    case RowExpr::Kind::kArithmetic: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell left, Evaluate(expr.sides[0], row));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell right, Evaluate(expr.sides[1], row));
      return CombineRelated(expr.op, expr.related, left, right);
    }
    case RowExpr::Kind::kEvent:
      return events_->DateOf(expr.events, row.group);
    case RowExpr::Kind::kEventNames: {
      Cell cell = Cell::Exact(Scalar::Integer(0), 0, 0);
      cell.has_value = !TextOf(expr, row).empty();
      return cell;
    }
    case RowExpr::Kind::kDaysBetween: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell from, Evaluate(expr.sides[0], row));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell to, Evaluate(expr.sides[1], row));
      return DaysBetween(from, to, results_.timeline->zone());
    }
    case RowExpr::Kind::kFinished:
      return Finished(expr.item, row);
    case RowExpr::Kind::kTransform:
      break;
  }
  if (plan_.transforms[expr.transform].kind == Transform::Kind::kShare) {
    return EvaluateShare(expr.transform, row);
  }
  return cells_[expr.transform].Get(row.group, row.bucket);
}

absl::StatusOr<Cell> Rows::EvaluateChange(const RowExpr& expr,
                                          RowId row) const {
  const bool sum = expr.kind == RowExpr::Kind::kArithmetic &&
                   (expr.op == '+' || expr.op == '-');
  FOOTFALL_ASSIGN_OR_RETURN(Cell cell, Evaluate(expr, row));
  if (cell.is_known() || !sum || !LooksBack(expr)) return cell;
  const auto side = [&](size_t i) {
    return EvaluateChange(expr.sides[i], row);
  };
  FOOTFALL_ASSIGN_OR_RETURN(const Cell left, side(0));
  FOOTFALL_ASSIGN_OR_RETURN(const Cell right, side(1));
  for (const RowExpr& one : expr.sides) {
    if (LeftOut(one, row)) return cell;
  }
  if (left.has_value) return left;
  if (!right.has_value) return cell;
  return expr.op == '+' ? absl::StatusOr<Cell>(right) : Negate(right);
}

bool Rows::LooksBack(const RowExpr& expr) const {
  if (expr.kind == RowExpr::Kind::kTransform) {
    const Transform& transform = plan_.transforms[expr.transform];
    return query::LooksBack(transform) || LooksBack(transform.x);
  }
  return std::any_of(expr.sides.begin(), expr.sides.end(),
                     [this](const RowExpr& side) { return LooksBack(side); });
}

// Whether the row, or the one looked back at, is partial and so says nothing.
bool Rows::LeftOut(const RowExpr& expr, RowId row) const {
  if (expr.kind != RowExpr::Kind::kTransform) return false;
  const Transform& lag = plan_.transforms[expr.transform];
  if (lag.kind != Transform::Kind::kLag) return false;
  const Timeline& timeline = *results_.timeline;
  const auto earlier = timeline.Earlier(row.bucket, lag.count, lag.unit);
  return !earlier.has_value() ||
         (lag.no_partial && (timeline.partial(row.group, row.bucket) ||
                             timeline.partial(row.group, *earlier)));
}

std::string Rows::TextOf(const RowExpr& expr, RowId row) const {
  const Timeline& timeline = *results_.timeline;
  return events_->NamesOf(expr.events, results_.groups[row.group],
                          timeline.CivilStart(row.group, row.bucket),
                          timeline.CivilEnd(row.group, row.bucket));
}

bool Rows::HasSteps(RowId row) const {
  for (const auto& [leaf, by_marks] : of_buckets_) {
    const LeafTable& table = results_.leaves[leaf];
    if (by_marks ? table.is_marked(row.group, row.bucket)
                 : table.has_steps(row.group, row.bucket)) {
      return true;
    }
  }
  return false;
}

}  // namespace footfall::query
