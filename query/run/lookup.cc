#include "query/run/lookup.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "query/lang/diagnostic.h"
#include "query/lang/nearest.h"
#include "query/lang/refusals.h"
#include "query/plan/attributes.h"

namespace footfall::query {

absl::StatusOr<std::shared_ptr<const Metric>> LookUpMetric(
    const Snapshot& snapshot, const Name& name, absl::string_view text) {
  std::shared_ptr<const Metric> metric = snapshot.FindMetric(name.name);
  if (metric != nullptr) return metric;
  Nearest nearest(name.name);
  for (const auto& one : snapshot.Metrics()) nearest.Offer(one->spec.name);
  return Refuse(Refusal::kUnknownMetric, text, name.source,
                {name.name, nearest.found() ? absl::StrCat("did you mean ",
                                                           nearest.best(), "?")
                                            : "SHOW METRICS lists them"});
}

absl::StatusOr<std::shared_ptr<const Metric>> LookUpUsableMetric(
    const Snapshot& snapshot, const Name& name, absl::string_view text) {
  auto metric = LookUpMetric(snapshot, name, text);
  if (metric.ok() && !(*metric)->usable.ok()) {
    return Diagnostic((*metric)->usable.code(), text, name.source,
                      (*metric)->usable.message(), "");
  }
  return metric;
}

absl::StatusOr<size_t> LookUpDimension(const Metric& metric, const Name& name,
                                       absl::string_view text) {
  if (const auto index = metric.FindDimension(name.name)) return *index;
  std::string hint = "it has none";
  for (size_t i = 0; i < metric.spec.dimensions.size(); ++i) {
    hint = absl::StrCat(i == 0 ? "it has " : absl::StrCat(hint, ", "),
                        metric.spec.dimensions[i].name);
  }
  return Refuse(Refusal::kUnknownDimension, text, name.source,
                {metric.spec.name, name.name, hint});
}

absl::Status CheckDimension(const Snapshot& snapshot, const Name& name,
                            absl::string_view text) {
  Nearest nearest(name.name);
  for (const auto& metric : snapshot.Metrics()) {
    if (metric->FindDimension(name.name).has_value()) return absl::OkStatus();
    for (const Dimension& dimension : metric->spec.dimensions) {
      nearest.Offer(dimension.name);
    }
  }
  if (const auto found = AttributesCalled(snapshot, name.name);
      !found.empty()) {
    return Refuse(Refusal::kNoDimension, text, name.source,
                  {name.name, absl::StrCat(name.name, " is an attribute of ",
                                           found[0]->dimension,
                                           ": name members of that")});
  }
  return Refuse(Refusal::kNoDimension, text, name.source,
                {name.name, nearest.found() ? absl::StrCat("did you mean ",
                                                           nearest.best(), "?")
                                            : "SHOW METRICS lists them"});
}

absl::Status CheckSplit(const Snapshot& snapshot, const Name& name,
                        absl::string_view text) {
  if (!AttributesCalled(snapshot, name.name).empty()) return absl::OkStatus();
  return CheckDimension(snapshot, name, text);
}

absl::Status CheckRows(uint64_t rows, const QueryLimits& limits) {
  if (rows <= limits.max_rows) return absl::OkStatus();
  return Refuse(Refusal::kRowLimit, "", {},
                {absl::StrCat(rows), absl::StrCat(limits.max_rows)});
}

}  // namespace footfall::query
