// The lane that a leaf is a function of: an operand's own, or arithmetic of
// several at each step.

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

// Values at consecutive steps; the pointers are as in StepSpan, from bit 0 on.
// Without steps there is no value.
struct StepLane {
  StepRange steps;
  bool is_decimal = false;
  const int64_t* values = nullptr;
  const int64_t* lows = nullptr;
  const int64_t* highs = nullptr;
  const uint64_t* present = nullptr;
  const uint64_t* low_open = nullptr;
  const uint64_t* high_open = nullptr;
};

// Steps of a lane, which must lie inside it.
StepSpan SpanOf(const StepLane& lane, StepRange steps);

// Makes one lane at a time; a lane is valid until the next is made.
class StepLanes {
 public:
  StepLanes(const Plan& plan,
            absl::Span<const std::unique_ptr<OperandReader>> readers)
      : plan_(plan), readers_(readers) {}

  // `lane_of(operand)` is the operand's lane of the group; nullopt: it has
  // none.
  absl::StatusOr<StepLane> Make(
      const StepExpr& expr,
      absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of);

 private:
  struct Input {
    size_t operand = 0;
    LaneView view;
    StepRange steps;
  };
  StepLane Single(size_t operand, const LaneView& view);
  absl::StatusOr<Cell> At(const StepExpr& expr, int64_t step) const;

  const Plan& plan_;
  absl::Span<const std::unique_ptr<OperandReader>> readers_;
  std::vector<Input> inputs_;
  std::vector<int64_t> values_;
  std::vector<int64_t> lows_;
  std::vector<int64_t> highs_;
  std::vector<uint64_t> present_;
  std::vector<uint64_t> low_open_;
  std::vector<uint64_t> high_open_;
};

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_STEP_LANES_H_
