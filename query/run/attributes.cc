#include "query/run/attributes.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/lang/nearest.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/attributes.h"
#include "query/plan/event_scope.h"
#include "query/run/change.h"
#include "query/run/change_names.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

// "category of app 'Alpha'"
std::string WhatOf(const Attribute& attribute) {
  return absl::StrCat(attribute.name, " of ", attribute.dimension, " ",
                      QuotedText(attribute.member));
}

// What somebody should know who says it: a member that is not there yet, and
// metrics that the name means something else for.
std::string Warnings(const Snapshot& snapshot, const Attribute& attribute) {
  std::string warnings;
  const std::string& dimension = attribute.dimension;
  if (!snapshot.FindMember(dimension, attribute.member).has_value()) {
    Nearest nearest(attribute.member);
    for (MemberId id = 1; id < snapshot.MemberCount(dimension); ++id) {
      nearest.Offer(snapshot.MemberName(dimension, id));
    }
    absl::StrAppend(
        &warnings, "; no sample has that ", dimension, " yet",
        nearest.found()
            ? absl::StrCat(": did you mean ", QuotedText(nearest.best()), "?")
            : "");
  }
  for (const auto& metric : snapshot.Metrics()) {
    if (!metric->FindDimension(attribute.name).has_value() ||
        !metric->FindDimension(dimension).has_value()) {
      continue;
    }
    absl::StrAppend(&warnings, "; ", metric->spec.name, " has a dimension ",
                    attribute.name, " of its own, which counts there");
  }
  return warnings;
}

}  // namespace

absl::StatusOr<std::string> RunAddAttribute(Database& database,
                                            const AddAttribute& attribute,
                                            absl::string_view text,
                                            Source source) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  FOOTFALL_RETURN_IF_ERROR(
      CheckDimension(*snapshot, attribute.dimension, text));
  Attribute added;
  added.dimension = attribute.dimension.name;
  added.member = std::get<std::string>(attribute.member);
  added.name = attribute.name.name;
  added.value = std::get<std::string>(attribute.value);
  if (attribute.from.has_value()) added.from = std::get<Date>(*attribute.from);
  const Source name = attribute.name.source;
  FOOTFALL_RETURN_IF_ERROR(CheckSaid(added.member, "the member", text, source));
  if (added.name == added.dimension) {
    return Refuse(Refusal::kAttributeName, text, name,
                  {added.name, "the name of the dimension itself"});
  }
  for (const absl::string_view column : {"time", "offset", "partial"}) {
    if (added.name != column) continue;
    return Refuse(Refusal::kAttributeName, text, name,
                  {added.name, "a column of every answer"});
  }
  const auto others = AttributesCalled(*snapshot, added.name);
  if (!others.empty() && others[0]->dimension != added.dimension) {
    return Refuse(Refusal::kAttributeOther, text, name,
                  {added.name, others[0]->dimension, added.dimension});
  }
  std::string summary = absl::StrCat(
      WhatOf(added), " is ",
      added.value.empty() ? "not known" : QuotedText(added.value),
      added.from.has_value() ? absl::StrCat(" from ", FormatDate(*added.from))
                             : "");
  const std::string warnings = Warnings(*snapshot, added);
  SampleBatch batch;
  batch.AddAttribute(std::move(added));
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            WriteNames(database, batch, text, source));
  return absl::StrCat(summary, written.attributes == 0 ? " already" : "",
                      warnings);
}

absl::StatusOr<std::string> RunDropAttribute(Database& database,
                                             const Drop& drop,
                                             absl::string_view text,
                                             Source source) {
  Attribute removed;
  removed.dimension = drop.name.value_or(Name()).name;
  removed.member = std::get<std::string>(drop.text.value_or(Text()));
  removed.name = drop.attribute.value_or(Name()).name;
  SampleBatch batch;
  batch.RemoveAttribute(removed.dimension, removed.member, removed.name);
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            WriteNames(database, batch, text, source));
  if (written.removed_attributes > 0) {
    return absl::StrCat(WhatOf(removed), " is not known any more");
  }
  return Refuse(Refusal::kNoAttribute, text, source, {WhatOf(removed)});
}

absl::StatusOr<Answer> ShowAttributes(const Snapshot& snapshot,
                                      const QueryLimits& limits) {
  const auto attributes = snapshot.Attributes();
  FOOTFALL_RETURN_IF_ERROR(CheckRows(attributes.size(), limits));
  Answer answer;
  for (const absl::string_view name :
       {"attribute", "dimension", "member", "value", "from"}) {
    Column& column = answer.columns.emplace_back();
    column.name = std::string(name);
    column.type = ColumnType::kText;
  }
  std::vector<Column>& columns = answer.columns;
  for (const auto& attribute : attributes) {
    columns[0].texts.push_back(attribute->name);
    columns[1].texts.push_back(attribute->dimension);
    columns[2].texts.push_back(attribute->member);
    columns[3].texts.push_back(attribute->value);
    columns[4].texts.push_back(
        attribute->from.has_value() ? FormatDate(*attribute->from) : "");
    columns[4].missing.push_back(!attribute->from.has_value());
  }
  answer.set_row_count(attributes.size());
  return answer;
}

}  // namespace footfall::query
