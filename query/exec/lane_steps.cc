#include "query/exec/lane_steps.h"

#include <algorithm>

#include "query/exec/intersect.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

constexpr int64_t kWord = 64;
// What is shorter stays: a gap costs a search at each step that is looked up.
constexpr int64_t kShortestGap = 16 * kWord;
// A metric with fewer eras has no gap worth the looking.
constexpr int64_t kFewEras = 16;

}  // namespace

LaneSteps::LaneSteps(absl::Span<const StepRange> stretches, StepRange steps,
                     int64_t margin) {
  int64_t left_out = 0;
  int64_t begin = steps.begin;
  const auto add = [&](int64_t end) {
    const int64_t first = begin + margin;
    const int64_t size = (end - first) / kWord * kWord;
    if (end <= first || size < kShortestGap) return;
    gaps_.push_back({{first, first + size}, first - left_out});
    left_out += size;
  };
  for (const StepRange stretch : stretches) {
    const StepRange there = Intersect(stretch, steps);
    if (there.empty()) continue;
    add(there.begin);
    begin = std::max(begin, there.end);
  }
  add(steps.end);
}

int64_t LaneSteps::ToLane(int64_t step) const {
  const auto next = std::upper_bound(
      gaps_.begin(), gaps_.end(), step,
      [](int64_t s, const Gap& gap) { return s < gap.steps.begin; });
  if (next == gaps_.begin()) return step;
  const Gap& gap = *(next - 1);
  return gap.lane_step + std::max<int64_t>(0, step - gap.steps.end);
}

int64_t LaneSteps::ToStep(int64_t lane_step) const {
  const auto next = std::upper_bound(
      gaps_.begin(), gaps_.end(), lane_step,
      [](int64_t s, const Gap& gap) { return s < gap.lane_step; });
  if (next == gaps_.begin()) return lane_step;
  const Gap& gap = *(next - 1);
  return gap.steps.end + (lane_step - gap.lane_step);
}

std::vector<StepRange> LaneSteps::Pieces(StepRange lane) const {
  std::vector<StepRange> pieces;
  StepRange rest = ToSteps(lane);
  for (const Gap& gap : gaps_) {
    if (gap.steps.end <= rest.begin) continue;
    if (gap.steps.begin >= rest.end) break;
    if (rest.begin < gap.steps.begin) {
      pieces.push_back({rest.begin, gap.steps.begin});
    }
    rest.begin = gap.steps.end;
  }
  if (!rest.empty()) pieces.push_back(rest);
  return pieces;
}

absl::StatusOr<LaneSteps> FindLaneSteps(Run& run,
                                        absl::Span<const MetricId> metrics,
                                        StepRange steps, int64_t margin) {
  std::vector<StepRange> all;
  for (const MetricId metric : metrics) {
    if (steps.size() <= kFewEras * run.snapshot().EraSize(metric)) {
      return LaneSteps();
    }
  }
  for (const MetricId metric : metrics) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<StepRange> stretches,
                              run.snapshot().StepStretches(metric, steps));
    all.insert(all.end(), stretches.begin(), stretches.end());
  }
  std::sort(all.begin(), all.end(),
            [](StepRange a, StepRange b) { return a.begin < b.begin; });
  return LaneSteps(all, steps, margin);
}

}  // namespace footfall::query
