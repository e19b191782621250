// ADD EVENT, ALIAS, and DROP of both.

#ifndef FOOTFALL_QUERY_RUN_CHANGE_NAMES_H_
#define FOOTFALL_QUERY_RUN_CHANGE_NAMES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/database.h"
#include "footfall/statement.h"

namespace footfall::query {

// Each takes a statement without parameters, whose sources point into `text`,
// and returns what it did, for people. `source` is that of the statement.

// NOT_FOUND: no metric has a dimension of FOR.
absl::StatusOr<std::string> RunAddEvent(Database& database,
                                        const AddEvent& event,
                                        absl::string_view text, Source source);

// Takes the event away for every member. NOT_FOUND names the nearest.
absl::StatusOr<std::string> RunDropEvent(Database& database, const Drop& drop,
                                         absl::string_view text, Source source);

//   NOT_FOUND            no metric has the dimension; no dimension was said,
//                        and none has the old name
//   INVALID_ARGUMENT     several have it
//   FAILED_PRECONDITION  aliases would go in a circle
absl::StatusOr<std::string> RunAddAlias(Database& database,
                                        const AddAlias& alias,
                                        absl::string_view text, Source source);

// NOT_FOUND: there is none. INVALID_ARGUMENT: no dimension was said, and
// several have one.
absl::StatusOr<std::string> RunDropAlias(Database& database, const Drop& drop,
                                         absl::string_view text, Source source);

// Refuses an empty text where `what` has to be said.
absl::Status CheckSaid(absl::string_view said, absl::string_view what,
                       absl::string_view text, Source source);
// Writes what is in the batch; an error points at the statement.
absl::StatusOr<WriteResult> WriteNames(Database& database,
                                       const SampleBatch& batch,
                                       absl::string_view text, Source source);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_CHANGE_NAMES_H_
