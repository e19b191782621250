// Puts the values of parameters into a statement: the one place where $name is
// looked up.
//
// The binder sees statements without parameters only. A value is never parsed
// as text of the language, so it cannot change what a statement does.

#ifndef FOOTFALL_QUERY_PLAN_PARAMETERS_H_
#define FOOTFALL_QUERY_PLAN_PARAMETERS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "footfall/query.h"
#include "footfall/statement.h"

namespace footfall::query {

// Where PutParameters() has put values. Texts and ranges of WHERE and DURING
// may be put anew; what other values do is known to the binder alone. Points
// into the statement.
struct ParameterPlaces {
  struct OfText {
    Text* text;
    Parameter parameter;
  };
  std::vector<OfText> texts;  // of WHERE
  Range* during = nullptr;    // null: it has none
  Range written;              // with its parameters
  std::vector<std::pair<std::string, ParameterValue>> elsewhere;
};

// Puts values in place, as ResolveParameters() says. `places` may be null.
absl::Status PutParameters(absl::string_view text, const QueryOptions& options,
                           Statement* statement, ParameterPlaces* places);
// Puts the values of now into the same places. False where PutParameters()
// would refuse one, or where one that stands elsewhere is another than it was:
// the statement is not to be used then, until this is called again.
bool PutParametersAgain(absl::string_view text, const QueryOptions& options,
                        ParameterPlaces* places);

// `statement` with a value for each parameter; sources stay. An item that held
// a parameter and has no AS gets its own canonical form as name, so that the
// columns of the answer depend on the statement and not on the values. `text`
// is the script that the sources point into; it may be empty.
//
//   INVALID_ARGUMENT  no value was given; or it is of another type than
//                     its place takes; or the text is not one of the language
//                     (UTF-8, no control characters, 255 bytes)
absl::StatusOr<Statement> ResolveParameters(const Statement& statement,
                                            absl::string_view text,
                                            const QueryOptions& options);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_PARAMETERS_H_
