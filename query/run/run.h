// What Query() and Execute() share.

#ifndef FOOTFALL_QUERY_RUN_RUN_H_
#define FOOTFALL_QUERY_RUN_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"
#include "query/exec/select.h"

namespace footfall::query {

class Compiled;

// The state of now; FAILED_PRECONDITION where the database is closed.
absl::StatusOr<std::shared_ptr<const Snapshot>> CurrentSnapshot(
    const Database& database);

// Whether Query() takes it: SELECT, SHOW and EXPLAIN of SELECT.
bool Reads(const Statement& statement);

// Answers a statement that reads; its sources point into `text`. `options`
// have a now.
absl::StatusOr<Answer> RunReading(const Snapshot& snapshot,
                                  const Statement& statement,
                                  absl::string_view text,
                                  const QueryOptions& options);

// The same answer in parts, which RunReading() gives whole: see StreamSelect()
// of query/exec/select.h. Returns its notes. Requires: a SELECT, without
// EXPLAIN.
absl::StatusOr<std::vector<std::string>> StreamReading(
    const Snapshot& snapshot, const Statement& statement,
    absl::string_view text, const QueryOptions& options, const PartSizes& sizes,
    TakePart take);

// A tree read back from `text`, which it prints as: so whatever a program has
// put together is checked as a text would be, and its sources point into words.
// options.limits apart from max_text_bytes hold. INVALID_ARGUMENT where no text
// makes that tree.
absl::StatusOr<Statement> ParsePrinted(const Statement& statement,
                                       absl::string_view text,
                                       const QueryOptions& options);

// The options with a now: the clock's, where it was left out.
QueryOptions WithNow(const QueryOptions& options);
// The same without parameters, which are in the statement by then. (A copy of
// them would ask for memory.)
QueryOptions ForRunning(const QueryOptions& options);

// What Query() and Prepare() read: one statement, with its text. Errors as
// Query().
absl::StatusOr<std::shared_ptr<const Compiled>> Compile(
    absl::string_view text, const QueryOptions& options);
absl::StatusOr<std::shared_ptr<const Compiled>> Compile(
    const Statement& statement, const QueryOptions& options);

// "DEFINE"
std::string FirstWord(const Statement& statement);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_RUN_H_
