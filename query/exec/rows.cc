// Rows: arithmetic and transforms of leaves.

#include "query/exec/rows.h"

#include <algorithm>
#include <utility>

#include "footfall/hash_table.h"
#include "query/cell/cell_sum.h"
#include "query/cell/fill.h"
#include "query/cell/rank.h"
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

// ---- Shares

absl::Status Rows::SumTotals(size_t transform, uint32_t first_group) {
  const Transform& share = plan_.transforms[transform];
  std::vector<uint32_t>& total_of = totals_[transform].of_group;
  std::vector<Total>& totals = totals_[transform].totals;
  const size_t slots = results_.timeline->slot_count();
  const auto key_of = [&](size_t group) {
    GroupKey key = results_.groups[group];
    for (size_t b = 0; b < plan_.by.size(); ++b) {
      if (!share.within[b]) key[b] = kEmptyMember;
    }
    return key;
  };
  FlatHashMap<GroupKey, uint32_t> index;
  for (uint32_t g = 0; g < first_group; ++g) {
    index.emplace(key_of(g), total_of[g]);
  }
  const size_t had = index.size();
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    total_of.push_back(
        index.emplace(key_of(g), static_cast<uint32_t>(index.size()))
            .first->second);
  }
  const std::vector<size_t> operands = OperandsOf(plan_, share.counted);
  // Whether wholes that none of the groups of a total counts may hold more of
  // them: wholes in no group, and in groups of other totals.
  const auto lacks = [&](uint32_t group, uint32_t slot) {
    return std::any_of(operands.begin(), operands.end(), [&](size_t o) {
      const WholesBeside& wholes = results_.wholes_beside[o];
      bool elsewhere = wholes.in_no_group[slot];
      for (size_t b = 0; b < plan_.by.size(); ++b) {
        elsewhere |= share.within[b] &&
                     results_.groups[group][b] != kEmptyMember &&
                     wholes.not_split_by[b][slot];
      }
      return elsewhere;
    });
  };
  FOOTFALL_RETURN_IF_ERROR(
      memory_.Add((index.size() - had) * slots * sizeof(Total)));
  totals.resize(index.size() * slots);
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    // All the others were counted one by one.
    if (total_of[g] < had) continue;
    for (const uint32_t slot : results_.timeline->at(transform)) {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell cell,
                                Evaluate(share.counted, {g, slot}));
      if (!cell.has_value) continue;
      Total& total = totals[total_of[g] * slots + slot];
      total.has_value = true;
      total.exact = total.exact && IsExact(cell);
      if (total.groups == 0) total.lacks = lacks(g, slot);
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
  for (size_t i = had * slots; i < totals.size(); ++i) {
    totals[i].value += static_cast<double>(totals[i].integer);
    if (totals[i].has_value && !totals[i].exact) inexact_total_ = true;
    if (totals[i].lacks) total_lacks_ = true;
  }
  return absl::OkStatus();
}

absl::StatusOr<Cell> Rows::EvaluateShare(size_t transform, RowId row) const {
  const Transform& share = plan_.transforms[transform];
  // A group that is not split counts with what it exceeds its parts by, here as
  // in the total.
  const GroupKey& key = results_.groups[row.group];
  bool not_split = false;
  for (size_t b = 0; b < plan_.by.size(); ++b) {
    not_split |= !share.within[b] && key[b] == kEmptyMember;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Cell part,
                            Evaluate(not_split ? share.counted : share.x, row));
  const size_t slots = results_.timeline->slot_count();
  const Totals& totals = totals_[transform];
  const Total& total =
      totals.totals[totals.of_group[row.group] * slots + row.bucket];
  Cell result = Cell::Missing(part.present, part.expected);
  if (!part.has_value || !total.has_value || total.value == 0) return result;
  const Cell whole = Cell::Exact(Scalar::Decimal(total.value), 0, 0);
  FOOTFALL_ASSIGN_OR_RETURN(result, Combine('/', part, whole));
  if (!total.exact || total.lacks) result.inexact = true;
  // The more the total lacks, the less the share is.
  if (total.lacks) result.low.reset();
  return result;
}

// ---- Transforms

