// The lanes of f(metric ACROSS dim, ...) and f(expression ACROSS dim, ...).

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "query/exec/across_parts.h"
#include "query/exec/intersect.h"
#include "query/exec/lanes.h"
#include "query/exec/operand_reader.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

absl::Status OperandReader::PrepareAcross() {
  const auto add = [&](BoundOperand split) -> absl::Status {
    split.others_than = operand_.others_than;
    split.keeps_hidden = operand_.keeps_hidden;
    split_operands_.push_back(std::make_unique<BoundOperand>(std::move(split)));
    FOOTFALL_ASSIGN_OR_RETURN(auto reader, Create(run_, *split_operands_.back(),
                                                  lane_steps_, asked_, {}));
    parts_.push_back(std::move(reader));
    split_ = parts_[0].get();
    return absl::OkStatus();
  };
  if (operand_.across->parts == nullptr) {
    FOOTFALL_RETURN_IF_ERROR(add(SplitAcross(operand_)));
    across_ = FindAcrossGroups(operand_, split_->groups());
  } else {
    for (const BoundOperand& part : operand_.across->parts->operands) {
      FOOTFALL_RETURN_IF_ERROR(add(part));
    }
    FOOTFALL_RETURN_IF_ERROR(PrepareParts());
  }
  groups_.keys = across_.keys;
  groups_.group_of = across_.group_of;
  groups_.shown = across_.keys.size();
  groups_.matched_count = split_->groups().matched_count;
  return absl::OkStatus();
}

// A member is of all operands that have a group of its key.
absl::Status OperandReader::PrepareParts() {
  OperandGroups all;
  for (const auto& part : parts_) {
    for (const GroupKey& key : part->groups().keys) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass());
      const auto [at, added] =
          all.group_of.emplace(key, static_cast<uint32_t>(all.keys.size()));
      if (!added) continue;
      FOOTFALL_RETURN_IF_ERROR(
          memory_.Add(2 * sizeof(GroupKey) + sizeof(uint32_t) * parts_.size()));
      all.keys.push_back(key);
    }
  }
  for (const auto& part : parts_) {
    std::vector<uint32_t>& groups = part_groups_.emplace_back();
    groups.assign(all.keys.size(), kNoGroup);
    for (uint32_t g = 0; g < part->groups().group_count(); ++g) {
      groups[all.group_of.at(part->groups().keys[g])] = g;
    }
  }
  part_keys_ = all.keys;
  across_ = FindAcrossGroups(operand_, all);
  // What is not split is no member.
  for (std::vector<AcrossMember>& members : across_.members) {
    std::erase_if(members,
                  [](const AcrossMember& m) { return m.not_split != 0; });
    for (AcrossMember& member : members) member.parts.clear();
  }
  return absl::OkStatus();
}

// Members are read together, then combined group by group.
absl::StatusOr<GroupLanes> OperandReader::ReadAcross(
    absl::Span<const uint32_t> groups, absl::Span<const StepRange> told) const {
  if (!part_groups_.empty()) return ReadParts(groups, told);
  std::vector<uint32_t> wanted;
  for (const uint32_t group : groups) {
    for (const AcrossMember& member : across_.members[group]) {
      wanted.push_back(member.split_group);
    }
  }
  FOOTFALL_ASSIGN_OR_RETURN(const GroupLanes read, split_->Read(wanted));
  GroupLanes lanes;
  lanes.sets.steps = steps_;
  lanes.sets.words = WordsFor(static_cast<size_t>(steps_.size()));
  lanes.sets.contradiction = read.sets.contradiction;
  lanes.lacking = read.lacking;
  lanes.across.resize(groups.size());
  size_t at = 0;
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::vector<AcrossMember>& members = across_.members[groups[i]];
    std::vector<MemberLane> views;
    for (const AcrossMember& member : members) {
      const LaneView view =
          split_->View(read, at++, member.split_group, TotalRole());
      views.push_back({view.values, view.lows, view.extra, view.present,
                       view.hidden, view.high_open});
    }
    AcrossLane& lane = lanes.across[i];
    FOOTFALL_RETURN_IF_ERROR(CombineAcross(operand_, members, views, steps_,
                                           told.empty() ? steps_ : told[i],
                                           &lane));
    NoteAcross(i, &lanes);
    if (lane.hidden_member.has_value() && !lanes.hidden.has_value()) {
      const auto [step, member] = *lane.hidden_member;
      lanes.hidden = {split_->groups().keys[members[member].split_group],
                      steps_.begin + static_cast<int64_t>(step),
                      views[member].hidden[step]};
    }
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
  }
  return lanes;
}

