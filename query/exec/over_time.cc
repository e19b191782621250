// Functions over time on lanes.

#include "query/exec/over_time.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "query/func/aggregate.h"
#include "query/func/series_math.h"
#include "query/func/step_words.h"

namespace footfall::query {

Cell OverTime::CagrOf(const StepSpan& span, int64_t expected, size_t operand,
                      CagrDoubts* doubts) const {
  const Grid& grid = plan_.operands[operand].grid;
  const AnnualGrowth growth = Cagr(span, expected, [&grid](int64_t step) {
    return absl::CivilDay(grid.CivilStart(step)) - absl::CivilDay();
  });
  doubts->not_positive |= growth.reason == AnnualGrowth::Reason::kNotPositive;
  doubts->too_short |= growth.reason == AnnualGrowth::Reason::kTooShort;
  return growth.cell;
}

absl::StatusOr<Cell> OverTime::CellOf(const TimeFunction& function,
                                      const StepLane& x, const StepLane* y,
                                      size_t operand, const BucketPiece& piece,
                                      CagrDoubts* doubts) const {
  using Kind = TimeFunction::Kind;
  StepRange steps = {std::max(piece.data.begin, x.steps.begin),
                     std::min(piece.data.end, x.steps.end)};
  const int64_t unfinished = timeline_.unfinished(operand);
  // A trend would take a step that is not over for a fall.
  if (function.kind == Kind::kSlope || function.kind == Kind::kCagr) {
    steps.end = std::min(steps.end, unfinished);
  }
  if (steps.empty()) return Cell::Missing(0, piece.over);
  const StepSpan span = SpanOf(x, steps);
  const uint64_t present =
      CountSteps(span.present, span.bit_offset, span.count);
  if (present == 0) return Cell::Missing(0, piece.over);
  // A value that is there already is expected, over or not.
  int64_t early = 0;
  if (unfinished < steps.end) {
    const int64_t from = std::max(unfinished, steps.begin);
    early = static_cast<int64_t>(
        CountSteps(x.present, static_cast<uint64_t>(from - x.steps.begin),
                   static_cast<uint64_t>(steps.end - from)));
  }
  const int64_t expected = piece.over + early;
  switch (function.kind) {
    case Kind::kReduce:
      return Reduce(function.aggregate, span, expected, function.quantile);
    case Kind::kFirstTime:
      return FirstTime(span, expected, function.comparison, function.threshold);
    case Kind::kStreak:
      return Streak(span, expected, function.comparison, function.threshold);
    case Kind::kSlope:
      return Slope(span, expected);
    case Kind::kCagr:
      return CagrOf(span, expected, operand, doubts);
    case Kind::kCorrelation:
      break;
  }
  const StepRange others = {std::max(piece.data.begin, y->steps.begin),
                            std::min(piece.data.end, y->steps.end)};
  if (others.empty()) return Cell::Missing(0, expected);
  return Correlation(span, SpanOf(*y, others), 0, expected);
}

}  // namespace footfall::query
