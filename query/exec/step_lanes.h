// The lane that a leaf is a function of: an operand's own, arithmetic of
// several at each step, or a function of the steps of each inner bucket.

#ifndef FOOTFALL_QUERY_EXEC_STEP_LANES_H_
#define FOOTFALL_QUERY_EXEC_STEP_LANES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "query/cell/cell.h"
#include "query/exec/operand_reader.h"
#include "query/func/aggregate.h"
#include "query/plan/plan.h"

namespace footfall::query {

class InnerSteps;
class OverTime;

// Values at consecutive steps; the pointers are as in StepSpan, from bit 0 on.
// Without steps there is no value.
struct StepLane {
  StepRange steps;  // of the operands' grid; with `inner`: positions
  bool is_decimal = false;
  const int64_t* values = nullptr;
  const int64_t* lows = nullptr;
  const int64_t* highs = nullptr;
  const uint64_t* present = nullptr;
  const uint64_t* low_open = nullptr;
  const uint64_t* high_open = nullptr;
  const uint64_t* whole = nullptr;  // as LaneView::whole
  // The steps are buckets of an EVERY inside a call, all of them, each with its
  // own coverage.
  const InnerSteps* inner = nullptr;
  const Coverage* coverage = nullptr;
};

// Steps of a lane, which must lie inside it.
StepSpan SpanOf(const StepLane& lane, StepRange steps);

// The value of a step of a lane, as a cell with coverage 1/1. Requires: it is
// present.
Cell CellAt(const StepLane& lane, int64_t step);

// Why a cagr() has no value although there are samples.
struct CagrDoubts {
  bool not_positive = false;
  bool too_short = false;
  // Of any function: inner buckets with a value that are cut by the range, or
  // not over, and so left out.
  int64_t left_out = 0;
};

// Makes one lane at a time; a lane is valid until the next is made.
class StepLanes {
 public:
  // All must outlive it.
  StepLanes(const Plan& plan,
            absl::Span<const std::unique_ptr<OperandReader>> readers,
            const OverTime& over_time)
      : plan_(plan), readers_(readers), over_time_(over_time) {}

  // `inner` [EVERYs inside calls] must outlive the lane. `lane_of(operand)` is
  // the operand's lane of the group; nullopt: it has none. Adds to `doubts`.
  absl::StatusOr<StepLane> Make(
      const StepExpr& expr, absl::Span<const InnerSteps> inner,
      absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
      CagrDoubts* doubts);

 private:
  // What stands behind a lane that is not an operand's own.
  struct Buffer {
    std::vector<int64_t> values;
    std::vector<int64_t> lows;
    std::vector<int64_t> highs;
    std::vector<uint64_t> present;
    std::vector<uint64_t> low_open;
    std::vector<uint64_t> high_open;
    std::vector<Coverage> coverage;

    void Clear(size_t steps);
    void Put(size_t i, const Cell& cell, bool decimal);
    StepLane Lane(StepRange steps, bool decimal) const;
  };
  // A lane below arithmetic, of an operand or of a function over time.
  struct Input {
    const StepExpr* expr = nullptr;
    StepLane lane;
  };

  Buffer& Take();
  absl::StatusOr<StepLane> Build(
      const StepExpr& expr,
      absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
      CagrDoubts* doubts);
  StepLane BuildOperand(size_t operand, const LaneView& view);
  absl::StatusOr<StepLane> BuildOverTime(
      const StepExpr& expr,
      absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
      CagrDoubts* doubts);
  // (shifted_steps.cc)
  absl::StatusOr<StepLane> BuildShift(
      const StepExpr& expr,
      absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
      CagrDoubts* doubts);
  absl::StatusOr<StepLane> BuildArithmetic(
      const StepExpr& expr,
      absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
      CagrDoubts* doubts);
  absl::StatusOr<Cell> At(const StepExpr& expr, absl::Span<const Input> inputs,
                          int64_t step) const;

  const Plan& plan_;
  absl::Span<const std::unique_ptr<OperandReader>> readers_;
  absl::Span<const InnerSteps> inner_;  // of the lane being made
  const OverTime& over_time_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  size_t taken_ = 0;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_STEP_LANES_H_
