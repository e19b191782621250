// Wholes beside the groups of an operand.

#include "query/exec/wholes_beside.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "footfall/hash_table.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

// About what a group takes that only wholes tell of, and what a whole and a
// group that it bears on take together.
constexpr uint64_t kBytesOfUntold = 160;
constexpr uint64_t kBytesOfPair = 80;

class BesideFinder {
 public:
  BesideFinder(const Run& run, const BoundOperand& operand,
               OperandGroups* groups, Reservation* memory)
      : run_(run),
        memory_(*memory),
        operand_(operand),
        dimensions_(operand.metric->spec.dimensions),
        groups_(*groups) {}

  absl::Status FindWholes();

 private:
  // Wholes beside the groups: rows, and the BY dimensions (bits) in which they
  // are not split.
  using Candidates = std::vector<std::pair<uint32_t, uint32_t>>;
  absl::StatusOr<Candidates> FindCandidates();
  absl::Status AddHiddenGroups(const Candidates& candidates);
  absl::Status ShareLanes();
  absl::Status FindCovering();
  void AddWhole(uint32_t row, size_t group);
  bool Covers(uint32_t row, size_t group) const;
  std::optional<uint32_t> FindCover(absl::Span<const MemberId> whole,
                                    size_t group) const;

  const Run& run_;
  Reservation& memory_;
  const BoundOperand& operand_;
  const std::vector<Dimension>& dimensions_;
  OperandGroups& groups_;
  // Shared wholes and their groups, before they are put in order.
  std::vector<std::pair<Whole, uint32_t>> shared_pairs_;
  FlatHashMap<std::pair<uint32_t, uint32_t>, uint32_t> overlapping_index_;
};

// The group's series that stands for all that `whole` may hold of the picked
// members: its own members where it names them, the pick where that is one
// member, not split elsewhere.
std::optional<uint32_t> BesideFinder::FindCover(
    absl::Span<const MemberId> whole, size_t group) const {
  for (const uint32_t row : groups_.sets.set(group)) {
    const auto candidate = groups_.rows.row(row);
    bool covers = true;
    for (size_t d = 0; d < whole.size() && covers; ++d) {
      MemberId wanted = whole[d];
      if (wanted == kEmptyMember) {
        const auto by = std::find(operand_.by.begin(), operand_.by.end(),
                                  static_cast<int>(d));
        if (by != operand_.by.end()) {
          wanted =
              groups_
                  .keys[group][static_cast<size_t>(by - operand_.by.begin())];
        } else if (operand_.picks[d].picked()) {
          covers = operand_.picks[d].single().has_value();
          wanted = operand_.picks[d].single().value_or(kEmptyMember);
        }
      }
      covers = covers && candidate[d] == wanted;
    }
    if (covers) return row;
  }
  return std::nullopt;
}

// `row` is a whole beside `group`, and no member of it.
void BesideFinder::AddWhole(uint32_t row, size_t group) {
  const auto whole = groups_.rows.row(row);
  bool overlaps = false;
  Whole identity;
  identity.row = row;
  for (size_t b = 0; b < operand_.by.size(); ++b) {
    if (operand_.by[b] >= 0 && groups_.keys[group][b] == kEmptyMember) {
      identity.not_split |= uint32_t{1} << operand_.by[b];
    }
  }
  for (size_t d = 0; d < whole.size(); ++d) {
    if (whole[d] != kEmptyMember) continue;
    const auto by =
        std::find(operand_.by.begin(), operand_.by.end(), static_cast<int>(d));
    const bool picked_by_group =
        by != operand_.by.end() &&
        groups_.keys[group][static_cast<size_t>(by - operand_.by.begin())] !=
            kEmptyMember;
    if (!picked_by_group && operand_.picks[d].Contains(kEmptyMember)) continue;
    if (dimensions_[d].rule == Additivity::kLevel) return;
    overlaps |= dimensions_[d].rule == Additivity::kOverlaps;
  }
  if (!overlaps) {
    shared_pairs_.emplace_back(identity, static_cast<uint32_t>(group));
    return;
  }
  OverlappingWhole pair;
  pair.group = group;
  pair.whole =
      overlapping_index_
          .emplace(std::pair(row, identity.not_split),
                   static_cast<uint32_t>(groups_.overlapping_wholes.size()))
          .first->second;
  if (pair.whole == groups_.overlapping_wholes.size()) {
    groups_.overlapping_wholes.push_back(identity);
  }
  pair.cover = FindCover(whole, group).value_or(OverlappingWhole::kNone);
  groups_.overlapping.push_back(pair);
}

