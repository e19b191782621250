// Runs one SELECT that was bound.

#ifndef FOOTFALL_QUERY_EXEC_SELECT_H_
#define FOOTFALL_QUERY_EXEC_SELECT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "footfall/answer.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/plan/plan.h"

namespace footfall::query {

// How a plan came about: for EXPLAIN ANALYZE, and what the question takes.
struct Binding {
  uint64_t tree_bytes = 0;  // BytesOfTrees()
  bool kept = false;        // an earlier run left it behind
  absl::Duration time;
};

// `plan` is of `snapshot`; its sources point into `text`. With kPlan the answer
// is the plan, and no samples are read. Errors as Query().
absl::StatusOr<Answer> RunSelect(const Snapshot& snapshot, const Plan& plan,
                                 Statement::Explain explain,
                                 const Binding& binding, absl::string_view text,
                                 const QueryOptions& options);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SELECT_H_
