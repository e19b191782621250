// What Query() and Execute() share.

#ifndef FOOTFALL_QUERY_RUN_RUN_H_
#define FOOTFALL_QUERY_RUN_RUN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"
#include "footfall/statement.h"

namespace footfall::query {

// Whether Query() takes it: SELECT, SHOW and EXPLAIN of SELECT.
bool Reads(const Statement& statement);

// Answers a statement that reads; its sources point into `text`.
absl::StatusOr<Answer> RunReading(const Snapshot& snapshot,
                                  const Statement& statement,
                                  absl::string_view text,
                                  const QueryOptions& options);

// "DEFINE"
std::string FirstWord(const Statement& statement);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_RUN_H_