absl::Status Rows::WorkOutTransforms() {
  const size_t groups = results_.groups.size();
  const size_t slots = results_.timeline->slot_count();
  totals_.resize(plan_.transforms.size());
  cells_.resize(plan_.transforms.size());
  for (size_t t = 0; t < plan_.transforms.size(); ++t) {
    const Transform& transform = plan_.transforms[t];
    const Transform::Kind kind = transform.kind;
    if (kind != Transform::Kind::kShare) {
      FOOTFALL_RETURN_IF_ERROR(
          memory_.Add(LeafTable::BytesPerCell() * groups * slots));
      cells_[t] = LeafTable(
          groups, slots,
          kind == Transform::Kind::kMovingAverage ||
              (kind != Transform::Kind::kRank && transform.x.is_decimal));
    }
    FOOTFALL_RETURN_IF_ERROR(WorkOut(t, 0));
  }
  return absl::OkStatus();
}

absl::Status Rows::AddGroup() {
  const uint32_t group = static_cast<uint32_t>(results_.groups.size() - 1);
  FOOTFALL_RETURN_IF_ERROR(events_->AddGroup(run_, results_.groups[group]));
  for (size_t t = 0; t < plan_.transforms.size(); ++t) {
    if (plan_.transforms[t].kind != Transform::Kind::kShare) {
      cells_[t].AddGroup();
    }
    FOOTFALL_RETURN_IF_ERROR(WorkOut(t, group));
  }
  if (plan_.fill == FillMode::kNone) return absl::OkStatus();
  for (LeafTable& table : finished_) table.AddGroup();
  return FillGroup(group);
}

absl::Status Rows::WorkOut(size_t transform, uint32_t first_group) {
  switch (plan_.transforms[transform].kind) {
    case Transform::Kind::kShare:
      return SumTotals(transform, first_group);
    case Transform::Kind::kLag:
      return Lag(transform, first_group);
    case Transform::Kind::kMovingAverage:
      return MovingAverage(transform, first_group);
    case Transform::Kind::kCumulative:
      return Cumulative(transform, first_group);
    case Transform::Kind::kRank:
      break;
  }
  // All the others together have no place among the groups.
  return first_group == 0 ? Rank(transform) : absl::OkStatus();
}

absl::Status Rows::Lag(size_t transform, uint32_t first_group) {
  const Transform& lag = plan_.transforms[transform];
  const Timeline& timeline = *results_.timeline;
  for (const uint32_t slot : timeline.at(transform)) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    const auto earlier = timeline.Earlier(slot, lag.count, lag.unit);
    for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
      Cell cell;
      if (earlier.has_value()) {
        FOOTFALL_ASSIGN_OR_RETURN(cell, Evaluate(lag.x, {g, *earlier}));
      }
      const bool left_out =
          earlier.has_value() && lag.no_partial &&
          (timeline.partial(g, slot) || timeline.partial(g, *earlier));
      if (left_out) cell = Cell::Missing(cell.present, cell.expected);
      cells_[transform].Set(g, slot, cell);
    }
  }
  return absl::OkStatus();
}

bool Rows::WithinData(const std::vector<size_t>& operands, uint32_t group,
                      uint32_t first, uint32_t last) const {
  return std::any_of(operands.begin(), operands.end(), [&](size_t o) {
    return results_.timeline->Within(o, results_.samples[o], group, first,
                                     last);
  });
}

