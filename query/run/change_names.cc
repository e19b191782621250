#include "query/run/change_names.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/lang/diagnostic.h"
#include "query/lang/nearest.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/event_scope.h"
#include "query/run/change.h"
#include "query/run/hidden_samples.h"
#include "query/run/lookup.h"
#include "query/run/run.h"

namespace footfall::query {
namespace {

const std::string& TextOf(const Text& text) {
  return std::get<std::string>(text);
}

// The dimensions of all metrics, each once.
std::vector<std::string> AllDimensions(const Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const auto& metric : snapshot.Metrics()) {
    for (const Dimension& dimension : metric->spec.dimensions) {
      names.push_back(dimension.name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// The only one of `dimensions`.
absl::StatusOr<std::string> OnlyOne(const std::vector<std::string>& dimensions,
                                    const std::string& name,
                                    absl::string_view statement,
                                    absl::string_view text, Source source) {
  if (dimensions.size() == 1) return dimensions[0];
  return Refuse(
      Refusal::kAliasWhich, text, source,
      {QuotedText(name), absl::StrJoin(dimensions, ", "),
       absl::StrCat(statement, " ", dimensions[0], " ", QuotedText(name))});
}

// The only dimension that has the member.
absl::StatusOr<std::string> DimensionOf(const Snapshot& snapshot,
                                        const std::string& member,
                                        absl::string_view text, Source source) {
  std::vector<std::string> found;
  Nearest nearest(member);
  for (const std::string& dimension : AllDimensions(snapshot)) {
    if (snapshot.FindMember(dimension, member).has_value()) {
      found.push_back(dimension);
    }
    for (MemberId id = 1; id < snapshot.MemberCount(dimension); ++id) {
      if (!found.empty()) break;
      nearest.Offer(snapshot.MemberName(dimension, id));
    }
  }
  if (!found.empty()) return OnlyOne(found, member, "ALIAS", text, source);
  return Refuse(
      Refusal::kAliasMember, text, source,
      {QuotedText(member),
       nearest.found()
           ? absl::StrCat("did you mean ", QuotedText(nearest.best()), "?")
           : absl::StrCat("name the dimension for one that is still "
                          "to come: ALIAS app ",
                          QuotedText(member), " = ...")});
}

// Refuses an alias that would close a circle; the engine does so too, with no
// place to point at.
absl::Status CheckCircle(const Snapshot& snapshot, const Alias& alias,
                         absl::string_view text, Source source) {
  std::string chain = QuotedText(alias.old_name);
  std::string name = alias.new_name;
  const auto aliases = snapshot.Aliases();
  for (size_t i = 0; i <= aliases.size(); ++i) {
    absl::StrAppend(&chain, " = ", QuotedText(name));
    if (name == alias.old_name) {
      return Refuse(Refusal::kAliasCircle, text, source,
                    {alias.dimension, chain});
    }
    const auto next =
        std::find_if(aliases.begin(), aliases.end(), [&](const auto& other) {
          return other->dimension == alias.dimension && other->old_name == name;
        });
    if (next == aliases.end()) break;
    name = (*next)->new_name;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSaid(absl::string_view said, absl::string_view what,
                       absl::string_view text, Source source) {
  if (!said.empty()) return absl::OkStatus();
  return Refuse(Refusal::kEmptyName, text, source, {what});
}

absl::StatusOr<WriteResult> WriteNames(Database& database,
                                       const SampleBatch& batch,
                                       absl::string_view text, Source source) {
  auto written = database.Write(batch, WriteOptions());
  if (!written.ok()) {
    return Diagnostic(written.status().code(), text, source,
                      written.status().message(), "");
  }
  return written;
}

absl::StatusOr<std::string> RunAddEvent(Database& database,
                                        const AddEvent& event,
                                        absl::string_view text, Source source) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  Event added;
  added.kind = TextOf(event.kind);
  added.name = TextOf(event.name);
  FOOTFALL_RETURN_IF_ERROR(
      CheckSaid(added.kind, "the kind of the event", text, source));
  FOOTFALL_RETURN_IF_ERROR(
      CheckSaid(added.name, "the name of the event", text, source));
  added.date = std::get<Date>(event.on);
  for (const AddEvent::For& member : event.members) {
    const Name& dimension = member.dimension;
    FOOTFALL_RETURN_IF_ERROR(CheckDimension(*snapshot, dimension, text));
    for (const DimensionMember& other : added.members) {
      if (other.dimension != dimension.name) continue;
      return Refuse(Refusal::kColumnTwice, text, dimension.source,
                    {dimension.name});
    }
    FOOTFALL_RETURN_IF_ERROR(CheckSaid(TextOf(member.member),
                                       "the member behind FOR", text,
                                       dimension.source));
    added.members.push_back({dimension.name, TextOf(member.member)});
  }
  if (event.note.has_value()) added.note = TextOf(*event.note);
  if (event.event_source.has_value()) {
    added.source = TextOf(*event.event_source);
  }
  const size_t before = snapshot->Events().size();
  SampleBatch batch;
  batch.AddEvent(std::move(added));
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            WriteNames(database, batch, text, source));
  if (written.events == 0) return std::string("the event is there so already");
  return std::string(database.TakeSnapshot()->Events().size() == before
                         ? "event replaced"
                         : "event added");
}

absl::StatusOr<std::string> RunDropEvent(Database& database, const Drop& drop,
                                         absl::string_view text,
                                         Source source) {
  const std::string kind = TextOf(drop.kind.value_or(Text()));
  const std::string name = TextOf(drop.text.value_or(Text()));
  const Date date = std::get<Date>(drop.on.value_or(DateArgument()));
  SampleBatch batch;
  batch.RemoveEvent(kind, name, date);
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            WriteNames(database, batch, text, source));
  if (written.removed_events > 0) {
    return absl::StrCat(Counted(written.removed_events, "event", "events"),
                        " dropped");
  }
  // The same on another date, or another name.
  std::string hint = "SHOW EVENTS lists them";
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  Nearest nearest(name);
  for (const auto& event : snapshot->Events()) {
    if (event->kind == kind) nearest.Offer(event->name);
  }
  for (const auto& event : snapshot->Events()) {
    if (event->kind != kind || event->name != nearest.best()) continue;
    hint = absl::StrCat("did you mean DROP EVENT ", QuotedText(kind), " ",
                        QuotedText(event->name), " ON ",
                        FormatDate(event->date), "?");
    break;
  }
  return Refuse(Refusal::kNoEventOn, text, source,
                {QuotedText(kind), QuotedText(name), FormatDate(date), hint});
}

absl::StatusOr<std::string> RunAddAlias(Database& database,
                                        const AddAlias& alias,
                                        absl::string_view text, Source source) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  Alias added;
  added.old_name = TextOf(alias.old_name);
  added.new_name = TextOf(alias.new_name);
  FOOTFALL_RETURN_IF_ERROR(
      CheckSaid(added.old_name, "the old name", text, source));
  FOOTFALL_RETURN_IF_ERROR(
      CheckSaid(added.new_name, "the new name", text, source));
  if (alias.dimension.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(CheckDimension(*snapshot, *alias.dimension, text));
    added.dimension = alias.dimension->name;
  } else {
    FOOTFALL_ASSIGN_OR_RETURN(
        added.dimension, DimensionOf(*snapshot, added.old_name, text, source));
  }
  if (alias.from.has_value()) added.from = std::get<Date>(*alias.from);
  FOOTFALL_RETURN_IF_ERROR(CheckCircle(*snapshot, added, text, source));
  const std::string what = absl::StrCat(
      added.dimension, " ", QuotedText(added.old_name), " is read as ",
      QuotedText(added.new_name),
      added.from.has_value() ? absl::StrCat(" from ", FormatDate(*added.from))
                             : "");
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t hidden,
                            CountHiddenSamples(*snapshot, added));
  SampleBatch batch;
  batch.AddAlias(std::move(added));
  FOOTFALL_ASSIGN_OR_RETURN(const WriteResult written,
                            WriteNames(database, batch, text, source));
  std::string summary =
      absl::StrCat(what, written.aliases == 0 ? " already" : "");
  if (hidden > 0) {
    absl::StrAppend(&summary, "; ", Counted(hidden, "sample", "samples"),
                    " of ", QuotedText(TextOf(alias.old_name)),
                    hidden == 1 ? " is" : " are", " hidden by one of ",
                    QuotedText(TextOf(alias.new_name)), " at the same step");
  }
  return summary;
}

absl::StatusOr<std::string> RunDropAlias(Database& database, const Drop& drop,
                                         absl::string_view text,
                                         Source source) {
  FOOTFALL_ASSIGN_OR_RETURN(const auto snapshot, CurrentSnapshot(database));
  const std::string name = TextOf(drop.text.value_or(Text()));
  if (drop.name.has_value()) {
    FOOTFALL_RETURN_IF_ERROR(CheckDimension(*snapshot, *drop.name, text));
  }
  std::vector<std::string> found;
  for (const auto& alias : snapshot->Aliases()) {
    if (alias->old_name != name) continue;
    if (drop.name.has_value() && alias->dimension != drop.name->name) continue;
    found.push_back(alias->dimension);
  }
  if (found.empty()) {
    return Refuse(Refusal::kNoAlias, text, source, {QuotedText(name)});
  }
  FOOTFALL_ASSIGN_OR_RETURN(const std::string dimension,
                            OnlyOne(found, name, "DROP ALIAS", text, source));
  SampleBatch batch;
  batch.RemoveAlias(dimension, name);
  FOOTFALL_RETURN_IF_ERROR(WriteNames(database, batch, text, source).status());
  return absl::StrCat(dimension, " ", QuotedText(name), " is itself again");
}

}  // namespace footfall::query