// Not split in a picked dimension, else as the conditions say.
absl::StatusOr<BesideFinder::Candidates> BesideFinder::FindCandidates() {
  Candidates candidates;
  for (uint32_t i = 0; i < groups_.rows.size(); ++i) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    const auto row = groups_.rows.row(i);
    bool beside = false;
    bool fits = true;
    for (size_t d = 0; d < row.size() && fits; ++d) {
      if (operand_.picks[d].Contains(row[d])) continue;
      fits = row[d] == kEmptyMember;
      beside = true;
    }
    if (!fits) continue;
    uint32_t by_mask = 0;
    for (size_t b = 0; b < operand_.by.size(); ++b) {
      if (operand_.by[b] >= 0 &&
          row[static_cast<size_t>(operand_.by[b])] == kEmptyMember) {
        by_mask |= uint32_t{1} << b;
      }
    }
    if (!beside && by_mask == 0) continue;
    FOOTFALL_RETURN_IF_ERROR(memory_.AddRoomFor(candidates));
    candidates.emplace_back(i, by_mask);
  }
  return candidates;
}

// A whole beside the picked members tells of a group that has no series of its
// own. (Of TOP's others all are one group.)
absl::Status BesideFinder::AddHiddenGroups(const Candidates& candidates) {
  if (!operand_.keeps_hidden || operand_.others_than.has_value()) {
    return absl::OkStatus();
  }
  for (const auto& [row, mask] : candidates) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    if (groups_.matched[row]) continue;
    const auto members = groups_.rows.row(row);
    bool level = false;  // says nothing of its members
    for (size_t d = 0; d < members.size(); ++d) {
      level |= !operand_.picks[d].Contains(members[d]) &&
               dimensions_[d].rule == Additivity::kLevel;
    }
    if (level) continue;
    const GroupKey key = KeyOf(operand_, members);
    const auto [at, inserted] = groups_.group_of.emplace(
        key, static_cast<uint32_t>(groups_.keys.size()));
    FOOTFALL_RETURN_IF_ERROR(memory_.Add(inserted ? kBytesOfUntold : 16));
    groups_.beside.emplace_back(at->second, row);
    if (!inserted) continue;
    groups_.keys.push_back(key);
    groups_.sets.Add({});
  }
  std::sort(groups_.beside.begin(), groups_.beside.end());
  return absl::OkStatus();
}

absl::Status BesideFinder::FindWholes() {
  FOOTFALL_ASSIGN_OR_RETURN(const Candidates candidates, FindCandidates());
  groups_.shown = groups_.keys.size();
  FOOTFALL_RETURN_IF_ERROR(AddHiddenGroups(candidates));
  std::vector<uint32_t> by_masks;
  for (const auto& [row, mask] : candidates) {
    if (std::find(by_masks.begin(), by_masks.end(), mask) == by_masks.end()) {
      by_masks.push_back(mask);
    }
  }
  if (candidates.empty()) return absl::OkStatus();
  for (const uint32_t by_mask : by_masks) {
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
    Reservation keys = Reservation::Of(memory_);
    FOOTFALL_RETURN_IF_ERROR(keys.Add(groups_.keys.size() * kBytesOfUntold));
    // Groups by their key with the places blanked where the whole is not split.
    FlatHashMap<GroupKey, std::vector<uint32_t>> groups;
    for (uint32_t g = 0; g < groups_.keys.size(); ++g) {
      GroupKey key = groups_.keys[g];
      for (size_t b = 0; b < operand_.by.size(); ++b) {
        if ((by_mask >> b & 1) != 0) key[b] = kEmptyMember;
      }
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      groups[key].push_back(g);
    }
    for (const auto& [row, mask] : candidates) {
      if (mask != by_mask) continue;
      const GroupKey key = KeyOf(operand_, groups_.rows.row(row));
      const auto at = groups.find(key);
      if (at == groups.end()) continue;
      FOOTFALL_RETURN_IF_ERROR(memory_.Add(at->second.size() * kBytesOfPair));
      for (const uint32_t group : at->second) {
        FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + groups_.sets.set(group).size()));
        // Its own group holds it already.
        if (groups_.matched[row] && groups_.keys[group] == key) continue;
        AddWhole(row, group);
      }
    }
  }
  FOOTFALL_RETURN_IF_ERROR(ShareLanes());
  std::stable_sort(groups_.overlapping.begin(), groups_.overlapping.end(),
                   [](const OverlappingWhole& a, const OverlappingWhole& b) {
                     return a.group < b.group;
                   });
  return FindCovering();
}

