#include "query/exec/windows.h"

#include <algorithm>

#include "query/exec/inner_steps.h"
#include "query/exec/intersect.h"
#include "query/exec/timeline.h"
#include "query/func/step_words.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

// ---- Which steps

bool Timeline::WaitsForSamples(size_t window) const {
  const BoundWindow& bound = plan_->windows[window];
  return bound.over.from == Over::From::kRange &&
         !plan_->operands[bound.operand].window.first.has_value();
}

// The first step behind all windows that is not of a row, or not over.
int64_t Timeline::EndOfRows(size_t operand) const {
  return size_ == 0 ? 0
                    : std::min(pieces_[operand][size_ - 1].inside.end,
                               unfinished_[operand]);
}

int64_t Timeline::OverOfWindow(size_t window) const {
  const size_t o = plan_->windows[window].operand;
  if (settled_[o].empty() || size_ == 0) return 0;
  const Buckets& buckets = *plan_->operands[o].buckets;
  return EndOfRows(o) -
         buckets.StepsOf(buckets.BucketOf(settled_[o].begin)).begin;
}

int64_t Timeline::WindowBegin(const BoundWindow& window, StepRange row) const {
  const BoundOperand& operand = plan_->operands[window.operand];
  switch (window.over.from) {
    case Over::From::kUnits:
      return operand.grid
          .StepsFrom(row.end, -window.over.count, 0, window.over.unit)
          .begin;
    case Over::From::kUnitBegin:
      return window.units->StepsOf(window.units->BucketOf(row.end - 1)).begin;
    case Over::From::kRange:
      break;
  }
  return operand.window.first.has_value()
             ? operand.range.begin
             : pieces_[window.operand][0].inside.begin;
}

absl::Status Timeline::CutWindows(Run& run) {
  window_pieces_.resize(plan_->windows.size());
  for (size_t w = 0; w < plan_->windows.size(); ++w) {
    const BoundWindow& window = plan_->windows[w];
    const size_t lead = window.operand;
    const Grid& grid = plan_->operands[lead].grid;
    std::vector<BucketPiece>& pieces = window_pieces_[w];
    FOOTFALL_RETURN_IF_ERROR(Extend(run, keys_.size(), &pieces));
    for (size_t slot = 0; slot < keys_.size(); ++slot) {
      FOOTFALL_RETURN_IF_ERROR(run.Pass());
      StepRange row = pieces_[lead][slot].inside;
      if (row.empty()) continue;
      // So many units of a month that is not over are those up to now.
      if (window.over.from == Over::From::kUnits &&
          row.begin < unfinished_[lead]) {
        row.end = std::min(row.end, unfinished_[lead]);
      }
      const StepRange steps = {WindowBegin(window, row), row.end};
      if (steps.empty()) continue;
      BucketPiece& piece = pieces[slot];
      piece.inside = steps;
      piece.data = Intersect(steps, bounds_[lead]);
      const int64_t over_end = std::min(steps.end, unfinished_[lead]);
      // From which step on is known once the samples are.
      piece.over = WaitsForSamples(w) ? over_end - EndOfRows(lead)
                                      : StepRange{steps.begin, over_end}.size();
      for (const size_t o : window.operands) {
        StepRange read = steps;
        if (!(plan_->operands[o].grid == grid)) {
          read = {plan_->operands[o].grid.StepAt(grid.CivilStart(steps.begin)),
                  pieces_[o][slot].inside.end};
        }
        AlsoRead(o, Intersect(read, bounds_[o]));
      }
    }
  }
  return absl::OkStatus();
}

bool Timeline::WindowWithin(size_t window, size_t operand, StepRange samples,
                            size_t slot) const {
  if (samples.empty()) return false;
  const size_t lead = plan_->windows[window].operand;
  const int64_t begin = window_pieces_[window][slot].inside.begin;
  const StepRange row = pieces_[lead][slot].inside;
  if (row.empty()) return false;
  const Grid& grid = plan_->operands[lead].grid;
  const Grid& own = plan_->operands[operand].grid;
  if (own == grid) return begin >= samples.begin && row.begin < samples.end;
  return grid.CivilStart(begin) >= own.CivilStart(samples.begin) &&
         grid.CivilStart(row.begin) < own.CivilStart(samples.end);
}

// ---- Cells

bool HasStepsIn(const StepLane& x, const Timeline& timeline, size_t operand,
                const BucketPiece& piece) {
  if (x.inner != nullptr) {
    const StepRange there =
        Intersect(x.inner->Positions(operand, piece.inside), x.steps);
    for (int64_t p = there.begin; p < there.end; ++p) {
      if (x.coverage[p - x.steps.begin].present > 0) return true;
    }
    return false;
  }
  const StepRange there =
      Intersect(timeline.lane_steps(operand).ToLane(piece.data), x.steps);
  return !there.empty() &&
         CountSteps(x.present,
                    static_cast<uint64_t>(there.begin - x.steps.begin),
                    static_cast<uint64_t>(there.size())) > 0;
}

absl::Status LeaveOutWindows(Run& run, const Plan& plan, size_t first_group,
                             Results* results) {
  const Timeline& timeline = *results->timeline;
  for (size_t i = 0; i < plan.leaves.size(); ++i) {
    const auto& window = plan.leaves[i].window;
    if (!window.has_value() ||
        plan.windows[*window].over.from != Over::From::kUnits) {
      continue;
    }
    LeafTable& table = results->leaves[i];
    for (size_t b = 0; b < table.buckets(); ++b) {
      const auto& operands = plan.windows[*window].operands;
      const bool within =
          std::any_of(operands.begin(), operands.end(), [&](size_t o) {
            return timeline.WindowWithin(*window, o, results->samples[o], b);
          });
      if (within) continue;
      for (size_t g = first_group; g < results->groups.size(); ++g) {
        FOOTFALL_RETURN_IF_ERROR(run.Pass());
        const Cell cell = table.Get(g, b);
        table.Set(g, b, Cell::Missing(cell.present, cell.expected));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
