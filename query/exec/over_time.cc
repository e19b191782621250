// Functions over time on lanes.

#include "query/exec/over_time.h"

#include <algorithm>

#include "absl/time/civil_time.h"
#include "query/exec/gathered_lane.h"
#include "query/exec/inner_steps.h"
#include "query/exec/intersect.h"
#include "query/func/aggregate.h"
#include "query/func/series_math.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

using Kind = TimeFunction::Kind;

// A trend would take a step that is not over for a fall.
bool LeavesOutPartial(const TimeFunction& function) {
  return function.kind == Kind::kSlope || function.kind == Kind::kCagr;
}

// Of a bucket without samples.
Cell CellOfNothing(const TimeFunction& function, int64_t present,
                   int64_t expected) {
  if (function.Is(Aggregate::kCount) || function.kind == Kind::kCountOfTest) {
    return Cell::Exact(Scalar::Integer(0), present, expected);
  }
  if (function.Is(Aggregate::kCoverage) && expected > 0) {
    return Cell::Exact(Scalar::Decimal(0), present, expected);
  }
  return Cell::Missing(present, expected);
}

uint64_t CountPresent(const StepSpan& span) {
  return CountSteps(span.present, span.bit_offset, span.count);
}

// Requires: some step is present.
int64_t LastStep(const StepSpan& span) {
  uint32_t i = span.count - 1;
  while (!StepBit(span.present, span.bit_offset + i)) --i;
  return span.first_step + i;
}

// Whether its cells are steps, or the last one.
bool IsStep(const TimeFunction& function) {
  return function.kind == Kind::kFirstTime || function.kind == Kind::kWhen ||
         function.kind == Kind::kLastTime || function.kind == Kind::kAge;
}

template <typename To>
Cell MapCell(Cell cell, const To& to) {
  for (std::optional<Scalar>* bound : {&cell.low, &cell.high}) {
    if (bound->has_value()) *bound = Scalar::Integer(to((*bound)->integer));
  }
  if (cell.has_value) cell.value = Scalar::Integer(to(cell.value.integer));
  return cell;
}

// Of a tier only steps that lack none of their finer ones are there.
Cell OfWhole(const TimeFunction& function, const StepLane& x, StepRange steps,
             Cell cell) {
  const int64_t whole = static_cast<int64_t>(
      CountSteps(x.whole, static_cast<uint64_t>(steps.begin - x.steps.begin),
                 static_cast<uint64_t>(steps.size())));
  if (function.Is(Aggregate::kCoverage) && cell.expected > 0) {
    return Cell::Exact(Scalar::Decimal(static_cast<double>(whole) /
                                       static_cast<double>(cell.expected)),
                       whole, cell.expected);
  }
  cell.present = whole;
  return cell;
}

// The age of a last step, of which `end` steps are over: exact as presence is.
Cell AgeAt(Cell last, int64_t end) {
  const Scalar age =
      Scalar::Integer(std::max<int64_t>(0, end - 1 - last.value.integer));
  return Cell::Exact(age, last.present, last.expected);
}

}  // namespace

