// Runs one SELECT.

#ifndef FOOTFALL_QUERY_EXEC_SELECT_H_
#define FOOTFALL_QUERY_EXEC_SELECT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {

// `select` holds no parameters; its sources point into `text`. With kPlan the
// answer is the plan, and no samples are read. Errors as Query().
absl::StatusOr<Answer> RunSelect(const Snapshot& snapshot, const Select& select,
                                 Statement::Explain explain,
                                 absl::string_view text,
                                 const QueryOptions& options);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SELECT_H_
