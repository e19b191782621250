#include "query/exec/align_starts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "query/exec/others.h"
#include "query/exec/row_events.h"
#include "query/exec/rows.h"
#include "query/lang/refusals.h"
#include "query/lang/status_macros.h"
#include "query/plan/date_value.h"

namespace footfall::query {
namespace {

constexpr size_t kMostTold = 3;

// "app 'A', between 2025-01-03 and 2025-02-01"
std::string Doubt(const std::string& group, const Cell& cell) {
  const auto text = [](const std::optional<Scalar>& bound) {
    return FormatDate(UnpackDate(bound->integer));
  };
  std::string of = group.empty() ? "the answer" : group;
  if (!cell.low.has_value()) return absl::StrCat(of, ", which may be earlier");
  return cell.high.has_value()
             ? absl::StrCat(of, ", between ", text(cell.low), " and ",
                            text(cell.high))
             : absl::StrCat(of, ", from ", text(cell.low), " on, if ever");
}

std::string NoteOf(const Plan& plan, std::vector<std::string> doubts) {
  std::sort(doubts.begin(), doubts.end());
  const size_t more = doubts.size() > kMostTold ? doubts.size() - kMostTold : 0;
  doubts.resize(doubts.size() - more);
  return absl::StrCat(plan.align->start_name, " is not certain of ",
                      absl::StrJoin(doubts, "; "),
                      more > 0 ? absl::StrCat("; and ", more, " more") : "",
                      ": offsets are counted from the date that it prints");
}

void AddOnce(const std::string& note, std::vector<std::string>* notes) {
  if (std::find(notes->begin(), notes->end(), note) == notes->end()) {
    notes->push_back(note);
  }
}

}  // namespace

bool NeedsStarts(const Plan& plan) {
  return plan.align.has_value() && plan.align->start != nullptr;
}

absl::StatusOr<Plan> WithStarts(Run& run, const Plan& plan) {
  const Plan& start = plan.align->start->plan;
  FOOTFALL_ASSIGN_OR_RETURN(Results found, EvaluateLeaves(run, start));
  FOOTFALL_ASSIGN_OR_RETURN(
      RowEvents events,
      RowEvents::Create(run, start, found.groups, found.shown));
  Rows rows(run, start, found, &events);
  FOOTFALL_RETURN_IF_ERROR(rows.WorkOutTransforms());
  Plan ready = plan;
  BoundAlign& align = *ready.align;
  std::vector<std::string> doubts;
  for (uint32_t g = 0; g < found.shown; ++g) {
    FOOTFALL_RETURN_IF_ERROR(run.Pass());
    FOOTFALL_ASSIGN_OR_RETURN(const Cell cell,
                              rows.Evaluate(start.items[0].expr, {g, 0}));
    if (!cell.has_value) continue;
    const Date date = UnpackDate(cell.value.integer);
    if (date.precision > align.unit) {
      return Refuse(Refusal::kAlignStartDate, run.text(),
                    plan.events[align.events].source,
                    {align.start_name, FormatDate(date), UnitName(align.unit),
                     UnitName(date.precision)});
    }
    align.starts.emplace_back(found.groups[g], date);
    if (cell.kind() != CellKind::kExact) {
      doubts.push_back(Doubt(GroupText(run, start, found.groups[g]), cell));
    }
  }
  for (BoundOperand& operand : ready.operands) {
    operand.range = StepsOfAlign(ready, operand);
  }
  for (const std::string& note : found.notes) AddOnce(note, &ready.notes);
  if (!doubts.empty()) AddOnce(NoteOf(plan, std::move(doubts)), &ready.notes);
  return ready;
}

}  // namespace footfall::query