absl::StatusOr<Cell> OverTime::Apply(const TimeFunction& function,
                                     const StepSpan& x, const StepSpan& y,
                                     int64_t expected, const StepLane& lane,
                                     size_t operand, CagrDoubts* doubts) const {
  const LaneSteps& lane_steps = timeline_.lane_steps(operand);
  switch (function.kind) {
    case Kind::kReduce:
      return Reduce(function.aggregate, x, expected, function.quantile);
    case Kind::kFirstTime:
      return FirstTime(x, expected, function.comparison, function.threshold);
    case Kind::kStreak:
      return Streak(x, expected, function.comparison, function.threshold);
    case Kind::kCountOfTest:
      return CountOfTest(x, expected, function.comparison, function.threshold);
    case Kind::kWhen:
      return When(x, expected, function.aggregate == Aggregate::kMax);
    case Kind::kSlope:
      if (lane.inner != nullptr) {
        return SlopeAt(x, expected,
                       [&](int64_t p) { return lane.inner->NumberOf(p); });
      }
      if (lane_steps.has_all()) return Slope(x, expected);
      return SlopeAt(x, expected,
                     [&](int64_t step) { return lane_steps.ToStep(step); });
    case Kind::kCorrelation:
      return Correlation(x, y, function.lag.value_or(0), expected);
    case Kind::kLastTime:
    case Kind::kAge: {
      const int64_t last = LastStep(x);
      // The steps behind it are known to CellOf().
      return Cell::Exact(Scalar::Integer(last),
                         static_cast<int64_t>(CountPresent(x)), expected);
    }
    case Kind::kCountInTop:
      // Its coverage; the places are known once all groups are there.
      return Reduce(Aggregate::kCount, x, expected);
    case Kind::kCagr:
      break;
  }
  const Grid& grid = plan_.operands[operand].grid;
  const AnnualGrowth growth = Cagr(x, expected, [&](int64_t step) {
    return lane.inner != nullptr
               ? lane.inner->DayOf(step)
               : absl::CivilDay(grid.CivilStart(lane_steps.ToStep(step))) -
                     absl::CivilDay();
  });
  doubts->not_positive |= growth.reason == AnnualGrowth::Reason::kNotPositive;
  doubts->too_short |= growth.reason == AnnualGrowth::Reason::kTooShort;
  return growth.cell;
}

absl::StatusOr<Cell> OverTime::CellOfSteps(const TimeFunction& function,
                                           const StepLane& x, const StepLane& y,
                                           size_t operand,
                                           const BucketPiece& piece,
                                           CagrDoubts* doubts) const {
  const LaneSteps& lane_steps = timeline_.lane_steps(operand);
  const StepRange data = lane_steps.ToLane(piece.data);
  StepRange steps = Intersect(data, x.steps);
  const int64_t unfinished = lane_steps.ToLane(timeline_.unfinished(operand));
  if (LeavesOutPartial(function)) steps.end = std::min(steps.end, unfinished);
  if (steps.empty()) return CellOfNothing(function, 0, piece.over);
  const StepSpan span = SpanOf(x, steps);
  if (CountPresent(span) == 0) return CellOfNothing(function, 0, piece.over);
  // A value that is there already is expected, over or not.
  int64_t early = 0;
  if (unfinished < steps.end) {
    early = static_cast<int64_t>(CountPresent(
        SpanOf(x, {std::max(unfinished, steps.begin), steps.end})));
  }
  const int64_t expected = piece.over + early;
  StepSpan other;
  if (function.kind == Kind::kCorrelation) {
    const StepRange others = Intersect(data, y.steps);
    if (others.empty()) return Cell::Missing(0, expected);
    other = SpanOf(y, others);
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      Cell cell, Apply(function, span, other, expected, x, operand, doubts));
  if (x.whole != nullptr) cell = OfWhole(function, x, steps, cell);
  if (IsStep(function)) {
    cell = MapCell(cell, [&](int64_t s) { return lane_steps.ToStep(s); });
  }
  if (function.kind != Kind::kAge) return cell;
  // A range that is open ends with now.
  const int64_t over = timeline_.unfinished(operand);
  const bool open = timeline_.open(operand) && !timeline_.has_time() &&
                    !plan_.operands[operand].window.last.has_value();
  return AgeAt(cell, open ? over : std::min(piece.inside.end, over));
}

