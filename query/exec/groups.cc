// The series that an operand reads, sorted into groups.

#include "query/exec/groups.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "footfall/hash_table.h"
#include "query/exec/relations.h"
#include "query/exec/renamed_rows.h"
#include "query/exec/wholes_beside.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// A pick of members that are not simply "not split".
bool PicksNamed(const MemberSet& pick) {
  return pick.picked() && pick.single() != kEmptyMember;
}

// About what a group takes: its key, that of the hash table, its set.
constexpr uint64_t kBytesOfGroup = 160;
constexpr size_t kGroupsAtOnce = 256;

class GroupFinder {
 public:
  GroupFinder(Run& run, const BoundOperand& operand, Reservation* memory)
      : run_(run),
        memory_(*memory),
        operand_(operand),
        dimensions_(operand.metric->spec.dimensions) {}

  absl::StatusOr<OperandGroups> Find();

 private:
  bool Matches(absl::Span<const MemberId> row) const;
  absl::Status ReadRows();
  absl::Status FindRowsOf(absl::Span<const MemberSet> picks, bool or_empty);
  absl::Status SortIntoGroups();
  struct LevelMembers {
    std::optional<MemberId> first;
    std::optional<MemberId> other;
    bool has_whole = false;
  };
  LevelMembers MembersOfLevel(absl::Span<const uint32_t> group, size_t d) const;
  absl::Status KeepLevels(std::vector<std::vector<uint32_t>>* groups);
  Run& run_;
  Reservation& memory_;
  const BoundOperand& operand_;
  const std::vector<Dimension>& dimensions_;
  OperandGroups found_;
};

bool GroupFinder::Matches(absl::Span<const MemberId> row) const {
  for (size_t d = 0; d < row.size(); ++d) {
    if (!operand_.picks[d].Contains(row[d])) return false;
  }
  if (operand_.others_than.has_value() && operand_.by[0] >= 0) {
    const MemberId member = row[static_cast<size_t>(operand_.by[0])];
    return !std::binary_search(operand_.others_than->begin(),
                               operand_.others_than->end(), member);
  }
  return true;
}

absl::Status GroupFinder::FindRowsOf(absl::Span<const MemberSet> picks,
                                     bool or_empty) {
  FOOTFALL_ASSIGN_OR_RETURN(
      found_.rows,
      FindRows(run_.snapshot(), operand_, picks, or_empty, run_.options(),
               [this](uint64_t bytes) { return memory_.Add(bytes); }));
  return absl::OkStatus();
}

// The series that match, the wholes beside them, and the parts of those.
absl::Status GroupFinder::ReadRows() {
  bool picks_named = false;
  for (size_t d = 0; d < dimensions_.size(); ++d) {
    picks_named |= PicksNamed(operand_.picks[d]) &&
                   dimensions_[d].rule != Additivity::kLevel;
  }
  FOOTFALL_RETURN_IF_ERROR(FindRowsOf(operand_.picks, picks_named));
  if (picks_named) {
    // Where a whole is not split in a picked dimension, its parts may be any.
    std::vector<MemberSet> relaxed = operand_.picks;
    bool any_relaxed = false;
    for (size_t i = 0; i < found_.rows.size(); ++i) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      const auto row = found_.rows.row(i);
      for (size_t d = 0; d < row.size(); ++d) {
        if (row[d] == kEmptyMember && relaxed[d].picked() &&
            !operand_.picks[d].Contains(kEmptyMember) &&
            dimensions_[d].rule != Additivity::kLevel) {
          relaxed[d] = MemberSet();
          any_relaxed = true;
        }
      }
    }
    if (any_relaxed) FOOTFALL_RETURN_IF_ERROR(FindRowsOf(relaxed, true));
  }
  // Three numbers of the sorting below, and a bit.
  FOOTFALL_RETURN_IF_ERROR(memory_.Add(found_.rows.size() * 13));
  found_.matched.resize(found_.rows.size());
  for (size_t i = 0; i < found_.rows.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    found_.matched[i] = Matches(found_.rows.row(i));
    found_.matched_count += found_.matched[i] ? 1 : 0;
  }
  return absl::OkStatus();
}

