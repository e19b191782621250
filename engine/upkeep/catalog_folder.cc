#include "engine/upkeep/catalog_folder.h"

#include <set>
#include <utility>

#include "engine/catalog/fold_catalog.h"
#include "engine/upkeep/walk.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {

absl::StatusOr<bool> CatalogFolder::Turn(const StopCheck& stop) {
  FindParts(*queue_->current());
  if (parts_.empty()) return false;
  const absl::StatusOr<bool> more = Fold(parts_.back(), kMostBlocks + 1, stop);
  if (!more.ok() && !IsOfTile(more.status())) return more;
  if (!more.ok() || !*more) parts_.pop_back();
  FOOTFALL_RETURN_IF_ERROR(more.status());
  return *more || !parts_.empty();
}

void CatalogFolder::FindParts(const DatabaseSnapshot& snapshot) {
  const CatalogView& catalog = snapshot.catalog();
  const std::weak_ptr<const Declarations> now = catalog.declarations();
  if (seen_series_ == catalog.series_count() &&
      !seen_declarations_.owner_before(now) &&
      !now.owner_before(seen_declarations_)) {
    return;
  }
  Counts counts;
  std::vector<Part> parts;
  for (const auto& metric : catalog.metrics()) {
    counts.series[metric->id] = catalog.Find(metric->id)->series.count();
    for (const Dimension& dimension : metric->spec.dimensions) {
      const auto* const members = catalog.FindMembers(dimension.name);
      if (members != nullptr) counts.members[dimension.name] = members->count;
    }
  }
  // Those that wait already have not been looked at since they were seen.
  std::set<MetricId> waiting;
  std::set<std::string> waiting_names;
  for (const Part& part : parts_) {
    if (part.dimension.empty()) waiting.insert(part.metric);
    if (!part.dimension.empty()) waiting_names.insert(part.dimension);
  }
  for (const auto& [metric, count] : counts.series) {
    const auto seen = seen_.series.find(metric);
    if (waiting.contains(metric) || seen == seen_.series.end() ||
        seen->second != count) {
      parts.push_back({metric, ""});
    }
  }
  for (const auto& [name, count] : counts.members) {
    const auto seen = seen_.members.find(name);
    if (waiting_names.contains(name) || seen == seen_.members.end() ||
        seen->second != count) {
      parts.push_back({0, name});
    }
  }
  parts_ = std::move(parts);
  seen_ = std::move(counts);
  seen_declarations_ = now;
  seen_series_ = catalog.series_count();
}

absl::StatusOr<bool> CatalogFolder::Fold(const Part& part, size_t least,
                                         const StopCheck& stop) {
  const std::shared_ptr<const DatabaseSnapshot> snapshot = queue_->current();
  const CatalogView& catalog = snapshot->catalog();
  const auto* const metric = catalog.Find(part.metric);
  const auto* const members =
      part.dimension.empty() ? nullptr : catalog.FindMembers(part.dimension);
  const bool is_there =
      part.dimension.empty() ? metric != nullptr : members != nullptr;
  if (!is_there) return false;  // it was dropped
  FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::optional<FoldedBlocks> folded,
      members != nullptr
          ? FoldMemberBlocks(snapshot->view(), *members, least, stop)
          : FoldSeriesBlocks(snapshot->view(), *metric, least, stop));
  if (!folded.has_value()) return false;
  const auto install = [&](CommitQueue::Change& change) {
    change.is_commit = false;
    // Not where it was dropped, or the catalog was read anew, meanwhile.
    const CatalogView& now = change.current->catalog();
    const auto* const same_metric = now.Find(part.metric);
    const auto* const same_members =
        members == nullptr ? nullptr : now.FindMembers(part.dimension);
    const bool holds =
        members != nullptr
            ? same_members != nullptr &&
                  same_members->dictionary == members->dictionary
            : same_metric != nullptr &&
                  same_metric->state->series == metric->state->series;
    if (holds) folded->AddTo(change.batch);
    return absl::OkStatus();
  };
  FOOTFALL_RETURN_IF_ERROR(
      queue_->RunAlone(Durability::kProcessCrash, install).status());
  ++folded_;
  return true;
}

absl::Status CatalogFolder::FoldAll(std::optional<MetricId> metric,
                                    const StopCheck& stop) {
  std::map<std::string, uint32_t> dimensions;
  std::vector<std::pair<Part, uint32_t>> parts;  // and how many rows they have
  {
    const auto snapshot = queue_->current();  // owns the list
    const CatalogView& catalog = snapshot->catalog();
    for (const auto& each : catalog.metrics()) {
      if (metric.has_value() && each->id != *metric) continue;
      parts.push_back({{each->id, ""}, catalog.Find(each->id)->series.count()});
      for (const Dimension& dimension : each->spec.dimensions) {
        const auto* const members = catalog.FindMembers(dimension.name);
        if (members != nullptr) dimensions[dimension.name] = members->count;
      }
    }
  }
  for (const auto& [name, rows] : dimensions) {
    parts.push_back({{0, name}, rows});
  }
  // What a stretch goes on by at least: the last block of one may be short, and
  // is taken into the next.
  constexpr uint64_t kRowsDone = kRowsOfFold - kFoldedBlockRows;
  for (const auto& [part, rows] : parts) {
    // Those that come meanwhile wait for the next time: else a busy writer
    // would keep it going.
    bool more = true;
    for (uint64_t begin = 0; more && begin <= rows; begin += kRowsDone) {
      FOOTFALL_ASSIGN_OR_RETURN(more, Fold(part, /*least=*/1, stop));
    }
  }
  return absl::OkStatus();
}

}  // namespace footfall::engine