absl::StatusOr<Cell> OverTime::CellOfInner(const TimeFunction& function,
                                           const StepLane& x, const StepLane& y,
                                           size_t operand,
                                           const BucketPiece& piece,
                                           CagrDoubts* doubts,
                                           bool cuts_inner) const {
  const InnerSteps& inner = *x.inner;
  const bool two = function.kind == Kind::kCorrelation;
  if (two && y.steps.empty()) return Cell::Missing(0, piece.over);
  const StepRange all = inner.Positions(operand, piece.inside);
  StepRange taken = all;
  // Half a month is no month: what is cut, or not over, is at the ends.
  const auto left_out = [&](int64_t p) {
    const StepRange own = inner.piece(operand, p).inside;
    if (cuts_inner &&
        (own.begin < piece.inside.begin || own.end > piece.inside.end)) {
      return true;  // as in every other bucket
    }
    if (inner.whole(operand, p)) return false;
    const bool has_value = p >= x.steps.begin && p < x.steps.end &&
                           x.coverage[p - x.steps.begin].present > 0;
    doubts->left_out += has_value ? 1 : 0;
    return true;
  };
  while (!taken.empty() && left_out(taken.begin)) ++taken.begin;
  while (!taken.empty() && left_out(taken.end - 1)) --taken.end;
  // What lies before and behind all samples is expected, too.
  Coverage coverage = {0, piece.over};
  for (int64_t p = taken.begin; p < taken.end; ++p) {
    coverage.expected -= inner.piece(operand, p).over;
    const size_t at = static_cast<size_t>(p);
    const Coverage own =
        two ? LeastCoverage(x.coverage[at], y.coverage[at]) : x.coverage[at];
    coverage.present += own.present;
    coverage.expected += own.expected;
  }
  const int64_t whole_end = taken.end;
  const StepRange there = Intersect(taken, x.steps);
  if (there.empty() || CountPresent(SpanOf(x, there)) == 0) {
    return CellOfNothing(function, coverage.present, coverage.expected);
  }
  taken = there;
  const StepSpan span = SpanOf(x, taken);
  if (function.Is(Aggregate::kCoverage)) {
    if (coverage.expected == 0) {
      return Cell::Missing(coverage.present, coverage.expected);
    }
    return Cell::Exact(Scalar::Decimal(static_cast<double>(coverage.present) /
                                       static_cast<double>(coverage.expected)),
                       coverage.present, coverage.expected);
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      Cell cell, Apply(function, span, two ? SpanOf(y, taken) : StepSpan(),
                       coverage.expected, x, operand, doubts));
  // A row of lags says how many pairs it is of.
  if (!function.lag.has_value()) cell.present = coverage.present;
  cell.expected = coverage.expected;
  if (function.kind == Kind::kAge) {
    return AgeAt(MapCell(cell, [&](int64_t p) { return inner.NumberOf(p); }),
                 inner.NumberOf(whole_end - 1) + 1);
  }
  if (!IsStep(function)) return cell;
  return MapCell(cell, [&](int64_t p) { return inner.FirstStep(operand, p); });
}

