// What rows make of other rows, but for shares.

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/cell/cell_sum.h"
#include "query/exec/rows.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

absl::Status Rows::WorkOutTransforms() {
  const size_t groups = results_.groups.size();
  const size_t slots = results_.timeline->slot_count();
  FOOTFALL_RETURN_IF_ERROR(FindRange());
  totals_.resize(plan_.transforms.size());
  cells_.resize(plan_.transforms.size());
  // TOP's others come as one more group, of which all is worked out again.
  const bool keeps_all =
      plan_.total.has_value() ||
      (plan_.top.has_value() && plan_.top->others.has_value());
  const std::vector<size_t> last_uses = LastUses();
  for (size_t t = 0; t < plan_.transforms.size(); ++t) {
    if (plan_.transforms[t].kind != Transform::Kind::kShare) {
      FOOTFALL_RETURN_IF_ERROR(AddTable(t));
    }
    FOOTFALL_RETURN_IF_ERROR(WorkOut(t, 0));
    for (size_t u = 0; u < t && !keeps_all; ++u) {
      if (last_uses[u] != t) continue;
      cells_[u] = LeafTable();
      memory_.GiveBack(LeafTable::BytesPerCell() * groups * slots);
    }
  }
  return absl::OkStatus();
}

absl::Status Rows::WorkOutFor(const RowExpr& expr) {
  FOOTFALL_RETURN_IF_ERROR(FindRange());
  cells_.resize(plan_.transforms.size());
  std::vector<bool> needed(plan_.transforms.size());
  const auto need = [&](const RowExpr& row) {
    for (const size_t t : TransformsOf(row)) needed[t] = true;
  };
  need(expr);
  for (size_t t = needed.size(); t-- > 0;) {
    if (needed[t]) need(plan_.transforms[t].x);
  }
  for (size_t t = 0; t < needed.size(); ++t) {
    if (!needed[t] || cells_[t].buckets() > 0) continue;
    FOOTFALL_RETURN_IF_ERROR(AddTable(t));
    FOOTFALL_RETURN_IF_ERROR(WorkOut(t, 0));
  }
  return absl::OkStatus();
}

absl::Status Rows::AddTable(size_t t) {
  const Transform& transform = plan_.transforms[t];
  const size_t groups = results_.groups.size();
  const size_t slots = results_.timeline->slot_count();
  FOOTFALL_RETURN_IF_ERROR(
      memory_.Add(LeafTable::BytesPerCell() * groups * slots));
  cells_[t] = LeafTable(groups, slots, GivesDecimal(transform));
  return absl::OkStatus();
}

std::vector<size_t> Rows::LastUses() const {
  const size_t transforms = plan_.transforms.size();
  // [transforms] whose cells are read where one is; a share has none, and is
  // worked out from those below it each time.
  std::vector<std::vector<size_t>> reads(transforms);
  const auto add = [&](const RowExpr& expr, std::vector<size_t>* tables) {
    for (const size_t t : TransformsOf(expr)) {
      if (plan_.transforms[t].kind == Transform::Kind::kShare) {
        tables->insert(tables->end(), reads[t].begin(), reads[t].end());
      } else {
        tables->push_back(t);
      }
    }
    std::sort(tables->begin(), tables->end());
    tables->erase(std::unique(tables->begin(), tables->end()), tables->end());
  };
  std::vector<size_t> last(transforms, 0);
  for (size_t t = 0; t < transforms; ++t) {
    add(plan_.transforms[t].x, &reads[t]);
    add(plan_.transforms[t].counted, &reads[t]);
    add(plan_.transforms[t].other, &reads[t]);
    for (const size_t u : reads[t]) last[u] = t;
  }
  std::vector<size_t> of_rows;
  for (const BoundItem& item : plan_.items) add(item.expr, &of_rows);
  for (const BoundTest& test : plan_.having) {
    add(test.left, &of_rows);
    add(test.right, &of_rows);
  }
  for (const BoundKey& key : plan_.order_by) add(key.expr, &of_rows);
  if (plan_.top.has_value()) add(plan_.top->expr, &of_rows);
  for (const size_t u : of_rows) last[u] = kAlways;
  return last;
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
    case Transform::Kind::kContribution:
      return Contribute(transform, first_group);
    case Transform::Kind::kWithin:
      return Within(transform, first_group);
    // All the others together have no place among the groups.
    case Transform::Kind::kTopShare:
      return first_group == 0 ? TopShare(transform) : absl::OkStatus();
    case Transform::Kind::kRank:
      break;
  }
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
      if (!lag.name.empty() && cell.has_value && earlier.has_value()) {
        NoteLengths(lag, {g, slot}, *earlier);
      }
      cells_[transform].Set(g, slot, cell);
    }
  }
  return absl::OkStatus();
}

