#include "query/run/retention.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/lang/look.h"
#include "query/lang/status_macros.h"
#include "query/run/lookup.h"

namespace footfall::query {

absl::StatusOr<OldSamples> CountOld(const Snapshot& snapshot,
                                    const Metric& metric, int64_t first_kept,
                                    const QueryOptions& options) {
  OldSamples old;
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                            snapshot.StepBounds(metric.id));
  if (!bounds.has_value() || bounds->begin >= first_kept) return old;
  std::vector<SeriesId> series(snapshot.Series(metric.id).count());
  std::iota(series.begin(), series.end(), SeriesId{0});
  ScanRequest request;
  request.metric = metric.id;
  request.series = series;
  request.steps = {bounds->begin, std::min(bounds->end, first_kept)};
  request.depth = ScanDepth::kPresence;
  const auto cursor = snapshot.Scan(request);
  if (cursor == nullptr) {
    return absl::ResourceExhaustedError("there is no memory for a scan");
  }
  std::vector<bool> seen(series.size());
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(CheckStop(options));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) break;
    const Slab& slab = cursor->slab();
    for (const SeriesId one : slab.series) seen[one] = true;
    for (const uint64_t word : slab.present) {
      old.samples += static_cast<uint64_t>(std::popcount(word));
    }
  }
  old.series =
      static_cast<uint64_t>(std::count(seen.begin(), seen.end(), true));
  return old;
}

absl::StatusOr<std::vector<std::string>> PreviewKeep(
    const Snapshot& snapshot, const Metric& metric, const MetricSpec& after,
    const QueryOptions& options) {
  std::vector<std::string> lines;
  int64_t first = FirstStepKept(metric.grid, *after.keep, options.now);
  if (after.tiers.empty()) {
    FOOTFALL_ASSIGN_OR_RETURN(const OldSamples old,
                              CountOld(snapshot, metric, first, options));
    lines.push_back(absl::StrCat("kept from ", metric.grid.Format(first)));
    lines.push_back(absl::StrCat("series that lose samples ", old.series));
    lines.push_back(absl::StrCat("samples that go ", old.samples));
    return lines;
  }
  // What is on each grid now; nothing yet of those that are new.
  Grid grid = metric.grid;
  std::optional<Period> keep = after.keep;
  for (size_t level = 0; level <= after.tiers.size(); ++level) {
    const bool last = level == after.tiers.size();
    if (!keep.has_value()) break;
    first = FirstStepKept(grid, *keep, options.now);
    Grid next;
    if (!last) {
      FOOTFALL_ASSIGN_OR_RETURN(
          next, Grid::Create(after.tiers[level].period, after.zone));
      FOOTFALL_ASSIGN_OR_RETURN(const CoarseSteps coarse,
                                CoarseSteps::Create(grid, next));
      first = coarse.FineOf(coarse.Of(first)).begin;
    }
    const Metric* stored = level == 0 ? &metric
                           : level <= metric.tiers.size()
                               ? metric.tiers[level - 1].get()
                               : nullptr;
    if (stored != nullptr && !(stored->grid == grid)) stored = nullptr;
    const std::string steps = PluralPeriod(grid.period());
    lines.push_back(absl::StrCat(steps, " from ", grid.Format(first), " on"));
    if (stored != nullptr) {
      FOOTFALL_ASSIGN_OR_RETURN(const OldSamples old,
                                CountOld(snapshot, *stored, first, options));
      lines.push_back(
          absl::StrCat("samples of ", steps,
                       last ? std::string(" that go ")
                            : absl::StrCat(" that are rolled up into ",
                                           PluralPeriod(next.period()), " "),
                       old.samples, ", of ", old.series, " series"));
    }
    if (last) break;
    grid = std::move(next);
    keep = after.tiers[level].keep;
  }
  return lines;
}

absl::StatusOr<Answer> ShowRetention(const Snapshot& snapshot,
                                     const QueryOptions& options) {
  Answer answer;
  for (const absl::string_view name :
       {"metric", "keep", "kept_from", "removed_before", "series", "samples"}) {
    Column column;
    column.name = std::string(name);
    column.role = Column::Role::kPlain;
    const bool counts = name == "series" || name == "samples";
    column.type = counts ? ColumnType::kInteger : ColumnType::kText;
    answer.columns.push_back(std::move(column));
  }
  std::vector<Column>& columns = answer.columns;
  uint64_t rows = 0;
  for (const auto& own : snapshot.Metrics()) {
    if (!own->spec.keep.has_value() && !own->kept_from.has_value()) continue;
    std::vector<std::shared_ptr<const Metric>> grids = {own};
    grids.insert(grids.end(), own->tiers.begin(), own->tiers.end());
    for (const auto& metric : grids) {
      FOOTFALL_RETURN_IF_ERROR(CheckRows(++rows, options.limits));
      const std::optional<int64_t>& removed = metric->kept_from;
      OldSamples old;
      std::string kept_from;
      std::string removed_before;
      if (metric->usable.ok()) {
        const auto first = FirstStepKept(*metric, options.now);
        if (first.has_value()) {
          kept_from = metric->grid.Format(*first);
          FOOTFALL_ASSIGN_OR_RETURN(
              old, CountOld(snapshot, *metric, *first, options));
        }
        if (removed.has_value()) removed_before = metric->grid.Format(*removed);
      }
      MetricSpec alone = metric->spec;
      alone.tiers.clear();
      const std::string grid =
          own->tiers.empty() ? ""
                             : absl::StrCat(PluralPeriod(alone.period), " ");
      columns[0].texts.push_back(alone.name);
      columns[1].texts.push_back(absl::StrCat(grid, FormatKeep(alone)));
      columns[2].texts.push_back(std::move(kept_from));
      columns[3].texts.push_back(std::move(removed_before));
      columns[4].integers.push_back(static_cast<int64_t>(old.series));
      columns[5].integers.push_back(static_cast<int64_t>(old.samples));
    }
  }
  answer.set_row_count(rows);
  return answer;
}

}  // namespace footfall::query
