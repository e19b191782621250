// TOP n OTHERS 'rest'.

#include "query/exec/others.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/exec/groups.h"
#include "query/exec/operand_reader.h"
#include "query/exec/total.h"
#include "query/exec/windows.h"
#include "query/lang/status_macros.h"
#include "query/lang/time_parts.h"
#include "query/plan/event_scope.h"

namespace footfall::query {

namespace {

// The one group of `more`, as one more of the results.
void Append(const Results& more, const GroupKey& group, Results* results) {
  results->groups.push_back(group);
  for (std::vector<uint32_t>& numbers : results->combinations) {
    if (!numbers.empty()) numbers.push_back(OperandReader::kSeveral);
  }
  for (size_t i = 0; i < results->leaves.size(); ++i) {
    results->leaves[i].Append(more.leaves[i]);
  }
  for (const std::string& note : more.notes) {
    if (std::find(results->notes.begin(), results->notes.end(), note) ==
        results->notes.end()) {
      results->notes.push_back(note);
    }
  }
}

}  // namespace

absl::StatusOr<bool> AddOthers(Run& run, const Plan& plan,
                               absl::Span<const uint32_t> top,
                               Results* results) {
  std::vector<MemberId> members = {kEmptyMember};
  for (const uint32_t group : top) members.push_back(results->groups[group][0]);
  std::sort(members.begin(), members.end());
  members.erase(std::unique(members.begin(), members.end()), members.end());
  Plan others = plan;
  for (BoundOperand& operand : others.operands) {
    if (!operand.broadcast()) operand.others_than = members;
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Results more,
                            EvaluateLeaves(run, others, &*results->timeline));
  if (more.groups.empty()) return false;
  Append(more, more.groups[0], results);
  FOOTFALL_RETURN_IF_ERROR(
      LeaveOutWindows(run, plan, results->groups.size() - 1, results));
  return true;
}

absl::StatusOr<bool> AddTotal(Run& run, const Plan& plan, Results* results) {
  FOOTFALL_ASSIGN_OR_RETURN(
      const Results more,
      EvaluateTotal(run, PlanOfTotal(plan), *results->timeline));
  if (more.groups.empty()) return false;
  GroupKey all = {};
  all[0] = kTotalMember;
  Append(more, all, results);
  FOOTFALL_RETURN_IF_ERROR(
      LeaveOutWindows(run, plan, results->groups.size() - 1, results));
  return true;
}

std::string GroupText(const Run& run, const Plan& plan, const GroupKey& group) {
  std::string text;
  for (size_t b = 0; b < plan.by.size(); ++b) {
    absl::StrAppend(&text, b == 0 ? "" : ", ", plan.by[b], " ",
                    QuotedText(MemberText(run, plan, b, group[b])));
  }
  return text;
}

absl::string_view MemberText(const Run& run, const Plan& plan, size_t by,
                             MemberId member) {
  if (member == kOthersMember && plan.top.has_value() &&
      plan.top->others.has_value()) {
    return *plan.top->others;
  }
  if (plan.parts[by].has_value() && member > 0) {
    return TimePartMember(*plan.parts[by], member - 1);
  }
  if (member == kTotalMember && plan.total.has_value()) return *plan.total;
  return run.snapshot().MemberName(plan.by[by], member);
}

}  // namespace footfall::query
