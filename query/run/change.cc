#include "query/run/change.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "footfall/query.h"
#include "query/lang/diagnostic.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/conditions.h"
#include "query/plan/window.h"
#include "query/run/attributes.h"
#include "query/run/change_names.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

// What a DELETE means.
struct Victims {
  std::shared_ptr<const Metric> metric;
  std::vector<SeriesId> series;  // ascending
  TimeWindow window;
  StepRange steps;  // empty where no tile can hold one
};

absl::StatusOr<Victims> FindVictims(const Snapshot& snapshot,
                                    const Delete& remove,
                                    absl::string_view text,
                                    const QueryOptions& options) {
  Victims victims;
  FOOTFALL_ASSIGN_OR_RETURN(victims.metric,
                            LookUpUsableMetric(snapshot, remove.metric, text));
  const Metric& metric = *victims.metric;
  FOOTFALL_ASSIGN_OR_RETURN(
      const auto picks,
      BindConditions(snapshot, metric, remove.where, text, options));
  FOOTFALL_ASSIGN_OR_RETURN(
      victims.window,
      ResolveWindow(remove.during, metric.grid, {metric.spec.period.week_start},
                    options.now, text));
  FOOTFALL_ASSIGN_OR_RETURN(SeriesRows rows,
                            FindSeries(snapshot.Series(metric.id), picks,
                                       /*or_empty=*/false, options, AnyRoom));
  victims.series = std::move(rows.ids);
  const StepRange inside =
      metric.grid.StepsInside(victims.window.first, victims.window.last);
  if (!metric.tiers.empty()) {  // what was rolled up lies further back
    victims.steps = inside;
    return victims;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<StepRange> bounds,
                            snapshot.StepBounds(metric.id));
  if (!bounds.has_value()) return victims;
  victims.steps = {std::max(inside.begin, bounds->begin),
                   std::min(inside.end, bounds->end)};
  return victims;
}

// Samples of `victims` that are there, on one grid.
absl::StatusOr<uint64_t> CountSamples(const Snapshot& snapshot, MetricId metric,
                                      absl::Span<const SeriesId> series,
                                      StepRange steps) {
  if (steps.empty() || series.empty()) return uint64_t{0};
  ScanRequest request;
  request.metric = metric;
  request.series = series;
  request.steps = steps;
  const auto cursor = snapshot.Scan(request);
  if (cursor == nullptr) {
    return absl::ResourceExhaustedError("there is no memory for a scan");
  }
  uint64_t count = 0;
  while (true) {
    FOOTFALL_ASSIGN_OR_RETURN(const bool more, cursor->Next());
    if (!more) return count;
    const Slab& slab = cursor->slab();
    for (const uint64_t word : slab.present) {
      count += static_cast<uint64_t>(std::popcount(word));
    }
  }
}

// On all of them.
absl::StatusOr<uint64_t> CountSamples(const Snapshot& snapshot,
                                      const Victims& victims) {
  FOOTFALL_ASSIGN_OR_RETURN(
      uint64_t count, CountSamples(snapshot, victims.metric->id, victims.series,
                                   victims.steps));
  const Metric* finer = victims.metric.get();
  StepRange steps = victims.steps;
  for (const auto& tier : victims.metric->tiers) {
    if (!finer->kept_from.has_value() || steps.empty()) break;
    FOOTFALL_ASSIGN_OR_RETURN(const CoarseSteps coarse,
                              CoarseSteps::Create(finer->grid, tier->grid));
    steps = {coarse.Of(steps.begin), coarse.Of(steps.end - 1) + 1};
    FOOTFALL_ASSIGN_OR_RETURN(
        const uint64_t rolled_up,
        CountSamples(
            snapshot, tier->id, victims.series,
            {steps.begin, std::min(steps.end, coarse.Of(*finer->kept_from))}));
    count += rolled_up;
    finer = tier.get();
  }
  return count;
}

}  // namespace

std::string Counted(uint64_t count, absl::string_view thing,
                    absl::string_view things) {
  std::string digits = absl::StrCat(count);
  for (size_t at = digits.size(); at > 3; at -= 3)
    digits.insert(at - 3, 1, ',');
  return absl::StrCat(digits, " ", count == 1 ? thing : things);
}