// The first member of LEVEL dimension `d`, and another one of the group.
GroupFinder::LevelMembers GroupFinder::MembersOfLevel(
    absl::Span<const uint32_t> group, size_t d) const {
  LevelMembers members;
  for (const uint32_t row : group) {
    const MemberId member = found_.rows.row(row)[d];
    if (!members.first.has_value()) members.first = member;
    if (member != *members.first) members.other = member;
    members.has_whole |= member == kEmptyMember;
  }
  return members;
}

// Several members of a LEVEL have no common value. A series that is split in
// none of the dimensions in which they differ speaks for all; without one,
// combining is refused.
absl::Status GroupFinder::KeepLevels(
    std::vector<std::vector<uint32_t>>* groups) {
  std::vector<size_t> levels;
  for (size_t d = 0; d < dimensions_.size(); ++d) {
    if (dimensions_[d].rule == Additivity::kLevel) levels.push_back(d);
  }
  if (levels.empty()) return absl::OkStatus();
  for (std::vector<uint32_t>& group : *groups) {
    std::vector<size_t> differ;
    std::optional<size_t> told;  // the one to name: best without a whole
    LevelMembers members;
    for (const size_t d : levels) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass(group.size()));
      const LevelMembers of_level = MembersOfLevel(group, d);
      if (!of_level.other.has_value()) continue;
      differ.push_back(d);
      if (told.has_value() && (of_level.has_whole || !members.has_whole)) {
        continue;
      }
      told = d;
      members = of_level;
    }
    if (differ.empty()) continue;
    const auto is_whole = [&](uint32_t row) {
      return std::all_of(differ.begin(), differ.end(), [&](size_t d) {
        return found_.rows.row(row)[d] == kEmptyMember;
      });
    };
    if (std::none_of(group.begin(), group.end(), is_whole)) {
      const std::string& name = dimensions_[*told].name;
      std::vector<std::string> names;
      for (const size_t d : differ) names.push_back(dimensions_[d].name);
      const auto quoted = [&](MemberId member) {
        return absl::StrCat("'", run_.snapshot().MemberName(name, member), "'");
      };
      // An average times a sum is no sum of products.
      return Refuse(
          operand_.in_product ? Refusal::kMultiplyLevel
                              : Refusal::kCombineLevel,
          run_.text(), operand_.source,
          {operand_.metric->spec.name, name,
           absl::StrCat(quoted(*members.first), ", ", quoted(*members.other)),
           quoted(*members.first), absl::StrJoin(names, ", ")});
    }
    std::erase_if(group, [&](uint32_t row) { return !is_whole(row); });
  }
  return absl::OkStatus();
}

absl::Status GroupFinder::SortIntoGroups() {
  bool has_level = false;
  for (const Dimension& dimension : dimensions_) {
    has_level |= dimension.rule == Additivity::kLevel;
  }
  const size_t n = found_.rows.size();
  std::vector<uint32_t> group_of_row(n, 0);
  std::vector<uint32_t> sizes;
  GroupKey last_key = {};
  uint32_t last_group = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!found_.matched[i]) continue;
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    const GroupKey key = KeyOf(operand_, found_.rows.row(i));
    // Series of a group tend to be neighbours.
    if (sizes.empty() || key != last_key) {
      const auto [at, inserted] = found_.group_of.emplace(
          key, static_cast<uint32_t>(found_.keys.size()));
      if (inserted) {
        if (found_.keys.size() % kGroupsAtOnce == 0) {
          FOOTFALL_RETURN_IF_ERROR(memory_.Add(kGroupsAtOnce * kBytesOfGroup));
        }
        found_.keys.push_back(key);
        sizes.push_back(0);
      }
      last_key = key;
      last_group = at->second;
    }
    group_of_row[i] = last_group;
    ++sizes[last_group];
  }
  // Rows by group, rising within each.
  std::vector<std::vector<uint32_t>> members;
  if (has_level) {
    members.resize(sizes.size());
    for (uint32_t i = 0; i < n; ++i) {
      if (found_.matched[i]) members[group_of_row[i]].push_back(i);
    }
    FOOTFALL_RETURN_IF_ERROR(KeepLevels(&members));
    for (const auto& group : members) found_.sets.Add(group);
    return absl::OkStatus();
  }
  std::vector<uint32_t> begin(sizes.size() + 1, 0);
  for (size_t g = 0; g < sizes.size(); ++g) begin[g + 1] = begin[g] + sizes[g];
  std::vector<uint32_t> ordered(found_.matched_count);
  std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
  for (uint32_t i = 0; i < n; ++i) {
    if (found_.matched[i]) ordered[next[group_of_row[i]]++] = i;
  }
  for (size_t g = 0; g < sizes.size(); ++g) {
    found_.sets.Add(absl::MakeConstSpan(ordered).subspan(begin[g], sizes[g]));
  }
  return absl::OkStatus();
}

