// The columns of an answer, as section 6 of the language lays them out.

#ifndef FOOTFALL_QUERY_EXEC_BUILD_ANSWER_H_
#define FOOTFALL_QUERY_EXEC_BUILD_ANSWER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "footfall/answer.h"
#include "query/exec/leaves.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// Of the rows `chosen`, without notes.
absl::StatusOr<Answer> BuildColumns(Run& run, const Plan& plan,
                                    const Results& results, const Rows& rows,
                                    absl::Span<const RowId> chosen);
// What is to be told of all rows of an answer.
std::vector<std::string> NotesOf(const Plan& plan, const Results& results,
                                 const Rows& rows,
                                 absl::Span<const RowId> chosen);
// Both.
absl::StatusOr<Answer> BuildAnswer(Run& run, const Plan& plan,
                                   const Results& results, const Rows& rows,
                                   absl::Span<const RowId> chosen);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_BUILD_ANSWER_H_
