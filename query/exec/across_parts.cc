#include "query/exec/across_parts.h"

#include <algorithm>
#include <bit>

#include "query/exec/lanes.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

bool HasBit(const uint64_t* bits, size_t i) {
  return bits != nullptr && BitAt(bits, i);
}

Cell CellOfPart(bool decimal, const PartLane& lane, size_t step) {
  const int64_t value = lane.values[step];
  Cell cell = Cell::Exact(ScalarOfBits(decimal, value), 1, 1);
  if (lane.lows != nullptr) cell.low = ScalarOfBits(decimal, lane.lows[step]);
  if (lane.extra != nullptr) {
    cell.high =
        ScalarOfBits(decimal, AddCapped(decimal, value, lane.extra[step]));
  }
  if (HasBit(lane.low_open, step)) cell.low.reset();
  if (HasBit(lane.high_open, step)) cell.high.reset();
  return cell;
}

absl::StatusOr<Cell> Worked(const StepExpr& expr,
                            absl::Span<const Cell> parts) {
  switch (expr.kind) {
    case StepExpr::Kind::kOperand:
      return parts[expr.operand];
    case StepExpr::Kind::kNegate: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell inner, Worked(expr.sides[0], parts));
      return Negate(inner);
    }
    case StepExpr::Kind::kArithmetic: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell left, Worked(expr.sides[0], parts));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell right, Worked(expr.sides[1], parts));
      return Combine(expr.op, left, right);
    }
    case StepExpr::Kind::kNumber:
    case StepExpr::Kind::kOverTime:
    case StepExpr::Kind::kShift:
      break;
  }
  return Cell::Exact(expr.number, 0, 0);
}

bool IsThere(const PartLane* lane, size_t step) {
  return lane != nullptr && BitAt(lane->present, step);
}

}  // namespace

absl::Status PartsLane::Make(const AcrossParts& parts,
                             absl::Span<const PartLane* const> lanes,
                             size_t steps) {
  for (auto* numbers : {&values_, &lows_, &highs_}) numbers->assign(steps, 0);
  for (auto* bits : {&present_, &low_open_, &high_open_, &lacks_}) {
    bits->assign(WordsFor(steps), 0);
  }
  const bool decimal = parts.expr.is_decimal;
  std::vector<Cell> cells(lanes.size());
  for (size_t s = 0; s < steps; ++s) {
    bool all = true;
    bool may = true;  // it may have a value, as far as is known
    for (size_t p = 0; p < lanes.size(); ++p) {
      const PartLane* const lane = lanes[p];
      if (IsThere(lane, s)) {
        if (!all) continue;
        cells[p] = CellOfPart(
            parts.operands[p].metric->spec.value_type == ValueType::kDecimal,
            *lane, s);
        continue;
      }
      all = false;
      may = may && lane != nullptr &&
            (HasBit(lane->high_open, s) ||
             (lane->hidden != nullptr && lane->hidden[s] != 0));
    }
    if (!all) {
      if (may) SetStepBit(lacks_.data(), s);
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell, Worked(parts.expr, cells));
    if (!cell.has_value) continue;
    SetStepBit(present_.data(), s);
    values_[s] = BitsOfScalar(decimal, cell.value);
    if (cell.low.has_value()) {
      lows_[s] = BitsOfScalar(decimal, *cell.low);
    } else {
      SetStepBit(low_open_.data(), s);
    }
    if (cell.high.has_value()) {
      highs_[s] = BitsOfScalar(decimal, *cell.high);
    } else {
      SetStepBit(high_open_.data(), s);
    }
  }
  return absl::OkStatus();
}

MemberLane PartsLane::Lane() const {
  MemberLane lane;
  lane.values = values_.data();
  lane.lows = lows_.data();
  lane.highs = highs_.data();
  lane.present = present_.data();
  lane.low_open = low_open_.data();
  lane.high_open = high_open_.data();
  lane.lacks = lacks_.data();
  return lane;
}

std::optional<PartsLane::LeftOut> PartsLane::FindLeftOut(
    absl::Span<const PartLane* const> lanes, size_t begin, size_t end) const {
  for (size_t s = begin; s < end; ++s) {
    std::optional<size_t> without;
    bool any = false;
    for (size_t p = 0; p < lanes.size(); ++p) {
      if (IsThere(lanes[p], s)) {
        any = true;
      } else if (!without.has_value()) {
        without = p;
      }
    }
    if (any && without.has_value()) return LeftOut{s, *without};
  }
  return std::nullopt;
}

}  // namespace footfall::query
