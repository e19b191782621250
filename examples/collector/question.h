// A question out of the parameters of a URL.

#ifndef FOOTFALL_EXAMPLES_COLLECTOR_QUESTION_H_
#define FOOTFALL_EXAMPLES_COLLECTOR_QUESTION_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "examples/collector/http.h"
#include "footfall/period.h"
#include "footfall/query.h"
#include "footfall/snapshot.h"

namespace footfall::collector {

// q=TEXT and format=json|csv; every other name is a parameter of the question,
// and says its own type:
//
//   app=DeepSeek            $app is a text, whatever is in it
//   n:number=5              $n is a number
//   day:date=2025-02-08     $day is a date
//   from:ms=1738972800000   $from is a date: milliseconds since 1970
struct Question {
  std::string text;
  bool csv = false;
  absl::flat_hash_map<std::string, ParameterValue> parameters;
};

// INVALID_ARGUMENT names the parameter, what was found and what would be right.
absl::StatusOr<Question> ReadQuestion(const Request& request);

// How long the buckets of the answer are; nullopt where there are none, or
// where that cannot be told.
std::optional<Period> BucketOf(const Snapshot& snapshot,
                               const std::string& text);

}  // namespace footfall::collector

#endif  // FOOTFALL_EXAMPLES_COLLECTOR_QUESTION_H_
