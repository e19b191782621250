#include "engine/read/coarse_range.h"

#include <algorithm>

#include "engine/read/tile_range.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

StepRange Clip(StepRange steps, StepRange to) {
  return {std::max(steps.begin, to.begin), std::min(steps.end, to.end)};
}

StepRange WholeEras(const TileLayout& layout, StepRange steps) {
  return {layout.FirstStepOf(layout.EraOf(steps.begin)),
          layout.FirstStepOf(layout.EraOf(steps.end - 1)) +
              int64_t{layout.shape.steps}};
}

TierParts PartsOf(const MetricState& state, StepRange steps) {
  steps = Clip(steps, state.metric->grid.Limits());
  const int64_t first = state.FirstRolledAsRead();
  TierParts parts;
  parts.stored = {steps.begin, std::min(steps.end, first)};
  parts.rolled = {std::max(steps.begin, first), steps.end};
  if (!parts.rolled.empty()) parts.finer = state.coarse.FineOf(parts.rolled);
  return parts;
}

namespace {

// Of the tiles that lie under the state's own id.
absl::StatusOr<std::vector<StepRange>> OwnStretches(const StoreView& view,
                                                    const MetricState& state,
                                                    StepRange steps) {
  std::vector<StepRange> stretches;
  if (steps.empty()) return stretches;
  const TileLayout& layout = state.layout;
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::vector<EraRange> eras,
      FindEraStretches(view, state.metric->id,
                       {.first = layout.EraOf(steps.begin),
                        .last = layout.EraOf(steps.end - 1)}));
  for (const EraRange& range : eras) {
    stretches.push_back(
        {.begin = layout.FirstStepOf(range.first),
         .end = layout.FirstStepOf(range.last) + int64_t{layout.shape.steps}});
  }
  return stretches;
}

}  // namespace

absl::StatusOr<std::vector<StepRange>> FindStretches(const StoreView& view,
                                                     const MetricState& state,
                                                     StepRange steps) {
  steps = Clip(steps, state.metric->grid.Limits());
  if (state.whole == nullptr) return OwnStretches(view, state, steps);
  const TierParts parts = PartsOf(state, steps);
  FOOTFALL_ASSIGN_OR_RETURN(std::vector<StepRange> found,
                            OwnStretches(view, state, parts.stored));
  if (!parts.rolled.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<StepRange> finer,
                              FindStretches(view, *state.finer, parts.finer));
    for (const StepRange& stretch : finer) {
      const StepRange within = Clip(stretch, parts.finer);
      if (within.empty()) continue;
      found.push_back(
          WholeEras(state.layout, {state.coarse.Of(within.begin),
                                   state.coarse.Of(within.end - 1) + 1}));
    }
  }
  std::vector<StepRange> joined;
  for (const StepRange& stretch : found) {
    if (!joined.empty() && stretch.begin <= joined.back().end) {
      joined.back().end = std::max(joined.back().end, stretch.end);
    } else {
      joined.push_back(stretch);
    }
  }
  return joined;
}

absl::StatusOr<std::optional<StepRange>> FindBounds(const StoreView& view,
                                                    const MetricState& state) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<EraRange> eras,
                            FindEras(view, state.metric->id));
  std::optional<StepRange> bounds;
  const TileLayout& layout = state.layout;
  if (eras.has_value()) {
    bounds = StepRange{
        .begin = layout.FirstStepOf(eras->first),
        .end = layout.FirstStepOf(eras->last) + int64_t{layout.shape.steps}};
  }
  if (state.whole == nullptr) return bounds;
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> finer,
                            FindBounds(view, *state.finer));
  if (!finer.has_value()) return bounds;
  const StepRange steps =
      Clip(*finer, PartsOf(state, state.metric->grid.Limits()).finer);
  if (steps.empty()) return bounds;
  const StepRange rolled = WholeEras(
      layout,
      {state.coarse.Of(steps.begin), state.coarse.Of(steps.end - 1) + 1});
  if (!bounds.has_value()) return std::optional<StepRange>(rolled);
  return std::optional<StepRange>({std::min(bounds->begin, rolled.begin),
                                   std::max(bounds->end, rolled.end)});
}

}  // namespace footfall::engine
