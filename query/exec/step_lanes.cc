// The lane that a leaf is a function of.

#include "query/exec/step_lanes.h"

#include <algorithm>
#include <bit>

#include "query/exec/inner_steps.h"
#include "query/exec/lanes.h"
#include "query/exec/over_time.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// What arithmetic is of: operands and functions over time, each once.
void CollectInputs(const StepExpr& expr, std::vector<const StepExpr*>* inputs) {
  if (expr.kind == StepExpr::Kind::kOperand ||
      expr.kind == StepExpr::Kind::kOverTime ||
      expr.kind == StepExpr::Kind::kShift) {
    const bool known =
        std::any_of(inputs->begin(), inputs->end(),
                    [&expr](const StepExpr* input) { return *input == expr; });
    if (!known) inputs->push_back(&expr);
    return;
  }
  for (const StepExpr& side : expr.sides) CollectInputs(side, inputs);
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

Cell CellAt(const StepLane& lane, int64_t step) {
  const size_t s = static_cast<size_t>(step - lane.steps.begin);
  Cell cell = Cell::Exact(ScalarOfBits(lane.is_decimal, lane.values[s]), 1, 1);
  if (lane.lows != nullptr)
    cell.low = ScalarOfBits(lane.is_decimal, lane.lows[s]);
  if (lane.highs != nullptr) {
    cell.high = ScalarOfBits(lane.is_decimal, lane.highs[s]);
  }
  if (lane.low_open != nullptr && BitAt(lane.low_open, s)) cell.low.reset();
  if (lane.high_open != nullptr && BitAt(lane.high_open, s)) cell.high.reset();
  return cell;
}

void StepLanes::Buffer::Clear(size_t steps) {
  values.assign(steps, 0);
  lows.assign(steps, 0);
  highs.assign(steps, 0);
  present.assign(WordsFor(steps), 0);
  low_open.assign(WordsFor(steps), 0);
  high_open.assign(WordsFor(steps), 0);
}

void StepLanes::Buffer::Put(size_t i, const Cell& cell, bool decimal) {
  if (!cell.has_value) return;
  SetStepBit(present.data(), i);
  values[i] = BitsOfScalar(decimal, cell.value);
  if (cell.low.has_value()) {
    lows[i] = BitsOfScalar(decimal, *cell.low);
  } else {
    SetStepBit(low_open.data(), i);
  }
  if (cell.high.has_value()) {
    highs[i] = BitsOfScalar(decimal, *cell.high);
  } else {
    SetStepBit(high_open.data(), i);
  }
}

StepLane StepLanes::Buffer::Lane(StepRange steps, bool decimal) const {
  StepLane lane;
  lane.steps = steps;
  lane.is_decimal = decimal;
  lane.values = values.data();
  lane.lows = lows.data();
  lane.highs = highs.data();
  lane.present = present.data();
  lane.low_open = low_open.data();
  lane.high_open = high_open.data();
  return lane;
}

StepLanes::Buffer& StepLanes::Take() {
  if (taken_ == buffers_.size()) buffers_.push_back(std::make_unique<Buffer>());
  return *buffers_[taken_++];
}

StepLane StepLanes::BuildOperand(size_t operand, const LaneView& view) {
  StepLane lane;
  lane.steps = readers_[operand]->steps();
  lane.is_decimal = plan_.operands[operand].decimal();
  lane.values = view.values;
  lane.lows = view.lows;
  lane.present = view.present;
  lane.highs = view.highs;
  lane.low_open = view.low_open;
  lane.high_open = view.high_open;
  lane.whole = view.whole;
  if (view.extra != nullptr) {
    const size_t steps = static_cast<size_t>(lane.steps.size());
    std::vector<int64_t>& highs = Take().highs;
    highs.resize(steps);
    for (size_t s = 0; s < steps; ++s) {
      highs[s] = AddCapped(lane.is_decimal, view.values[s], view.extra[s]);
    }
    lane.highs = highs.data();
  }
  return lane;
}

absl::StatusOr<StepLane> StepLanes::BuildOverTime(
    const StepExpr& expr,
    absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
    CagrDoubts* doubts) {
  FOOTFALL_ASSIGN_OR_RETURN(const StepLane x,
                            Build(expr.sides[0], lane_of, doubts));
  StepLane y;
  if (expr.sides.size() > 1) {
    FOOTFALL_ASSIGN_OR_RETURN(y, Build(expr.sides[1], lane_of, doubts));
  }
  if (x.steps.empty()) return StepLane();
  const InnerSteps& inner = inner_[expr.every];
  const size_t size = static_cast<size_t>(inner.size());
  Buffer& buffer = Take();
  buffer.Clear(size);
  buffer.coverage.resize(size);
  const PartSteps* const picked = over_time_.timeline().picked(expr.operand);
  for (size_t p = 0; p < size; ++p) {
    const BucketPiece& piece =
        inner.piece(expr.operand, static_cast<int64_t>(p));
    FOOTFALL_ASSIGN_OR_RETURN(
        const Cell cell, over_time_.CellOf(expr.function, x, y, expr.operand,
                                           piece, picked, doubts));
    buffer.Put(p, cell, expr.is_decimal);
    buffer.coverage[p] = {cell.present, cell.expected};
  }
  StepLane lane = buffer.Lane({0, inner.size()}, expr.is_decimal);
  lane.inner = &inner;
  lane.coverage = buffer.coverage.data();
  return lane;
}

absl::StatusOr<Cell> StepLanes::At(const StepExpr& expr,
                                   absl::Span<const Input> inputs,
                                   int64_t step) const {
  switch (expr.kind) {
    case StepExpr::Kind::kNumber:
      return Cell::Exact(expr.number, 0, 0);
    case StepExpr::Kind::kNegate: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell inner,
                                At(expr.sides[0], inputs, step));
      return Negate(inner);
    }
    case StepExpr::Kind::kArithmetic: {
      FOOTFALL_ASSIGN_OR_RETURN(const Cell left,
                                At(expr.sides[0], inputs, step));
      FOOTFALL_ASSIGN_OR_RETURN(const Cell right,
                                At(expr.sides[1], inputs, step));
      return CombineRelated(expr.op, expr.related, left, right);
    }
    case StepExpr::Kind::kOperand:
    case StepExpr::Kind::kOverTime:
    case StepExpr::Kind::kShift:
      break;
  }
  const auto is_it = [&expr](const Input& input) {
    return input.expr->kind == expr.kind &&
           input.expr->operand == expr.operand &&
           (expr.kind == StepExpr::Kind::kOperand || *input.expr == expr);
  };
  return CellAt(std::find_if(inputs.begin(), inputs.end(), is_it)->lane, step);
}