namespace {

// What makes a metric as it is into one as it was asked for.
std::string HowToChange(const MetricSpec& is, const MetricSpec& asked) {
  MetricSpec changed = asked;
  changed.unit = is.unit;
  changed.over_time = is.over_time;
  changed.late = is.late;
  changed.keep = is.keep;
  changed.tiers = is.tiers;
  Alter alter;
  alter.metric.name = is.name;
  MetricChanges& changes = alter.changes;
  for (size_t i = 0;
       i < std::min(is.dimensions.size(), asked.dimensions.size()); ++i) {
    if (is.dimensions[i].name != asked.dimensions[i].name ||
        is.dimensions[i] == asked.dimensions[i]) {
      continue;
    }
    changed.dimensions[i] = is.dimensions[i];
    changes.rules.push_back(asked.dimensions[i]);
  }
  if (changed != is) {
    return absl::StrCat(
        "samples are stored by type, EVERY, BY and IN ZONE, which cannot "
        "change: define another metric and import them there, or remove this "
        "one with them by DROP METRIC ",
        is.name);
  }
  if (asked.unit != is.unit) changes.unit = asked.unit;
  if (asked.over_time != is.over_time) changes.over_time = asked.over_time;
  if (asked.late != is.late) changes.late = asked.late;
  if (asked.keep != is.keep || asked.tiers != is.tiers) {
    changes.keep = asked.keep;
    changes.tiers = asked.tiers;
    if (!asked.tiers.empty()) alter.keep_grid = is.period;
  }
  Statement statement;
  statement.node = std::move(alter);
  return absl::StrCat("to change it and keep its samples: ", Print(statement));
}

}  // namespace

absl::StatusOr<std::string> RunDefine(Database& database, const Define& define,
                                      absl::string_view text) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  const auto there = snapshot->FindMetric(define.spec.name);
  const auto metric = database.Define(define.spec);
  if (!metric.ok()) {
    // It may also be read-only.
    if (there != nullptr &&
        absl::StrContains(metric.status().message(), "already exists")) {
      return Refuse(
          Refusal::kMetricExists, text, define.source,
          {metric.status().message(), HowToChange(there->spec, define.spec)});
    }
    return Diagnostic(metric.status().code(), text, define.source,
                      metric.status().message(), "");
  }
  return absl::StrCat("metric ", define.spec.name,
                      there != nullptr ? " is defined so already" : " defined");
}

absl::StatusOr<std::string> RunDelete(Database& database, const Delete& remove,
                                      absl::string_view text,
                                      const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_ASSIGN_OR_RETURN(const Victims victims,
                            FindVictims(*snapshot, remove, text, options));
  uint64_t count = 0;
  if (!victims.steps.empty() && !victims.series.empty()) {
    const absl::StatusOr<uint64_t> removed = database.Delete(
        *victims.metric, victims.series, victims.steps, WriteOptions());
    if (!removed.ok()) {
      return Diagnostic(removed.status().code(), text, remove.metric.source,
                        removed.status().message(), "");
    }
    count = *removed;
  }
  return absl::StrCat(Counted(count, "sample", "samples"), " of ",
                      remove.metric.name, " deleted");
}

absl::StatusOr<Answer> ExplainDelete(const Database& database,
                                     const Delete& remove,
                                     absl::string_view text,
                                     const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_ASSIGN_OR_RETURN(const Victims victims,
                            FindVictims(*snapshot, remove, text, options));
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t count,
                            CountSamples(*snapshot, victims));
  Column plan;
  plan.name = "plan";
  plan.texts = {
      absl::StrCat("delete from ", remove.metric.name),
      absl::StrCat("during ", FormatWindow(victims.window)),
      absl::StrCat("series matched ", victims.series.size()),
      absl::StrCat("samples ", count),
  };
  Answer answer;
  answer.set_row_count(plan.texts.size());
  answer.columns.push_back(std::move(plan));
  return answer;
}

absl::StatusOr<std::string> RunDrop(Database& database, const Drop& drop,
                                    absl::string_view text, Source source) {
  if (drop.what == Drop::What::kEvent) {
    return RunDropEvent(database, drop, text, source);
  }
  if (drop.what == Drop::What::kAlias) {
    return RunDropAlias(database, drop, text, source);
  }
  if (drop.what == Drop::What::kAttribute) {
    return RunDropAttribute(database, drop, text, source);
  }
  const Name name = drop.name.value_or(Name());
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            LookUpMetric(*snapshot, name, text));
  const SeriesId series = snapshot->Series(metric->id).count();
  if (const absl::Status status = database.DropMetric(name.name);
      !status.ok()) {
    return Diagnostic(status.code(), text, name.source, status.message(), "");
  }
  return absl::StrCat("metric ", name.name, " dropped, with ",
                      Counted(series, "series", "series"));
}

absl::StatusOr<std::string> RunCompact(Database& database,
                                       const Compact& compact,
                                       absl::string_view text,
                                       const StopCheck& stop) {
  if (!compact.metric.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(database.Compact(stop));
    return std::string("compacted");
  }
  const Name& name = *compact.metric;
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_RETURN_IF_ERROR(LookUpMetric(*snapshot, name, text).status());
  FOOTFALL_RETURN_IF_ERROR(database.CompactMetric(name.name, stop));
  return absl::StrCat("metric ", name.name, " compacted");
}

}  // namespace footfall::query
