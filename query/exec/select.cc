// Runs one SELECT that was bound.

#include "query/exec/select.h"

#include <optional>
#include <utility>
#include <vector>

#include "query/exec/answer_size.h"
#include "query/exec/build_answer.h"
#include "query/exec/changepoints_answer.h"
#include "query/exec/correlogram.h"
#include "query/exec/explain.h"
#include "query/exec/leaves.h"
#include "query/exec/row_events.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/exec/silence.h"
#include "query/lang/status_macros.h"

namespace footfall::query {

namespace {

// nullopt as ChooseRows().
absl::StatusOr<std::optional<Answer>> TryRows(Run& run, const Plan& plan,
                                              Results results) {
  if (plan.correlogram) return BuildCorrelogram(run, plan, results);
  FOOTFALL_ASSIGN_OR_RETURN(
      RowEvents events,
      RowEvents::Create(run, plan, results.groups, results.shown));
  Rows rows(run, plan, results, &events);
  FOOTFALL_RETURN_IF_ERROR(rows.WorkOutTransforms());
  if (plan.changepoints.has_value()) {
    return BuildChangepoints(run, plan, results, rows);
  }
  FOOTFALL_RETURN_IF_ERROR(rows.Fill());
  FOOTFALL_ASSIGN_OR_RETURN(const std::optional<std::vector<RowId>> chosen,
                            ChooseRows(run, plan, &results, &rows));
  if (!chosen.has_value()) return std::optional<Answer>();
  Reservation memory(run);
  FOOTFALL_ASSIGN_OR_RETURN(const uint64_t bytes,
                            AnswerBytes(run, plan, results, *chosen));
  FOOTFALL_RETURN_IF_ERROR(memory.Add(bytes + chosen->size() * sizeof(RowId)));
  FOOTFALL_ASSIGN_OR_RETURN(Answer answer,
                            BuildAnswer(run, plan, results, rows, *chosen));
  if (chosen->empty() && plan.limit != 0) {
    FOOTFALL_RETURN_IF_ERROR(ExplainSilence(run, plan, results, &answer.notes));
  }
  return answer;
}

absl::StatusOr<Answer> RowsOf(Run& run, const Plan& plan, Results results) {
  absl::StatusOr<std::optional<Answer>> answer =
      TryRows(run, plan, std::move(results));
  if (answer.ok() && !answer->has_value()) {
    run.ForgetSkipped();
    FOOTFALL_ASSIGN_OR_RETURN(
        Results all, EvaluateLeaves(run, plan, nullptr, /*all_groups=*/true));
    answer = TryRows(run, plan, std::move(all));
  }
  if (!answer.ok()) return std::move(answer).status();
  if (!answer->has_value()) {
    return absl::InternalError("all groups were read, and some left out");
  }
  return std::move(**answer);
}

// What the members take that conditions pick.
uint64_t PickBytes(const Plan& plan) {
  uint64_t bytes = 0;
  for (const BoundOperand& operand : plan.operands) {
    for (const MemberSet& pick : operand.picks) bytes += pick.Bytes();
  }
  return bytes;
}

// Runs the question as a plain one would run, and times it.
absl::StatusOr<Answer> Analyze(Run& run, const Plan& plan,
                               const Binding& binding) {
  StageClock clock;
  StageTimes times;
  times.kept = binding.kept;
  times.bind = binding.time;
  FOOTFALL_ASSIGN_OR_RETURN(Results results, EvaluateLeaves(run, plan));
  times.read = clock.Lap();
  for (size_t o = 0; o < plan.operands.size(); ++o) {
    const bool open = results.timeline->open(o);
    times.settled.push_back(open ? results.timeline->settled(o) : StepRange{});
  }
  FOOTFALL_ASSIGN_OR_RETURN(const Answer answer,
                            RowsOf(run, plan, std::move(results)));
  times.rows = clock.Lap();
  times.row_count = answer.row_count();
  return ExplainAnalyze(run, plan, times);
}

}  // namespace

absl::StatusOr<Answer> RunSelect(const Snapshot& snapshot, const Plan& plan,
                                 Statement::Explain explain,
                                 const Binding& binding, absl::string_view text,
                                 const QueryOptions& options) {
  Run run(snapshot, options, text);
  Reservation statement(run);
  FOOTFALL_RETURN_IF_ERROR(statement.Add(binding.tree_bytes + PickBytes(plan)));
  FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
  if (explain == Statement::Explain::kAnalyze) {
    return Analyze(run, plan, binding);
  }
  if (explain == Statement::Explain::kPlan) return Explain(run, plan);
  FOOTFALL_ASSIGN_OR_RETURN(Results results, EvaluateLeaves(run, plan));
  return RowsOf(run, plan, std::move(results));
}

}  // namespace footfall::query
