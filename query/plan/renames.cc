#include "query/plan/renames.h"

#include <algorithm>
#include <memory>

namespace footfall::query {

Renames::Renames(const Snapshot& snapshot, absl::string_view dimension) {
  for (const std::shared_ptr<const Alias>& alias : snapshot.Aliases()) {
    if (alias->dimension != dimension) continue;
    const auto old_member = snapshot.FindMember(dimension, alias->old_name);
    const auto new_member = snapshot.FindMember(dimension, alias->new_name);
    // Where no metric has the dimension any more.
    if (!old_member.has_value() || !new_member.has_value()) continue;
    next_[*old_member] = {*new_member, alias->from};
    members_.push_back(*old_member);
  }
  std::sort(members_.begin(), members_.end());
}

Renames::Reading Renames::At(
    MemberId member, absl::FunctionRef<bool(const Date&)> reached) const {
  Reading reading = {member, 0};
  // No chain is longer than there are aliases.
  while (reading.renames < next_.size()) {
    const auto next = next_.find(reading.member);
    if (next == next_.end() ||
        (next->second.from.has_value() && !reached(*next->second.from))) {
      break;
    }
    reading.member = next->second.member;
    ++reading.renames;
  }
  return reading;
}

std::vector<Date> Renames::ChangesOf(MemberId member) const {
  std::vector<Date> dates;
  for (size_t i = 0; i < next_.size(); ++i) {
    const auto next = next_.find(member);
    if (next == next_.end()) break;
    if (next->second.from.has_value()) dates.push_back(*next->second.from);
    member = next->second.member;
  }
  return dates;
}

std::vector<MemberId> Renames::AllOf(MemberId member) const {
  std::vector<MemberId> all;
  const auto add = [&](absl::FunctionRef<bool(const Date&)> reached) {
    const MemberId reading = At(member, reached).member;
    if (std::find(all.begin(), all.end(), reading) == all.end()) {
      all.push_back(reading);
    }
  };
  add([](const Date&) { return false; });
  for (const Date& change : ChangesOf(member)) {
    add([&change](const Date& from) { return from.start <= change.start; });
  }
  return all;
}

}  // namespace footfall::query
