// On which of its grids a metric with tiers is read.

#include "query/plan/tiers.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/lang/look.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// The earliest step behind which `call` and what stands in it may look.
int64_t Earliest(const Expr& expr, const Grid& grid, int64_t step,
                 const std::optional<Period>& every);

int64_t EarliestOfCall(const Call& call, const Grid& grid, int64_t step,
                       const std::optional<Period>& every) {
  std::optional<Period> back;
  int64_t buckets = 0;  // ma(x, n)
  for (const Argument& argument : call.arguments) {
    if (const auto* duration = std::get_if<Duration>(&argument.form)) {
      back = Period{.unit = duration->unit,
                    .count = static_cast<int32_t>(
                        std::min<int64_t>(duration->count, kMaxKeep))};
    }
    const auto* inner = std::get_if<Expr>(&argument.form);
    const auto* number =
        inner == nullptr ? nullptr : std::get_if<Number>(&inner->node);
    const auto* count =
        number == nullptr ? nullptr : std::get_if<int64_t>(&number->value);
    if (call.function == "ma" && count != nullptr) buckets = *count;
  }
  if (buckets > 0 && every.has_value()) {
    back = Period{.unit = every->unit,
                  .count = static_cast<int32_t>(
                      std::min<int64_t>(buckets * every->count, kMaxKeep))};
  }
  if (call.over.has_value() && call.over->from != Over::From::kRange) {
    back = Period{.unit = call.over->unit,
                  .count = static_cast<int32_t>(
                      std::min<int64_t>(call.over->count, kMaxKeep))};
  }
  if (back.has_value() &&
      (back->unit >= Unit::kDay || grid.period().below_day())) {
    step =
        std::min(step, grid.StepsFrom(step, -back->count, 0, back->unit).begin);
  }
  int64_t first = step;
  for (const Argument& argument : call.arguments) {
    if (const auto* inner = std::get_if<Expr>(&argument.form)) {
      first = std::min(first, Earliest(*inner, grid, step, every));
    }
  }
  return first;
}

int64_t Earliest(const Expr& expr, const Grid& grid, int64_t step,
                 const std::optional<Period>& every) {
  if (const auto* call = std::get_if<Call>(&expr.node)) {
    return EarliestOfCall(*call, grid, step, every);
  }
  int64_t first = step;
  if (const auto* minus = std::get_if<Negation>(&expr.node)) {
    for (const Expr& side : minus->inner) {
      first = std::min(first, Earliest(side, grid, step, every));
    }
  }
  if (const auto* arithmetic = std::get_if<Arithmetic>(&expr.node)) {
    for (const Expr& side : arithmetic->sides) {
      first = std::min(first, Earliest(side, grid, step, every));
    }
  }
  return first;
}

}  // namespace

std::optional<int64_t> FirstStepOnGrid(const Metric& metric, absl::Time now) {
  const std::optional<int64_t> kept = FirstStepKept(metric, now);
  if (!kept.has_value() || !metric.kept_from.has_value()) {
    return kept.has_value() ? kept : metric.kept_from;
  }
  return std::max(*kept, *metric.kept_from);
}

absl::StatusOr<bool> HasSamplesBefore(const Snapshot& snapshot,
                                      const Metric& metric, int64_t step,
                                      const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                            snapshot.StepBounds(metric.id));
  if (!bounds.has_value() || bounds->begin >= step) return false;
  std::vector<SeriesId> series(snapshot.Series(metric.id).count());
  std::iota(series.begin(), series.end(), SeriesId{0});
  ScanRequest request;
  request.metric = metric.id;
  request.series = series;
  request.steps = {bounds->begin, step};
  request.depth = ScanDepth::kPresence;
  const auto cursor = snapshot.Scan(request);
  if (cursor == nullptr) {
    return absl::ResourceExhaustedError("there is no memory for a scan");
  }
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return false;
    const absl::Span<const uint64_t> present = cursor->slab().present;
    FOOTFALL_RETURN_IF_ERROR(Pass(
        options, std::min<uint64_t>(1 + present.size(), kWorkBetweenLooks)));
    if (std::any_of(present.begin(), present.end(),
                    [](uint64_t word) { return word != 0; })) {
      return true;
    }
  }
}

std::shared_ptr<const Metric> FinerThan(const Snapshot& snapshot,
                                        const Metric& tier) {
  const auto own = snapshot.FindMetric(tier.spec.name);
  return tier.level == 1 ? own
                         : own->tiers[static_cast<size_t>(tier.level) - 2];
}

std::string WhatStepIs(const Metric& tier, const Metric& finer) {
  const Additivity rule = tier.spec.over_time;
  return absl::StrCat(rule == Additivity::kLevel      ? "the last"
                      : rule == Additivity::kOverlaps ? "the largest"
                                                      : "the sum",
                      " of its ", PluralPeriod(finer.spec.period));
}

absl::string_view WhatTierKnows(const Metric& tier) {
  switch (tier.spec.over_time) {
    case Additivity::kAdds:
      return "sum";
    case Additivity::kOverlaps:
      return "max";
    default:
      return "last";
  }
}

std::string WhatMakesOne(const Metric& read, absl::string_view name) {
  if (read.level > 0) {
    return absl::StrCat(WhatTierKnows(read), "(", name, ") makes");
  }
  return absl::StrCat("avg(", name, "), max(", name, ") or last(", name,
                      ") make");
}

int64_t EarliestLookedAt(const Select& select, const Grid& grid, int64_t step,
                         const std::optional<Period>& every) {
  int64_t first = step;
  for (const Item& item : select.items) {
    first = std::min(first, Earliest(item.expr, grid, step, every));
  }
  return first;
}

}  // namespace footfall::query
