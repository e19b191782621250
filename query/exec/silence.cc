// Why an answer has no rows.

#include "query/exec/silence.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "query/exec/across.h"
#include "query/exec/groups.h"
#include "query/exec/intersect.h"
#include "query/exec/operand_reader.h"
#include "query/lang/status_macros.h"

namespace footfall::query {
namespace {

absl::StatusOr<StepRange> SamplesIn(Run& run, const BoundOperand& operand,
                                    StepRange steps) {
  if (steps.empty()) return StepRange();
  FOOTFALL_ASSIGN_OR_RETURN(
      const LaneSteps lane_steps,
      FindLaneSteps(run, {operand.metric->id}, steps, /*margin=*/0));
  FOOTFALL_ASSIGN_OR_RETURN(
      const std::unique_ptr<OperandReader> reader,
      OperandReader::Create(run, operand, lane_steps, steps, {}));
  return reader->FindSamples();
}

// Why this operand gives nothing; empty where it has samples in the range.
absl::StatusOr<std::string> WhyNothing(Run& run, const BoundOperand& asked,
                                       StepRange bounds) {
  const BoundOperand operand = SplitAcross(asked);
  const std::string& name = operand.metric->spec.name;
  if (std::string none = NoteOfNoStep(operand); !none.empty()) return none;
  Reservation memory(run);
  FOOTFALL_ASSIGN_OR_RETURN(const OperandGroups groups,
                            FindGroups(run, operand, &memory));
  if (groups.matched_count == 0) {
    const bool picks =
        std::any_of(operand.picks.begin(), operand.picks.end(),
                    [](const MemberSet& members) { return members.picked(); });
    if (!picks) return absl::StrCat(name, " has no samples yet");
    return absl::StrCat(name, " has no series of the members picked");
  }
  FOOTFALL_ASSIGN_OR_RETURN(
      const StepRange inside,
      SamplesIn(run, operand, Intersect(bounds, operand.range)));
  if (!inside.empty()) return std::string();
  FOOTFALL_ASSIGN_OR_RETURN(
      const StepRange before,
      SamplesIn(run, operand,
                {bounds.begin, std::min(bounds.end, operand.range.begin)}));
  FOOTFALL_ASSIGN_OR_RETURN(
      const StepRange behind,
      SamplesIn(run, operand,
                {std::max(bounds.begin, operand.range.end), bounds.end}));
  std::optional<int64_t> nearest;
  if (!before.empty()) nearest = before.end - 1;
  if (!behind.empty() &&
      (!nearest.has_value() ||
       behind.begin - operand.range.end < operand.range.begin - 1 - *nearest)) {
    nearest = behind.begin;
  }
  return absl::StrCat(
      name, " has no sample in the range",
      nearest.has_value()
          ? absl::StrCat("; the nearest is of ", operand.grid.Format(*nearest))
          : "");
}

}  // namespace

std::string NoteOfNoStep(const BoundOperand& operand) {
  if (!operand.range.empty()) return "";
  return absl::StrCat(operand.metric->spec.name, " has a value each ",
                      FormatPeriod(operand.grid.period()),
                      ", and the range holds no whole one");
}

absl::Status ExplainSilence(Run& run, const Plan& plan, const Results& results,
                            std::vector<std::string>* notes) {
  if (plan.align.has_value()) return absl::OkStatus();
  bool said = false;
  for (size_t o = 0; o < plan.operands.size(); ++o) {
    FOOTFALL_ASSIGN_OR_RETURN(
        std::string why,
        WhyNothing(run, plan.operands[o], results.timeline->bounds(o)));
    if (why.empty()) continue;
    said = true;
    if (std::find(notes->begin(), notes->end(), why) == notes->end()) {
      notes->push_back(std::move(why));
    }
  }
  if (said) return absl::OkStatus();
  if (!plan.having.empty()) {
    notes->push_back("no row passes HAVING");
    return absl::OkStatus();
  }
  for (const BoundOperand& operand : plan.operands) {
    if (!operand.across.has_value() || operand.across->parts == nullptr) {
      continue;
    }
    notes->push_back(absl::StrCat("no member has all of ",
                                  operand.across->parts->name,
                                  " at a step of the range"));
    return absl::OkStatus();
  }
  for (const Transform& transform : plan.transforms) {
    if (!LooksBack(transform)) continue;
    notes->push_back(
        absl::StrCat("no row has a value: there is none ", transform.count, " ",
                     UnitName(transform.unit), transform.count == 1 ? "" : "s",
                     " earlier, or the rows are not whole"));
    return absl::OkStatus();
  }
  if (plan.has_parts()) {
    notes->push_back(
        "no step of the parts of the calendar that are picked has a value");
  }
  return absl::OkStatus();
}

}  // namespace footfall::query
