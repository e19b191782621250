// Runs one SELECT.

#include "query/exec/select.h"

#include "query/exec/build_answer.h"
#include "query/exec/changepoints_answer.h"
#include "query/exec/correlogram.h"
#include "query/exec/explain.h"
#include "query/exec/leaves.h"
#include "query/exec/row_events.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/lang/status_macros.h"
#include "query/plan/bind.h"

namespace footfall::query {

absl::StatusOr<Answer> RunSelect(const Snapshot& snapshot, const Select& select,
                                 Statement::Explain explain,
                                 absl::string_view text,
                                 const QueryOptions& options) {
  FOOTFALL_ASSIGN_OR_RETURN(const Plan plan,
                            Bind(snapshot, select, text, options.now));
  Run run(snapshot, options, text);
  FOOTFALL_RETURN_IF_ERROR(run.CheckStop());
  if (explain != Statement::Explain::kNo) return Explain(run, plan);
  FOOTFALL_ASSIGN_OR_RETURN(Results results, EvaluateLeaves(run, plan));
  if (plan.correlogram) return BuildCorrelogram(run, plan, results);
  FOOTFALL_ASSIGN_OR_RETURN(RowEvents events,
                            RowEvents::Create(run, plan, results.groups));
  Rows rows(run, plan, results, &events);
  FOOTFALL_RETURN_IF_ERROR(rows.WorkOutTransforms());
  if (plan.changepoints.has_value()) {
    return BuildChangepoints(run, plan, results, rows);
  }
  FOOTFALL_RETURN_IF_ERROR(rows.Fill());
  FOOTFALL_ASSIGN_OR_RETURN(const std::vector<RowId> chosen,
                            ChooseRows(run, plan, &results, &rows));
  return BuildAnswer(run, plan, results, rows, chosen);
}

}  // namespace footfall::query
