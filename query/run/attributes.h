// ATTRIBUTE, DROP ATTRIBUTE, SHOW ATTRIBUTES.

#ifndef FOOTFALL_QUERY_RUN_ATTRIBUTES_H_
#define FOOTFALL_QUERY_RUN_ATTRIBUTES_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/answer.h"
#include "footfall/database.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

// Both take a statement without parameters, whose sources point into `text`,
// and return what they did, for people. `source` is that of the statement.

//   NOT_FOUND            no metric has the dimension
//   INVALID_ARGUMENT     a name that an attribute cannot have
//   FAILED_PRECONDITION  another dimension has an attribute of that name
absl::StatusOr<std::string> RunAddAttribute(Database& database,
                                            const AddAttribute& attribute,
                                            absl::string_view text,
                                            Source source);

// Takes all that the member has of that name. NOT_FOUND: there is none.
absl::StatusOr<std::string> RunDropAttribute(Database& database,
                                             const Drop& drop,
                                             absl::string_view text,
                                             Source source);

absl::StatusOr<Answer> ShowAttributes(const Snapshot& snapshot,
                                      const QueryLimits& limits);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_RUN_ATTRIBUTES_H_
