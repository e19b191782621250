// lag, delta and growth among inner buckets: each looks at one that lies so
// much earlier.

#include <algorithm>

#include "query/exec/inner_steps.h"
#include "query/exec/lanes.h"
#include "query/exec/step_lanes.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

absl::StatusOr<Cell> ChangeOf(StepExpr::Shift shift, const Cell& now,
                              const Cell& then) {
  if (shift == StepExpr::Shift::kLag) return then;
  if (shift == StepExpr::Shift::kDelta) return Combine('-', now, then);
  FOOTFALL_ASSIGN_OR_RETURN(const Cell times, Combine('/', now, then));
  return Combine('-', times, Cell::Exact(Scalar::Integer(1), 0, 0));
}

}  // namespace

absl::StatusOr<StepLane> StepLanes::BuildShift(
    const StepExpr& expr,
    absl::FunctionRef<std::optional<LaneView>(size_t)> lane_of,
    CagrDoubts* doubts) {
  FOOTFALL_ASSIGN_OR_RETURN(const StepLane x,
                            Build(expr.sides[0], lane_of, doubts));
  if (x.steps.empty()) return StepLane();
  const InnerSteps& inner = inner_[expr.every];
  const std::vector<size_t> operands = OperandsOf(expr);
  const auto is_whole = [&](int64_t position) {
    return std::all_of(operands.begin(), operands.end(), [&](size_t o) {
      return plan_.operands[o].broadcast() || inner.whole(o, position);
    });
  };
  const bool lags = expr.shift == StepExpr::Shift::kLag;
  const size_t size = static_cast<size_t>(inner.size());
  Buffer& buffer = Take();
  buffer.Clear(size);
  buffer.coverage.resize(size);
  for (size_t p = 0; p < size; ++p) {
    const int64_t now = static_cast<int64_t>(p);
    const auto earlier = inner.Earlier(operands[0], now, expr.back);
    const bool found = earlier.has_value() && earlier->position.has_value();
    const Coverage own = x.coverage[p];
    const Coverage then =
        found
            ? x.coverage[static_cast<size_t>(*earlier->position)]
            : Coverage{0, earlier.has_value() ? earlier->steps : own.expected};
    // Of a bucket that is to come nothing is expected, whatever lies before.
    const bool to_come = own.expected == 0;
    buffer.coverage[p] = to_come ? own : lags ? then : LeastCoverage(own, then);
    if (!found || !BitAt(x.present, static_cast<size_t>(*earlier->position))) {
      continue;
    }
    if (!lags && (!BitAt(x.present, p) || !is_whole(now) ||
                  !is_whole(*earlier->position))) {
      continue;
    }
    FOOTFALL_ASSIGN_OR_RETURN(
        const Cell cell, ChangeOf(expr.shift, lags ? Cell() : CellAt(x, now),
                                  CellAt(x, *earlier->position)));
    buffer.Put(p, cell, expr.is_decimal);
  }
  StepLane lane = buffer.Lane({0, inner.size()}, expr.is_decimal);
  lane.inner = &inner;
  lane.coverage = buffer.coverage.data();
  return lane;
}

}  // namespace footfall::query
