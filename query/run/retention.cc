#include "query/run/retention.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
  for (const auto& metric : snapshot.Metrics()) {
    const std::optional<Period>& keep = metric->spec.keep;
    const std::optional<int64_t>& removed = metric->kept_from;
    if (!keep.has_value() && !removed.has_value()) continue;
    FOOTFALL_RETURN_IF_ERROR(CheckRows(++rows, options.limits));
    OldSamples old;
    std::string kept_from;
    std::string removed_before;
    if (metric->usable.ok()) {
      if (keep.has_value()) {
        const int64_t first = FirstStepKept(metric->grid, *keep, options.now);
        kept_from = metric->grid.Format(first);
        FOOTFALL_ASSIGN_OR_RETURN(old,
                                  CountOld(snapshot, *metric, first, options));
      }
      if (removed.has_value()) removed_before = metric->grid.Format(*removed);
    }
    columns[0].texts.push_back(metric->spec.name);
    columns[1].texts.push_back(keep.has_value() ? FormatKeep(*keep)
                                                : "forever");
    columns[2].texts.push_back(std::move(kept_from));
    columns[3].texts.push_back(std::move(removed_before));
    columns[4].integers.push_back(static_cast<int64_t>(old.series));
    columns[5].integers.push_back(static_cast<int64_t>(old.samples));
  }
  answer.set_row_count(rows);
  return answer;
}

}  // namespace footfall::query
