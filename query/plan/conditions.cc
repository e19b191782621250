// WHERE and braces against the dictionaries.

#include "query/plan/conditions.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/lang/look.h"
#include "query/lang/nearest.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/attributes.h"
#include "query/plan/renames.h"

namespace footfall::query {
namespace {

std::string Quoted(absl::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted += '\'';
}

absl::Status NoSuchDimension(const Snapshot& snapshot, const Metric& metric,
                             absl::string_view name, footfall::Source source,
                             absl::string_view text) {
  if (const auto found = AttributesCalled(snapshot, name); !found.empty()) {
    const std::string& of = found[0]->dimension;
    return Refuse(
        Refusal::kUnknownDimension, text, source,
        {metric.spec.name, name,
         metric.FindDimension(of).has_value()
             ? absl::StrCat(name, " is an attribute of ", of,
                            "; what is stored is named by ", of, ": WHERE ", of,
                            " IN ('", found[0]->member, "', ..)")
             : absl::StrCat(name, " is an attribute of ", of, ", which ",
                            metric.spec.name, " has not")});
  }
  std::vector<std::string> names;
  Nearest nearest(name);
  for (const auto& attribute : snapshot.Attributes()) {
    if (metric.FindDimension(attribute->dimension).has_value()) {
      nearest.Offer(attribute->name);
    }
  }
  for (const Dimension& dimension : metric.spec.dimensions) {
    names.push_back(dimension.name);
    nearest.Offer(dimension.name);
  }
  std::string hint = nearest.found()
                         ? absl::StrCat("did you mean ", nearest.best(), "?\n")
                         : "";
  if (names.empty()) {
    absl::StrAppend(&hint, metric.spec.name, " has no dimensions");
  } else {
    absl::StrAppend(&hint, "its dimensions are ", absl::StrJoin(names, ", "));
  }
  return Refuse(Refusal::kUnknownDimension, text, source,
                {metric.spec.name, name, hint});
}

// nullopt: there is none, and that is allowed.
absl::StatusOr<std::optional<MemberId>> FindMember(
    const Snapshot& snapshot, absl::string_view dimension,
    absl::string_view member, footfall::Source source, absl::string_view text,
    const QueryOptions& options) {
  const auto found = snapshot.FindMember(dimension, member);
  if (found.has_value()) return found;
  if (member.empty()) return kEmptyMember;
  if (options.allow_unknown_members) return std::nullopt;
  Nearest nearest(member);
  const MemberId count = snapshot.MemberCount(dimension);
  for (MemberId id = 1; id < count; ++id) {
    nearest.Offer(snapshot.MemberName(dimension, id));
  }
  return Refuse(
      Refusal::kUnknownMember, text, source,
      {dimension, Quoted(member),
       nearest.found()
           ? absl::StrCat("did you mean ", Quoted(nearest.best()), "?")
           : absl::StrCat("SHOW MEMBERS OF ", dimension, " lists them")});
}

// `renames` is null where members are meant as they are stored.
absl::Status Apply(const Snapshot& snapshot, const Metric& metric,
                   const Condition& condition, absl::string_view text,
                   const QueryOptions& options, const Renames* renames,
                   std::vector<MemberSet>* picks) {
  const std::string& name = condition.dimension;
  const auto dimension = metric.FindDimension(name);
  if (!dimension.has_value()) {
    const bool placed = condition.dimension_source.end > 0;
    if (FindTimePart(name).has_value()) {
      return Refuse(Refusal::kPartPlace, text, condition.dimension_source,
                    {name});
    }
    return NoSuchDimension(
        snapshot, metric, name,
        placed ? condition.dimension_source : condition.source, text);
  }
  MemberSet& set = (*picks)[*dimension];
  using Test = Condition::Test;
  if (condition.test == Test::kEqual && renames == nullptr) {
    FOOTFALL_ASSIGN_OR_RETURN(
        const std::optional<MemberId> member,
        FindMember(snapshot, name, std::get<std::string>(condition.texts[0]),
                   condition.text_sources.at(0), text, options));
    if (member.has_value()) {
      set.KeepOnly(*member);
    } else {
      set.Keep({});
    }
    return absl::OkStatus();
  }
  const bool like =
      condition.test == Test::kLike || condition.test == Test::kNotLike;
  const bool negated = condition.test == Test::kNotEqual ||
                       condition.test == Test::kNotIn ||
                       condition.test == Test::kNotLike;
  std::vector<MemberId> found;
  const auto find = [&](MemberId member) {
    if (renames == nullptr || !renames->renamed(member)) {
      found.push_back(member);
      return;
    }
    const std::vector<MemberId> all = renames->AllOf(member);
    found.insert(found.end(), all.begin(), all.end());
  };
  const size_t count = std::max<size_t>(snapshot.MemberCount(name), 1);
  if (like) {
    const std::string& pattern = std::get<std::string>(condition.texts[0]);
    for (MemberId id = 1; id < count; ++id) {
      // Matching may take the product of both lengths.
      const absl::string_view member = snapshot.MemberName(name, id);
      FOOTFALL_RETURN_IF_ERROR(
          Pass(options, 1 + pattern.size() * member.size() / 32));
      if (MatchesLike(member, pattern)) find(id);
    }
  } else {
    for (size_t i = 0; i < condition.texts.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const std::optional<MemberId> member,
          FindMember(snapshot, name, std::get<std::string>(condition.texts[i]),
                     condition.text_sources.at(i), text, options));
      FOOTFALL_RETURN_IF_ERROR(Pass(options));
      if (member.has_value()) find(*member);
    }
  }
  if (condition.test == Test::kEqual && found.size() == 1) {
    set.KeepOnly(found[0]);
    return absl::OkStatus();
  }
  FOOTFALL_RETURN_IF_ERROR(
      Pass(options, std::min<uint64_t>(1 + count / 8, kWorkBetweenLooks)));
  std::vector<bool> kept(count, negated);
  for (const MemberId member : found) kept[member] = !negated;
  if (like || negated) kept[kEmptyMember] = false;
  set.Keep(kept);
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyCondition(const Snapshot& snapshot, const Metric& metric,
                            const Condition& condition, absl::string_view text,
                            const QueryOptions& options,
                            std::vector<MemberSet>* picks,
                            TimePicks* time_picks) {
  if (FindTimePart(condition.dimension).has_value()) {
    return ApplyTimeCondition(condition, text, time_picks);
  }
  if (snapshot.Aliases().empty()) {
    return Apply(snapshot, metric, condition, text, options, nullptr, picks);
  }
  const Renames renames(snapshot, condition.dimension);
  return Apply(snapshot, metric, condition, text, options, &renames, picks);
}

absl::StatusOr<std::vector<MemberSet>> BindConditions(
    const Snapshot& snapshot, const Metric& metric,
    absl::Span<const Condition> conditions, absl::string_view text,
    const QueryOptions& options) {
  std::vector<MemberSet> picks(metric.spec.dimensions.size());
  for (const Condition& condition : conditions) {
    FOOTFALL_RETURN_IF_ERROR(Pass(options));
    FOOTFALL_RETURN_IF_ERROR(
        Apply(snapshot, metric, condition, text, options, nullptr, &picks));
  }
  return picks;
}

}  // namespace footfall::query
