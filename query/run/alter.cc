#include "query/run/alter.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "query/lang/diagnostic.h"
#include "query/lang/look.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/run/lookup.h"
#include "query/run/retention.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

absl::StatusOr<std::shared_ptr<const Metric>> FindAltered(
    const Snapshot& snapshot, const Alter& alter, absl::string_view text) {
  FOOTFALL_ASSIGN_OR_RETURN(auto metric,
                            LookUpMetric(snapshot, alter.metric, text));
  const Period& own = metric->spec.period;
  if (alter.keep_grid.has_value() && (alter.keep_grid->unit != own.unit ||
                                      alter.keep_grid->count != own.count)) {
    return Refuse(Refusal::kKeepGrid, text, alter.keep,
                  {PluralPeriod(own), PluralPeriod(*alter.keep_grid)});
  }
  for (size_t i = 0; i < alter.changes.rules.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(
        LookUpDimension(*metric,
                        {alter.changes.rules[i].name, alter.rules.at(i)}, text)
            .status());
  }
  return metric;
}

// An error of the change, at the word that it is about.
absl::Status AtAlter(const Alter& alter, absl::string_view text,
                     const absl::Status& status) {
  const bool taken = alter.changes.name.has_value() &&
                     absl::StrContains(status.message(), "cannot be named");
  return Diagnostic(status.code(), text,
                    taken ? alter.renamed : alter.metric.source,
                    status.message(), "");
}

// A line for each thing that changes.
std::vector<std::string> Differences(const MetricSpec& before,
                                     const MetricSpec& after) {
  std::vector<std::string> lines;
  const auto note = [&](absl::string_view what, absl::string_view is,
                        absl::string_view becomes) {
    if (is == becomes) return;
    lines.push_back(absl::StrCat(what, " ", is, " becomes ", becomes));
  };
  const auto quoted = [](absl::string_view unit) {
    return absl::StrCat("'", unit, "'");
  };
  note("name", before.name, after.name);
  note("unit", quoted(before.unit), quoted(after.unit));
  note("over time", AdditivityName(before.over_time),
       AdditivityName(after.over_time));
  for (size_t i = 0; i < before.dimensions.size(); ++i) {
    note(before.dimensions[i].name, AdditivityName(before.dimensions[i].rule),
         AdditivityName(after.dimensions[i].rule));
  }
  note("late", absl::StrCat(before.late), absl::StrCat(after.late));
  note("keep", FormatKeep(before), FormatKeep(after));
  return lines;
}

}  // namespace

absl::StatusOr<std::string> RunAlter(Database& database, const Alter& alter,
                                     absl::string_view text,
                                     const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_ASSIGN_OR_RETURN(const auto before,
                            FindAltered(*snapshot, alter, text));
  const auto after =
      database.AlterMetric(alter.metric.name, alter.changes,
                           [&options] { return CheckStop(options); });
  if (!after.ok()) return AtAlter(alter, text, after.status());
  const std::string& name = alter.metric.name;
  if ((*after)->spec == before->spec) {
    return absl::StrCat("metric ", name, " is declared so already");
  }
  MetricSpec renamed = before->spec;
  renamed.name = (*after)->spec.name;
  const bool only_name = renamed == (*after)->spec;
  if (renamed.name == name) return absl::StrCat("metric ", name, " altered");
  return absl::StrCat("metric ", name, only_name ? "" : " altered and",
                      " renamed to ", renamed.name);
}

absl::StatusOr<Answer> ExplainAlter(const Database& database,
                                    const Alter& alter, absl::string_view text,
                                    const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_ASSIGN_OR_RETURN(const auto metric,
                            FindAltered(*snapshot, alter, text));
  const absl::StatusOr<MetricSpec> after =
      WithChanges(metric->spec, alter.changes);
  if (!after.ok()) return AtAlter(alter, text, after.status());
  Column plan;
  plan.name = "plan";
  plan.texts = {absl::StrCat("alter metric ", alter.metric.name)};
  for (std::string& line : Differences(metric->spec, *after)) {
    plan.texts.push_back(std::move(line));
  }
  if (after->keep.has_value() && metric->usable.ok()) {
    FOOTFALL_ASSIGN_OR_RETURN(const std::vector<std::string> lines,
                              PreviewKeep(*snapshot, *metric, *after, options));
    plan.texts.insert(plan.texts.end(), lines.begin(), lines.end());
  }
  Answer answer;
  answer.set_row_count(plan.texts.size());
  answer.columns.push_back(std::move(plan));
  return answer;
}

}  // namespace footfall::query
