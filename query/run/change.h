// DEFINE, DELETE, DROP and COMPACT.

#ifndef FOOTFALL_QUERY_RUN_CHANGE_H_
#define FOOTFALL_QUERY_RUN_CHANGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

// Each takes a statement without parameters, whose sources point into `text`,
// and returns what it did, for people.

// FAILED_PRECONDITION: another metric of that name is there; the message gives
// the first difference.
absl::StatusOr<std::string> RunDefine(Database& database, const Define& define,
                                      absl::string_view text);

// NOT_FOUND: no such metric, dimension or member. LAST counts from options.now.
absl::StatusOr<std::string> RunDelete(Database& database, const Delete& remove,
                                      absl::string_view text,
                                      const QueryOptions& options);

// What RunDelete() would remove: one column, `plan`.
absl::StatusOr<Answer> ExplainDelete(const Database& database,
                                     const Delete& remove,
                                     absl::string_view text,
                                     const QueryOptions& options);

// `source` is that of the statement.
absl::StatusOr<std::string> RunDrop(Database& database, const Drop& drop,
                                    absl::string_view text, Source source);

// NOT_FOUND: no such metric. `stop` ends it; what was done is kept.
absl::StatusOr<std::string> RunCompact(Database& database,
                                       const Compact& compact,
                                       absl::string_view text,
                                       const StopCheck& stop);

// "1 sample", "2 samples", "1,234 samples".
std::string Counted(uint64_t count, absl::string_view thing,
                    absl::string_view things);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_CHANGE_H_