// A window of n buckets is the end of one block of n and the beginning of the
// next, so sums from either edge of each block are all that is needed, and no
// term is ever taken off a sum.
//
// Source: M. van Herk, "A fast algorithm for local minimum and maximum filters
// on rectangular and octagonal kernels", Pattern Recognition Letters 13, 1992,
// which has maxima where we have sums.
absl::Status Rows::MovingAverage(size_t transform, uint32_t first_group) {
  const Transform& average = plan_.transforms[transform];
  const Timeline& timeline = *results_.timeline;
  const absl::Span<const uint32_t> reads = timeline.reads(transform);
  const size_t length = static_cast<size_t>(
      std::min<int64_t>(average.count, static_cast<int64_t>(reads.size()) + 1));
  // Under ALIGN the data begin and end at other buckets in each group.
  const bool aligned = plan_.align.has_value();
  // The same for every group: where a block begins, and which of the buckets
  // have a mean.
  enum class Mean : uint8_t { kNotAsked, kNotInData, kWindow };
  std::vector<bool> block_begins(reads.size());
  std::vector<Mean> means(reads.size(), Mean::kNotAsked);
  const std::vector<size_t> operands = OperandsOf(plan_, average.x);
  const absl::Span<const uint32_t> at = timeline.at(transform);
  size_t stretch = 0;  // buckets since the last gap
  size_t next = 0;     // into `at`
  for (size_t i = 0; i < reads.size(); ++i) {
    if (i > 0 && !timeline.Follows(reads[i - 1], reads[i])) stretch = 0;
    block_begins[i] = stretch % length == 0;
    ++stretch;
    if (next == at.size() || at[next] != reads[i]) continue;
    ++next;
    const bool within =
        stretch >= length &&
        (aligned || WithinData(operands, 0, reads[i + 1 - length], reads[i]));
    means[i] = within ? Mean::kWindow : Mean::kNotInData;
  }

  std::vector<Cell> cells(reads.size());
  std::vector<CellSum> from_begin(reads.size());  // of the block, to here
  std::vector<CellSum> to_end(reads.size());      // from here, of the block
  Reservation fits(run_);
  FOOTFALL_RETURN_IF_ERROR(
      fits.Add(reads.size() * (sizeof(Cell) + 2 * sizeof(CellSum))));
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    for (size_t i = 0; i < reads.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(cells[i], Evaluate(average.x, {g, reads[i]}));
      from_begin[i] = block_begins[i] ? CellSum() : from_begin[i - 1];
      from_begin[i].Add(cells[i]);
    }
    for (size_t i = reads.size(); i-- > 0;) {
      to_end[i] = CellSum();
      to_end[i].Add(cells[i]);
      if (i + 1 < reads.size() && !block_begins[i + 1]) {
        to_end[i].Add(to_end[i + 1]);
      }
    }
    for (size_t i = 0; i < reads.size(); ++i) {
      if (means[i] == Mean::kNotAsked) continue;
      // Where the data do not reach back, the row's own coverage is all there
      // is to say.
      Cell mean = Cell::Missing(cells[i].present, cells[i].expected);
      if (means[i] == Mean::kWindow &&
          (!aligned ||
           WithinData(operands, g, reads[i + 1 - length], reads[i]))) {
        const size_t first = i + 1 - length;
        CellSum sum = to_end[first];
        if (!block_begins[first]) sum.Add(from_begin[i]);
        mean = sum.Mean();
      }
      cells_[transform].Set(g, reads[i], mean);
    }
  }
  return absl::OkStatus();
}

const Rows::Stretch& Rows::Range() {
  if (range_.has_value()) return *range_;
  bool first_said = true;
  bool last_said = true;
  for (const BoundOperand& operand : plan_.operands) {
    first_said &= operand.window.first.has_value() || plan_.align.has_value();
    last_said &= operand.window.last.has_value() || plan_.align.has_value();
  }
  const auto has_samples = [this](uint32_t slot) {
    for (uint32_t g = 0; g < results_.groups.size(); ++g) {
      if (HasSteps({g, slot})) return true;
    }
    return false;
  };
  range_ = Stretch{0, static_cast<uint32_t>(results_.timeline->size())};
  while (!first_said && range_->begin < range_->end &&
         !has_samples(range_->begin)) {
    ++range_->begin;
  }
  while (!last_said && range_->begin < range_->end &&
         !has_samples(range_->end - 1)) {
    --range_->end;
  }
  return *range_;
}

absl::Status Rows::Cumulative(size_t transform, uint32_t first_group) {
  const uint32_t begin = Range().begin;
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    CellSum sum;
    for (const uint32_t slot : results_.timeline->reads(transform)) {
      if (slot < begin) continue;
      FOOTFALL_ASSIGN_OR_RETURN(
          const Cell cell, Evaluate(plan_.transforms[transform].x, {g, slot}));
      sum.Add(cell);
      FOOTFALL_ASSIGN_OR_RETURN(const Cell so_far, sum.Sum());
      cells_[transform].Set(g, slot, so_far);
    }
  }
  return absl::OkStatus();
}

absl::Status Rows::Rank(size_t transform) {
  const size_t groups = results_.groups.size();
  std::vector<Cell> cells(groups);
  Reservation fits(run_);
  FOOTFALL_RETURN_IF_ERROR(fits.Add(groups * (2 * sizeof(Cell) + 3 * 32)));
  for (const uint32_t slot : results_.timeline->at(transform)) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    for (uint32_t g = 0; g < groups; ++g) {
      FOOTFALL_ASSIGN_OR_RETURN(
          cells[g], Evaluate(plan_.transforms[transform].x, {g, slot}));
    }
    const std::vector<Cell> ranks = RankCells(cells);
    for (uint32_t g = 0; g < groups; ++g) {
      cells_[transform].Set(g, slot, ranks[g]);
    }
  }
  return absl::OkStatus();
}