absl::StatusOr<StepLane> StepLanes::BuildArithmetic(
    const StepExpr& expr,
    absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
    CagrDoubts* doubts) {
  std::vector<const StepExpr*> below;
  CollectInputs(expr, &below);
  std::vector<Input> inputs;
  StepRange range;
  for (const StepExpr* input : below) {
    FOOTFALL_ASSIGN_OR_RETURN(const StepLane lane,
                              Build(*input, lane_of, doubts));
    if (lane.steps.empty()) return StepLane();
    inputs.push_back({input, lane});
    if (inputs.size() == 1) {
      range = lane.steps;
    } else {
      range.begin = std::max(range.begin, lane.steps.begin);
      range.end = std::min(range.end, lane.steps.end);
    }
  }
  if (range.empty()) return StepLane();
  const size_t steps = static_cast<size_t>(range.size());
  Buffer& buffer = Take();
  buffer.Clear(steps);
  const InnerSteps* inner = inputs[0].lane.inner;
  if (inner != nullptr) buffer.coverage.resize(steps);
  for (size_t s = 0; s < steps; ++s) {
    const int64_t step = range.begin + static_cast<int64_t>(s);
    const bool all =
        std::all_of(inputs.begin(), inputs.end(), [step](const Input& input) {
          return BitAt(input.lane.present,
                       static_cast<size_t>(step - input.lane.steps.begin));
        });
    if (inner != nullptr) {
      Coverage least = inputs[0].lane.coverage[s];
      for (const Input& input : inputs) {
        least = LeastCoverage(least, input.lane.coverage[s]);
      }
      buffer.coverage[s] = least;
    }
    if (!all) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell, At(expr, inputs, step));
    buffer.Put(s, cell, expr.is_decimal);
  }
  StepLane lane = buffer.Lane(range, expr.is_decimal);
  if (inner != nullptr) {
    lane.inner = inner;
    lane.coverage = buffer.coverage.data();
  }
  return lane;
}

absl::StatusOr<StepLane> StepLanes::Build(
    const StepExpr& expr,
    absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
    CagrDoubts* doubts) {
  switch (expr.kind) {
    case StepExpr::Kind::kOperand: {
      const std::optional<LaneView> view = lane_of(expr.operand);
      if (!view.has_value()) return StepLane();
      return BuildOperand(expr.operand, *view);
    }
    case StepExpr::Kind::kOverTime:
      return BuildOverTime(expr, lane_of, doubts);
    case StepExpr::Kind::kShift:
      return BuildShift(expr, lane_of, doubts);
    case StepExpr::Kind::kNumber:
    case StepExpr::Kind::kNegate:
    case StepExpr::Kind::kArithmetic:
      break;
  }
  return BuildArithmetic(expr, lane_of, doubts);
}

absl::StatusOr<StepLane> StepLanes::Make(
    const StepExpr& expr, absl::Span<const InnerSteps> inner,
    absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
    CagrDoubts* doubts) {
  taken_ = 0;
  inner_ = inner;
  return Build(expr, lane_of, doubts);
}

}  // namespace footfall::query
