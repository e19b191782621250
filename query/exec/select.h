// Runs one SELECT that was bound.

#ifndef FOOTFALL_QUERY_EXEC_SELECT_H_
#define FOOTFALL_QUERY_EXEC_SELECT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
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

// Takes some rows of an answer, in its order, without notes. Called once at
// least, so that there are columns.
using TakePart = absl::FunctionRef<absl::Status(const Answer& part)>;

// How much of an answer is there at a time.
struct PartSizes {
  uint64_t slice_bytes = uint64_t{64} << 20;  // of cells
  size_t rows = size_t{1} << 14;              // of columns
};

// Hands on RunSelect()'s answer in parts; returns its notes.
// Where WhyAtOnce() is empty, groups are worked out some at a time, and rows
// and cells of all are never there together; else the cells are, and the
// message of the limit of memory says why.
absl::StatusOr<std::vector<std::string>> StreamSelect(
    const Snapshot& snapshot, const Plan& plan, const Binding& binding,
    absl::string_view text, const QueryOptions& options, const PartSizes& sizes,
    TakePart take);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_EXEC_SELECT_H_