absl::StatusOr<OperandGroups> GroupFinder::Find() {
  FOOTFALL_RETURN_IF_ERROR(ReadRows());
  FOOTFALL_RETURN_IF_ERROR(SortIntoGroups());
  FOOTFALL_RETURN_IF_ERROR(FindWholesBeside(run_, operand_, &found_, &memory_));
  return std::move(found_);
}

}  // namespace

GroupKey KeyOf(const BoundOperand& operand, absl::Span<const MemberId> row) {
  GroupKey key = {};
  for (size_t b = 0; b < operand.by.size(); ++b) {
    if (operand.by[b] >= 0) key[b] = row[static_cast<size_t>(operand.by[b])];
  }
  // The rest is one group; what is not split, and who is in TOP, is not in it.
  if (operand.others_than.has_value() && operand.by[0] >= 0 &&
      !std::binary_search(operand.others_than->begin(),
                          operand.others_than->end(), key[0])) {
    key[0] = kOthersMember;
  }
  return key;
}

bool IsPart(absl::Span<const MemberId> part, absl::Span<const MemberId> whole) {
  bool differs = false;
  for (size_t d = 0; d < part.size(); ++d) {
    if (part[d] == whole[d]) continue;
    if (whole[d] != kEmptyMember) return false;
    differs = true;
  }
  return differs;
}

std::vector<std::vector<uint32_t>> PartsTakenOff(
    const BoundOperand& operand, const SeriesRows& rows,
    absl::Span<const Whole> wholes) {
  std::vector<uint32_t> whole_rows;
  for (const Whole& whole : wholes) whole_rows.push_back(whole.row);
  std::vector<std::vector<uint32_t>> parts = PartsOf(rows, whole_rows, {});
  for (size_t w = 0; w < wholes.size(); ++w) {
    std::erase_if(parts[w], [&](uint32_t row) {
      const auto part = rows.row(row);
      for (size_t d = 0; d < part.size(); ++d) {
        if ((wholes[w].not_split >> d & 1) != 0 && part[d] != kEmptyMember) {
          return true;
        }
        const MemberSet& pick = operand.picks[d];
        if (pick.picked() && pick.Contains(kEmptyMember) &&
            !pick.Contains(part[d])) {
          return true;
        }
      }
      return false;
    });
  }
  return parts;
}

std::vector<std::vector<uint32_t>> PartsOf(const SeriesRows& rows,
                                           absl::Span<const uint32_t> wholes,
                                           const std::vector<bool>& among) {
  std::vector<std::vector<uint32_t>> parts(wholes.size());
  // A whole may be asked for more than once.
  FlatHashMap<GroupKey, std::vector<uint32_t>> by_tuple;
  std::vector<uint32_t> masks;
  for (uint32_t w = 0; w < wholes.size(); ++w) {
    const auto row = rows.row(wholes[w]);
    GroupKey tuple = {};
    std::copy(row.begin(), row.end(), tuple.begin());
    by_tuple[tuple].push_back(w);
    const uint32_t mask = EmptyMask(row);
    if (std::find(masks.begin(), masks.end(), mask) == masks.end()) {
      masks.push_back(mask);
    }
  }
  for (uint32_t i = 0; i < rows.size(); ++i) {
    if (!among.empty() && !among[i]) continue;
    const auto row = rows.row(i);
    const uint32_t own_mask = EmptyMask(row);
    for (const uint32_t mask : masks) {
      if (mask == own_mask || (mask & own_mask) != own_mask) continue;
      GroupKey tuple = {};
      for (size_t d = 0; d < row.size(); ++d) {
        if ((mask >> d & 1) == 0) tuple[d] = row[d];
      }
      const auto at = by_tuple.find(tuple);
      if (at == by_tuple.end()) continue;
      for (const uint32_t w : at->second) parts[w].push_back(i);
    }
  }
  return parts;
}

absl::StatusOr<OperandGroups> FindGroups(Run& run, const BoundOperand& operand,
                                         Reservation* memory) {
  return GroupFinder(run, operand, memory).Find();
}

}  // namespace footfall::query
