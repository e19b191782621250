// The lane that a leaf is a function of.

#include "query/exec/step_lanes.h"

#include <algorithm>
#include <bit>

#include "query/exec/lanes.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

Scalar ScalarOf(bool decimal, int64_t bits) {
  return decimal ? Scalar::Decimal(std::bit_cast<double>(bits))
                 : Scalar::Integer(bits);
}

int64_t BitsOf(bool decimal, const Scalar& number) {
  return decimal ? std::bit_cast<int64_t>(number.as_decimal()) : number.integer;
}

int64_t HighOf(bool decimal, int64_t value, int64_t extra) {
  if (decimal) {
    return std::bit_cast<int64_t>(std::bit_cast<double>(value) +
                                  std::bit_cast<double>(extra));
  }
  int64_t high = 0;
  return __builtin_add_overflow(value, extra, &high) ? INT64_MAX : high;
}

void SetBit(std::vector<uint64_t>* bits, size_t i) {
  (*bits)[i / 64] |= uint64_t{1} << (i % 64);
}

}  // namespace

StepSpan SpanOf(const StepLane& lane, StepRange steps) {
  const size_t offset = static_cast<size_t>(steps.begin - lane.steps.begin);
  const auto numbers = [offset](const int64_t* first) {
    return first == nullptr ? nullptr : first + offset;
  };
  const auto bits = [offset](const uint64_t* words) {
    return words == nullptr ? nullptr : words + offset / 64;
  };
  StepSpan span;
  span.first_step = steps.begin;
  span.count = static_cast<uint32_t>(steps.size());
  span.is_decimal = lane.is_decimal;
  span.values = numbers(lane.values);
  span.lows = numbers(lane.lows);
  span.highs = numbers(lane.highs);
  span.present = bits(lane.present);
  span.bit_offset = static_cast<uint32_t>(offset % 64);
  span.low_open = bits(lane.low_open);
  span.high_open = bits(lane.high_open);
  return span;
}

StepLane StepLanes::Single(size_t operand, const LaneView& view) {
  StepLane lane;
  lane.steps = readers_[operand]->steps();
  lane.is_decimal = plan_.operands[operand].decimal();
  lane.values = view.values;
  lane.lows = view.lows;
  lane.present = view.present;
  if (view.extra != nullptr) {
    const size_t steps = static_cast<size_t>(lane.steps.size());
    highs_.resize(steps);
    for (size_t s = 0; s < steps; ++s) {
      highs_[s] = HighOf(lane.is_decimal, view.values[s], view.extra[s]);
    }
    lane.highs = highs_.data();
  }
  return lane;
}

absl::StatusOr<Cell> StepLanes::At(const StepExpr& expr, int64_t step) const {
  switch (expr.kind) {
    case StepExpr::Kind::kNumber:
      return Cell::Exact(expr.number, 0, 0);
    case StepExpr::Kind::kNegate: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell inner, At(expr.sides[0], step));
      return Negate(inner);
    }
    case StepExpr::Kind::kArithmetic: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell left, At(expr.sides[0], step));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell right, At(expr.sides[1], step));
      return Combine(expr.op, left, right);
    }
    case StepExpr::Kind::kOperand:
      break;
  }
  const Input& input =
      *std::find_if(inputs_.begin(), inputs_.end(),
                    [&](const Input& i) { return i.operand == expr.operand; });
  const bool decimal = plan_.operands[expr.operand].decimal();
  const size_t s = static_cast<size_t>(step - input.steps.begin);
  const LaneView& view = input.view;
  Cell cell = Cell::Exact(ScalarOf(decimal, view.values[s]), 1, 1);
  if (view.lows != nullptr) cell.low = ScalarOf(decimal, view.lows[s]);
  if (view.extra != nullptr) {
    cell.high =
        ScalarOf(decimal, HighOf(decimal, view.values[s], view.extra[s]));
  }
  return cell;
}

absl::StatusOr<StepLane> StepLanes::Make(
    const StepExpr& expr,
    absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of) {
  if (expr.kind == StepExpr::Kind::kOperand) {
    const std::optional<LaneView> view = lane_of(expr.operand);
    if (!view.has_value()) return StepLane();
    return Single(expr.operand, *view);
  }
  const std::vector<size_t> operands = OperandsOf(expr);
  StepLane lane;
  inputs_.clear();
  for (const size_t operand : operands) {
    const std::optional<LaneView> view = lane_of(operand);
    if (!view.has_value()) return StepLane();
    inputs_.push_back({operand, *view, readers_[operand]->steps()});
    const StepRange steps = inputs_.back().steps;
    if (inputs_.size() == 1) {
      lane.steps = steps;
    } else {
      lane.steps.begin = std::max(lane.steps.begin, steps.begin);
      lane.steps.end = std::min(lane.steps.end, steps.end);
    }
  }
  if (lane.steps.empty()) return StepLane();
  lane.is_decimal = expr.is_decimal;
  const size_t steps = static_cast<size_t>(lane.steps.size());
  values_.assign(steps, 0);
  lows_.assign(steps, 0);
  highs_.assign(steps, 0);
  present_.assign(WordsFor(steps), 0);
  low_open_.assign(WordsFor(steps), 0);
  high_open_.assign(WordsFor(steps), 0);
  for (size_t s = 0; s < steps; ++s) {
    const int64_t step = lane.steps.begin + static_cast<int64_t>(s);
    const bool all =
        std::all_of(inputs_.begin(), inputs_.end(), [step](const Input& input) {
          return BitAt(input.view.present,
                       static_cast<size_t>(step - input.steps.begin));
        });
    if (!all) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell, At(expr, step));
    if (!cell.has_value) continue;
    SetBit(&present_, s);
    values_[s] = BitsOf(lane.is_decimal, cell.value);
    if (cell.low.has_value()) {
      lows_[s] = BitsOf(lane.is_decimal, *cell.low);
    } else {
      SetBit(&low_open_, s);
    }
    if (cell.high.has_value()) {
      highs_[s] = BitsOf(lane.is_decimal, *cell.high);
    } else {
      SetBit(&high_open_, s);
    }
  }
  lane.values = values_.data();
  lane.lows = lows_.data();
  lane.highs = highs_.data();
  lane.present = present_.data();
  lane.low_open = low_open_.data();
  lane.high_open = high_open_.data();
  return lane;
}

}  // namespace footfall::query
