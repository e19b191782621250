// Members of whom an attribute that the question names is not known, and so may
// be of groups that they are not counted in.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/exec/evaluation.h"
#include "query/plan/event_scope.h"

namespace footfall::query {
namespace {

// Members that a note names.
constexpr size_t kMaxUnknown = 3;

// Whether the question asks for the operand's dimension `d`.
bool IsAsked(const BoundOperand& operand, size_t d) {
  const auto holds = [d](const std::vector<int>& dimensions) {
    return std::find(dimensions.begin(), dimensions.end(),
                     static_cast<int>(d)) != dimensions.end();
  };
  const MemberSet& pick = operand.picks[d];
  if (pick.picked()) return pick.single() != kEmptyMember;
  return holds(operand.by) ||
         (operand.across.has_value() && holds(operand.across->dimensions));
}

}  // namespace

void Evaluation::AddAttributeNotes() {
  for (size_t o = 0; o < plan_.operands.size(); ++o) {
    const BoundOperand& operand = plan_.operands[o];
    const auto& dimensions = operand.metric->spec.dimensions;
    const size_t stored = dimensions.size() - operand.attribute_of.size();
    for (size_t a = 0; a < operand.attribute_of.size(); ++a) {
      if (!IsAsked(operand, stored + a)) continue;
      const size_t of = static_cast<size_t>(operand.attribute_of[a]);
      const SeriesRows& rows = readers_[o]->series_groups().rows;
      std::set<MemberId> unknown;
      for (const uint32_t whole : readers_[o]->WholesThere()) {
        const auto row = rows.row(whole);
        if (row[of] != kEmptyMember && row[stored + a] == kEmptyMember) {
          unknown.insert(row[of]);
        }
      }
      if (unknown.empty()) continue;
      const std::string& dimension = dimensions[of].name;
      const std::string& attribute = dimensions[stored + a].name;
      std::vector<std::string> names;
      for (const MemberId member : unknown) {
        names.push_back(
            QuotedText(run_.snapshot().MemberName(dimension, member)));
      }
      std::sort(names.begin(), names.end());
      const std::string first = names[0];
      if (names.size() > kMaxUnknown) {
        const size_t more = names.size() - kMaxUnknown;
        names.resize(kMaxUnknown);
        names.push_back(absl::StrCat("and ", more, " more"));
      }
      AddNote(absl::StrCat(operand.metric->spec.name, ": the ", attribute,
                           " of ", dimension, " ", absl::StrJoin(names, ", "),
                           " is not known, and may be any: ATTRIBUTE ",
                           dimension, " ", first, " ", attribute,
                           " = '..' says it"));
    }
  }
}

}  // namespace footfall::query