// As the two above, of steps that do not lie side by side.
absl::StatusOr<Cell> OverTime::CellOfPart(const TimeFunction& function,
                                          const StepLane& x, const StepLane& y,
                                          size_t operand,
                                          const BucketPiece& piece,
                                          const PartSteps& part,
                                          CagrDoubts* doubts) const {
  const LaneSteps& lane_steps = timeline_.lane_steps(operand);
  const int64_t unfinished = timeline_.unfinished(operand);
  const bool two = function.kind == Kind::kCorrelation;
  Coverage coverage = {0, piece.over};
  GatheredSteps taken;
  int64_t whole_end = 0;  // behind the last inner bucket
  if (x.inner == nullptr) {
    const StepRange lane = two ? Intersect(x.steps, y.steps) : x.steps;
    StepRange data = piece.data;
    if (LeavesOutPartial(function)) data.end = std::min(data.end, unfinished);
    part.ForEach(data, [&](StepRange steps) {
      steps = Intersect(lane_steps.ToLane(steps), lane);
      taken.Add(steps);
      // A value that is there already is expected, over or not.
      steps.begin = std::max(steps.begin, lane_steps.ToLane(unfinished));
      if (steps.empty()) return;
      coverage.expected += static_cast<int64_t>(CountPresent(SpanOf(x, steps)));
    });
  } else {
    const InnerSteps& inner = *x.inner;
    if (two && y.steps.empty()) return Cell::Missing(0, piece.over);
    part.ForEach(piece.inside, [&](StepRange steps) {
      taken.Add(Intersect(inner.Positions(operand, steps), x.steps));
    });
    const auto left_out = [&](int64_t p) {
      if (inner.whole(operand, p)) return false;
      doubts->left_out +=
          x.coverage[static_cast<size_t>(p)].present > 0 ? 1 : 0;
      return true;
    };
    while (!taken.empty() && left_out(taken.first())) taken.DropFirst();
    while (!taken.empty() && left_out(taken.last())) taken.DropLast();
    for (const StepRange& positions : taken.ranges()) {
      for (int64_t p = positions.begin; p < positions.end; ++p) {
        const size_t at = static_cast<size_t>(p);
        const Coverage own = two ? LeastCoverage(x.coverage[at], y.coverage[at])
                                 : x.coverage[at];
        coverage.expected += own.expected - inner.piece(operand, p).over;
        coverage.present += own.present;
      }
    }
    if (!taken.empty()) whole_end = inner.NumberOf(taken.last()) + 1;
  }
  if (taken.empty()) {
    return CellOfNothing(function, coverage.present, coverage.expected);
  }
  GatheredLane x_lane;
  GatheredLane y_lane;
  const StepLane own = x_lane.Gather(x, taken);
  const StepSpan span = SpanOf(own, own.steps);
  const uint64_t present = CountPresent(span);
  if (present == 0) {
    return CellOfNothing(function, coverage.present, coverage.expected);
  }
  if (x.inner != nullptr && function.Is(Aggregate::kCoverage)) {
    if (coverage.expected == 0) return Cell::Missing(coverage.present, 0);
    return Cell::Exact(Scalar::Decimal(static_cast<double>(coverage.present) /
                                       static_cast<double>(coverage.expected)),
                       coverage.present, coverage.expected);
  }
  // Where a step of the gathered ones is, as the number of a step or bucket.
  const auto number_of = [&](int64_t i) {
    const int64_t at = taken.StepOf(i);
    return x.inner != nullptr ? x.inner->NumberOf(at) : lane_steps.ToStep(at);
  };
  Cell cell;
  switch (function.kind) {
    case Kind::kSlope:
      cell = SlopeAt(span, coverage.expected, number_of);
      break;
    case Kind::kCagr: {
      const AnnualGrowth growth = Cagr(span, coverage.expected, [&](int64_t i) {
        const int64_t at = taken.StepOf(i);
        return x.inner != nullptr
                   ? x.inner->DayOf(at)
                   : absl::CivilDay(plan_.operands[operand].grid.CivilStart(
                         lane_steps.ToStep(at))) -
                         absl::CivilDay();
      });
      doubts->not_positive |=
          growth.reason == AnnualGrowth::Reason::kNotPositive;
      doubts->too_short |= growth.reason == AnnualGrowth::Reason::kTooShort;
      cell = growth.cell;
      break;
    }
    default: {
      StepSpan other;
      if (two) {
        const StepLane others = y_lane.Gather(y, taken);
        other = SpanOf(others, others.steps);
      }
      FOOTFALL_ASSIGN_OR_RETURN(
          cell, Apply(function, span, other, coverage.expected, own, operand,
                      doubts));
      break;
    }
  }
  if (x.inner != nullptr) {
    cell.present = coverage.present;
    cell.expected = coverage.expected;
  } else if (x.whole != nullptr) {
    cell = OfWhole(function, own, own.steps, cell);
  }
  if (function.kind == Kind::kAge) {
    const bool open = timeline_.open(operand) && !timeline_.has_time() &&
                      !plan_.operands[operand].window.last.has_value();
    const int64_t end = x.inner != nullptr ? whole_end
                        : open             ? unfinished
                               : std::min(piece.inside.end, unfinished);
    return AgeAt(MapCell(cell, number_of), end);
  }
  if (!IsStep(function)) return cell;
  return MapCell(cell, [&](int64_t i) {
    return x.inner != nullptr ? x.inner->FirstStep(operand, taken.StepOf(i))
                              : number_of(i);
  });
}

absl::StatusOr<Cell> OverTime::CellOf(const TimeFunction& function,
                                      const StepLane& x, const StepLane& y,
                                      size_t operand, const BucketPiece& piece,
                                      const PartSteps* part, CagrDoubts* doubts,
                                      bool cuts_inner) const {
  if (part != nullptr) {
    return CellOfPart(function, x, y, operand, piece, *part, doubts);
  }
  return x.inner == nullptr
             ? CellOfSteps(function, x, y, operand, piece, doubts)
             : CellOfInner(function, x, y, operand, piece, doubts, cuts_inner);
}

}  // namespace footfall::query
