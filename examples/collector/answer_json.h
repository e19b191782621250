// Answers as JSON for pages and dashboards: times as milliseconds, and all that
// says how a value relates to the truth.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_ANSWER_JSON_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_ANSWER_JSON_H_

#include <optional>
#include <string>

#include "footfall/answer.h"
#include "footfall/period.h"

namespace footfall::collector {

// {"columns": [..], "rows": [{..}], "notes": [".."]}
//
// A row has the names and values of FormatJson(), and beside them
//
//   time       milliseconds since 1970 where the bucket begins; of buckets of
//              a day and more, which are dates and no instants, midnight UTC of
//              their first day
//   time_end   where it ends, likewise; only where `period` is known
//   time_text  as answers print it: 2025-02-08, 2025-W06
//   N_low, N_high  of each value N: null is open
//
// with a _ behind such a name where the answer has it already. `columns` says
// for each its name, role, type and unit, and for values the names of the
// columns that belong to it.
std::string AnswerJson(Answer answer, const std::optional<Period>& period);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_ANSWER_JSON_H_
