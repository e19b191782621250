// Operands: a metric, its conditions, its stretch of time.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "query/lang/diagnostic.h"
#include "query/lang/look.h"
#include "query/lang/nearest.h"
#include "query/lang/status_macros.h"
#include "query/plan/binder.h"
#include "query/plan/conditions.h"
#include "query/plan/window.h"

namespace footfall::query {

absl::StatusOr<std::shared_ptr<const Metric>> Binder::FindMetric(
    absl::string_view name, footfall::Source source) {
  auto metric = snapshot_.FindMetric(name);
  if (metric != nullptr) {
    if (metric->usable.ok()) return metric;
    return Diagnostic(metric->usable.code(), text_, source,
                      metric->usable.message(), "");
  }
  Nearest nearest(name);
  for (const auto& candidate : snapshot_.Metrics()) {
    nearest.Offer(candidate->spec.name);
    if (!candidate->FindDimension(name).has_value()) continue;
    return Refuse(Refusal::kUnknownMetric, source,
                  {name, absl::StrCat(name, " is a dimension: BY ", name)});
  }
  if (ParseUnit(name).has_value() || name == "time" || name == "date") {
    return Refuse(
        Refusal::kUnknownMetric, source,
        {name, absl::StrCat("time is cut by EVERY: EVERY ",
                            ParseUnit(name).has_value() ? name : "day")});
  }
  return Refuse(
      Refusal::kUnknownMetric, source,
      {name, nearest.found()
                 ? absl::StrCat("did you mean ", nearest.best(), "?")
                 : "SHOW METRICS lists them (in the program: .metrics)"});
}

// DURING in braces: of dates or, under ALIGN, of offsets.
absl::Status Binder::TakeOffsets(const Operand& operand,
                                 footfall::Source source, BoundOperand* bound) {
  if (!operand.during.has_value()) return absl::OkStatus();
  const auto* offsets = std::get_if<Range::Offsets>(&operand.during->form);
  if (offsets == nullptr) {
    return RefuseBesideAlign(
        source, "DURING of dates in braces",
        "each group counts from a date of its own",
        absl::StrCat("count from the event: ", operand.metric,
                     "{DURING -28..-1 days}"));
  }
  if (!plan_.align.has_value()) {
    return Refuse(Refusal::kOffsetsPlace, operand.during->source, {});
  }
  if (plan_.align->each) {
    return RefuseBesideAlign(
        source, "DURING in braces", "ON EACH has a row for every event",
        "leave out EACH, and name one event: event('release', 'R1')");
  }
  FOOTFALL_RETURN_IF_ERROR(CheckOffsets(*offsets, operand.during->source));
  bound->offsets = *offsets;
  return absl::OkStatus();
}

absl::Status Binder::BindBuckets(footfall::Source source, BoundOperand* bound) {
  if (!plan_.every.has_value()) return absl::OkStatus();
  auto buckets = Buckets::Create(bound->grid, *plan_.every, bound->grid.zone(),
                                 bound->grid.zone_name());
  if (!buckets.ok() && bound->metric->level == 0 &&
      !select_.every.has_value() && !plan_.operands.empty()) {
    const BoundOperand& other = plan_.operands[0];
    return Refuse(
        Refusal::kPeriods, source,
        {other.metric->spec.name, FormatPeriod(other.grid.period()),
         bound->metric->spec.name, FormatPeriod(bound->grid.period())});
  }
  if (!buckets.ok() && bound->metric->level > 0) {
    return RefuseTierBucket(*bound->metric,
                            select_.every.has_value() ? every_source_ : source);
  }
  if (!buckets.ok()) {
    return Refuse(Refusal::kBucket,
                  select_.every.has_value() ? every_source_ : source,
                  {buckets.status().message()});
  }
  bound->buckets = *std::move(buckets);
  return absl::OkStatus();
}

absl::StatusOr<size_t> Binder::BindOperand(const Operand& operand,
                                           footfall::Source source,
                                           const Call* across) {
  BoundOperand bound;
  bound.source = source;
  FOOTFALL_RETURN_IF_ERROR(TakeOffsets(operand, source, &bound));
  FOOTFALL_ASSIGN_OR_RETURN(bound.metric, FindMetric(operand.metric, source));
  FOOTFALL_ASSIGN_OR_RETURN(
      bound.metric, ChooseGrid(std::move(bound.metric),
                               bound.offsets.has_value()    ? nullptr
                               : operand.during.has_value() ? &*operand.during
                               : select_.during.has_value() ? &*select_.during
                                                            : nullptr));
  if (!attributes_.all.empty()) FOOTFALL_RETURN_IF_ERROR(AddAttributes(&bound));
  const Metric& metric = *bound.metric;
  bound.grid = metric.grid;
  bound.begins = begins_;
  if (!plan_.zone.empty()) {
    if (!metric.spec.period.below_day()) {
      return Refuse(Refusal::kZoneCivil, select_.zone->source,
                    {metric.spec.name,
                     absl::StrCat(UnitName(metric.spec.period.unit), "s")});
    }
    auto grid = Grid::Create(metric.spec.period, plan_.zone);
    if (!grid.ok()) return grid.status();
    bound.grid = *std::move(grid);
  }

  // Conditions in braces replace those of WHERE on the same dimension.
  const auto in_braces = [&operand](absl::string_view dimension) {
    return std::any_of(operand.conditions.begin(), operand.conditions.end(),
                       [dimension](const Condition& condition) {
                         return condition.dimension == dimension;
                       });
  };
  OperandMention mention;
  for (const Condition& condition : operand.conditions) {
    mention.conditions.push_back(&condition);
  }
  for (const Condition& condition : select_.where) {
    if (in_braces(condition.dimension)) continue;
    mention.conditions.push_back(&condition);
  }
  bound.picks.resize(metric.spec.dimensions.size());
  for (const Condition* condition : mention.conditions) {
    FOOTFALL_RETURN_IF_ERROR(ApplyCondition(snapshot_, metric, *condition,
                                            text_, options_, &bound.picks,
                                            &bound.time_picks));
  }
  FOOTFALL_RETURN_IF_ERROR(BindParts(operand, &bound));
  for (const Name& name : select_.by) {
    if (FindTimePart(name.name).has_value()) {
      if (in_braces(name.name)) {
        return Refuse(Refusal::kPartInBraces, source, {name.name});
      }
      bound.by.push_back(BoundOperand::kByPart);
      continue;
    }
    if (in_braces(name.name)) {
      bound.by.push_back(-1);
      continue;
    }
    const auto dimension = metric.FindDimension(name.name);
    const auto unit = ParseUnit(name.name);
    const auto part = TimePartOfWord(name.name);
    if (!dimension.has_value() && (unit.has_value() || part.has_value())) {
      const std::string bucket =
          unit.has_value()
              ? absl::StrCat("time is cut by EVERY: EVERY ", UnitName(*unit))
              : "";
      const std::string by_part =
          part.has_value() ? absl::StrCat("BY ", TimePartName(*part),
                                          " is of the parts of the calendar")
                           : "";
      return Refuse(
          Refusal::kUnknownDimension, name.source,
          {metric.spec.name, name.name,
           absl::StrCat(bucket, bucket.empty() || by_part.empty() ? "" : "; ",
                        by_part)});
    }
    if (!dimension.has_value()) {
      // The same words as for WHERE.
      Condition condition;
      condition.dimension = name.name;
      condition.source = name.source;
      return ApplyCondition(snapshot_, metric, condition, text_, options_,
                            &bound.picks, &bound.time_picks);
    }
    bound.by.push_back(static_cast<int>(*dimension));
  }

  if (across != nullptr) {
    FOOTFALL_RETURN_IF_ERROR(BindAcrossDimensions(*across, &bound));
  }

  if (operand.during.has_value()) {
    bound.own_window = true;
    if (!bound.offsets.has_value()) mention.during = &*operand.during;
  } else if (select_.during.has_value()) {
    mention.during = &*select_.during;
  }
  if (mention.during != nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(
        bound.window,
        ResolveWindow(*mention.during, bound.grid, begins_, now_, text_));
    bound.to_date = ends_to_date_;
    if (bound.to_date) EndToDate(bound.grid, now_, &bound.window);
  }
  bound.range = bound.grid.StepsInside(bound.window.first, bound.window.last);
  if (!bound.own_window) FOOTFALL_RETURN_IF_ERROR(BindBuckets(source, &bound));
  if (plan_.align.has_value()) FOOTFALL_RETURN_IF_ERROR(AlignOperand(&bound));

  for (size_t i = 0; i < plan_.operands.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(Pass(options_));
    BoundOperand& other = plan_.operands[i];
    if (other.metric->id == metric.id && other.picks == bound.picks &&
        other.time_picks == bound.time_picks && other.by == bound.by &&
        other.across == bound.across && other.window == bound.window &&
        other.offsets == bound.offsets &&
        other.own_window == bound.own_window) {
      other.in_product |= products_ > 0;
      if (std::find(other.mentions.begin(), other.mentions.end(), mention) ==
          other.mentions.end()) {
        other.mentions.push_back(std::move(mention));
      }
      return i;
    }
  }
  bound.in_product = products_ > 0;
  bound.mentions.push_back(std::move(mention));
  plan_.operands.push_back(std::move(bound));
  return plan_.operands.size() - 1;
}

}  // namespace footfall::query
