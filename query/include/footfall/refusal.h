// Which rule of the language refused a statement, as a word for programs.

#ifndef FOOTFALL_REFUSAL_H_
#define FOOTFALL_REFUSAL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

#pragma GCC visibility push(default)
namespace footfall {

// "UnknownMetric", "UserSum": the code of the refusal that `status` is, from
// Query(), Prepare(), Execute() or Parse(). Empty for every other status. Codes
// keep their meaning from release to release; messages may change.
std::string RefusalCode(const absl::Status& status);

// All of them, in the order of query/lang/refusals.inc, which has their
// messages.
std::vector<std::string> RefusalCodes();

}  // namespace footfall
#pragma GCC visibility pop

#endif  // FOOTFALL_REFUSAL_H_
