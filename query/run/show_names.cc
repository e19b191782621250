#include "query/run/show_names.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "query/lang/look.h"
#include "query/lang/nearest.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"
#include "query/plan/event_scope.h"
#include "query/plan/window.h"
#include "query/run/lookup.h"

namespace footfall::query {
namespace {

Column TextColumn(absl::string_view name) {
  Column column;
  column.name = std::string(name);
  column.type = ColumnType::kText;
  return column;
}

// A member that neither a sample nor an event has is a slip of the pen.
absl::Status CheckTexts(const Snapshot& snapshot, const Condition& condition,
                        absl::string_view text, const QueryOptions& options) {
  using Test = Condition::Test;
  if (condition.test == Test::kLike || condition.test == Test::kNotLike) {
    return absl::OkStatus();
  }
  for (size_t i = 0; i < condition.texts.size(); ++i) {
    const std::string& said = std::get<std::string>(condition.texts[i]);
    bool known = snapshot.FindMember(condition.dimension, said).has_value();
    Nearest nearest(said);
    for (const auto& event : snapshot.Events()) {
      for (const DimensionMember& member : event->members) {
        if (member.dimension != condition.dimension) continue;
        known = known || member.member == said;
        nearest.Offer(member.member);
      }
    }
    if (known || options.allow_unknown_members) continue;
    for (MemberId id = 1; id < snapshot.MemberCount(condition.dimension);
         ++id) {
      nearest.Offer(snapshot.MemberName(condition.dimension, id));
    }
    return Refuse(
        Refusal::kUnknownMember, text, condition.text_sources.at(i),
        {condition.dimension, QuotedText(said),
         nearest.found()
             ? absl::StrCat("did you mean ", QuotedText(nearest.best()), "?")
             : "SHOW EVENTS lists all events"});
  }
  return absl::OkStatus();
}

// Whether a date begins in the window.
bool Begins(const Date& date, const TimeWindow& window) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::Time begin = BeginOf(date, utc);
  if (window.first.has_value() && begin < BeginOf(*window.first, utc)) {
    return false;
  }
  if (!window.last.has_value()) return true;
  Date end = *window.last;
  end.start = DateEnd(end);
  return begin < BeginOf(end, utc);
}

}  // namespace

absl::StatusOr<Answer> ShowEvents(const Snapshot& snapshot, const Show& show,
                                  absl::string_view text,
                                  const QueryOptions& options) {
  for (const Condition& condition : show.where) {
    Name dimension;
    dimension.name = condition.dimension;
    dimension.source = condition.dimension_source;
    FOOTFALL_RETURN_IF_ERROR(CheckSplit(snapshot, dimension, text));
    FOOTFALL_RETURN_IF_ERROR(CheckTexts(snapshot, condition, text, options));
  }
  TimeWindow window;
  if (show.during.has_value()) {
    FOOTFALL_ASSIGN_OR_RETURN(
        window, ResolveWindow(*show.during, Grid(), {}, options.now, text));
  }
  // A dimension of that name is meant first.
  std::vector<std::string> attributes;
  for (const Condition& condition : show.where) {
    const Name name = {condition.dimension, {}};
    if (!CheckDimension(snapshot, name, "").ok()) {
      attributes.push_back(condition.dimension);
    }
  }
  const EventScope scope(snapshot, show.where, attributes);
  std::vector<std::shared_ptr<const Event>> shown;
  for (const auto& event : snapshot.Events()) {
    if (show.kind.has_value() &&
        event->kind != std::get<std::string>(*show.kind)) {
      continue;
    }
    if (Begins(event->date, window) && scope.Allows(*event)) {
      shown.push_back(event);
    }
  }
  FOOTFALL_RETURN_IF_ERROR(CheckRows(shown.size(), options.limits));
  // By offsets from UTC, where they are said; a date without one is as of UTC.
  const auto begin_of = [](const Event& event) {
    return CivilIn(event.date, absl::UTCTimeZone());
  };
  const auto day_of = [&begin_of](const Event& event) {
    return absl::CivilDay(begin_of(event)) - absl::CivilDay();
  };
  std::stable_sort(shown.begin(), shown.end(),
                   [&begin_of](const auto& a, const auto& b) {
                     return begin_of(*a) < begin_of(*b);
                   });
  Answer answer;
  for (const absl::string_view name :
       {"time", "kind", "name", "for", "note", "source"}) {
    answer.columns.push_back(TextColumn(name));
  }
  Column days = TextColumn("days_since_previous");
  days.type = ColumnType::kInteger;
  answer.columns.push_back(std::move(days));
  std::vector<Column>& columns = answer.columns;
  for (size_t i = 0; i < shown.size(); ++i) {
    const Event& event = *shown[i];
    columns[0].texts.push_back(FormatDate(event.date));
    columns[1].texts.push_back(event.kind);
    columns[2].texts.push_back(event.name);
    columns[3].texts.push_back(FormatFor(event.members));
    columns[4].texts.push_back(event.note);
    columns[5].texts.push_back(event.source);
    columns[6].missing.push_back(i == 0);
    columns[6].integers.push_back(
        i == 0 ? 0 : day_of(event) - day_of(*shown[i - 1]));
  }
  answer.set_row_count(shown.size());
  return answer;
}

absl::StatusOr<Answer> ShowAliases(const Snapshot& snapshot,
                                   const QueryLimits& limits) {
  const auto aliases = snapshot.Aliases();
  FOOTFALL_RETURN_IF_ERROR(CheckRows(aliases.size(), limits));
  Answer answer;
  for (const absl::string_view name : {"dimension", "old", "new", "from"}) {
    answer.columns.push_back(TextColumn(name));
  }
  std::vector<Column>& columns = answer.columns;
  for (const auto& alias : aliases) {
    columns[0].texts.push_back(alias->dimension);
    columns[1].texts.push_back(alias->old_name);
    columns[2].texts.push_back(alias->new_name);
    columns[3].texts.push_back(
        alias->from.has_value() ? FormatDate(*alias->from) : "");
    columns[3].missing.push_back(!alias->from.has_value());
  }
  answer.set_row_count(aliases.size());
  return answer;
}

}  // namespace footfall::query