// ---- FILL

absl::Status Rows::Fill() {
  if (plan_.fill == FillMode::kNone) return absl::OkStatus();
  const size_t groups = results_.groups.size();
  const size_t slots = results_.timeline->size();
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(LeafTable::BytesPerCell() *
                                       plan_.items.size() * groups * slots));
  for (const BoundItem& item : plan_.items) {
    finished_.emplace_back(groups, slots, item.expr.is_decimal);
  }
  for (uint32_t g = 0; g < groups; ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    FOOTFALL_RETURN_IF_ERROR(FillGroup(g));
  }
  return absl::OkStatus();
}

// Dates are not filled, and bounds(x) has no column that could say so.
absl::Status Rows::FillGroup(uint32_t group) {
  const Stretch& range = Range();
  std::vector<Cell> cells(range.end - range.begin);
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    const BoundItem& item = plan_.items[i];
    for (uint32_t slot = range.begin; slot < range.end; ++slot) {
      FOOTFALL_ASSIGN_OR_RETURN(cells[slot - range.begin],
                                Evaluate(item.expr, {group, slot}));
    }
    if (!item.bounds && !item.expr.is_date && !item.expr.is_text) {
      FillCells(plan_.fill, plan_.fill_max, item.expr.is_decimal,
                absl::MakeSpan(cells));
    }
    for (uint32_t slot = range.begin; slot < range.end; ++slot) {
      finished_[i].Set(group, slot, cells[slot - range.begin]);
    }
  }
  bool says = false;
  for (uint32_t slot = range.begin; slot < range.end && !says; ++slot) {
    FOOTFALL_ASSIGN_OR_RETURN(says, Says({group, slot}));
  }
  has_values_.push_back(says);
  return absl::OkStatus();
}

absl::StatusOr<bool> Rows::Says(RowId row) const {
  if (!HasSteps(row)) return false;
  for (const BoundItem& item : plan_.items) {
    if (item.expr.kind == RowExpr::Kind::kLeaf && !item.bounds &&
        !plan_.leaves[item.expr.leaf].whole_range) {
      if (results_.leaves[item.expr.leaf].has_value(row.group, row.bucket)) {
        return true;
      }
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell, Evaluate(item.expr, row));
    if (cell.has_value ||
        (item.bounds && (cell.low.has_value() || cell.high.has_value()))) {
      return true;
    }
  }
  return false;
}

absl::StatusOr<bool> Rows::Exists(RowId row) const {
  if (plan_.fill == FillMode::kNone) return Says(row);
  if (!has_values_[row.group] || row.bucket < range_->begin ||
      row.bucket >= range_->end) {
    return false;
  }
  if (plan_.fill == FillMode::kNull) return true;
  for (size_t i = 0; i < plan_.items.size(); ++i) {
    const Cell cell = finished_[i].Get(row.group, row.bucket);
    if (!plan_.items[i].bounds && cell.filled) return true;
  }
  return Says(row);
}

absl::StatusOr<Cell> Rows::Finished(size_t item, RowId row) const {
  if (finished_.empty()) return Evaluate(plan_.items[item].expr, row);
  return finished_[item].Get(row.group, row.bucket);
}

// ---- Cells

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
    case RowExpr::Kind::kNegate:
    case RowExpr::Kind::kAbsolute: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell inner, Evaluate(expr.sides[0], row));
      return expr.kind == RowExpr::Kind::kNegate ? Negate(inner)
                                                 : AbsoluteValue(inner);
    }
    case RowExpr::Kind::kArithmetic: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell left, Evaluate(expr.sides[0], row));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell right, Evaluate(expr.sides[1], row));
      return Combine(expr.op, left, right);
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

std::string Rows::TextOf(const RowExpr& expr, RowId row) const {
  const Timeline& timeline = *results_.timeline;
  return events_->NamesOf(expr.events, results_.groups[row.group],
                          timeline.CivilStart(row.group, row.bucket),
                          timeline.CivilEnd(row.group, row.bucket));
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
