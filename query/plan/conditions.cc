// WHERE and braces against the dictionaries.

#include "query/plan/conditions.h"

#include <algorithm>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/lang/nearest.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
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

absl::Status NoSuchDimension(const Metric& metric, absl::string_view name,
                             footfall::Source source, absl::string_view text) {
  std::vector<std::string> names;
  Nearest nearest(name);
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

absl::StatusOr<MemberId> FindMember(const Snapshot& snapshot,
                                    absl::string_view dimension,
                                    absl::string_view member,
                                    footfall::Source source,
                                    absl::string_view text) {
  const auto found = snapshot.FindMember(dimension, member);
  if (found.has_value()) return *found;
  if (member.empty()) return kEmptyMember;
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
                   const Renames* renames, std::vector<MemberSet>* picks) {
  const std::string& name = condition.dimension;
  const auto dimension = metric.FindDimension(name);
  if (!dimension.has_value()) {
    const bool placed = condition.dimension_source.end > 0;
    return NoSuchDimension(
        metric, name, placed ? condition.dimension_source : condition.source,
        text);
  }
  MemberSet& set = (*picks)[*dimension];
  using Test = Condition::Test;
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
      if (MatchesLike(snapshot.MemberName(name, id), pattern)) find(id);
    }
  } else {
    for (size_t i = 0; i < condition.texts.size(); ++i) {
      FOOTFALL_ASSIGN_OR_RETURN(
          const MemberId member,
          FindMember(snapshot, name, std::get<std::string>(condition.texts[i]),
                     condition.text_sources.at(i), text));
      find(member);
    }
  }
  if (condition.test == Test::kEqual && found.size() == 1) {
    set.KeepOnly(found[0]);
    return absl::OkStatus();
  }
  std::vector<bool> kept(count, negated);
  for (const MemberId member : found) kept[member] = !negated;
  if (like || negated) kept[kEmptyMember] = false;
  set.Keep(kept);
  return absl::OkStatus();
}

}  // namespace

absl::Status ApplyCondition(const Snapshot& snapshot, const Metric& metric,
                            const Condition& condition, absl::string_view text,
                            std::vector<MemberSet>* picks) {
  if (snapshot.Aliases().empty()) {
    return Apply(snapshot, metric, condition, text, nullptr, picks);
  }
  const Renames renames(snapshot, condition.dimension);
  return Apply(snapshot, metric, condition, text, &renames, picks);
}

absl::StatusOr<std::vector<MemberSet>> BindConditions(
    const Snapshot& snapshot, const Metric& metric,
    absl::Span<const Condition> conditions, absl::string_view text) {
  std::vector<MemberSet> picks(metric.spec.dimensions.size());
  for (const Condition& condition : conditions) {
    FOOTFALL_RETURN_IF_ERROR(
        Apply(snapshot, metric, condition, text, nullptr, &picks));
  }
  return picks;
}

SeriesRows FindSeries(const SeriesTable& table,
                      absl::Span<const MemberSet> picks, bool or_empty) {
  SeriesRows rows;
  rows.dimensions = picks.size();
  // Dimensions with one member first: they leave the least.
  std::vector<size_t> order;
  for (size_t d = 0; d < picks.size(); ++d) {
    if (picks[d].certainly_empty() && !or_empty) return rows;
    if (picks[d].single().has_value()) order.push_back(d);
  }
  for (size_t d = 0; d < picks.size(); ++d) {
    if (picks[d].picked() && !picks[d].single().has_value()) order.push_back(d);
  }
  constexpr SeriesId kBlock = SeriesTable::kBlock;
  std::vector<MemberId> column(kBlock);
  std::vector<SeriesId> chosen(kBlock);
  const SeriesId count = table.count();
  for (SeriesId first = 0; first < count; first += kBlock) {
    const SeriesId size = std::min(kBlock, count - first);
    bool may_hold = true;
    for (const size_t d : order) {
      const auto single = picks[d].single();
      if (!single.has_value()) break;
      if (table.BlockMayHold(d, first / kBlock, *single)) continue;
      if (or_empty && table.BlockMayHold(d, first / kBlock, kEmptyMember)) {
        continue;
      }
      may_hold = false;
      break;
    }
    if (!may_hold) continue;
    // The chosen series of the block, as offsets into it, and where they lie.
    SeriesId chosen_count = size;
    SeriesId begin = 0;
    SeriesId end = size;
    bool all = true;  // `chosen` is not filled yet
    for (const size_t d : order) {
      table.ReadMembers(d, first + begin,
                        absl::MakeSpan(column).subspan(begin, end - begin));
      const auto keep = [&](auto keeps) {
        SeriesId kept = 0;
        for (SeriesId i = 0; i < chosen_count; ++i) {
          const SeriesId at = all ? i : chosen[i];
          chosen[kept] = at;
          kept += keeps(column[at]);
        }
        chosen_count = kept;
      };
      const MemberSet& pick = picks[d];
      if (const auto single = pick.single()) {
        keep([member = *single, or_empty](MemberId m) {
          return (m == member) | (or_empty & (m == kEmptyMember));
        });
      } else {
        keep([&pick, or_empty](MemberId m) {
          return pick.Contains(m) || (or_empty && m == kEmptyMember);
        });
      }
      all = false;
      if (chosen_count == 0) break;
      begin = chosen[0];
      end = chosen[chosen_count - 1] + 1;
    }
    if (chosen_count == 0) continue;
    if (all) {
      for (SeriesId i = 0; i < size; ++i) chosen[i] = i;
    }
    const size_t base = rows.ids.size();
    rows.ids.resize(base + chosen_count);
    for (SeriesId i = 0; i < chosen_count; ++i) {
      rows.ids[base + i] = first + chosen[i];
    }
    rows.members.resize(rows.ids.size() * picks.size());
    // Only the stretch that holds chosen series is read again.
    for (size_t d = 0; d < picks.size(); ++d) {
      table.ReadMembers(d, first + begin,
                        absl::MakeSpan(column).subspan(begin, end - begin));
      for (SeriesId i = 0; i < chosen_count; ++i) {
        rows.members[(base + i) * picks.size() + d] = column[chosen[i]];
      }
    }
  }
  return rows;
}

}  // namespace footfall::query
