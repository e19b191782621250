// Functions of other languages, and what to write in their place.

#ifndef FOOTFALL_QUERY_PLAN_OTHER_NAMES_H_
#define FOOTFALL_QUERY_PLAN_OTHER_NAMES_H_

#include "absl/strings/string_view.h"

namespace footfall::query {

// What says here what the function `name` says elsewhere, or why nothing does:
// a hint for who tries it. Empty where nothing is known of it.
absl::string_view HintForOtherName(absl::string_view name);

}  // namespace footfall::query

#endif  // FOOTFALL_QUERY_PLAN_OTHER_NAMES_H_
