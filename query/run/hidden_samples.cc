#include "query/run/hidden_samples.h"

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "footfall/hash_table.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// The two series that differ in the member alone.
struct Pair {
  std::optional<SeriesId> old_series;
  std::optional<SeriesId> new_series;
};

std::vector<Pair> FindPairs(const Snapshot& snapshot, const Metric& metric,
                            size_t dimension, MemberId old_member,
                            MemberId new_member) {
  const SeriesTable& table = snapshot.Series(metric.id);
  const size_t dimensions = metric.spec.dimensions.size();
  FlatHashMap<std::string, Pair> pairs;  // by their other members
  std::vector<std::vector<MemberId>> members(
      dimensions, std::vector<MemberId>(SeriesTable::kBlock));
  for (SeriesId first = 0; first < table.count();
       first += SeriesTable::kBlock) {
    const SeriesId block = first / SeriesTable::kBlock;
    if (!table.BlockMayHold(dimension, block, old_member) &&
        !table.BlockMayHold(dimension, block, new_member)) {
      continue;
    }
    const SeriesId count =
        std::min<SeriesId>(SeriesTable::kBlock, table.count() - first);
    for (size_t d = 0; d < dimensions; ++d) {
      table.ReadMembers(d, first, absl::MakeSpan(members[d]).first(count));
    }
    for (SeriesId i = 0; i < count; ++i) {
      const MemberId member = members[dimension][i];
      if (member != old_member && member != new_member) continue;
      std::string others;
      for (size_t d = 0; d < dimensions; ++d) {
        if (d == dimension) continue;
        const MemberId other = members[d][i];
        others.append(reinterpret_cast<const char*>(&other), sizeof(other));
      }
      Pair& pair = pairs[others];
      (member == old_member ? pair.old_series : pair.new_series) = first + i;
    }
  }
  std::vector<Pair> whole;
  for (auto& [others, pair] : pairs) {
    if (pair.old_series.has_value() && pair.new_series.has_value()) {
      whole.push_back(pair);
    }
  }
  return whole;
}

// Steps at which both series have a sample.
absl::StatusOr<uint64_t> CountShared(const Snapshot& snapshot,
                                     const Metric& metric, const Pair& pair,
                                     const StepRange& steps) {
  std::vector<SeriesId> series = {*pair.old_series, *pair.new_series};
  std::sort(series.begin(), series.end());
  ScanRequest request;
  request.metric = metric.id;
  request.series = series;
  request.steps = steps;
  request.depth = ScanDepth::kPresence;
  const auto cursor = snapshot.Scan(request);
  if (cursor == nullptr) {
    return absl::ResourceExhaustedError("there is no memory for a scan");
  }
  // The two may lie in different slabs of the same steps.
  std::map<int64_t, std::vector<uint64_t>> seen;  // by the slab's first step
  uint64_t shared = 0;
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return shared;
    const Slab& slab = cursor->slab();
    for (size_t i = 0; i < slab.series.size(); ++i) {
      const absl::Span<const uint64_t> present =
          slab.present.subspan(i * slab.words, slab.words);
      const auto [found, is_new] = seen.try_emplace(
          slab.first_step,
          std::vector<uint64_t>(present.begin(), present.end()));
      if (is_new) continue;
      for (size_t word = 0; word < present.size(); ++word) {
        shared += static_cast<uint64_t>(
            std::popcount(found->second[word] & present[word]));
      }
    }
  }
}

}  // namespace

absl::StatusOr<uint64_t> CountHiddenSamples(const Snapshot& snapshot,
                                            const Alias& alias) {
  const auto old_member = snapshot.FindMember(alias.dimension, alias.old_name);
  const auto new_member = snapshot.FindMember(alias.dimension, alias.new_name);
  if (!old_member.has_value() || !new_member.has_value()) return uint64_t{0};
  uint64_t hidden = 0;
  for (const auto& metric : snapshot.Metrics()) {
    const std::optional<size_t> dimension =
        metric->FindDimension(alias.dimension);
    if (!dimension.has_value() || !metric->usable.ok()) continue;
    FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                              snapshot.StepBounds(metric->id));
    if (!bounds.has_value()) continue;
    StepRange steps = *bounds;
    if (alias.from.has_value()) {
      steps.begin =
          std::max(steps.begin,
                   metric->grid.StepsInside(alias.from, std::nullopt).begin);
    }
    if (steps.empty()) continue;
    for (const Pair& pair :
         FindPairs(snapshot, *metric, *dimension, *old_member, *new_member)) {
      FOOTFALL_ASSIGN_OR_RETURN(const uint64_t shared,
                                CountShared(snapshot, *metric, pair, steps));
      hidden += shared;
    }
  }
  return hidden;
}

}  // namespace footfall::query
