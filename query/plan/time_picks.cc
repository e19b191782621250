#include "query/plan/time_picks.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/lang/refusals.h"

namespace footfall::query {

bool TimePicks::Hold(const absl::CivilSecond& time) const {
  for (const TimePart part : kTimeParts) {
    if (!has(part)) continue;
    const uint32_t members = members_[static_cast<size_t>(part)];
    if ((members >> TimePartAt(part, time) & 1) == 0) return false;
  }
  return true;
}

void TimePicks::Keep(TimePart part, uint32_t members) {
  uint32_t& own = members_[static_cast<size_t>(part)];
  own = has(part) ? own & members : members;
  conditions_ =
      static_cast<uint8_t>(conditions_ | 1u << static_cast<unsigned>(part));
}

std::string TimePicks::Describe() const {
  std::vector<std::string> parts;
  for (const TimePart part : kTimeParts) {
    if (!has(part)) continue;
    std::vector<std::string> members;
    for (uint32_t i = 0; i < TimePartSize(part); ++i) {
      if ((members_[static_cast<size_t>(part)] >> i & 1) == 0) continue;
      members.push_back(absl::StrCat("'", TimePartMember(part, i), "'"));
    }
    parts.push_back(
        absl::StrCat(TimePartName(part), " ",
                     members.empty() ? "none" : absl::StrJoin(members, ", ")));
  }
  return absl::StrJoin(parts, "; ");
}

absl::Status ApplyTimeCondition(const Condition& condition,
                                absl::string_view text, TimePicks* picks) {
  using Test = Condition::Test;
  const TimePart part = *FindTimePart(condition.dimension);
  if (condition.test == Test::kLike || condition.test == Test::kNotLike) {
    return Refuse(Refusal::kPartTest, text, condition.source,
                  {condition.dimension, TimePartMember(part, 0),
                   TimePartMember(part, 1)});
  }
  const uint32_t size = TimePartSize(part);
  const uint32_t all = (uint32_t{1} << size) - 1;
  uint32_t members = 0;
  for (size_t i = 0; i < condition.texts.size(); ++i) {
    const std::string& name = std::get<std::string>(condition.texts[i]);
    const auto found = FindTimePartMember(part, name);
    if (!found.has_value()) {
      return Refuse(Refusal::kPartMember, text, condition.text_sources.at(i),
                    {condition.dimension, absl::StrCat("'", name, "'"),
                     TimePartMember(part, 0), TimePartMember(part, size - 1)});
    }
    members |= uint32_t{1} << *found;
  }
  const bool negated =
      condition.test == Test::kNotEqual || condition.test == Test::kNotIn;
  picks->Keep(part, negated ? all & ~members : members);
  return absl::OkStatus();
}

}  // namespace footfall::query
