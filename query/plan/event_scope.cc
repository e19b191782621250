#include "query/plan/event_scope.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "query/plan/member_set.h"

namespace footfall::query {
EventScope::EventScope(const Snapshot& snapshot,
                       absl::Span<const Condition> where,
                       absl::Span<const std::string> attributes)
    : snapshot_(snapshot), where_(where) {
  for (const std::string& name : attributes) {
    values_.emplace(name, AttributeValues(snapshot, name));
    renames_.emplace(name, Renames(snapshot, name));
  }
  for (const auto& event : snapshot.Events()) {
    for (const DimensionMember& member : event->members) {
      if (renames_.contains(member.dimension)) continue;
      renames_.emplace(member.dimension, Renames(snapshot, member.dimension));
    }
  }
}

std::optional<MemberId> EventScope::MemberOf(
    const Event& event, const DimensionMember& member) const {
  const auto id = snapshot_.FindMember(member.dimension, member.member);
  if (!id.has_value()) return std::nullopt;
  const auto reached = [&event](const Date& from) {
    return from.start <= event.date.start;
  };
  return renames_.at(member.dimension).At(*id, reached).member;
}

MemberId EventScope::ValueOf(const Event& event,
                             const std::string& attribute) const {
  const auto reached = [&event](const Date& from) {
    return from.start <= event.date.start;
  };
  const auto known = AttributesCalled(snapshot_, attribute);
  for (const DimensionMember& member : event.members) {
    if (known.empty() || member.dimension != known[0]->dimension) continue;
    const auto id = MemberOf(event, member);
    if (!id.has_value()) continue;
    return renames_.at(attribute)
        .At(values_.at(attribute).At(*id, reached), reached)
        .member;
  }
  return kEmptyMember;
}

bool EventScope::Passes(const Condition& condition, const Event& event,
                        const DimensionMember& member) const {
  using Test = Condition::Test;
  const bool negated = condition.test == Test::kNotEqual ||
                       condition.test == Test::kNotIn ||
                       condition.test == Test::kNotLike;
  const bool like =
      condition.test == Test::kLike || condition.test == Test::kNotLike;
  const auto id = MemberOf(event, member);
  const Renames& renames = renames_.at(member.dimension);
  // Whether a name that a condition says finds the event's member.
  const auto finds = [&](absl::string_view name) {
    if (name == member.member) return true;
    const auto named = snapshot_.FindMember(member.dimension, name);
    if (!id.has_value() || !named.has_value()) return false;
    const auto all = renames.AllOf(*named);
    return std::find(all.begin(), all.end(), *id) != all.end();
  };
  bool found = false;
  for (const Text& text : condition.texts) {
    const std::string& said = std::get<std::string>(text);
    if (!like) {
      found = found || finds(said);
      continue;
    }
    found = found || MatchesLike(member.member, said);
    if (id.has_value()) {
      found = found ||
              MatchesLike(snapshot_.MemberName(member.dimension, *id), said);
    }
    for (const MemberId renamed : renames.members()) {
      const auto name = snapshot_.MemberName(member.dimension, renamed);
      found = found || (MatchesLike(name, said) && finds(name));
    }
  }
  return found != negated;
}

bool EventScope::Allows(const Event& event) const {
  for (const DimensionMember& member : event.members) {
    for (const Condition& condition : where_) {
      if (condition.dimension == member.dimension &&
          !Passes(condition, event, member)) {
        return false;
      }
    }
  }
  for (const Condition& condition : where_) {
    if (!values_.contains(condition.dimension)) continue;
    const MemberId value = ValueOf(event, condition.dimension);
    if (value == kEmptyMember) continue;
    const DimensionMember member = {
        condition.dimension,
        std::string(snapshot_.MemberName(condition.dimension, value))};
    if (!Passes(condition, event, member)) return false;
  }
  return true;
}

std::string QuotedText(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

std::string FormatFor(absl::Span<const DimensionMember> members) {
  std::string out;
  for (const DimensionMember& member : members) {
    absl::StrAppend(&out, out.empty() ? "" : ", ", member.dimension, " = ",
                    QuotedText(member.member));
  }
  return out;
}

}  // namespace footfall::query
