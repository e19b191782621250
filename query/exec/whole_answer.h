// What whole answers have in common: their groups in order, and columns of
// members.

#ifndef FOOTFALL_QUERY_EXEC_WHOLE_ANSWER_H_
#define FOOTFALL_QUERY_EXEC_WHOLE_ANSWER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "footfall/answer.h"
#include "query/exec/leaves.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// A column without cells.
Column EmptyColumn(absl::string_view name, Column::Role role, ColumnType type);

// All groups, in the order of their members.
absl::StatusOr<std::vector<uint32_t>> GroupsInOrder(Run& run, const Plan& plan,
                                                    const Results& results);

// Refuses more rows than an answer may have.
absl::Status CheckRowLimit(const Run& run, size_t rows);

// Fills the first columns, one for each BY dimension, with the members of the
// groups that stand behind the rows.
void FillMembers(const Run& run, const Plan& plan, const Results& results,
                 absl::Span<const RowId> rows, Answer* answer);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_WHOLE_ANSWER_H_