// Wholes that add to the same groups share a lane.
absl::Status BesideFinder::ShareLanes() {
  std::sort(shared_pairs_.begin(), shared_pairs_.end());
  FlatHashMap<std::vector<uint32_t>, uint32_t> lanes;
  std::vector<std::pair<uint32_t, uint32_t>> group_lanes;
  for (size_t i = 0; i < shared_pairs_.size();) {
    const Whole whole = shared_pairs_[i].first;
    std::vector<uint32_t> groups;
    for (; i < shared_pairs_.size() && shared_pairs_[i].first == whole; ++i) {
      groups.push_back(shared_pairs_[i].second);
    }
    const auto [at, inserted] =
        lanes.emplace(groups, static_cast<uint32_t>(lanes.size()));
    if (inserted) {
      for (const uint32_t group : groups) {
        group_lanes.emplace_back(group, at->second);
      }
    }
    groups_.shared.push_back({whole, at->second});
    FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + groups.size()));
  }
  groups_.shared_lanes = lanes.size();
  std::sort(group_lanes.begin(), group_lanes.end());
  groups_.shared_begin.assign(groups_.keys.size() + 1, 0);
  for (const auto& [group, lane] : group_lanes) {
    ++groups_.shared_begin[group + 1];
    groups_.shared_lane_lists.push_back(lane);
  }
  for (size_t g = 0; g < groups_.keys.size(); ++g) {
    groups_.shared_begin[g + 1] += groups_.shared_begin[g];
  }
  return absl::OkStatus();
}

// Whether all that the group may hold lies in the whole: it names members only
// where the group has just these.
bool BesideFinder::Covers(uint32_t row, size_t group) const {
  const auto whole = groups_.rows.row(row);
  for (size_t d = 0; d < whole.size(); ++d) {
    if (whole[d] == kEmptyMember || operand_.picks[d].single() == whole[d]) {
      continue;
    }
    const auto by =
        std::find(operand_.by.begin(), operand_.by.end(), static_cast<int>(d));
    if (by == operand_.by.end() ||
        groups_.keys[group][static_cast<size_t>(by - operand_.by.begin())] !=
            whole[d]) {
      return false;
    }
  }
  return true;
}

absl::Status BesideFinder::FindCovering() {
  if (operand_.others_than.has_value()) return absl::OkStatus();
  uint32_t shared = 0;
  for (const auto& [whole, group] : shared_pairs_) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    while (groups_.shared[shared].whole != whole) ++shared;
    if (Covers(whole.row, group)) {
      groups_.covering.push_back({group, true, shared});
    }
  }
  for (const OverlappingWhole& pair : groups_.overlapping) {
    FOOTFALL_RETURN_IF_ERROR(run_.Pass());
    if (Covers(groups_.overlapping_wholes[pair.whole].row, pair.group)) {
      groups_.covering.push_back(
          {static_cast<uint32_t>(pair.group), false, pair.whole});
    }
  }
  std::stable_sort(groups_.covering.begin(), groups_.covering.end(),
                   [](const CoveringWhole& a, const CoveringWhole& b) {
                     return a.group < b.group;
                   });
  return absl::OkStatus();
}

}  // namespace

absl::Status FindWholesBeside(const Run& run, const BoundOperand& operand,
                              OperandGroups* groups, Reservation* memory) {
  return BesideFinder(run, operand, groups, memory).FindWholes();
}

}  // namespace footfall::query
