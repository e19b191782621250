#include "engine/write/alter_metric.h"

#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/casts.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "storage/base/status_macros.h"

namespace footfall::engine {
namespace {

// The last of them is followed by one inside the queue, at what was written
// meanwhile.
constexpr int kLooks = 3;

absl::Status NoMetric(absl::string_view name) {
  return absl::NotFoundError(absl::StrCat("there is no metric ", name));
}

// Whether values that were fine may not be any more.
bool BeginsToCountUsers(const MetricSpec& before, const MetricSpec& after) {
  return after.CountsUsers() && !before.CountsUsers();
}

// FAILED_PRECONDITION where a sample at `steps` is below 0.
absl::Status CheckNoneBelowZero(const DatabaseSnapshot& snapshot,
                                const Metric& metric, StepRange steps,
                                const StopCheck& stop) {
  const bool decimal = metric.spec.value_type == ValueType::kDecimal;
  std::vector<SeriesId> series(snapshot.Series(metric.id).count());
  std::iota(series.begin(), series.end(), SeriesId{0});
  const auto cursor =
      snapshot.Scan({.metric = metric.id, .series = series, .steps = steps});
  if (cursor == nullptr) {
    return absl::ResourceExhaustedError("there is no memory for a scan");
  }
  while (true) {
    FOOTFALL_RETURN_IF_ERROR(AskStop(stop));
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return absl::OkStatus();
    const Slab& slab = cursor->slab();
    // Absent cells are 0.
    for (size_t i = 0; i < slab.values.size(); ++i) {
      const int64_t bits = slab.values[i];
      if (decimal ? !(absl::bit_cast<double>(bits) < 0) : bits >= 0) continue;
      const int64_t step =
          slab.first_step + static_cast<int64_t>(i % slab.step_count);
      const std::string found = decimal
                                    ? absl::StrCat(absl::bit_cast<double>(bits))
                                    : absl::StrCat(bits);
      return absl::FailedPreconditionError(absl::StrCat(
          "metric ", metric.spec.name, " has the value ", found, " at ",
          metric.grid.Format(step),
          "; a metric that OVERLAPS counts users and takes 0 or more"));
    }
  }
}

// The same at several stretches.
absl::Status CheckNoneBelowZero(const DatabaseSnapshot& snapshot,
                                const Metric& metric,
                                absl::Span<const StepRange> stretches,
                                const StopCheck& stop) {
  for (const StepRange& steps : stretches) {
    FOOTFALL_RETURN_IF_ERROR(CheckNoneBelowZero(snapshot, metric, steps, stop));
  }
  return absl::OkStatus();
}

// Where commits after `commit` have written to; all steps where nobody knows.
std::vector<StepRange> TouchedSince(const EraRecords& records,
                                    const MetricState& state, uint64_t commit) {
  const auto eras = records.TouchedSince(state.metric->id, commit);
  if (!eras.has_value()) return {state.metric->grid.Limits()};
  std::vector<StepRange> stretches;
  for (const int32_t era : *eras) {
    const int64_t first = state.layout.FirstStepOf(era);
    stretches.push_back({first, first + int64_t{state.layout.shape.steps}});
  }
  return stretches;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Metric>> AlterMetric(
    CommitQueue* queue, absl::string_view name, const MetricChanges& changes,
    const StopCheck& stop) {
  std::shared_ptr<const Metric> looked_at;
  std::vector<StepRange> unread;  // of it
  for (int look = 1;; ++look) {
    FOOTFALL_RETURN_IF_ERROR(queue->CheckOpen());
    const std::shared_ptr<const DatabaseSnapshot> snapshot = queue->current();
    const auto before = snapshot->FindMetric(name);
    if (before == nullptr) return NoMetric(name);
    FOOTFALL_ASSIGN_OR_RETURN(const MetricSpec after,
                              WithChanges(before->spec, changes));
    // Nothing to write where it is so.
    if (after == before->spec) return before;
    const bool is_new = looked_at != before;
    if (is_new) unread = {before->grid.Limits()};
    looked_at = before;
    const bool begins = BeginsToCountUsers(before->spec, after);
    if (begins) {
      // Of a metric that cannot be read nobody knows.
      FOOTFALL_RETURN_IF_ERROR(before->usable);
      FOOTFALL_RETURN_IF_ERROR(
          CheckNoneBelowZero(*snapshot, *before, unread, stop));
      // What was rolled up changes by roll-ups alone, of what is above.
      for (const auto& tier : before->tiers) {
        if (!is_new) break;
        FOOTFALL_RETURN_IF_ERROR(
            CheckNoneBelowZero(*snapshot, *tier, tier->grid.Limits(), stop));
      }
    }
    bool is_stale = false;
    std::shared_ptr<const Metric> altered;
    const auto work = [&](CommitQueue::Change& change) -> absl::Status {
      const auto state = change.catalog->Find(before->id);
      if (state == nullptr) return NoMetric(name);
      is_stale = state->metric != before;
      if (is_stale) return absl::AbortedError("altered meanwhile");
      if (begins) {
        unread =
            TouchedSince(change.catalog->eras(), *state, snapshot->commit());
        is_stale = !unread.empty() && look < kLooks;
        if (is_stale) return absl::AbortedError("written to meanwhile");
        FOOTFALL_RETURN_IF_ERROR(
            CheckNoneBelowZero(*change.current, *before, unread, stop));
      }
      FOOTFALL_ASSIGN_OR_RETURN(
          altered, change.catalog->Alter(name, changes, change.batch));
      return absl::OkStatus();
    };
    const absl::Status status =
        queue->RunAlone(Durability::kPowerLoss, work).status();
    if (is_stale) continue;
    FOOTFALL_RETURN_IF_ERROR(status);
    return altered;
  }
}

}  // namespace footfall::engine
