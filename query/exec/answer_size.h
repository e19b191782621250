// How much memory an answer takes, told before it is built.

#ifndef FOOTFALL_QUERY_EXEC_ANSWER_SIZE_H_
#define FOOTFALL_QUERY_EXEC_ANSWER_SIZE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "query/exec/leaves.h"
#include "query/exec/rows.h"
#include "query/exec/run.h"
#include "query/plan/plan.h"

namespace footfall::query {

// About the bytes of BuildAnswer()'s columns, but for the texts of items, which
// it charges itself.
absl::StatusOr<uint64_t> AnswerBytes(const Run& run, const Plan& plan,
                                     const Results& results,
                                     absl::Span<const RowId> chosen);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_ANSWER_SIZE_H_