// Sums over 28 and 31 days are compared as they are; a note says so.
void Rows::NoteLengths(const Transform& lag, RowId row, uint32_t earlier) {
  const std::vector<size_t> operands = OperandsOf(plan_, lag.x);
  if (operands.empty() || !HasSteps(row)) return;
  const Timeline& timeline = *results_.timeline;
  const int64_t now = timeline.StepsInside(operands[0], row.group, row.bucket);
  const int64_t then = timeline.StepsInside(operands[0], row.group, earlier);
  const std::string unit(
      UnitName(plan_.operands[operands[0]].grid.period().unit));
  if (now == then) return;
  lengths_.emplace(lag.name, absl::StrCat(lag.name, " compares sums over ", now,
                                          " and ", then, " ", unit, "s: ",
                                          lag.mean, " compares their means"));
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
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
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

  Reservation fits(run_);
  FOOTFALL_RETURN_IF_ERROR(
      fits.Add(reads.size() * (sizeof(Cell) + 2 * sizeof(CellSum))));
  std::vector<Cell> cells;
  std::vector<CellSum> from_begin;  // of the block, to here
  std::vector<CellSum> to_end;      // from here, of the block
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, reads.size(), &cells));
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, reads.size(), &from_begin));
  FOOTFALL_RETURN_IF_ERROR(Extend(run_, reads.size(), &to_end));
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    for (size_t i = 0; i < reads.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(cells[i], Evaluate(average.x, {g, reads[i]}));
      from_begin[i] = block_begins[i] ? CellSum() : from_begin[i - 1];
      from_begin[i].Add(cells[i]);
    }
    for (size_t i = reads.size(); i-- > 0;) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      to_end[i] = CellSum();
      to_end[i].Add(cells[i]);
      if (i + 1 < reads.size() && !block_begins[i + 1]) {
        to_end[i].Add(to_end[i + 1]);
      }
    }
    for (size_t i = 0; i < reads.size(); ++i) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
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

absl::Status Rows::FindRange() {
  bool first_said = true;
  bool last_said = true;
  for (const BoundOperand& operand : plan_.operands) {
    first_said &= operand.window.first.has_value() || plan_.align.has_value();
    last_said &= operand.window.last.has_value() || plan_.align.has_value();
  }
  const uint32_t end = static_cast<uint32_t>(results_.timeline->size());
  range_ = Stretch{0, end};
  if (first_said && last_said) return absl::OkStatus();
  // Each group is looked at up to the best end so far.
  Stretch samples = {end, 0};
  for (uint32_t g = 0; g < results_.groups.size(); ++g) {
    for (uint32_t slot = 0; !first_said && slot < samples.begin; ++slot) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      if (HasSteps({g, slot})) samples.begin = slot;
    }
    for (uint32_t slot = end; !last_said && slot > samples.end; --slot) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      if (HasSteps({g, slot - 1})) samples.end = slot;
    }
  }
  if (!first_said) range_->begin = samples.begin;
  if (!last_said) range_->end = std::max(samples.end, range_->begin);
  return absl::OkStatus();
}

absl::Status Rows::Cumulative(size_t transform, uint32_t first_group) {
  const uint32_t begin = Range().begin;
  // The range may begin before all that was read, and buckets without a slot
  // may lie between.
  const std::vector<size_t> operands =
      OperandsOf(plan_, plan_.transforms[transform].x);
  const auto counted =
      std::find_if(operands.begin(), operands.end(),
                   [this](size_t o) { return !plan_.operands[o].broadcast(); });
  const bool any = counted != operands.end();
  for (uint32_t g = first_group; g < results_.groups.size(); ++g) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    CellSum sum;
    if (any) sum.AddExpected(results_.timeline->OverBefore(*counted, g));
    uint32_t last = begin;
    for (const uint32_t slot : results_.timeline->reads(transform)) {
      if (slot < begin) continue;
      if (any) {
        sum.AddExpected(
            results_.timeline->OverBetween(*counted, g, last, slot));
      }
      // Each event has a range of its own.
      if (results_.timeline->TurnsBetween(last, slot)) sum = CellSum();
      last = slot;
      FOOTFALL_ASSIGN_OR_RETURN(
          const Cell cell, Evaluate(plan_.transforms[transform].x, {g, slot}));
      sum.Add(cell);
      FOOTFALL_ASSIGN_OR_RETURN(const Cell so_far, sum.Sum());
      cells_[transform].Set(g, slot, so_far);
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
