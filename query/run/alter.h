// ALTER METRIC.

#ifndef FOOTFALL_QUERY_RUN_ALTER_H_
#define FOOTFALL_QUERY_RUN_ALTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

// Changes the metric; returns the summary. Errors as Database::AlterMetric(),
// pointing at the word.
absl::StatusOr<std::string> RunAlter(Database& database, const Alter& alter,
                                     absl::string_view text,
                                     const QueryOptions& options);

// What would change, and how many samples would go. Changes nothing.
absl::StatusOr<Answer> ExplainAlter(const Database& database,
                                    const Alter& alter, absl::string_view text,
                                    const QueryOptions& options);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_ALTER_H_