// What is told of a group's lane beside its values.
void OperandReader::NoteAcross(size_t i, GroupLanes* lanes) const {
  const AcrossLane& lane = lanes->across[i];
  lanes->sets.present.insert(lanes->sets.present.end(), lane.present.begin(),
                             lane.present.end());
  if (lane.count_change.has_value() && !lanes->sets.count_change.has_value()) {
    lanes->sets.count_change = lane.count_change;
    lanes->sets.count_change->set = i;
  }
  if (lane.no_member.has_value() && !lanes->no_member.has_value()) {
    lanes->no_member = {i,
                        steps_.begin + static_cast<int64_t>(*lane.no_member)};
  }
}

// Each operand's members are read together, then worked out one by one.
absl::StatusOr<GroupLanes> OperandReader::ReadParts(
    absl::Span<const uint32_t> groups, absl::Span<const StepRange> told) const {
  const AcrossParts& parts = *operand_.across->parts;
  const size_t steps = static_cast<size_t>(steps_.size());
  GroupLanes lanes;
  lanes.sets.steps = steps_;
  lanes.sets.words = WordsFor(steps);
  std::vector<GroupLanes> read(parts_.size());
  for (size_t p = 0; p < parts_.size(); ++p) {
    std::vector<uint32_t> wanted;
    for (const uint32_t group : groups) {
      for (const AcrossMember& member : across_.members[group]) {
        const uint32_t of = part_groups_[p][member.split_group];
        if (of != kNoGroup) wanted.push_back(of);
      }
    }
    FOOTFALL_ASSIGN_OR_RETURN(read[p], parts_[p]->Read(wanted));
    lanes.sets.contradiction |= read[p].sets.contradiction;
    // (A note names members of the operand's own metric alone.)
    if (parts_[p]->operand().metric->id == operand_.metric->id) {
      lanes.lacking.Add(read[p].lacking);
    }
  }
  lanes.across.resize(groups.size());
  std::vector<size_t> next(parts_.size());  // of the lanes read
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::vector<AcrossMember>& members = across_.members[groups[i]];
    const StepRange of = told.empty() ? steps_ : Intersect(steps_, told[i]);
    std::vector<PartsLane> worked(members.size());
    std::vector<MemberLane> views;
    for (size_t m = 0; m < members.size(); ++m) {
      FOOTFALL_RETURN_IF_ERROR(run_.Pass(1 + steps * parts_.size()));
      std::vector<PartLane> own(parts_.size());
      std::vector<const PartLane*> there(parts_.size());
      for (size_t p = 0; p < parts_.size(); ++p) {
        const uint32_t group = part_groups_[p][members[m].split_group];
        if (group == kNoGroup) continue;
        const LaneView view =
            parts_[p]->View(read[p], next[p]++, group, TotalRole());
        own[p] = {view.values,   view.lows,      view.extra, view.present,
                  view.low_open, view.high_open, view.hidden};
        there[p] = &own[p];
      }
      FOOTFALL_RETURN_IF_ERROR(worked[m].Make(parts, there, steps));
      views.push_back(worked[m].Lane());
      if (lanes.left_out.has_value() || of.empty()) continue;
      const auto left_out = worked[m].FindLeftOut(
          there, static_cast<size_t>(of.begin - steps_.begin),
          static_cast<size_t>(of.end - steps_.begin));
      if (!left_out.has_value()) continue;
      lanes.left_out = {part_keys_[members[m].split_group],
                        steps_.begin + static_cast<int64_t>(left_out->step),
                        left_out->operand};
    }
    FOOTFALL_RETURN_IF_ERROR(
        CombineAcross(operand_, members, views, steps_, of, &lanes.across[i]));
    NoteAcross(i, &lanes);
    FOOTFALL_RETURN_IF_ERROR(run_.CheckStop());
  }
  return lanes;
}

}  // namespace footfall::query
